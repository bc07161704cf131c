"""No option, field or metric without documentation, and none documented that is not there."""

import ast
import contextlib
import json
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from pipeline.scores import METRICS

SRC, DOCS = ROOT / "src", ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
SCHEMA = json.loads((SRC / "report/schema.json").read_text(encoding="utf-8"))
OPTION = r"(?<![\w-])--[a-z][a-z-]*"
INTERNAL = {"review.gather.predict"}  # which a review runs with base's code
STAGES = {f"pipeline.{name}" for name in yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]}


def runs(path: Path) -> bool:
    """Say whether a module does something when it is run."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(n, ast.If) and "__name__" in ast.unparse(n.test) for n in body)


def entry_points() -> list[str]:
    """Return the modules of src/ that a person can run."""
    names = (path.relative_to(SRC).with_suffix("") for path in SRC.rglob("*.py") if runs(path))
    return sorted({".".join(n.parts).removesuffix(".__main__") for n in names} - INTERNAL)


def documentation(module: str) -> str:
    """Return the first sentence of the docstring of what `python -m module` runs."""
    path = SRC / module.replace(".", "/")
    path = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


@pytest.fixture(params=entry_points())
def module(request: pytest.FixtureRequest) -> str:
    """Each of them."""
    return str(request.param)


@pytest.fixture
def said(module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What it says when asked for --help, on one line."""
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    monkeypatch.setenv("COLUMNS", "1000")
    with contextlib.suppress(SystemExit):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_help_says_what_it_is_for(module: str, said: str) -> None:
    """And nothing is done."""
    assert documentation(module) in said


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_every_option_is_documented(module: str, said: str) -> None:
    """On a page that names the command."""
    options = set(re.findall(OPTION, said)) - {"--help"}
    pages = [page.read_text(encoding="utf-8") for page in PAGES]
    naming = "\n".join(text for text in pages if f"python -m {module}`" in text)

    assert naming or module in STAGES
    assert options - set(re.findall(OPTION, naming)) == set()


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_no_option_is_documented_that_is_not_there(module: str, said: str) -> None:
    page = (DOCS / "options.md").read_text(encoding="utf-8")
    section = page.partition(f"## `python -m {module}`\n")[2].partition("\n## ")[0]

    assert set(re.findall(rf"^\| `({OPTION})", section, re.M)) <= set(re.findall(OPTION, said))


def fields(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted name of each field of a JSON Schema, and its description.

    With the name of the definition that it, or each entry of its list, is made of.
    """
    for name, child in node.get("properties", {}).items():
        where = f"{path}.{name}".lstrip(".")
        made_of = str({**child.get("items", {}), **child}.get("$ref", "")).rpartition("/")[2]
        known = "properties" in SCHEMA["$defs"].get(made_of, {})
        yield where, child.get("description", "") + f" (`{made_of}`)" * known
        yield from fields(child, where)
    for option in node.get("oneOf", []):
        yield from fields(option, path)
    if "items" in node:
        yield from fields(node["items"], f"{path}[]")


def test_every_field_of_a_review_is_documented() -> None:
    """docs/review.md lists them in the words of the schema; what is missing can be pasted there."""
    found = list(fields(SCHEMA))
    for name, definition in SCHEMA["$defs"].items():
        found += list(fields(definition, name))
    page = (DOCS / "review.md").read_text(encoding="utf-8").partition("### Every field\n")[2]

    assert [path for path, text in found if not text.partition(" (`")[0]] == []
    assert re.findall(r"^\| `.*", page, re.M) == [f"| `{p}` | {text} |" for p, text in found]


@pytest.mark.parametrize(
    ("task", "words"),
    [("binary", "two classes"), ("multiclass", "more classes"), ("regression", "numbers")],
)
def test_every_metric_is_documented(task: str, words: str) -> None:
    page = (DOCS / "schema.md").read_text(encoding="utf-8")
    listed = re.findall(rf"^\| {words} \| (.*) \|$", page, re.M)[0]

    assert re.findall(r"`(\w+)`", listed) == sorted(n for n in METRICS if task in METRICS[n].tasks)


def test_every_parameter_is_documented() -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    names = [f"{section}.{key}" for section, keys in params.items() for key in keys]

    assert [name for name in names if f"| `{name}` |" not in TEXT] == []


def test_every_term_of_the_glossary_stands_once_and_in_order() -> None:
    page = (DOCS / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\*\*(.+?)\*\*", page, re.M)

    assert terms == sorted(set(terms), key=str.lower)
