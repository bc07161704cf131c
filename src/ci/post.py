"""Open the check of a pull request when its review starts, and post what the review found.

This runs with write permission, after code that anybody could have sent. Only GitHub's own answers
are believed; the artifact is one small file, read against a schema, and never run or extracted. The
check is concluded whatever the run left, so that no pull request waits for it for ever.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci import artifact, checks, comments, github
from ci.artifact import expect
from ci.checks import Result
from report import document, markdown, plain

WORKFLOW = ".github/workflows/review.yml"
SHOWN = 5  # names in the warning
JUDGES = (".dvc/", ".github/", "Makefile", "src/ci/", "src/report/", "src/review/", "uv.txt")
CONCLUSIONS = {"passed": "success", "failed": "failure", "off": "neutral"}
WAITS = "action_required"  # a run that a maintainer has to approve first
ENDED = {
    WAITS: "waits for a maintainer's approval",
    "cancelled": "was cancelled, and left no report",
    "failure": "failed, and left no report",
    "timed_out": "took too long, and left no report",
}


@dataclass(frozen=True)
class Judged:
    """A review that may be posted: of which pull request, how it ended, and the report."""

    pull: dict[str, Any]
    conclusion: str
    report: str


def start(run: dict[str, Any], repository: str) -> str:
    """Open the check of each pull request whose head a run reviews, and say which."""
    _expect_review(run)
    if github.call("GET", f"repos/{repository}/actions/runs/{run['id']}")["status"] == "completed":
        return f"Nothing to open: run {run['id']} is over."  # this job had to wait for a machine
    opened = checks.opened(checks.ours(repository, run["head_sha"]))
    names = [name for name in checks.names(run, repository) if name not in opened]
    for name in names:
        checks.start(repository, run["head_sha"], name, _page(repository, run["id"]))
    if not names:
        return f"Nothing to open: no open pull request needs a check of {run['head_sha'][:7]}."
    return f"Opened for {run['head_sha'][:7]}: {', '.join(map(repr, names))}."


def finish(run: dict[str, Any], repository: str) -> str:
    """Post the report that a run left, conclude the check, and return what was done."""
    _expect_review(run)
    try:
        found = read(run, repository)
    except Exception:  # whatever it was: the check must not wait for ever
        _give_up(run, repository, _refused(run, repository))
        raise
    if not isinstance(found, Judged):
        _give_up(run, repository, _absent(run, repository))
        return f"Nothing to post: {found}"
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        report = Path(folder, "report.md")
        report.write_text(found.report, encoding="utf-8")
        name, number = checks.name(found.pull), found.pull["number"]
        result = Result(found.conclusion, name, found.report)
        try:
            checks.judge(repository, run["head_sha"], name, result, str(report))
        finally:  # a check that could not be set does not cost the comment, nor the other way round
            comments.post(found.report, number, repository, str(report))
    return f"Posted the review of {run['head_sha'][:7]} to pull request {number}."


def _expect_review(run: dict[str, Any]) -> None:
    expect("the run's event", run["event"], "pull_request")
    expect("the run's workflow", run["path"].partition("@")[0], WORKFLOW)


def read(run: dict[str, Any], repository: str) -> Judged | str:
    """Return the review that a run left, or why there is none to post; raise if it is refused."""
    left = artifact.newest(repository, run["id"])
    if left is None:
        return f"run {run['id']} left no report; its log says why."
    number = int(left["name"].removeprefix("review-"))
    pull = github.call("GET", f"repos/{repository}/pulls/{number}")
    source = checks.source(run, "head_repository") or "there"
    expect(f"the repository of pull request {number}", checks.source(pull["head"]), source)
    expect(f"the branch of pull request {number}", pull["head"]["ref"], run["head_branch"])
    if pull["state"] != "open":
        return f"pull request {number} is {pull['state']!a}."
    if pull["head"]["sha"] != run["head_sha"]:
        return (
            f"pull request {number} moved on from {run['head_sha'][:7]} to "
            f"{pull['head']['sha'][:7]}, which has a review of its own."
        )
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        file = Path(folder, artifact.FILE)
        file.write_bytes(artifact.content(left, repository))
        review = document.load(file)
    if review["head"]["commit"] is not None:  # none: the run had to change dvc.lock
        expect("the commit in review.json", review["head"]["commit"], run["head_sha"])
    review["notes"][:0] = _judges_changed(repository, number)
    return Judged(pull, CONCLUSIONS[review["verdict"]["gate"]], markdown.report(review))


def _give_up(run: dict[str, Any], repository: str, result: Result) -> None:
    """Conclude the checks of a run that left no review, and those of a commit that is no head.

    A check that is concluded already, by another run of the same commit, stays as it is.
    """
    commit, names = run["head_sha"], checks.names(run, repository)
    ours = checks.ours(repository, commit)
    opened, known = checks.opened(ours), {check["name"] for check in ours}
    page = _page(repository, run["id"])
    outdated = Result("cancelled", "The pull request moved on, or is closed", f"[Its log]({page})")
    for name in dict.fromkeys([*opened, *(name for name in names if name not in known)]):
        ended = result if name in names else outdated
        checks.conclude(repository, commit, name, ended, opened.get(name, []))
        said = f"The check {name!r} of {commit[:7]}: {ended.conclusion}, {ended.title!r}."
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


def _judges_changed(repository: str, number: int) -> list[str]:
    """Return a warning if the pull request changes what reviews it, which GitHub knows."""
    files = github.every(f"repos/{repository}/pulls/{number}/files")
    names = [name for file in files for name in (file["filename"], file.get("previous_filename"))]
    # In any folder: the project may lie in one of its repository.
    found = [name for name in names if name and any(f"/{j}" in f"/{name}" for j in JUDGES)]
    if not found:
        return []
    more = f" and {len(found) - SHOWN} more" * (len(found) > SHOWN)
    return [
        "This pull request changes what judges it, so read that before you believe this report: "
        f"{', '.join(found[:SHOWN])}{more}"
    ]


def main() -> None:
    """Read the event that GitHub wrote, and open the check or post."""
    argparse.ArgumentParser(prog="python -m ci.post", description=__doc__).parse_args()
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    act = finish if event["action"] == "completed" else start
    print(plain.one_line(act(event["workflow_run"], os.environ["GITHUB_REPOSITORY"])))


if __name__ == "__main__":
    try:
        main()
    except (artifact.RefusedError, document.DocumentError, github.GitHubError) as error:
        sys.exit(str(error))
