"""The pipeline as a whole, under real DVC and Git."""

import json
from pathlib import Path

import pytest

from conftest import AUTHOR, Run, run


@pytest.mark.slow
def test_a_second_run_does_nothing(project: Path, dvc: Run) -> None:
    assert "up to date" in dvc("repro").stdout


@pytest.mark.slow
def test_a_fresh_clone_gets_everything_from_the_embedded_storage(
    project: Path, tmp_path: Path
) -> None:
    """`git clone` and `dvc pull` are enough: no account, no network, and nothing left to run."""
    clone = tmp_path / "clone"
    run("git", *AUTHOR, "clone", "-q", str(project), str(clone), cwd=tmp_path)

    run("dvc", "pull", "-q", cwd=clone)

    assert json.loads(run("dvc", "status", "--json", cwd=clone).stdout) == {}
