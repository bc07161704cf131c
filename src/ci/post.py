"""Post the review of a pull request: check what review.yml left, render it, hand it to CML.

This runs with write permission, after code that anybody could have sent. Only GitHub's own answers
are believed; the artifact is one small file, read against a schema, and never run or extracted.
"""

import argparse
import io
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from ci import github
from report import document, markdown

WORKFLOW = ".github/workflows/review.yml"
FILE = "review.json"
SHOWN = 5  # names in the warning
CHECK = "verdict"  # no name of a job: those are set by the pull request's own workflows
WATERMARK = "review"  # by which CML finds its comment again
MARK = re.compile(
    rf'!\[\]\(https://cml\.dev/watermark\.png#[0-9a-fA-F]+ "CML watermark {WATERMARK}"\)'
)
JUDGES = (".dvc/", ".github/", "Makefile", "src/ci/", "src/report/", "src/review/", "uv.txt")
CONCLUSIONS = {"passed": "success", "failed": "failure", "off": "neutral"}
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others need modules that may be absent
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, OverflowError, RuntimeError, ValueError),
)


class RefusedError(Exception):
    """A run, its artifact or its pull request is not what a review leaves; nothing was posted."""


def comment(run: dict[str, Any], repository: str) -> str:
    """Post the report that a run of review.yml left, and return what was done as a sentence."""
    _expect("the run's event", run["event"], "pull_request")
    _expect("the run's workflow", run["path"].partition("@")[0], WORKFLOW)
    artifact = _newest(repository, run["id"])
    if artifact is None:
        return f"Nothing to post: run {run['id']} left no report; its log says why."
    number = int(artifact["name"].removeprefix("review-"))
    pull = github.call("GET", f"repos/{repository}/pulls/{number}")
    _expect(f"the repository of pull request {number}", _source(pull), _repository(run) or "there")
    _expect(f"the branch of pull request {number}", pull["head"]["ref"], run["head_branch"])
    if pull["state"] != "open":
        return f"Nothing to post: pull request {number} is {pull['state']!a}."
    if pull["head"]["sha"] != run["head_sha"]:
        return (
            f"Nothing to post: pull request {number} moved on from {run['head_sha'][:7]} to "
            f"{pull['head']['sha'][:7]}, which has a review of its own."
        )
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        path = f"repos/{repository}/actions/artifacts/{artifact['id']}/zip"
        file = Path(folder, FILE)
        file.write_bytes(only_file(github.download(path, document.LARGEST_BYTES)))
        review = document.load(file)
        if review["head"]["commit"] is not None:  # none: the run had to change dvc.lock
            _expect("the commit in review.json", review["head"]["commit"], run["head_sha"])
        review["notes"][:0] = _judges_changed(repository, number)
        report = Path(folder, "report.md")
        report.write_text(markdown.report(review), encoding="utf-8")
        _post(commands(review, pull, run["head_sha"], repository), report)
    return f"Posted the review of {run['head_sha'][:7]} to pull request {number}."


