"""Which entries of dvc.lock a commit's parents do not vouch for."""

from pathlib import Path

import pytest
import yaml

from conftest import AUTHOR, run
from review import guard

BASE = {"train": {"deps": 1, "outs": 1}, "evaluate": {"deps": 1, "outs": 1}}
OURS = BASE | {"train": {"deps": 2, "outs": 1}}
THEIRS = BASE | {"train": {"deps": 1, "outs": 2}}
SPLICED = BASE | {"train": {"deps": 2, "outs": 2}}


@pytest.mark.parametrize(("merged", "expected"), [(OURS, []), (THEIRS, []), (SPLICED, ["train"])])
def test_a_spliced_entry_is_doubtful(
    tmp_path: Path, merged: dict[str, object], expected: list[str]
) -> None:
    """A merge may take one side's entry; an entry of parts of both was never made by a run."""
    git(tmp_path, "init", "-q", "-b", "main")
    save(tmp_path, BASE)
    git(tmp_path, "checkout", "-q", "-b", "theirs")
    save(tmp_path, THEIRS)
    git(tmp_path, "checkout", "-q", "main")
    save(tmp_path, OURS)
    git(tmp_path, "merge", "-q", "-s", "ours", "--no-commit", "theirs")
    save(tmp_path, merged)

    assert guard.doubtful(tmp_path) == expected


def test_a_first_commit_vouches_for_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    save(tmp_path, BASE)

    assert guard.doubtful(tmp_path) == ["train", "evaluate"]


def save(folder: Path, stages: dict[str, object]) -> None:
    """Commit a lock."""
    (folder / "dvc.lock").write_text(yaml.safe_dump({"stages": stages}, sort_keys=False))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "lock")


def git(folder: Path, *words: str) -> None:
    """Run git in a folder."""
    run("git", *AUTHOR, *words, cwd=folder)
