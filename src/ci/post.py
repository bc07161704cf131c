"""Open the check of a pull request when its review starts, and post what the review found.

This runs with write permission, after code that anybody could have sent. Only GitHub's own answers
are believed; the artifact is one small file, read against a schema, and never run or extracted. The
check is concluded whatever the run left, so that no pull request waits for it for ever.
"""

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ci import github
from ci.verdict import checks, comments, pulls, reviewed
from ci.verdict.artifact import RefusedError, expect
from ci.verdict.checks import Result
from ci.verdict.pulls import Pull
from ci.verdict.reviewed import Judged
from report import document, plain

REVIEW, RETARGET = ".github/workflows/review.yml", ".github/workflows/retarget.yml"
WAITS = "action_required"  # a run that a maintainer has to approve first
ENDED = {
    WAITS: "waits for a maintainer's approval",
    "cancelled": "was cancelled, and left no report",
    "failure": "failed, and left no report",
    "timed_out": "took too long, and left no report",
}


def start(run: dict[str, Any], repository: str) -> str:
    """Open the check of each pull request whose head a run reviews, and say which."""
    if _workflow(run) == RETARGET:
        return "Nothing to open: this run may be of another title alone."
    if _now(run, repository)["status"] == "completed":
        return f"Nothing to open: run {run['id']} is over."  # this job had to wait for a machine
    opened = checks.opened(checks.ours(repository, run["head_sha"]))
    found = sorted({checks.name(pull) for pull in pulls.of(run, repository)} - opened.keys())
    for name in found:
        checks.start(repository, run["head_sha"], name, _page(repository, run["id"]))
    if not found:
        return f"Nothing to open: no open pull request needs a check of {run['head_sha'][:7]}."
    return f"Opened for {run['head_sha'][:7]}: {', '.join(map(repr, found))}."


def finish(run: dict[str, Any], repository: str) -> str:
    """Post the report that a run left, conclude the check, and return what was done."""
    if _workflow(run) == RETARGET and run["conclusion"] == "skipped":
        return "Nothing to post: the pull request has another title or text, and the same base."
    if _now(run, repository)["run_attempt"] != run["run_attempt"]:
        return f"Nothing to post: run {run['id']} was repeated, and what it finds now will be."
    found = pulls.of(run, repository)
    try:
        judged = reviewed.read(run, repository, found)
    except Exception:  # whatever it was: the check must not wait for ever
        _give_up(run, repository, found, _refused(run, repository))
        raise
    if isinstance(judged, str):
        _give_up(run, repository, found, _absent(run, repository))
        return f"Nothing to post: {judged}"
    for review in judged:
        _post(review, run["head_sha"], repository)
    numbers = ", ".join(str(review.pull["number"]) for review in judged)
    return f"Posted the review of {run['head_sha'][:7]} to pull request {numbers}."


def _workflow(run: dict[str, Any]) -> str:
    """Return the file of the workflow of a run, if it is one that reviews pull requests."""
    expect("the run's event", run["event"], "pull_request")
    file = str(run["path"].partition("@")[0])
    if file != RETARGET:
        expect("the run's workflow", file, REVIEW)
    return file


def _now(run: dict[str, Any], repository: str) -> Any:
    return github.call("GET", f"repos/{repository}/actions/runs/{run['id']}")


def _post(review: Judged, commit: str, repository: str) -> None:
    name = checks.name(review.pull)
    try:
        checks.judge(repository, commit, name, Result(review.conclusion, name, review.report))
    finally:  # a check that could not be set does not cost the comment, nor the other way round
        comments.post(review.report, review.pull["number"], repository)


def _give_up(run: dict[str, Any], repository: str, found: list[Pull], result: Result) -> None:
    """Conclude the checks of a run that left no review, and those of a commit that is no head.

    A check that is concluded already, by another run of the same commit, stays as it is. What was
    said of an earlier commit does not stay: the comment then says that there is no report.
    """
    commit = run["head_sha"]
    ours = checks.ours(repository, commit)
    opened, known = checks.opened(ours), {check["name"] for check in ours}
    wanted = {checks.name(pull): pull for pull in found}
    for name in sorted(opened.keys() - wanted.keys()):
        log = f"[Its log]({_page(repository, run['id'])})"
        outdated = Result("cancelled", "The pull request moved on, or is closed", log)
        _conclude(repository, commit, name, outdated, opened[name])
    for name, pull in sorted(wanted.items()):
        if name in known and name not in opened:
            continue
        told = replace(result, summary=pulls.warning(pull, repository) + result.summary)
        _conclude(repository, commit, name, told, opened.get(name, []))
        if result.conclusion == "failure":
            said = told.summary.removesuffix(result.summary) + f"### ❌ {result.title}"
            comments.post(f"{said}\n\n{result.summary}\n", pull["number"], repository)


def _conclude(repository: str, commit: str, name: str, result: Result, numbers: list[int]) -> None:
    checks.conclude(repository, commit, name, result, numbers)
    said = f"The check {name!r} of {commit[:7]}: {result.conclusion}, {result.title!r}."
    print(plain.one_line(said))


def _absent(run: dict[str, Any], repository: str) -> Result:
    ended = run["conclusion"]
    title = f"The review {ENDED.get(ended, 'left no report')}"
    log = f"[Its log]({_page(repository, run['id'])}) says why."
    return Result(WAITS if ended == WAITS else "failure", title, log)


def _refused(run: dict[str, Any], repository: str) -> Result:
    """Return a result that repeats nothing of what was refused."""
    log = _page(repository, int(os.environ["GITHUB_RUN_ID"]))
    summary = f"[This log]({log}) says why; [that one]({_page(repository, run['id'])}) is its own."
    return Result("failure", "The review's report was refused", summary)


def _page(repository: str, run: int) -> str:
    return github.page(f"{repository}/actions/runs/{run}")


def main() -> None:
    """Read the event that GitHub wrote, and open the check or post."""
    argparse.ArgumentParser(prog="python -m ci.post", description=__doc__).parse_args()
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    act = finish if event["action"] == "completed" else start
    print(plain.one_line(act(event["workflow_run"], os.environ["GITHUB_REPOSITORY"])))


if __name__ == "__main__":
    try:
        main()
    except (RefusedError, document.DocumentError, github.GitHubError) as error:
        sys.exit(str(error))
