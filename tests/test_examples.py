"""Examples in docstrings and docs show what they say; no function of the statistics lacks one."""

import ast
import doctest
import importlib
import re
from pathlib import Path

import pytest

from conftest import ROOT

SRC = ROOT / "src"
MODULES = sorted(SRC.rglob("*.py"))
WITH = [path for path in MODULES if ">>> " in path.read_text(encoding="utf-8")]
STATISTICS: dict[Path, set[str] | None] = {  # those named, or every public function
    **dict.fromkeys(sorted((SRC / "review/methods").glob("*.py"))),
    SRC / "pipeline/dataset.py": {"hashes"},
    SRC / "pipeline/points.py": None,
    SRC / "pipeline/scores.py": None,
    SRC / "review/gate.py": {"failures"},
    SRC / "review/slices.py": {"holm", "p_value"},
}


def name(path: Path) -> str:
    """Return a file under src/ as the name of its module."""
    return ".".join(path.relative_to(SRC).with_suffix("").parts)


@pytest.mark.parametrize("path", WITH, ids=name)
def test_the_examples_of_a_module_show_what_they_say(path: Path) -> None:
    module = importlib.import_module(name(path))

    found = doctest.testmod(module, optionflags=doctest.ELLIPSIS)

    assert (found.failed, found.attempted > 0) == (0, True)


PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if "```python" in page.read_text()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_shows_what_it_says(page: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page.name, None, None)

    found = doctest.DocTestRunner().run(examples)

    assert all(block.startswith(">>> ") for block in blocks)
    assert (found.failed, found.attempted > 0) == (0, True)


@pytest.mark.parametrize("path", STATISTICS, ids=name)
def test_every_public_function_of_the_statistics_has_an_example(path: Path) -> None:
    functions = [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    wanted = STATISTICS[path] or {function.name for function in functions}
    shown = {f.name for f in functions if ">>> " in (ast.get_docstring(f) or "")}

    assert wanted - shown == set()
