"""Reads what a run left, and says of which pull requests it is a review, if it may be believed."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci.verdict import artifact, pulls
from ci.verdict.artifact import expect
from ci.verdict.pulls import Pull
from report import document, markdown

CONCLUSIONS = {"passed": "success", "failed": "failure", "off": "neutral"}


@dataclass(frozen=True)
class Judged:
    """A review that may be posted: of which pull request, how it ended, and the report."""

    pull: Pull
    conclusion: str
    report: str


def read(run: dict[str, Any], repository: str, found: list[Pull]) -> list[Judged] | str:
    """Return the review that a run left, for each pull request that it is of; raise if refused.

    A text says why there is none to post. A review is of two commits, so it belongs to the pull
    requests whose head and merge base they are, of those that were found.
    """
    if not found:
        return f"no open pull request has {run['head_sha'][:7]} as its head by now."
    left = artifact.newest(run, repository)
    if left is None:
        return f"run {run['id']} left no report; its log says why."
    review = _believed(artifact.content(left, repository), run)
    bases = [pulls.merge_base(pull, repository) for pull in found]
    if review["base"]["commit"] not in bases:
        expect("the base in review.json", review["base"]["commit"], bases[0])
    ended, report = CONCLUSIONS[review["verdict"]["gate"]], markdown.report(review)
    return [
        Judged(pull, ended, pulls.warning(pull, repository) + report)
        for pull, base in zip(found, bases, strict=True)
        if base == review["base"]["commit"]
    ]


def _believed(content: bytes, run: dict[str, Any]) -> dict[str, Any]:
    """Return the review in a file, if it is of the run's commit and ended as the run did."""
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        file = Path(folder, artifact.FILE)
        file.write_bytes(content)
        review = document.load(file)
    if review["head"]["commit"] is not None:  # none: the run had to change dvc.lock
        expect("the commit in review.json", review["head"]["commit"], run["head_sha"])
    if (gate := review["verdict"]["gate"]) != "failed":  # with which the run fails, too
        expect(f"the end of a run whose gate is {gate!r}", run["conclusion"], "success")
    return review
