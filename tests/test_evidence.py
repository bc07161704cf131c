"""docs/evidence.md is what `python benchmarks/evidence.py` makes of the code as it is."""

import importlib

import pytest

from conftest import ROOT

PAGE = (ROOT / "docs/evidence.md").read_text(encoding="utf-8")


@pytest.mark.simulation
def test_the_page_holds_what_the_simulation_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """One table stands for all, which take minutes; and every table is on the page."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    evidence = importlib.import_module("evidence")

    made = evidence.heavy()

    assert made in PAGE and PAGE.startswith(evidence.PAGE)
    assert PAGE.count("\n## ") == len(evidence.TABLES)
