"""Hand what a run made from the job that ran it to the one that may write: a commit, in a file.

The file is a Git bundle, made by a job that ran the pipeline. The other job takes nothing from it
but data, results and dvc.lock, and runs nothing of what it takes.
"""

import argparse
import os
import re
import sys
from pathlib import Path

from ci.propose import PATHS, ProposeError, commit, git
from report.plain import one_line

REF = "refs/threefold/results"
FILE, GONE = "100644", "000000"  # modes in Git: a plain file, and none


def pack(file: str) -> str:
    """Write the results in the work tree, as a commit that follows HEAD, into a bundle."""
    start = git("rev-parse", "HEAD")
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    git("update-ref", REF, commit(start))
    git("bundle", "create", "--quiet", file, f"{start}..{REF}")
    git("update-ref", "-d", REF)
    return f"Packed what follows {start[:7]} into {file}."


def unpack(file: str) -> str:
    """Lay the results in a bundle into the work tree; raise ProposeError if it holds more.

    HEAD and the index stay.
    """
    start = git("rev-parse", "HEAD")
    git("-c", "fetch.fsckObjects=true", "fetch", "--quiet", "--no-tags", os.path.abspath(file), REF)
    made = git("rev-parse", "FETCH_HEAD")
    if (parents := git("log", "-1", "--format=%P", made)) != start:
        raise ProposeError(f"{file}: its commit follows {parents!a:.90}; expected {start}.")
    inside = git("rev-parse", "--show-prefix")
    others = [name for mode, name in _changed(start, made) if not _result(mode, name, inside)]
    if others:
        raise ProposeError(
            f"{file}: {len(others)} of its files are no results, the first of them "
            f"{others[0]!a:.200}; expected plain files in {', '.join(PATHS)}."
        )
    git("read-tree", "-m", "-u", start, made)
    git("read-tree", start)
    return f"Took what follows {start[:7]} from {file}."


def _changed(start: str, made: str) -> list[tuple[str, str]]:
    """Return mode and name of each file in which two commits differ."""
    found = git("diff-tree", "-r", "-z", "--no-renames", start, made).rstrip("\0").split("\0")
    return [(entry.split()[1], name) for entry, name in zip(found[::2], found[1::2], strict=True)]


def _result(mode: str, name: str, inside: str) -> bool:
    """Say whether a file is one that a run makes: data/refresh, which it runs, is none."""
    allowed = r"dvc\.lock|data/(?!refresh$).+|metrics/.+"
    plain = mode in (FILE, GONE) and name.startswith(inside)
    return plain and bool(re.fullmatch(allowed, name.removeprefix(inside), re.DOTALL))


def main() -> None:
    """Pack, or unpack."""
    parser = argparse.ArgumentParser(prog="python -m ci.results", description=__doc__)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--pack", metavar="FILE", help="write what is in the work tree into a bundle")
    way.add_argument("--unpack", metavar="FILE", help="lay what is in a bundle into the work tree")
    asked = parser.parse_args()
    print(one_line(pack(asked.pack) if asked.pack else unpack(asked.unpack)))


if __name__ == "__main__":
    try:
        main()
    except ProposeError as error:
        sys.exit(str(error))
