"""Calls CML, which may be absent, broken or asleep: whoever calls it has another way."""

import os
import subprocess
import tempfile
from pathlib import Path
from subprocess import PIPE, STDOUT

from report.plain import one_line

SECONDS = 120  # a call takes a few; one that never ends must leave time for the other way


def call(*words: str, report: str | None = None) -> str | None:
    """Call CML, and return why it could not do what was asked; None if it could.

    A report is handed over as a file, which is the last word.
    """
    env = {**os.environ, "REPO_TOKEN": os.environ["GITHUB_TOKEN"], "ITERATIVE_DO_NOT_TRACK": "1"}
    called = f"`cml {' '.join(words[:2])}`"
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        file = Path(folder, "report.md")
        if report is not None:
            file.write_text(report, encoding="utf-8")
            words = (*words, str(file))
        try:
            done = subprocess.run(
                ["cml", *words], env=env, timeout=SECONDS, stdout=PIPE, stderr=STDOUT
            )
        except subprocess.TimeoutExpired as error:
            _show(error.stdout)
            return f"{called} did not end within {SECONDS} s"
        except OSError as error:
            return f"CML cannot be started ({error.strerror})"
    _show(done.stdout)
    return f"{called} failed; what it said is above" if done.returncode else None


def _show(said: bytes | None) -> None:
    """Print what CML said, which can quote the report, so that GitHub's runner acts on none."""
    for line in (said or b"").decode(errors="backslashreplace").splitlines():
        print(one_line(line), flush=True)


def say(what: str, why_not: str | None = None) -> None:
    """Print which way was taken: by CML, or directly, and then why."""
    way = f"directly, since {why_not}" if why_not else "by CML"
    print(one_line(f"{what}: {way}."), flush=True)
