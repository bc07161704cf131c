"""Write the report of a review.json as Markdown, or for a terminal."""

import argparse
import sys
from pathlib import Path

from report import document, markdown, terminal


def main() -> None:
    """Check review.json, write the report, and print it or save it."""
    parser = argparse.ArgumentParser(prog="python -m report", description=__doc__)
    parser.add_argument("review", help="a review.json")
    parser.add_argument("--terminal", action="store_true", help="for a terminal, not Markdown")
    parser.add_argument("--output", metavar="FILE", help="default: standard output")
    asked = parser.parse_args()
    written = terminal.report if asked.terminal else markdown.report
    text = written(document.load(asked.review))
    if asked.output:
        Path(asked.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.buffer.write(text.encode())


if __name__ == "__main__":
    try:
        main()
    except document.DocumentError as error:
        sys.exit(str(error))
