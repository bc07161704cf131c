"""Is dvc.lock true? A clean merge can write one that lies: reruns each entry that nobody made.

An entry is made by the stage's run, and then stands in a commit of a branch. A merge by lines takes
parts of one entry from both sides, and DVC then believes it. After a squash or a rebase the parents
say nothing of the work. So of the commits that a push brings, each merge is judged, on whatever
branch, and each commit of the first-parent line: an entry that no parent of it has is doubtful.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from ci import reproduce
from pipeline import stage
from pipeline.strict import texts
from pipeline.strict.texts import StrictError
from report import plain
from review import ReviewError
from review.gather import git, snapshot, store
from review.gather.store import Store

RESULTS = ("dvc.lock", "metrics")
ADVICE = "run `dvc repro --force && dvc push`, then `git add -A && git commit -m 'Reproduce'`"


def doubtful(root: str | Path = ".", since: str | None = None) -> list[str]:
    """Return the stages whose entry in HEAD's dvc.lock is doubtful, in the lock's order.

    Judged are the commits since the commit `since`; all of HEAD's entries are doubtful if HEAD does
    not follow from it; without it HEAD alone is judged.
    """
    now, made = _entries("HEAD", root), []
    commits = ["HEAD"] if since is None else _since(since, root)
    if commits is None:
        return list(now)
    for commit in commits:
        parents = git.git("log", "-1", "--format=%P", commit, cwd=root).split()
        known = [_entries(parent, root) for parent in parents]
        made += [
            (name, entry)
            for name, entry in _entries(commit, root).items()
            if not any(entry == entries.get(name) for entries in known)
        ]
    return [name for name, entry in now.items() if (name, entry) in made]


def _since(commit: str, root: str | Path) -> list[str] | None:
    """Return the merges and the first-parent line after `commit`; None if HEAD does not follow."""
    if not git.holds("merge-base", "--is-ancestor", commit, "HEAD", cwd=root):
        return None
    past = (f"^{commit}", "HEAD")
    merges = git.git("rev-list", "--merges", *past, cwd=root).split()
    line = git.git("rev-list", "--first-parent", *past, cwd=root).split()
    return list(dict.fromkeys([*line, *merges]))


def _entries(commit: str, root: str | Path) -> dict[str, Any]:
    (text,) = git.versions("dvc.lock", [commit], root)
    try:
        lock = texts.parse_yaml(text)
    except StrictError as error:
        raise ReviewError(
            f"dvc.lock of {commit[:7]} is not valid YAML ({error}), as after a merge with "
            "conflicts; delete it, and run `dvc repro && dvc push`, then "
            "`git add -A && git commit`."
        ) from None
    stages = lock.get("stages") if isinstance(lock, dict) else {}
    return stages if isinstance(stages, dict) else {}


def guard(root: str | Path = ".", since: str | None = None) -> str:
    """Return a sentence that says why the lock is true; raise ReviewError if it is not."""
    stages = doubtful(root, since)  # first: DVC has no sentence for a lock that it cannot read
    reproduce.check_remote(root)
    reproduce.repro(root=root)
    _expect_unchanged("is not up to date with what it was made from", root)
    if stages:
        _fetch_inputs(stages, Path(root))
        reproduce.repro("--force", "--single-item", *stages, root=root)
        _expect_unchanged(f"differs after rerunning {', '.join(stages)}", root)
    proof = (
        f"reran {', '.join(stages)}" if stages else "every entry is a parent's, nothing to rerun"
    )
    return f"dvc.lock is true ({proof}), and all that it names is in the remote."


def _fetch_inputs(stages: list[str], root: Path) -> None:
    """Bring what the stages read, which DVC does not do for a stage on its own."""
    lock = snapshot.locked(root)
    deps = [dep["path"] for name in stages for dep in lock[name].get("deps", [])]
    Store(root, "HEAD", store.outputs(lock)).need(*dict.fromkeys(deps))


def _expect_unchanged(what: str, root: str | Path) -> None:
    words = ("git", "diff", "--name-only", "--relative", "HEAD", "--", *RESULTS)
    changed = git.call(*words, cwd=root).stdout.split()
    if changed:
        raise ReviewError(f"dvc.lock {what}: {', '.join(changed)} changed; {ADVICE}.")


def main() -> None:
    """Say why the lock is true, or exit with what is wrong with it."""
    parser = argparse.ArgumentParser(prog="python -m ci.guard", description=__doc__)
    parser.add_argument("--since", metavar="REV", help="what was there before; default: HEAD alone")
    print(plain.one_line(guard(since=parser.parse_args().since)))


if __name__ == "__main__":
    try:
        main()
    except stage.UserError as error:
        sys.exit(str(error))
