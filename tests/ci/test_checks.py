"""The check of a commit waits from the start of its review, and is concluded however that ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from github_server import REPOSITORY, GitHub
from report import markdown
from test_post import (
    FORK,
    HEAD,
    NUMBER,
    OLD,
    RUN,
    THIS,
    Job,
    archived,
    finished,
    packed,
    refuses,
    reviewed,
    reviewing,
)


@pytest.fixture
def github() -> Iterator[GitHub]:
    """A GitHub with one open pull request."""
    with reviewing() as server:
        yield server


@pytest.fixture
def job(tmp_path: Path, github: GitHub) -> Job:
    """The job, with a stand-in for CML."""
    return Job(tmp_path, github)


def test_the_check_waits_from_the_start_and_is_concluded_by_the_gate(
    job: Job, github: GitHub
) -> None:
    """One check, first in progress; CML is asked for the comment alone."""
    started = job(finished(), "in_progress")
    waiting = [(c["name"], c["head_sha"], c["status"]) for c in github.checks]
    github.upload(RUN, "review", archived(reviewed()))

    done = job(finished())

    (check,) = github.checks
    assert started.stdout == f"Opened for {HEAD[:7]}: 'verdict'.\n", started.stderr
    assert waiting == [("verdict", HEAD, "in_progress")]
    assert (check["status"], check["conclusion"]) == ("completed", "failure")
    assert check["output"] == {"title": "verdict", "summary": markdown.report(reviewed())}
    assert [call["words"][0] for call in job.calls] == ["comment"], done.stderr
    assert "The check 'verdict': directly, since CML cannot conclude" in done.stdout


def test_a_check_is_opened_once(job: Job, github: GitHub) -> None:
    """GitHub tells of a run when it is asked for, and when it starts; and a repeated one again."""
    for action in ("requested", "in_progress"):
        job(finished(), action)
    github.checks[0]["status"] = "completed"
    job(finished(), "in_progress")

    assert [check["status"] for check in github.checks] == ["completed", "in_progress"]


def test_a_branch_may_have_any_name(job: Job, github: GitHub) -> None:
    branch = "a/b&state=closed#+é%2F"
    github.open_pull(NUMBER, HEAD, branch)

    job(finished(head_branch=branch), "requested")

    assert [check["name"] for check in github.checks] == ["verdict"]


def test_a_fork_waits_alike_and_each_base_by_its_own_name(job: Job, github: GitHub) -> None:
    """The branch of the same name in another repository, and an old head, wait for nothing."""
    github.open_pull(NUMBER, HEAD, repository=FORK)
    github.open_pull(8, HEAD, repository=FORK)["base"]["ref"] = "release"
    github.open_pull(9, HEAD, repository="stranger/another")["base"]["ref"] = "none"
    github.open_pull(10, OLD, repository=FORK)["base"]["ref"] = "none"

    job(finished(FORK), "requested")

    assert [check["name"] for check in github.checks] == ["verdict", "verdict on release"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"event": "push"}, "the run's event is 'push'"),
        ({"path": ".github/workflows/evil.yml"}, "the run's workflow is '.github/workflows/evil"),
        ({"head_sha": OLD}, "no open pull request needs a check of aaaaaaa"),
        ({"head_branch": "main"}, "no open pull request needs a check of bbbbbbb"),
        ({"head_repository": None}, "no open pull request needs a check of bbbbbbb"),
    ],
)
def test_no_check_is_opened_for_anything_else(
    job: Job, github: GitHub, changed: dict[str, Any], said: str
) -> None:
    done = job(finished(**changed), "requested")

    assert said in done.stdout + done.stderr and github.checks == []


def test_a_run_that_is_over_opens_nothing(job: Job, github: GitHub) -> None:
    """A job that had to wait for a machine comes too late: what it opened would wait for ever."""
    github.runs[RUN]["status"] = "completed"

    job(finished(), "requested")

    assert github.checks == []


ENDS = {
    "failure": ("failure", "The review failed, and left no report"),
    "cancelled": ("failure", "The review was cancelled, and left no report"),
    "timed_out": ("failure", "The review took too long, and left no report"),
    "action_required": ("action_required", "The review waits for a maintainer's approval"),
    "success": ("failure", "The review left no report"),
}


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "not opened"])
@pytest.mark.parametrize("ended", ENDS)
def test_a_run_that_left_nothing_concludes_the_check(
    job: Job, github: GitHub, ended: str, opened: bool
) -> None:
    if opened:
        job(finished(), "requested")

    done = job(finished(conclusion=ended))

    (check,) = github.checks
    assert done.returncode == 0, done.stderr
    assert (check["name"], check["head_sha"], check["status"]) == ("verdict", HEAD, "completed")
    assert (check["conclusion"], check["output"]["title"]) == ENDS[ended]
    log = f"https://github.example/{REPOSITORY}/actions/runs/{RUN}"
    assert check["output"]["summary"] == f"[Its log]({log}) says why."


def test_what_was_refused_fails_the_check_and_is_not_repeated_in_it(
    job: Job, github: GitHub
) -> None:
    job(finished(), "requested")
    github.upload(RUN, "review", packed(b"{}", "@octocat.json"))

    refuses(job, finished(), "files is ['@octocat.json']")

    (check,) = github.checks
    assert check["status"] == "completed"
    assert check["output"]["title"] == "The review's report was refused"
    assert "octocat" not in json.dumps(check)
    assert f"/actions/runs/{THIS}) says why" in check["output"]["summary"]


@pytest.mark.parametrize("left", [True, False], ids=["a report", "nothing"])
def test_a_check_of_a_commit_that_was_superseded_is_cancelled(
    job: Job, github: GitHub, left: bool
) -> None:
    job(finished(), "requested")
    github.open_pull(NUMBER, OLD)
    if left:
        github.upload(RUN, "review", archived(reviewed()))

    job(finished(conclusion="cancelled"))

    (check,) = github.checks
    assert (check["status"], check["conclusion"]) == ("completed", "cancelled")
    assert check["output"]["title"] == "The pull request moved on, or is closed"


def test_an_end_without_report_leaves_what_another_run_concluded(job: Job, github: GitHub) -> None:
    """Two pull requests of one commit have a run each: neither speaks for the other's base."""
    github.open_pull(8, HEAD)["base"]["ref"] = "release"
    github.merge_bases["release"] = OLD
    github.runs[72] = github.runs[RUN]
    job(finished(), "requested")
    github.upload(RUN, "review", archived(reviewed()))
    job(finished())

    job(finished(id=72, conclusion="cancelled"))

    assert [(c["name"], c["output"]["title"]) for c in github.checks] == [
        ("verdict", "verdict"),
        ("verdict on release", "The review was cancelled, and left no report"),
    ]


