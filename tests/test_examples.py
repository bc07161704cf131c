"""The examples in docstrings show what they say, and no function of the statistics lacks one."""

import ast
import doctest
import importlib
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
}


def name(path: Path) -> str:
    """Return a file under src/ as the name of its module."""
    return ".".join(path.relative_to(SRC).with_suffix("").parts)


@pytest.mark.parametrize("path", WITH, ids=name)
def test_the_examples_of_a_module_show_what_they_say(path: Path) -> None:
    module = importlib.import_module(name(path))

    found = doctest.testmod(module, optionflags=doctest.ELLIPSIS)

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
