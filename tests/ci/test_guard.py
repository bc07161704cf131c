"""Which entries of dvc.lock a commit's parents do not vouch for."""

from pathlib import Path

import pytest
import yaml

from ci import guard
from conftest import AUTHOR, run

BASE = {"train": {"deps": 1, "outs": 1}, "evaluate": {"deps": 1, "outs": 1}}
OURS = BASE | {"train": {"deps": 2, "outs": 1}}
THEIRS = BASE | {"train": {"deps": 1, "outs": 2}}
SPLICED = BASE | {"train": {"deps": 2, "outs": 2}}


@pytest.mark.parametrize(("merged", "expected"), [(OURS, []), (THEIRS, []), (SPLICED, ["train"])])
def test_a_spliced_entry_is_doubtful(
    tmp_path: Path, merged: dict[str, object], expected: list[str]
) -> None:
    """A merge may take one side's entry; an entry of parts of both was never made by a run."""
    diverge(tmp_path)
    git(tmp_path, "merge", "-q", "-s", "ours", "--no-commit", "branch")
    save(tmp_path, merged)

    assert guard.doubtful(tmp_path) == expected


def test_a_first_commit_vouches_for_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    save(tmp_path, BASE)

    assert guard.doubtful(tmp_path) == ["train", "evaluate"]


def test_a_lie_of_a_branch_is_found_when_the_branch_is_merged(tmp_path: Path) -> None:
    """Main was merged into it, which spliced an entry; then more was done, and it was merged."""
    diverge(tmp_path)
    before = head(tmp_path)
    git(tmp_path, "checkout", "-q", "branch")
    git(tmp_path, "merge", "-q", "-s", "ours", "--no-commit", "main")
    save(tmp_path, SPLICED)
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "more")
    git(tmp_path, "checkout", "-q", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "branch")

    assert guard.doubtful(tmp_path) == []
    assert guard.doubtful(tmp_path, before) == ["train"]


def test_an_entry_that_a_branch_made_itself_is_believed(tmp_path: Path) -> None:
    """It was reviewed where it was made; so is one that is not there any more."""
    git(tmp_path, "init", "-q", "-b", "main")
    save(tmp_path, BASE)
    before = head(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "branch")
    save(tmp_path, SPLICED)
    save(tmp_path, THEIRS)
    git(tmp_path, "checkout", "-q", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "branch")

    assert guard.doubtful(tmp_path, before) == []


def test_each_commit_of_a_rebased_branch_is_judged(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    save(tmp_path, BASE)
    before = head(tmp_path)
    save(tmp_path, SPLICED)
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "more")

    assert guard.doubtful(tmp_path, before) == ["train"]


@pytest.mark.parametrize("before", ["0" * 40, "1" * 40, "nothing"])
def test_after_a_push_from_nowhere_everything_is_doubtful(tmp_path: Path, before: str) -> None:
    """A new branch, a forced push, or a commit that the clone does not have."""
    git(tmp_path, "init", "-q")
    save(tmp_path, BASE)

    assert guard.doubtful(tmp_path, before) == ["train", "evaluate"]


def diverge(folder: Path) -> None:
    """Commit one lock on main and another on a branch; main stays checked out."""
    git(folder, "init", "-q", "-b", "main")
    save(folder, BASE)
    git(folder, "checkout", "-q", "-b", "branch")
    save(folder, THEIRS)
    git(folder, "checkout", "-q", "main")
    save(folder, OURS)


def head(folder: Path) -> str:
    """Return the commit that is checked out."""
    return run("git", "rev-parse", "HEAD", cwd=folder).stdout.strip()


def save(folder: Path, stages: dict[str, object]) -> None:
    """Commit a lock."""
    (folder / "dvc.lock").write_text(yaml.safe_dump({"stages": stages}, sort_keys=False))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "lock")


def git(folder: Path, *words: str) -> None:
    """Run git in a folder."""
    run("git", *AUTHOR, *words, cwd=folder)
