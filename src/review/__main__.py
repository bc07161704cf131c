"""Review a change: what changed, is it real, what caused it."""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

from pipeline import stage
from report import document, markdown, plain, terminal
from review import ReviewError
from review.gather import git
from review.review import review


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m review", description=__doc__)
    parser.add_argument("--base", metavar="REV", help="default: merge base with the default branch")
    parser.add_argument("--head", metavar="REV", help="default: the work tree")
    parser.add_argument(
        "--json", metavar="FILE", help="default: review.json at the top of the project"
    )
    parser.add_argument(
        "--report", metavar="FILE", help="default: report.md at the top of the project"
    )
    parser.add_argument(
        "--no-gate", action="store_true", help="inform only: exit 0 whatever is found"
    )
    parser.add_argument(
        "--stages",
        metavar="FILE",
        help="what ran, and for how long, as `python -m ci.reproduce` says",
    )
    return parser.parse_args(words)


def _ran(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        found = stage.read_json(path)
    except stage.UserError as error:
        raise ReviewError(
            f"--stages: {error} Expected is what `python -m ci.reproduce --output FILE` wrote."
        ) from None
    return found if isinstance(found, dict) else {}


def main() -> None:
    """Review, write review.json and report.md, print the report, and exit by the gate."""
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that worktrees are removed
    root, ran = git.project(), _ran(asked.stages)
    name = asked.base or git.default_base(asked.head or "HEAD", root)
    said = f"Reviewing {asked.head or 'the work tree'} against {name} …"
    print(plain.one_line(said), file=sys.stderr)
    base = (git.commit_of(name, root), asked.base or "base")
    made = review(base, asked.head, root, ran, gated=not asked.no_gate)
    found, cut = document.fitted(made)
    found["notes"] = [*found["notes"], *cut][: document.SCHEMA["$defs"]["texts"]["maxItems"]]
    for problem in document.problems(found, document.SCHEMA, document.SCHEMA):
        raise ReviewError(f"The review does not fit its own schema: {problem}.")
    stage.write_json(asked.json or root / "review.json", found)
    report = Path(asked.report or root / "report.md")
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(markdown.report(found), encoding="utf-8")
    try:
        print(terminal.report(found), flush=True)
    except BrokenPipeError:  # a pager was left early; what Python flushes at its end goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(found["verdict"]["gate"] == "failed")


if __name__ == "__main__":
    try:
        main()
    except stage.UserError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
