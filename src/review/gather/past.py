"""Reads what head is held against besides base: an older version, and how much its test set did."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import model
from pipeline.scores import Array, Predictions
from pipeline.stage import UserError
from review import ReviewError, models
from review.gather import git, snapshot, store
from review.gather.store import Store
from review.rows import frames

RELEASE = re.compile(r"model@v([0-9]+)\.([0-9]+)\.([0-9]+)")  # as GTO; a '!' takes it back
BACK, COUNTED = 20, 500  # commits of a branch
PREDICTIONS = "data/predictions"


@dataclass(frozen=True)
class Past:
    """What an older version recorded of its test rows, or why that is not there.

    pairs: the positions of the rows that are test rows of both, in `recorded` and in head's.
    """

    commit: str
    label: str
    recorded: Predictions | UserError
    pairs: tuple[Array, Array] = (frames.NONE, frames.NONE)


def past(commit: str, base: Store, head: Store, positive: object) -> Past | None:
    """Return what the last release before a commit said, or without one an older commit."""
    root = head.root
    found = release(commit, root) or older(commit, root)
    if found is None:
        return None
    try:
        before, after = _recorded(*found, base, head), head.rows(PREDICTIONS)
        said = models.predictions(before, model.labels(before["actual"]), positive)
        pairs = frames.paired(before["row"].to_numpy(), after["row"].to_numpy())
        return Past(*found, said, pairs)
    except UserError as error:
        return Past(*found, error)


def release(commit: str, root: Path) -> tuple[str, str] | None:
    """Return the commit and the tag of the highest version that a commit follows, if any."""
    tags = git.git("tag", "--merged", commit, "--list", "model@v*", cwd=root).split()
    kept = (found for tag in tags if (found := RELEASE.fullmatch(tag)) and f"{tag}!" not in tags)
    versions = {tuple(map(int, found.groups())): found[0] for found in kept}
    if not versions:
        return None
    tag = versions[max(versions)]
    return git.commit_of(f"refs/tags/{tag}", root), tag


def older(commit: str, root: Path) -> tuple[str, str] | None:
    """Return the commit 20 before on its branch, or the oldest since then with results, if any."""
    line = git.git("rev-list", "--first-parent", f"-{BACK + 1}", commit, cwd=root).split()
    locks = git.versions("dvc.lock", line, root)
    made = [back for back, lock in enumerate(locks) if back and f"path: {PREDICTIONS}\n" in lock]
    return (line[made[-1]], f"{made[-1]} commits before base") if made else None


def _recorded(commit: str, label: str, base: Store, head: Store) -> pd.DataFrame:
    """Return what an older commit recorded; if base or head recorded the same, from there."""
    lock = git.versions("dvc.lock", [commit], head.root)[0]
    for side in (base, head):
        if (known := side.hashes.get(PREDICTIONS)) and known in lock:
            return _named(side.rows(PREDICTIONS))
    with store.checkout(commit, head.root, label) as folder:
        try:
            made = Store(folder, label, store.outputs(snapshot.locked(folder)))
            return _named(made.rows(PREDICTIONS))
        except UserError as error:
            raise ReviewError(str(error).replace(f"{folder}/", "")) from None


def _named(lines: pd.DataFrame) -> pd.DataFrame:
    if not {"row", "actual", "predicted"} <= set(lines) or lines["row"].dtype != "uint64":
        raise ReviewError(f"its {PREDICTIONS} says not which rows it is about")
    return lines


def judged(commit: str, tested: str | None, root: Path) -> int:
    """Return how many results on a commit's branch were made with a test set, given by its hash.

    Of the last 500 that changed dvc.lock: what was refused, or tried at home, left no trace.
    """
    line = ("log", "--first-parent", f"-{COUNTED}", "--format=%H", commit, "--", "dvc.lock")
    locks = git.versions("dvc.lock", git.git(*line, cwd=root).split(), root)
    return sum(tested in lock for lock in locks) if tested else 0
