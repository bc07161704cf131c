"""A program that starts warm does what it does from nothing."""

import sys
from pathlib import Path

import pytest

from conftest import WARM, Run, run

pytestmark = pytest.mark.slow
SEEN = """\
import os, sys
print(os.getcwd(), sys.argv[1:], sys.path[:2], os.environ["GIVEN"], __name__, sys.stdin.read())
os.kill(os.getpid(), 15) if "killed" in sys.argv else sys.exit(7)
"""


@pytest.mark.parametrize("last", ["a b", "killed"])
def test_a_module_sees_what_it_was_called_with(project: Path, last: str) -> None:
    """Folder, words, path, environment and code; and ends as it did, by status or signal."""
    (project / "src/pipeline/seen.py").write_text(SEEN)
    words, env = ("-m", "pipeline.seen", last), {"PYTHONPATH": f"{project}/src", "GIVEN": "ü"}

    cold = run(sys.executable, *words, cwd=project, check=False, **env)
    warm = run("python", *words, cwd=project, check=False, **env)

    assert WARM
    assert (warm.returncode, warm.stdout) == (cold.returncode, cold.stdout)
    assert warm.returncode == (-15 if last == "killed" else 7)


def test_what_is_read_at_the_start_starts_from_nothing(project: Path) -> None:
    """Another seed of hashes cannot be had from a process that has one."""
    (project / "src/pipeline/seen.py").write_text("import sys; print('sklearn' in sys.modules)")
    env = {"PYTHONPATH": str(project / "src")}

    warm = run("python", "-m", "pipeline.seen", cwd=project, **env)
    cold = run("python", "-m", "pipeline.seen", cwd=project, PYTHONHASHSEED="1", **env)

    assert (warm.stdout, cold.stdout) == ("True\n", "False\n")


def test_dvc_fails_as_it_does(dvc: Run) -> None:
    failed = dvc("repro", "nothing", check=False)

    assert failed.returncode == 255
    assert "Traceback" not in failed.stderr and "nothing" in failed.stderr
