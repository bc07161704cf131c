"""Open the one issue about the audit of dvc.lock, or update it, with the report in a file.

This runs with write permission, after code of the project that the audit ran: so it uses nothing
but Python, and takes the report for a text that anybody could have written.
"""

import argparse
import os
import stat
import sys
from pathlib import Path

from ci import github
from report.plain import PlainError, one_line

MARK = "<!-- audit of dvc.lock -->"  # by which the issue is found again, if a workflow wrote it
TITLE = "The results cannot be reproduced as dvc.lock records them"
LARGEST_BYTES = 60_000  # GitHub takes 65,536 characters; in UTF-8 none is less than a byte


class IssueError(PlainError):
    """A file is no report; the message says what it is."""


def read(path: Path) -> str:
    """Return the text of a report; raise IssueError unless it is a small file of UTF-8."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_BYTES:
            raise IssueError(f"{path}: expected a file of at most {LARGEST_BYTES:,} bytes.")
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise IssueError(f"{path}: cannot be read ({error}).") from None


def tell(text: str, repository: str) -> str:
    """Open the one issue about the audit, or update it, and return which. Raises GitHubError."""
    path = f"repos/{repository}/issues"
    known = [
        issue["number"]
        for issue in github.every(f"{path}?state=open")
        if MARK in (issue["body"] or "") and github.author(issue) == github.BOT
    ]
    body = {"title": TITLE, "body": f"{text}\n\n{MARK}"}
    if known:
        github.call("PATCH", f"{path}/{known[0]}", body)
        return f"Updated issue {known[0]}."
    return f"Opened issue {github.call('POST', path, body)['number']}."


def main() -> None:
    """Tell GitHub what the audit found."""
    parser = argparse.ArgumentParser(prog="python -m ci.issue", description=__doc__)
    parser.add_argument("report", help="the file that `python -m ci.audit --output` wrote")
    done = tell(read(Path(parser.parse_args().report)), os.environ["GITHUB_REPOSITORY"])
    print(one_line(done))


if __name__ == "__main__":
    try:
        main()
    except (IssueError, github.GitHubError) as error:
        sys.exit(str(error))