def test_the_check_of_a_job_is_not_taken_for_ours(job: Job, github: GitHub) -> None:
    """A pull request can name a job as it likes; and other Apps, their checks."""
    app = {"slug": "github-actions"}
    job_of = {"id": 1, "name": "verdict", "head_sha": HEAD, "status": "in_progress", "app": app}
    github.checks.append(dict(job_of, external_id="1b2c"))
    github.checks.append(dict(job_of, id=2, app={"slug": "other"}, external_id="review"))

    job(finished(conclusion="failure"))

    assert [check["status"] for check in github.checks] == [
        "in_progress",
        "in_progress",
        "completed",
    ]


def test_what_github_no_longer_knows_is_nobodys(job: Job, github: GitHub) -> None:
    """A pull request of a fork that was deleted, and a check of an App that is gone, are null."""
    github.open_pull(8, HEAD)["head"]["repo"] = None
    gone = {"id": 1, "app": None, "external_id": "review", "name": "verdict", "head_sha": HEAD}
    github.checks = [{**gone, "status": "completed", "conclusion": "success"}]

    opened, ended = job(finished(), "requested"), job(finished(head_branch=None))

    assert (opened.returncode, ended.returncode) == (0, 0), opened.stderr + ended.stderr
    assert [check["app"] for check in github.checks][:2] == [None, {"slug": "github-actions"}]
