"""Rerun what a change touches, downloading as little as possible, and say what each stage did."""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline import stage
from pipeline.clone import check
from report import plain
from review import ReviewError
from review.gather import git

# What nothing needs is not downloaded; the run cache would be copied entry by entry, each time.
REPRO = ("dvc", "repro", "--pull", "--allow-missing", "--no-run-cache")
LINES = {
    "ran": re.compile(r"Running stage '([^']+)'"),
    "from cache": re.compile(r"Stage '([^']+)' is cached"),
    "unchanged": re.compile(r"Stage '([^']+)' didn't change"),
}
Ran = dict[str, dict[str, Any]]


def not_in_remote(root: str | Path = ".") -> list[str]:
    """Return the files and folders that Git says DVC has, and that nobody pushed."""
    check.expect_sound(Path(root))
    words = ("dvc", "data", "status", "--not-in-remote", "--granular", "--json")
    found = json.loads(git.call(*words, cwd=root).stdout or "{}")
    return sorted(found.get("not_in_remote", []))


def check_remote(root: str | Path = ".") -> None:
    """Raise ReviewError, with what to do, if somebody forgot `dvc push`."""
    absent = not_in_remote(root)
    if absent:
        raise ReviewError(
            f"Not in the remote, though this commit needs it: {stage.cut(absent)}; whoever made it "
            "needs to run `dvc push` (and `git add -A && git commit`, if data/storage is the "
            "remote); or this machine may not read the remote."
        )


def started(
    *words: str, root: str | Path, env: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a program in a folder; what it prints, errors too, is to be read by `show`."""
    return subprocess.Popen(
        words,
        cwd=root,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="backslashreplace",
    )


def show(lines: Iterable[str] | None) -> Iterator[str]:
    """Print each line as it arrives, so that GitHub's runner never acts on it, and yield it.

    Stages print what they find in data, and the job that runs them may have a token that writes.
    """
    for line in lines or ():
        print(plain.one_line(line.expandtabs().rstrip("\n")), flush=True)
        yield line


def stages(lines: Iterable[str] | None) -> Ran:
    """Return what each stage did, and its seconds if it ran, from DVC's output as it arrives."""
    found: Ran = {}
    running, since = "", 0.0
    for line in show(lines):
        for result, pattern in LINES.items():
            if match := pattern.search(line):
                now = time.monotonic()
                if running:
                    found[running]["seconds"] = round(now - since, 1)
                running, since = (match[1], now) if result == "ran" else ("", 0.0)
                found[match[1]] = {"result": result, "seconds": None}
    if running:
        found[running]["seconds"] = round(time.monotonic() - since, 1)
    return found


def repro(*options: str, root: str | Path = ".") -> Ran:
    """Run `dvc repro`, showing what it prints; raise UserError if it fails, or may harm."""
    check.expect_sound(Path(root))
    with started(*REPRO, *options, root=root, env=git.environment(root)) as process:
        found = stages(process.stdout)
    if process.returncode:
        raise ReviewError(f"`{' '.join([*REPRO, *options])}` failed; what it said is above.")
    return found


def main() -> None:
    """Check the remote, rerun, and write what each stage did."""
    parser = argparse.ArgumentParser(prog="python -m ci.reproduce", description=__doc__)
    parser.add_argument("--output", metavar="FILE", help="write what each stage did, as JSON")
    asked = parser.parse_args()
    check_remote()
    found = repro()
    if asked.output:
        stage.write_json(asked.output, found)


if __name__ == "__main__":
    try:
        main()
    except stage.UserError as error:
        sys.exit(str(error))
