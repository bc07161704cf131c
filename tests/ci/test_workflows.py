"""check, review and comment run as GitHub runs them; what act cannot do is in act.py."""

import io
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from act import RUN, Event, Hub, finished, nested, started
from conftest import AUTHOR, run
from github_server import REPOSITORY, GitHub, serve
from report import markdown
from test_post import BASE, archived, packed, reviewed

pytestmark = pytest.mark.workflow
MERGE = "refs/pull/7/merge"
FORK = "stranger/project"
HOSTILE = "x|</details>@octocat [a](https://evil.example) `#1` ![](https://evil.example/i.png)"


@pytest.fixture
def hub(project: Path, tmp_path: Path) -> Hub:
    """A hub that holds the project."""
    return Hub.of(project, tmp_path / "hub")


@pytest.fixture
def github(hub: Hub) -> Iterator[GitHub]:
    """The API of the hub."""
    with serve() as server:
        server.runs[RUN] = {"status": "in_progress", "run_attempt": 1}
        server.merge_bases["main"] = BASE
        hub.url = server.url
        yield server


def change(project: Path, c: str = "0.5", *, repro: bool = True, push: bool = True) -> str:
    """Commit another parameter, as asked with its results and their data, and return the commit."""
    params = project / "params.yaml"
    params.write_text(re.sub(r"C: [\d.]+", f"C: {c}", params.read_text()))
    if repro:
        run("dvc", "repro", "-q", cwd=project, PYTHONPATH=str(project / "src"))
    if push:
        run("dvc", "push", "-q", cwd=project)
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", "change", cwd=project)
    return run("git", "rev-parse", "HEAD", cwd=project).stdout.strip()


def test_review_and_comment_of_a_fork(hub: Hub, project: Path, github: GitHub) -> None:
    """From each push to a check that is concluded and a comment by CML, without a secret.

    That CML then changes the comment it made is for tests/ci/test_post.py, with CML itself.
    """
    commits = []
    github.merge_bases["main"] = run("git", "rev-parse", "main", cwd=hub.origin).stdout.strip()
    for c in ("0.5", "0.25"):
        commits.append(change(project, c))
        event = hub.pull(project, repository=FORK)
        github.open_pull(7, commits[-1], repository=FORK)
        opened = hub.act("comment", "workflow_run", started(event))
        made = hub.act("review", "pull_request", event, MERGE)
        github.upload(RUN, "review", hub.archive("review") or b"")
        posted = hub.act("comment", "workflow_run", finished(event))
        done = (opened, made, posted)
        assert [process.returncode for process in done] == [0, 0, 0], [p.stdout for p in done]

    comment, comment_again = hub.calls()
    ended = [(c["name"], c["head_sha"], c["status"], c["conclusion"]) for c in github.checks]
    assert ended == [("verdict", commit, "completed", "success") for commit in commits]
    assert comment["words"] == comment_again["words"]
    assert {"--target=pr/7", "--watermark-title=review"} <= set(comment["words"])
    assert "`train.options.C`: `1.0` → `0.5`" in comment["report"]
    assert "`train.options.C`: `1.0` → `0.25`" in comment_again["report"]


def test_review_and_comment_in_a_folder_of_a_larger_repository(
    project: Path, tmp_path: Path
) -> None:
    inner = nested(project, tmp_path / "above")
    hub = Hub.of(inner.parent, tmp_path / "hub")
    with serve() as github:
        hub.url = github.url
        github.runs[RUN] = {"status": "in_progress", "run_attempt": 1}
        base = run("git", "rev-parse", "main", cwd=hub.origin).stdout.strip()
        github.merge_bases["main"] = base
        commit = change(inner)
        event = hub.pull(inner)
        github.open_pull(7, commit)
        edited = run("git", "diff", "--name-only", base, commit, cwd=inner).stdout.split()
        github.change(*edited)
        hub.act("comment", "workflow_run", started(event), FOLDER=inner.name)
        made = hub.act("review", "pull_request", event, MERGE, FOLDER=inner.name)
        github.upload(RUN, "review", hub.archive("review") or b"")
        posted = hub.act("comment", "workflow_run", finished(event), FOLDER=inner.name)

    assert [made.returncode, posted.returncode] == [0, 0], made.stdout + posted.stdout
    ((check,), (comment,)) = github.checks, hub.calls()
    assert (check["head_sha"], check["conclusion"]) == (commit, "success")
    assert "`train.options.C`: `1.0` → `0.5`" in comment["report"]
    assert "changes what judges it" not in comment["report"]


def test_without_cml_the_report_is_posted_all_the_same(
    hub: Hub, project: Path, github: GitHub
) -> None:
    """Its action fails, and the job does not."""
    event = opened(hub, project, github)
    commit = event["pull_request"]["head"]["sha"]
    github.upload(RUN, "review", archived(reviewed(commit)))

    done = hub.act("comment", "workflow_run", finished(event), NO_CML="1")

    (check,), (comment,) = github.checks, github.comments
    assert done.returncode == 0, done.stdout
    assert "Failure - Main iterative/setup-cml" in done.stdout
    assert "The comment: directly, since CML cannot be started" in done.stdout
    assert (check["head_sha"], check["conclusion"]) == (commit, "failure")
    assert comment["body"].startswith(markdown.report(reviewed(commit)))


