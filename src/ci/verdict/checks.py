"""The check of a commit: in progress while the commit is reviewed, and then concluded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ci import cml, github

CHECK = "verdict"  # the name of no job here; a pull request's own may have it: docs/ci.md
OURS = "review"  # the external_id of what is opened here; a job's check has another
APP = "github-actions"  # whose checks GITHUB_TOKEN may change


@dataclass(frozen=True)
class Result:
    """How a check concludes, in one line, and in Markdown."""

    conclusion: str
    title: str
    summary: str


def name(pull: dict[str, Any]) -> str:
    """Return `verdict` for the default branch alone: another base's must not stand for it."""
    base = pull["base"]
    return CHECK if base["ref"] == base["repo"]["default_branch"] else f"{CHECK} on {base['ref']}"


def ours(repository: str, commit: str) -> list[dict[str, Any]]:
    """Return the checks of a commit that were opened or concluded here, the oldest first."""
    path = f"repos/{repository}/commits/{commit}/check-runs?filter=all"
    listed = [check for check in github.every(path, "check_runs") if check["external_id"] == OURS]
    made = [c for c in listed if c["app"] and c["app"]["slug"] == APP]  # null: its App is gone
    return sorted(made, key=lambda check: check["id"])


def opened(checks: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Return the numbers of those that are in progress, by name."""
    found: dict[str, list[int]] = {}
    for check in checks:
        if check["status"] != "completed":
            found.setdefault(check["name"], []).append(check["id"])
    return found


def start(repository: str, commit: str, name: str, page: str) -> None:
    """Open a check, which CML cannot: it makes only those that are concluded."""
    output = {"title": "The review is running", "summary": f"[Its log]({page})"}
    made = {"name": name, "head_sha": commit, "external_id": OURS}
    asked = {**made, "status": "in_progress", "output": output}
    github.call("POST", f"repos/{repository}/check-runs", asked)


def conclude(
    repository: str, commit: str, name: str, result: Result, numbers: Sequence[int]
) -> None:
    """Conclude the checks of those numbers, or make one that is concluded if there is none."""
    path = f"repos/{repository}/check-runs"
    output = {"title": result.title, "summary": result.summary}
    ended = {"status": "completed", "conclusion": result.conclusion, "output": output}
    for number in numbers:
        github.call("PATCH", f"{path}/{number}", ended)
    if not numbers:
        github.call("POST", path, {"name": name, "head_sha": commit, "external_id": OURS, **ended})


def judge(repository: str, commit: str, name: str, result: Result) -> None:
    """Conclude a check by a report: by CML if it works and none is in progress."""
    numbers = opened(ours(repository, commit)).get(name, [])
    why: str | None = "CML cannot conclude a check that is in progress"
    if not numbers:
        where = ("--driver=github", f"--repo={github.page(repository)}")
        what = (f"--head-sha={commit}", f"--title={name}", f"--conclusion={result.conclusion}")
        why = cml.call("check", "create", *where, *what, report=result.summary)
    if why:
        conclude(repository, commit, name, result, numbers)
    cml.say(f"The check {name!r}", why)
