"""What the audit says, and whom it tells."""

from collections.abc import Iterator

import pytest

from ci import audit
from ci.audit import Audit
from github_server import REPOSITORY, TOKEN, GitHub, serve


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """An API that this process talks to."""
    with serve() as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield server


def test_what_differs_is_named_by_stage() -> None:
    found = Audit("a" * 40, "equivalent", [("train", "models/model.skops")])

    text = audit.report(found)

    assert "equivalent. Some files differ, but every metric is the same" in text
    assert "| `train` | `models/model.skops` |" in text


@pytest.mark.parametrize("user", [{"login": "anybody"}, None])
def test_an_issue_of_somebody_else_is_left_alone(
    github: GitHub, user: dict[str, str] | None
) -> None:
    """Anybody can write an issue that holds the mark, and delete the account: null is nobody."""
    theirs = {"number": 5, "state": "open", "user": user, "body": audit.MARK}
    github.issues[6] = {"number": 6, "state": "open", "user": user, "body": None}
    github.issues[5] = dict(theirs)

    said = audit.tell("text", REPOSITORY)

    assert said == "Opened issue 102."
    assert github.issues[5] == theirs


def test_the_second_time_updates_the_issue(github: GitHub) -> None:
    audit.tell("first", REPOSITORY)

    said = audit.tell("second", REPOSITORY)

    assert said == "Updated issue 100."
    assert github.issues[100]["body"] == f"second\n\n{audit.MARK}"
