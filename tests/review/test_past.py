"""Which older version head is held against, and how much its test set has judged."""

from pathlib import Path

import pytest

from conftest import AUTHOR, run
from review.gather import past

LOCK = "stages:\n  evaluate:\n    outs:\n    - path: data/predictions\n      md5: {}.dir\n"


@pytest.fixture
def branch(tmp_path: Path) -> list[str]:
    """Thirty commits of a branch, the oldest first, each of which changes dvc.lock."""
    run("git", "init", "-q", cwd=tmp_path)
    for number in range(30):
        (tmp_path / "dvc.lock").write_text(LOCK.format(f"{number:032x}") if number else "")
        run("git", "add", "-A", cwd=tmp_path)
        run("git", *AUTHOR, "commit", "-qm", str(number), cwd=tmp_path)
    return run("git", "rev-list", "--reverse", "HEAD", cwd=tmp_path).stdout.split()


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["model@v1.9.0", "model@v1.10.0"], "model@v1.10.0"),
        (["model@v1.0.0", "model@v2.0.0", "model@v2.0.0!"], "model@v1.0.0"),
        (["v1.0.0", "model@v1.0", "model#prod", "other@v1.0.0"], None),
    ],
)
def test_the_release_is_the_highest_version_that_was_not_taken_back(
    branch: list[str], tmp_path: Path, tags: list[str], expected: str | None
) -> None:
    for tag in tags:
        run("git", *AUTHOR, "tag", "-am", tag, tag, branch[3], cwd=tmp_path)

    assert past.release("HEAD", tmp_path) == (expected and (branch[3], expected))


def test_a_release_that_base_does_not_follow_is_none_of_it(
    branch: list[str], tmp_path: Path
) -> None:
    run("git", "tag", "model@v1.0.0", branch[9], cwd=tmp_path)

    assert past.release(branch[8], tmp_path) is None


@pytest.mark.parametrize(
    ("base", "back"), [(29, 20), (12, 11), (1, None), (0, None)], ids=["20", "less", "none", "new"]
)
def test_without_a_release_it_is_twenty_commits_before(
    branch: list[str], tmp_path: Path, base: int, back: int | None
) -> None:
    """Or the oldest that has results."""
    expected = back and (branch[base - back], f"{back} commits before base")

    assert past.older(branch[base], tmp_path) == expected


def test_what_a_test_set_judged_are_the_results_made_with_it(
    branch: list[str], tmp_path: Path
) -> None:
    """A commit without results of its own, such as of the documentation, was not judged."""
    for text in ("- md5: aa.dir\n", "- md5: aa.dir\n# C: 2\n", "- md5: bb.dir\n"):
        (tmp_path / "dvc.lock").write_text(text)
        for message in ("results", "documentation"):
            run("git", "add", "-A", cwd=tmp_path)
            run("git", *AUTHOR, "commit", "-qm", message, "--allow-empty", cwd=tmp_path)

    assert [past.judged("HEAD", name, tmp_path) for name in ("aa.dir", "cc.dir", None)] == [2, 0, 0]