def only_file(archive: bytes) -> bytes:
    """Return the content of the one file in a zip archive; raise RefusedError for any other."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            members = opened.infolist()
            _expect("the artifact's files", [member.filename for member in members], [FILE])
            kind = stat.S_IFMT(members[0].external_attr >> 16)
            if kind not in (0, stat.S_IFREG) or members[0].compress_type not in METHODS:
                raise RefusedError(f"Refused: {FILE} is no regular file, or compressed unusually.")
            with opened.open(members[0]) as file:
                content = file.read(document.LARGEST_BYTES + 1)
    except BROKEN as error:
        raise RefusedError(f"Refused: the artifact is no zip archive ({str(error)!a}).") from None
    if len(content) > document.LARGEST_BYTES:
        raise RefusedError(f"Refused: {FILE} has more than {document.LARGEST_BYTES:,} bytes.")
    return content


def commands(
    review: dict[str, Any], pull: dict[str, Any], commit: str, repository: str
) -> list[tuple[str, ...]]:
    """Return the calls of CML, the report's file left out; `--publish=false` keeps files here.

    The check is `verdict` for the default branch alone: one of another base must not stand for it.
    """
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    where = ("--driver=github", f"--repo={server}/{repository}")
    base, number = pull["base"], pull["number"]
    title = CHECK if base["ref"] == base["repo"]["default_branch"] else f"{CHECK} on {base['ref']}"
    conclusion = CONCLUSIONS[review["verdict"]["gate"]]
    target = (f"--target=pr/{number}", "--publish=false", f"--watermark-title={WATERMARK}")
    result = (f"--head-sha={commit}", f"--title={title}", f"--conclusion={conclusion}")
    return [
        ("cml", "check", "create", *where, *result),
        ("cml", "comment", _verb(repository, number), *where, *target),
    ]


def _verb(repository: str, number: int) -> str:
    """Return 'update', or 'create' if CML would take somebody else's comment for its own.

    CML changes the last comment of the first 30 that bears its watermark, whoever wrote it, and who
    wrote it could then change the report.
    """
    listed = github.call("GET", f"repos/{repository}/issues/{number}/comments")
    marked = [comment for comment in listed if MARK.search(comment["body"] or "")]
    return "create" if marked and marked[-1]["user"]["login"] != github.BOT else "update"


def _judges_changed(repository: str, number: int) -> list[str]:
    """Return a warning if the pull request changes what reviews it, which GitHub knows."""
    files = github.every(f"repos/{repository}/pulls/{number}/files")
    names = [name for file in files for name in (file["filename"], file.get("previous_filename"))]
    found = [name for name in names if name and name.startswith(JUDGES)]
    if not found:
        return []
    more = f" and {len(found) - SHOWN} more" * (len(found) > SHOWN)
    return [
        "This pull request changes what judges it, so read that before you believe this report: "
        f"{', '.join(found[:SHOWN])}{more}"
    ]


def _newest(repository: str, run: int) -> dict[str, Any] | None:
    """Return the artifact of a run that holds its review: the last, if the run was repeated."""
    found = github.call("GET", f"repos/{repository}/actions/runs/{run}/artifacts?per_page=100")
    reviews = [
        artifact
        for artifact in found["artifacts"]
        if re.fullmatch(r"review-[1-9][0-9]{0,8}", artifact["name"]) and not artifact["expired"]
    ]
    return max(reviews, key=lambda artifact: artifact["id"], default=None)


def _source(pull: dict[str, Any]) -> str | None:
    """Return the repository a pull request comes from; None when it was deleted."""
    repository = pull["head"]["repo"]
    return repository["full_name"] if repository else None


def _repository(run: dict[str, Any]) -> str | None:
    repository = run["head_repository"]
    return repository["full_name"] if repository else None


def _expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise RefusedError(f"Refused: {what} is {found!a:.200}; expected {expected!a:.200}.")


def _post(calls: list[tuple[str, ...]], report: Path) -> None:
    """Make every call, so that a locked conversation still gets its check; raise GitHubError."""
    env = {**os.environ, "REPO_TOKEN": os.environ["GITHUB_TOKEN"], "ITERATIVE_DO_NOT_TRACK": "1"}
    failed = [words for words in calls if subprocess.run([*words, str(report)], env=env).returncode]
    if failed:
        raise github.GitHubError(f"`{' '.join(failed[0][:3])}` failed; what it said is above.")


def main() -> None:
    """Read the event that GitHub wrote, and post."""
    argparse.ArgumentParser(prog="python -m ci.post", description=__doc__).parse_args()
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    print(comment(event["workflow_run"], os.environ["GITHUB_REPOSITORY"]))


if __name__ == "__main__":
    try:
        main()
    except (RefusedError, document.DocumentError, github.GitHubError) as error:
        sys.exit(str(error).replace("##[", "# #["))  # else the runner takes it for a command
