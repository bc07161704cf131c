"""Two branches that each add a delivery, put together by `make resolve`, in a real project."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import AUTHOR, made_up, run

pytestmark = pytest.mark.slow
STARTS = {"ours.csv": 1000, "theirs.csv": 2000}


def resolve(project: Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
    src = str(project / "src")
    return run("python", "-m", "adopt.resolve", cwd=project, check=check, PYTHONPATH=src)


def deliver(project: Path, name: str, start: int, *, repro: bool = False) -> None:
    """Commit and push one more delivery, and what the pipeline makes of it if asked."""
    made_up(30, start=start).to_csv(project / "data/raw" / name, index=False)
    run("dvc", "add", "-q", "data/raw", cwd=project)
    if repro:
        run("dvc", "repro", "-q", cwd=project, PYTHONPATH=str(project / "src"))
    run("dvc", "push", "-q", cwd=project)
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", name, cwd=project)


def diverge(project: Path, ours: str, theirs: str, *, repro: bool = False) -> None:
    """Deliver `theirs` on main, and `ours` on the branch that stays checked out."""
    run("git", "branch", "branch", cwd=project)
    deliver(project, theirs, STARTS["theirs.csv"], repro=repro)
    run("git", "checkout", "-q", "branch", cwd=project)
    run("dvc", "checkout", "-q", cwd=project)
    deliver(project, ours, STARTS["ours.csv"], repro=repro)


def git(project: Path, *words: str, check: bool = True) -> str:
    return run("git", *AUTHOR, *words, cwd=project, check=check, GIT_EDITOR="true").stdout


def raw(project: Path) -> dict[str, str]:
    """Return the text of each delivery."""
    return {path.name: path.read_text() for path in sorted((project / "data/raw").iterdir())}


def advised(text: str, project: Path) -> None:
    """Run the commands that a message prints, as they stand."""
    for command in re.findall(r"`([^`]+)`", text):
        words = command.replace("make repro", "dvc repro -q").removeprefix(".venv/bin/").split()
        src = str(project / "src")
        run(words[0], *(AUTHOR if words[0] == "git" else ()), *words[1:], cwd=project,
            GIT_EDITOR="true", PYTHONPATH=src)  # fmt: skip


@pytest.mark.parametrize("words", [("merge", "main"), ("rebase", "main"), ("cherry-pick", "main")])
def test_deliveries_of_both_sides_are_kept(project: Path, words: tuple[str, str]) -> None:
    """Both reran, so that dvc.lock and metrics conflict too; what it prints ends it."""
    diverge(project, "ours.csv", "theirs.csv", repro=True)
    git(project, *words, check=False)

    said = resolve(project).stdout
    advised(said, project)

    assert raw(project).keys() == {"first.csv", "ours.csv", "theirs.csv"}
    assert made_up(30, start=2000).to_csv(index=False) == raw(project)["theirs.csv"]
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "ls-files", "--unmerged") == ""
    run("dvc", "data", "status", cwd=project)
    assert '"rows": 180' in (project / "metrics/data.json").read_text()


def test_what_only_the_remote_has_is_fetched(project: Path) -> None:
    diverge(project, "ours.csv", "theirs.csv")
    shutil.rmtree(project / ".dvc/cache/files")
    git(project, "merge", "main", check=False)

    resolve(project)

    assert raw(project).keys() == {"first.csv", "ours.csv", "theirs.csv"}


def test_a_project_in_a_subfolder_of_a_repository(project: Path, tmp_path: Path) -> None:
    """Git's own folder is above it."""
    (tmp_path / "above").mkdir()
    shutil.move(project / ".git", tmp_path / "above")
    inner = Path(shutil.move(project, tmp_path / "above/ml"))
    git(inner, "add", "-A", ":/")
    git(inner, "commit", "-qm", "moved")
    diverge(inner, "ours.csv", "theirs.csv")
    git(inner, "merge", "main", check=False)

    resolve(inner)

    assert raw(inner).keys() == {"first.csv", "ours.csv", "theirs.csv"}
    assert git(inner, "ls-files", "--unmerged") == ""


def test_one_name_for_two_contents_is_named_and_nothing_written(project: Path) -> None:
    """The way out that it prints leads out."""
    diverge(project, "same.csv", "same.csv")
    git(project, "merge", "main", check=False)
    before = raw(project), git(project, "status", "--porcelain")

    done = resolve(project, check=False)

    assert done.returncode == 1
    assert "'same.csv'" in done.stderr and "Traceback" not in done.stderr
    assert (raw(project), git(project, "status", "--porcelain")) == before
    back, forth = re.search(r"Go back with (.*?); on your.*; (`dvc.*?`)", done.stderr).groups()
    advised(back, project)
    (project / "data/raw/same.csv").rename(project / "data/raw/mine.csv")
    advised(forth, project)
    git(project, "commit", "-qam", "renamed")
    git(project, "merge", "main", check=False)
    resolve(project)
    assert raw(project).keys() == {"first.csv", "mine.csv", "same.csv"}


def test_what_a_person_edits_by_hand_comes_first(project: Path) -> None:
    """DVC cannot read parameters with conflicts; the message names the line."""
    params = project / "params.yaml"
    text = params.read_text()
    run("git", "branch", "branch", cwd=project)
    params.write_text(text.replace("seed: 0", "seed: 11"))
    deliver(project, "theirs.csv", 2000)
    git(project, "checkout", "-q", "branch")
    run("dvc", "checkout", "-q", cwd=project)
    params.write_text(text.replace("seed: 0", "seed: 222"))
    deliver(project, "ours.csv", 1000)
    git(project, "rebase", "main", check=False)

    done = resolve(project, check=False)
    params.write_text(text)
    then = resolve(project).stdout

    assert "params.yaml, line" in done.stderr and "Nothing was resolved" in done.stderr
    assert "yours to resolve first: ['params.yaml']" in then
    assert "`git rebase --continue`" in then


def test_a_file_that_nobody_committed_is_not_lost(project: Path) -> None:
    diverge(project, "ours.csv", "theirs.csv")
    git(project, "merge", "main", check=False)
    (project / "data/raw/new.csv").write_text("mine")

    done = resolve(project, check=False)

    assert "['new.csv'] is of neither side" in done.stderr
    assert raw(project)["new.csv"] == "mine"


def test_without_a_merge_there_is_nothing_to_do(project: Path) -> None:
    assert resolve(project).stdout.startswith("Nothing to resolve: ")
    assert git(project, "status", "--porcelain") == ""
