"""What each stage did is read from DVC's own words, which are shown as they come."""

import sys
from pathlib import Path

import pytest

from ci import reproduce
from runner import ATTACKS, commands


def test_what_each_stage_did() -> None:
    lines = [
        "'data/raw.dvc' didn't change, skipping\n",
        "Stage 'validate' didn't change, skipping\n",
        "Stage 'split' is cached - skipping run, checking out outputs\n",
        "Running stage 'train':\n",
        "> python -m pipeline.train\n",
        "Running stage 'evaluate':\n",
    ]

    assert reproduce.stages(lines) == {
        "validate": {"result": "unchanged", "seconds": None},
        "split": {"result": "from cache", "seconds": None},
        "train": {"result": "ran", "seconds": 0.0},
        "evaluate": {"result": "ran", "seconds": 0.0},
    }


def test_what_a_stage_prints_gives_the_runner_no_command(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nor does a traceback, or what is no text: the user's code may print what is in the data."""
    attacks = [attack.encode("utf-8", "surrogatepass") for attack in ATTACKS]
    code = f"import os; [os.write(1, a + b'\\n') for a in {attacks}]; os.write(1, b'\\377\\n'); "
    raising = "raise ValueError('\\n::add-mask::verdict')"

    with reproduce.started(sys.executable, "-c", code + raising, root=tmp_path) as process:
        found = reproduce.stages(process.stdout)

    printed = capfd.readouterr().out
    assert (process.returncode, found) == (1, {})
    assert "Traceback" in printed and "\\xff" in printed and commands(printed) == []
    assert len(printed.splitlines()) > len(ATTACKS)


def test_what_dvc_prints_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["Running stage 'train':\n", "\tgit add dvc.lock\n", "\n"]

    assert list(reproduce.show(lines)) == lines
    assert capsys.readouterr().out == "Running stage 'train':\n        git add dvc.lock\n\n"