def test_a_review_that_breaks_off_concludes_the_check(
    hub: Hub, project: Path, github: GitHub
) -> None:
    """A required check that nobody concludes would hold the pull request for ever."""
    change(project, push=False)
    event = opened(hub, project, github)
    hub.act("comment", "workflow_run", started(event))
    waiting = [check["status"] for check in github.checks]
    broken = hub.act("review", "pull_request", event, MERGE)

    done = hub.act("comment", "workflow_run", finished(event, conclusion="failure"))

    (check,) = github.checks
    assert (broken.returncode, hub.archive("review"), waiting) == (1, None, ["in_progress"])
    assert done.returncode == 0, done.stdout
    assert [call["words"][:2] for call in hub.calls()] == [["comment", "create"]]
    assert (check["status"], check["conclusion"]) == ("completed", "failure")
    assert check["output"]["title"] == "The review failed, and left no report"


def test_a_lock_that_was_not_committed_is_offered(hub: Hub, project: Path) -> None:
    change(project, repro=False)

    done = hub.act("review", "pull_request", hub.pull(project), MERGE)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "dvc.lock is not committed up to date: run `make repro`, then" in done.stdout
    assert hub.archive("lock")


def test_data_that_was_not_pushed_is_named(hub: Hub, project: Path) -> None:
    """And a review.json that was committed does not pass for the one that was not made."""
    (project / "review.json").write_text(json.dumps(reviewed(None)))
    run("git", "add", "--force", "review.json", cwd=project)
    change(project, push=False)

    done = hub.act("review", "pull_request", hub.pull(project), MERGE)

    assert done.returncode == 1
    assert "Not in the remote, though this commit needs it: [" in done.stdout
    assert hub.archive("review") is None


def hostile(kind: str, commit: str) -> bytes:
    """Return what a pull request could leave in place of its review."""
    review = reviewed(commit)
    if kind == "symlink":
        return packed(b"/etc/passwd", kind=stat.S_IFLNK)
    if kind == "100 MB":
        return packed(b" " * 100_000_000)
    if kind == "invalid UTF-8":
        return packed(b"\xff\xfe{}")
    if kind == "NaN":
        return packed(json.dumps(review).encode().replace(b'"version": 1', b'"version": NaN'))
    return archived(review)


@pytest.mark.parametrize("kind", ["symlink", "100 MB", "invalid UTF-8", "NaN", "base", "stale"])
def test_what_is_not_the_review_of_the_head_is_not_posted(
    hub: Hub, project: Path, github: GitHub, kind: str
) -> None:
    event = opened(hub, project, github)
    commit = event["pull_request"]["head"]["sha"]
    github.upload(RUN, "review", hostile(kind, commit))
    if kind == "base":
        github.merge_bases["main"] = "e" * 40
    if kind == "stale":
        github.open_pull(7, "e" * 40)

    done = hub.act("comment", "workflow_run", finished(event))

    said = {
        "stale": "no open pull request has",
        "NaN": "review.json",
        "invalid UTF-8": "review.json",
    }
    assert said.get(kind, "Refused: ") in done.stdout
    assert done.returncode == (kind != "stale")
    assert all("The review's report was refused" in call["report"] for call in hub.calls())
    assert {check["conclusion"] for check in github.checks} <= {"failure"}


def test_a_hostile_column_name_does_nothing(hub: Hub, project: Path, github: GitHub) -> None:
    event = opened(hub, project, github)
    review = reviewed(event["pull_request"]["head"]["sha"])
    review["changes"]["data"]["drift"][0]["column"] = HOSTILE
    github.upload(RUN, "review", archived(review))

    done = hub.act("comment", "workflow_run", finished(event))

    assert done.returncode == 0, done.stdout
    assert HOSTILE not in hub.calls()[1]["report"]


def opened(hub: Hub, project: Path, github: GitHub) -> Event:
    """Open a pull request of what the project holds."""
    event = hub.pull(project)
    github.open_pull(7, event["pull_request"]["head"]["sha"])
    return event


def test_check_calls_both_targets(hub: Hub, project: Path) -> None:
    """Tests are collected and not run: they are those that run this one."""
    event = {"ref": "refs/heads/main", "repository": {"full_name": REPOSITORY}}

    done = hub.act("check", "push", event, PYTEST_ADDOPTS="--collect-only")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success - Main make check" in done.stdout
    assert "Success - Main make test" in done.stdout


def edited(event: Event, changes: dict[str, Any]) -> Event:
    """Return the event of a pull request whose title, text or base became another."""
    return event | {"action": "edited", "changes": changes}


def test_another_base_is_reviewed_and_another_title_is_not(
    hub: Hub, project: Path, github: GitHub
) -> None:
    """With a json.py at the top, as an attack, that would stand in for Python's own."""
    (project / "json.py").write_text("raise SystemExit('json.py of the pull request ran')\n")
    commit = change(project, repro=False)
    event = hub.pull(project)

    titled = hub.act("retarget", "pull_request", edited(event, {"title": {"from": "x"}}), MERGE)
    nothing = hub.archive("review")
    moved = {"base": {"ref": {"from": "release"}, "sha": {"from": "a" * 40}}}
    rebased = hub.act("retarget", "pull_request", edited(event, moved), MERGE)

    with zipfile.ZipFile(io.BytesIO(hub.archive("review") or b"")) as left:
        review = json.loads(left.read("review.json"))
    assert (titled.returncode, nothing, rebased.returncode) == (0, None, 0), rebased.stdout
    assert "json.py of the pull request ran" not in rebased.stdout
    assert (
        review["base"]["commit"]
        == run("git", "rev-parse", f"{commit}~", cwd=project).stdout.strip()
    )
