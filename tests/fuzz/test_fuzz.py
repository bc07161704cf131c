"""Ten thousand changed files of each kind: a sentence or a value, and nothing else happens."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fuzz
from conftest import ROOT

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).with_name("fuzz.py")


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_no_file_of_a_stranger_does_harm(tmp_path: Path, kind: str) -> None:
    """No traceback, no file outside, at most 1 GB and 10 s; `--case` repeats the last one said."""
    (tmp_path / "files").mkdir()
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(tmp_path / "files")}
    words = [sys.executable, str(PROGRAM), kind, str(tmp_path / "files")]
    with (tmp_path / "said").open("w") as said:
        done = subprocess.run(words, env=env, stdout=said, stderr=subprocess.PIPE, text=True)

    last = (tmp_path / "said").read_text()
    assert done.returncode == 0, f"case {last}{done.stderr[-3000:]}"
    assert 100 < int(last.split()[0]) < 10_000  # some are refused, some are as good as before
