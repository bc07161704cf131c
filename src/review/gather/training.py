"""Trains both models again, by other seeds and on resamples of their rows, and scores each."""

import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import dataset, model
from pipeline.schema import Schema
from pipeline.scores import Predictions
from pipeline.stage import UserError
from review import ReviewError, models
from review.gather import ask, jobs, kept
from review.gather.jobs import Job
from review.gather.reruns import Budget
from review.gather.snapshot import Snapshot
from review.gather.store import Store
from review.methods.refits import Refits
from review.rows import frames

MODEL = "models/model.skops"
SCORED = ("data/schema.yaml", "src/")  # what else than the model decides how rows are scored


@dataclass(frozen=True)
class Training:
    """Both sides, and the n rows of head's test set that their refits score.

    root: the project that keeps what they say. renamed: base's name of each column that is called
    otherwise now. before, after: what both models say of the rows.
    """

    root: Path
    seeds: int
    stores: tuple[Store, Store]
    sides: tuple[Snapshot, Snapshot]
    renamed: Mapping[str, str]
    rows: pd.DataFrame
    before: Predictions | UserError
    after: Predictions

    def __call__(self, budget: Budget) -> Refits:
        """Return what both models say when they are trained again; of the same models, nothing."""
        if isinstance(self.before, UserError):
            return Refits(reason=f"{self.stores[0].label} cannot be scored on head's test rows")
        if self._is_same(self.before):
            return Refits()
        if not self.seeds:
            return Refits(reason="'seeds' of section 'review' in params.yaml is 0")
        try:
            with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
                return self._refits(Path(folder), budget)
        except UserError as error:
            said = str(error).rstrip(".")
            for store in self.stores:
                said = said.replace(f"{store.root}/", "")
            return Refits(asked=self.seeds, reason=said)

    def _is_same(self, before: Predictions) -> bool:
        one, other = (store.hashes.get(MODEL) for store in self.stores)
        return (one == other and one is not None) or models.same(before, self.after)

    def _refits(self, folder: Path, budget: Budget) -> Refits:
        columns = _units(*(side.schema for side in self.sides))
        place, start = kept.place(self.root), time.monotonic()
        both = self._jobs(folder, place, columns)
        waiting = [job for job in both if job.absent]
        for job in waiting:
            job.store.need("data/train")
        if left := budget.left():
            with ExitStack() as stack:
                started = [stack.enter_context(job.started(columns, left)) for job in waiting]
                jobs.watch(started, folder)
        said = [found for job in waiting if (found := job.collect())]
        numbers = range(1, self.seeds + 1)
        pairs = tuple(pair for n in numbers if (pair := self._pair(both, n)) is not None)
        kept.trim(place)
        seconds = time.monotonic() - start if waiting and left else 0.0
        why = None if len(pairs) == self.seeds else [*said, _ended(budget)][0]
        return Refits(pairs, self.seeds, seconds, why)

    def _jobs(self, folder: Path, place: Path, columns: list[str]) -> list[Job]:
        """Return what there is to do for base and for head."""
        target = self.sides[1].schema.target.name
        found: list[Job] = []
        named: tuple[Mapping[str, str], ...] = (self.renamed, {})
        for store, side, names in zip(self.stores, self.sides, named, strict=True):
            known = ask.given(store.label, side.schema, self.rows, target, names)
            own = folder / f"side-{len(found)}"
            dataset.write_part(folder, own.name, known)
            rows = own.with_suffix(".parquet")
            parts = (_made_of(side), _environment(), kept.digest(rows, ask.PREDICT), columns)
            numbers = range(1, self.seeds + 1)
            places = {n: place / f"{kept.name(*parts, n)}.parquet" for n in numbers}
            found.append(Job(store, rows, len(self.rows), places))
        return found

    def _pair(self, both: Sequence[Job], number: int) -> tuple[Predictions, Predictions] | None:
        """Return what the n-th refits of base and head say; None if there is none of either."""
        truth, said = model.labels(self.rows[self.sides[1].schema.target.name]), []
        for job in both:
            lines = job.lines(number)
            if lines is None:
                return None
            each = models.predictions(lines, truth, self.after.positive)
            said.append(models.comparable(each, self.after))
        return said[0], said[1]


def _units(base: Schema, head: Schema) -> list[str]:
    """Return the columns by which training rows are drawn: groups whole, else each row."""
    if head.having("group") and head.having("group") == base.having("group"):
        return head.having("group")
    return frames.names(base, head)[0].identity


def _made_of(side: Snapshot) -> list[Any]:
    """Return what decides a refit and what it says, by the dvc.lock of a side."""
    trained, scored = (side.stages.get(name) for name in ("train", "evaluate"))
    if side.stale or not trained or not scored:
        raise ReviewError(f"the results of {side.label} do not belong to its files")
    code = [dep for dep in scored.get("deps", []) if dep["path"].startswith(SCORED)]
    learnt = {name: part for name, part in trained.items() if name != "outs"}
    return [learnt, code, scored.get("params")]


def _environment() -> list[str]:
    """Return the Python that runs, and each package installed for it, with its version."""
    installed = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    return [sys.version, *sorted(path.name for path in installed)]


def _ended(budget: Budget) -> str:
    """Return why refits that said nothing are not there."""
    over = f"the {budget.seconds:g} s of the budget were over"
    return "a process that trained was ended" if budget.left() else over
