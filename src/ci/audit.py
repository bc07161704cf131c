"""Rerun everything from the raw data in an empty cache, and compare each result with dvc.lock."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci import reproduce
from pipeline import stage
from pipeline.clone import check, credentials
from report import markdown
from report.blocks import Block, Name, Paragraph, Table, Text
from review.gather import git, snapshot

SCORES = "metrics/test.json"
MEANING = {
    "identical": "Every result is what dvc.lock records, byte for byte.",
    "equivalent": "Some files differ, but every metric is the same in all the digits written.",
    "different": "Metrics differ: the recorded results cannot be had again from this commit.",
}


@dataclass(frozen=True)
class Audit:
    """What was found at a commit, and which outputs of which stages differ."""

    commit: str
    verdict: str
    differing: list[tuple[str, str]]


def audit(root: Path) -> Audit:
    """Clone HEAD, rerun every stage on the raw data alone, and compare. Raises UserError."""
    check.expect_sound(root)
    with fresh(root) as clone:
        recorded, scores = _recorded(clone)
        git.call("dvc", "pull", "data/raw.dvc", cwd=clone)
        reproduce.repro("--force", root=clone)
        made, scored = _recorded(clone)
    differing = [place for place in made if made[place] != recorded.get(place)]
    equal = "equivalent" if scores == scored else "different"
    commit = git.commit_of("HEAD", root)
    return Audit(commit, equal if differing else "identical", differing)


@contextmanager
def fresh(root: Path) -> Iterator[Path]:
    """Yield a clone of HEAD with an empty cache, which reaches the same remote."""
    with tempfile.TemporaryDirectory(prefix="threefold-") as parent:
        top = Path(parent) / "project"
        source = git.git("rev-parse", "--show-toplevel", cwd=root)
        git.git("clone", "--quiet", "--no-local", source, str(top), cwd=root)
        git.git("checkout", "--quiet", git.commit_of("HEAD", root), cwd=top)
        clone = top / git.inside(root)
        settings = credentials.local(root / ".dvc/config.local")  # how to reach the remote
        settings.remove_section("cache")
        credentials.write_local(clone, settings)
        check.expect_sound(clone)
        yield clone


def _recorded(root: Path) -> tuple[dict[tuple[str, str], Any], str]:
    """Return the hash of each output by stage and path, and the scores as they are written."""
    outs = {
        (name, out["path"]): out["md5"]
        for name, entry in snapshot.locked(root).items()
        for out in entry.get("outs", [])
    }
    scores = root / SCORES
    return outs, scores.read_text(encoding="utf-8") if scores.exists() else ""


def report(found: Audit) -> str:
    """Return what was found, as Markdown."""
    start: Text = (f"Audit of {found.commit[:7]}: {found.verdict}. {MEANING[found.verdict]}",)
    rows = [(Name(name), Name(path)) for name, path in found.differing]
    blocks: list[Block] = [Paragraph(start)]
    blocks += [Table(("stage", "differs"), "ll", list(rows))] * bool(rows)
    if rows:
        blocks.append(
            Paragraph(
                "The first stage of the table is where to look. Other packages, another kind of "
                "processor, or a seed that is not fixed are the usual causes (docs/ci.md)."
            )
        )
    return "\n\n".join(map(markdown.block, blocks))


def main() -> None:
    """Audit, print the report, and exit 1 if metrics differ."""
    parser = argparse.ArgumentParser(prog="python -m ci.audit", description=__doc__)
    parser.add_argument("--output", metavar="FILE", help="write the report, if anything differs")
    asked = parser.parse_args()
    found = audit(git.project())
    text = report(found)
    print(text)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(text + "\n")
    if asked.output and found.verdict != "identical":
        Path(asked.output).write_text(text, encoding="utf-8")
    sys.exit(found.verdict == "different")


if __name__ == "__main__":
    try:
        main()
    except stage.UserError as error:
        sys.exit(str(error))
