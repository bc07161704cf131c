"""Reruns base with some levels of head, and asks the model that comes out of it."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline import dataset, model, stage
from pipeline.schema import Schema, read_schema
from pipeline.scores import Predictions
from pipeline.stage import UserError
from review import ReviewError, models
from review.gather import ask, git, snapshot, store
from review.gather.store import Store
from review.methods.shapley import Levels, RerunError
from review.rows import frames

FILES = {
    "data": ("data/raw.dvc", "data/schema.yaml"),
    "params": ("params.yaml",),
    "code": ("src", "dvc.yaml"),
    "environment": ("pyproject.toml", "uv.lock"),
}


@dataclass(frozen=True)
class Reruns:
    """Where base and head are, and the rows, head's test set, that a rerun is scored on."""

    base: str
    head: Store
    schema: Schema
    rows: pd.DataFrame
    after: Predictions

    def __call__(self, chosen: Levels) -> Predictions:
        """Return what base's model says of the rows with the chosen levels of head.

        It is trained in a worktree of base that shares the DVC cache, so that what was trained once
        is not trained again. Raises RerunError.
        """
        label = named(chosen)
        with store.checkout(self.base, self.head.root, label) as folder:
            try:
                _take(self.head.root, folder, chosen)
                store.expect_sound(folder, label)  # of both sides now
                _train(folder)
                return self._said(Store(folder, label, store.outputs(snapshot.locked(folder))))
            except UserError as error:
                said = str(error).replace(f"{folder}/", "").rstrip(".")
                raise RerunError(f"{label[0].upper()}{label[1:]} {said}.") from None

    def _said(self, made: Store) -> Predictions:
        try:
            schema = read_schema(str(made.root / "data/schema.yaml"))
            self._expect_unseen(made, schema)
            target = self.schema.target.name
            with ask.waiting(made.root) as process:
                lines = ask.ask(process, made, schema, self.rows, target, {})
            truth = model.labels(self.rows[target])
            return models.comparable(
                models.predictions(lines, truth, self.after.positive), self.after
            )
        except UserError as error:
            raise ReviewError(f"cannot be scored: {error}") from None

    def _expect_unseen(self, made: Store, schema: Schema) -> None:
        """Raise ReviewError if a rerun was trained on rows that it is to be scored on.

        New rows under base's split, or base's rows under another one, can stand on either side.
        """
        if made.hashes.get("data/train") == self.head.hashes.get("data/train"):
            return
        columns = frames.names(schema, self.schema)[1].identity
        learnt = dataset.hashes(made.rows("data/train"), columns)
        seen = np.isin(dataset.hashes(self.rows, columns), learnt)
        if seen.any():
            raise ReviewError(
                f"it learnt {stage.plural(int(seen.sum()), 'row')} of head's test set"
            )


def named(chosen: Levels) -> str:
    """Return what a rerun is called."""
    return f"{' and '.join(sorted(chosen))} of head with the rest of base"


def _take(source: Path, folder: Path, chosen: Levels) -> None:
    """Put the chosen levels' files in the place of those of a worktree."""
    for path in (path for level in chosen for path in FILES[level]):
        theirs, target = source / path, folder / path
        if theirs.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(theirs, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif theirs.exists():
            shutil.copy(theirs, target)
        else:
            target.unlink(missing_ok=True)


def _train(folder: Path) -> None:
    _fetch_inputs(folder)
    words = ("dvc", "repro", "--quiet", "--allow-missing", "train")
    done = git.call(*words, cwd=folder, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it printed nothing"]
        raise ReviewError(f"cannot be run: {said[0][:300]}")


def _fetch_inputs(folder: Path) -> None:
    """Bring what stages will read that no other makes, and nothing else.

    `dvc repro --pull` would bring the remote's run cache too, which says where its outputs go.
    """
    lock, changed = snapshot.locked(folder), store.changed(folder)
    made: set[str] = set()
    read: dict[str, None] = {}
    for name, entry in snapshot.piped(folder).items():  # in running order
        deps = entry.get("deps", [])
        recorded = lock.get(name, {})
        if name in changed or made & set(deps) or _is_redelivered(folder, recorded):
            read |= dict.fromkeys(dep for dep in deps if dep not in made)
            made |= store.outputs({name: recorded}).keys()
    Store(folder, "a rerun", {}).fetch(*read)


def _is_redelivered(folder: Path, recorded: Mapping[str, Any]) -> bool:
    """Say whether a .dvc file has other data than a stage read, by its entry in dvc.lock."""
    for dep in recorded.get("deps", []):
        pointer = folder / f"{dep['path']}.dvc"
        if pointer.exists():
            content = stage.read_yaml(pointer)
            outs = content.get("outs") if isinstance(content, dict) else None
            if snapshot.pointed(outs) != (dep.get("md5"),):
                return True
    return False


class Budget:
    """Seconds that refits and reruns may take in all; none is started once they are over."""

    def __init__(self, seconds: float) -> None:
        """Start the clock."""
        self.seconds, self.end = seconds, time.monotonic() + seconds

    def left(self) -> float:
        """Return how many seconds are left."""
        return max(self.end - time.monotonic(), 0.0)

    def check(self, chosen: Levels) -> None:
        """Raise RerunError if the time is over."""
        if time.monotonic() > self.end:
            names = " and ".join(sorted(chosen))
            raise RerunError(
                f"The rerun with {names} of head was skipped: its {self.seconds:g} s are over."
            )
