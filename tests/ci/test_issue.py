"""The audit has one issue, and no other is touched; whatever the file holds."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci import issue
from github_server import REPOSITORY, TOKEN, GitHub, serve


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """An API that this process talks to."""
    with serve() as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield server


def test_an_issue_of_somebody_else_is_left_alone(github: GitHub) -> None:
    """Anybody can write an issue that holds the mark."""
    theirs = {"number": 5, "state": "open", "user": {"login": "anybody"}, "body": issue.MARK}
    github.issues[5] = dict(theirs)

    said = issue.tell("text", REPOSITORY)

    assert said == "Opened issue 101."
    assert github.issues[5] == theirs


def test_the_second_time_updates_the_issue(github: GitHub) -> None:
    issue.tell("first", REPOSITORY)

    said = issue.tell("second", REPOSITORY)

    assert said == "Updated issue 100."
    assert github.issues[100]["body"] == f"second\n\n{issue.MARK}"


@pytest.mark.parametrize("kind", ["a link", "too much", "a pipe", "no text", "nothing"])
def test_what_is_no_report_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "audit.md"
    if kind == "a link":
        path.symlink_to(__file__)
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind != "nothing":
        path.write_bytes(b"x" * 60_001 if kind == "too much" else b"\xff")

    with pytest.raises(issue.IssueError, match=r"audit\.md"):
        issue.read(path)
