"""Results go from one job to another, and nothing else does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import AUTHOR, ROOT, run

Change = Callable[[Path], object]


def git(folder: Path, *words: str) -> str:
    return run("git", *AUTHOR, *words, cwd=folder).stdout.strip()


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """Two clones of a repository, as the two jobs have them."""
    first = tmp_path / "first"
    (first / "data").mkdir(parents=True)
    for name in ("dvc.lock", "data/old.csv", "data/refresh", "code.py"):
        (first / name).write_text("old\n")
    git(first, "init", "-q", "-b", "main")
    git(first, "add", "-A")
    git(first, "commit", "-qm", "start")
    git(tmp_path, "clone", "-q", str(first), "second")
    return first, tmp_path / "second"


def results(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the module as the workflow does."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", "ci.results", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def test_results_arrive_as_changes_of_the_work_tree(clones: tuple[Path, Path]) -> None:
    """New files, changed ones and removed ones; code that changed stays behind."""
    first, second = clones
    (first / "dvc.lock").write_text("new\n")
    (first / "data/old.csv").unlink()
    (first / "data/new é.csv").write_text("rows\n")
    (first / "code.py").write_text("new\n")

    packed = results(first, "--pack", "../made/results.bundle")
    done = results(second, "--unpack", "../made/results.bundle")

    status = git(second, "-c", "core.quotePath=false", "status", "--porcelain", "-uall")
    assert (packed.returncode, done.returncode) == (0, 0), packed.stderr + done.stderr
    assert status.split("\n") == ["D data/old.csv", " M dvc.lock", '?? "data/new é.csv"']
    assert git(second, "rev-parse", "HEAD") == git(first, "rev-parse", "HEAD")


def add(name: str) -> Change:
    """Return what writes a file."""

    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("evil\n")

    return write


ATTACKS: dict[str, Change] = {
    "a workflow": add(".github/workflows/evil.yml"),
    "the program of the second job": add("src/ci/propose.py"),
    "the program that fetches data": add("data/refresh"),
    "a link": lambda folder: (folder / "data/link").symlink_to("/etc/passwd"),
    "a program": lambda folder: (folder / "data/run").touch(mode=0o755),
    "another start": lambda folder: git(folder, "commit", "-q", "--allow-empty", "-m", "more"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_no_result_is_refused(clones: tuple[Path, Path], attack: str) -> None:
    """Whatever the first job ran can write the bundle itself."""
    first, second = clones
    start = git(first, "rev-parse", "HEAD")
    ATTACKS[attack](first)
    git(first, "add", "-A")
    git(first, "commit", "-q", "--allow-empty", "-m", "results")
    git(first, "update-ref", "refs/threefold/results", "HEAD")
    git(first, "bundle", "create", "-q", "b", f"{start}..refs/threefold/results")

    done = results(second, "--unpack", str(first / "b"))

    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "expected" in done.stderr
    assert git(second, "status", "--porcelain") == ""


def test_a_file_that_is_no_bundle_is_refused(clones: tuple[Path, Path]) -> None:
    (clones[1] / "data/refresh").write_text("mine\n")

    done = results(clones[1], "--unpack", "data/refresh")

    assert done.returncode == 1 and "`git -c fetch.fsckObjects=true fetch" in done.stderr
