"""Render review.json as Markdown or for a terminal, with the standard library alone."""

import argparse
import sys
from pathlib import Path
from typing import Any

from review import check, markdown, report
from review import terminal as screen
from review.check import load

LARGEST_BYTES = 60_000  # GitHub takes 65,536 characters; in UTF-8 none is less than a byte
__all__ = ["load", "render", "terminal"]


def render(review: dict[str, Any]) -> str:
    """Return the report as GitHub Markdown; the last sections are left out if it is too long."""
    sections = report.sections(review)
    written = [markdown.section(section) for section in sections]
    for kept in range(len(written), 0, -1):
        cut = "; ".join(str(section.title) for section in sections[kept:])
        note = [f"Left out, because the report is too long: {markdown.inline(cut)}."] * bool(cut)
        text = "\n\n".join([*written[:kept], *note]) + "\n"
        if len(text.encode()) <= LARGEST_BYTES:
            break
    return text


def terminal(review: dict[str, Any]) -> str:
    """Return the report as text for a terminal of 100 columns."""
    return "\n\n".join(filter(None, map(screen.section, report.sections(review)))) + "\n"


def main() -> None:
    """Check review.json, render it, and write it out."""
    parser = argparse.ArgumentParser(prog="python -m review.render", description=__doc__)
    parser.add_argument("review", help="a review.json")
    parser.add_argument("--terminal", action="store_true", help="for a terminal, not Markdown")
    parser.add_argument("--output", metavar="FILE", help="default: standard output")
    asked = parser.parse_args()
    review = load(asked.review)
    text = terminal(review) if asked.terminal else render(review)
    if asked.output:
        Path(asked.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.buffer.write(text.encode())


if __name__ == "__main__":
    try:
        main()
    except check.ReviewError as error:
        sys.exit(str(error))
