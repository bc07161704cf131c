"""Is dvc.lock true? A clean merge can write one that lies: reruns each entry that no parent has."""

import sys
from pathlib import Path
from typing import Any

import yaml

from pipeline import stage
from review import reproduce, revision
from review.revision import ReviewError, Side

RESULTS = ("dvc.lock", "metrics")
ADVICE = "run `dvc repro --force && dvc push`, then `git commit -am 'Reproduce'`"


def doubtful(root: str | Path = ".") -> list[str]:
    """Return the stages whose entry in HEAD's dvc.lock is no parent's, in the lock's order.

    A merge by lines takes parts of one entry from both sides, and DVC then believes it. After a
    squash or a rebase the parents say nothing of the work, so that only rerunning proves it.
    """
    parents = revision.git("log", "-1", "--format=%P", cwd=root).split()
    known = [_entries(commit, root) for commit in parents]
    return [
        name
        for name, entry in _entries("HEAD", root).items()
        if not any(entry == entries.get(name) for entries in known)
    ]


def _entries(commit: str, root: str | Path) -> dict[str, Any]:
    shown = revision.call("git", "show", f"{commit}:dvc.lock", cwd=root, check=False)
    try:
        lock = yaml.safe_load(shown.stdout) if not shown.returncode else None
    except yaml.YAMLError:
        raise ReviewError(
            f"dvc.lock of {commit[:7]} is not valid YAML, as after a merge with conflicts; "
            "delete it, and run `dvc repro && dvc push`."
        ) from None
    return lock.get("stages", {}) if isinstance(lock, dict) else {}


def guard(root: str | Path = ".") -> str:
    """Return a sentence that says why the lock is true; raise ReviewError if it is not."""
    reproduce.check_remote(root)
    stages = doubtful(root)
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
    side = Side(root, None, "HEAD")
    deps = [dep["path"] for name in stages for dep in side.stages[name].get("deps", [])]
    side.need(*dict.fromkeys(deps))


def _expect_unchanged(what: str, root: str | Path) -> None:
    words = ("git", "diff", "--name-only", "HEAD", "--", *RESULTS)
    changed = revision.call(*words, cwd=root).stdout.split()
    if changed:
        raise ReviewError(f"dvc.lock {what}: {', '.join(changed)} changed; {ADVICE}.")


if __name__ == "__main__":
    try:
        print(guard())
    except stage.UserError as error:
        sys.exit(str(error))
