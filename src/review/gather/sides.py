"""Gathers both sides of a change: what each says, and what only both together tell."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from pipeline import evaluate, model, stage
from pipeline.scores import Array, Predictions
from pipeline.stage import UserError
from review import ReviewError, gate, models
from review.gather import ask, columns, git, past, snapshot, store
from review.gather.columns import Known
from review.gather.git import Edited
from review.gather.past import Past
from review.gather.reruns import Budget, Reruns
from review.gather.snapshot import Snapshot
from review.gather.store import Store
from review.gather.training import Training
from review.methods.refits import Refits
from review.methods.shapley import Levels
from review.rows import frames, repeats, rounded
from review.rows.frames import Frames, Names

T = TypeVar("T")
Deliveries = dict[str, str]


@dataclass(frozen=True)
class Sides:
    """All that is judged. What base cannot give is the error that says why.

    rules, evaluation: the parameters of head. doubts: what makes the comparison less than it seems.
    edited: files of code that differ. deliveries: hash by name on base and head, empty if they are
    the same. history: the primary metric as base's branch recorded it. frames: all rows of both,
    None if they are the same. own: all rows of head. waited: hashes of base's rows without a target
    that do not wait in head. renamed: base's name of each column that is called otherwise now.
    rows: head's test rows. before, after: what base's model says of them, and what head recorded.
    recorded: what base recorded of its own test rows. rerun: what a combination of both says of
    the rows; it may raise RerunError. refit: what both models say of them when they are trained
    again, as far as a budget allows. past: what an older version recorded, if there is one.
    judged: how many results on base's branch were made with head's test set.
    """

    base: Snapshot
    head: Snapshot
    rules: gate.Params
    evaluation: evaluate.Params
    doubts: tuple[str, ...]
    edited: list[Edited]
    deliveries: tuple[Deliveries, Deliveries]
    history: list[dict[str, Any]]
    frames: Frames | UserError | None
    own: pd.DataFrame | UserError
    waited: Array
    renamed: dict[str, str]
    rows: pd.DataFrame
    before: Predictions | UserError
    after: Predictions
    recorded: Predictions | UserError
    rerun: Callable[[Levels], Predictions]
    refit: Callable[[Budget], Refits]
    past: Past | None
    judged: int


@contextmanager
def gather(commit: str, label: str, head_name: str | None, root: Path) -> Iterator[Sides]:
    """Read base, at `commit`, and head, a revision or None for the work tree at `root`.

    Raises UserError if head itself is not sound; of base, whatever is missing can be survived.
    """
    store.expect_sound(root, "the work tree")
    with ExitStack() as stack:
        there = stack.enter_context(git.worktree(commit, root))
        withheld = store.share_cache(root, there)
        store.expect_sound(there, label)
        process = stack.enter_context(ask.waiting(there))
        here, now = root, git.commit_of(head_name or "HEAD", root)
        if head_name:
            here = stack.enter_context(store.checkout(now, root, head_name))
        base = snapshot.read(there, commit, label)
        head = snapshot.read(
            here, None if not head_name and git.dirty(root) else now, head_name or "the work tree"
        )
        yield _sides(base, head, process, there, here, root, withheld)


def _sides(
    base: Snapshot, head: Snapshot, process: ask.Process, there: Path, here: Path, root: Path,
    withheld: Sequence[str],
) -> Sides:  # fmt: skip
    rules = stage.read_params("review", gate.Params, str(here / "params.yaml"))
    evaluation = stage.read_params("evaluate", evaluate.Params, str(here / "params.yaml"))
    _expect_results(head)
    theirs, ours = (
        Store(folder, side.label, store.outputs(side.stages))
        for folder, side in ((there, base), (here, head))
    )
    theirs.fetch("models/model.skops", "data/predictions")
    rows, after = ours.rows("data/test"), _recorded(ours, evaluation.positive)
    every = _attempt(lambda: _frames(theirs, ours, base, head), there)
    waited = _attempt(lambda: _waited(theirs, ours, base, head), there)
    renamed = frames.renamed(every, base.schema, head.schema) if isinstance(every, tuple) else {}

    known = _known(base, head, ours, rows, every, renamed)
    both = _by_both_names(known.rows, renamed)

    def said() -> Predictions:
        target = head.schema.target.name
        lines = ask.ask(process, theirs, base.schema, known.rows, target, renamed)
        return models.predictions(lines, model.labels(rows[target]), after.positive)

    before = _attempt(said, there)
    return Sides(
        base, head, rules, evaluation,
        doubts=(
            *_doubts(base, head, here),
            *_uncompared(every, base, head),
            *known.notes,
            *(f"Of {base.label}: {store.kept([name])}" for name in withheld),
        ),
        edited=git.edited(str(base.commit), head.commit, here),
        deliveries=_deliveries(base, head, there, here),
        history=git.history(evaluation.metrics[0], str(base.commit), here),
        frames=every,
        own=every[1] if isinstance(every, tuple) else _attempt(lambda: _own(ours, head), here),
        waited=frames.NONE if isinstance(waited, UserError) else waited,
        renamed=renamed,
        rows=rows,
        after=after,
        recorded=_attempt(lambda: _recorded(theirs, after.positive), there),
        before=before,
        rerun=Reruns(str(base.commit), ours, head.schema, both, after),
        refit=Training(
            root, rules.seeds, (theirs, ours), (base, head), renamed, known.rows, before, after
        ),
        past=past.past(str(base.commit), theirs, ours, after.positive),
        judged=past.judged(str(base.commit), ours.hashes.get("data/test"), here),
    )  # fmt: skip


def _known(
    base: Snapshot, head: Snapshot, ours: Store, rows: pd.DataFrame,
    every: Frames | UserError | None, renamed: Mapping[str, str],
) -> Known:  # fmt: skip
    if isinstance(base.parsed, UserError) or not base.stages:
        return Known(rows)
    theirs = every[0] if isinstance(every, tuple) else None
    return columns.known(rows, head.schema, base.schema, ours, theirs, renamed.values())


def _by_both_names(rows: pd.DataFrame, renamed: Mapping[str, str]) -> pd.DataFrame:
    """Return rows that a model of either schema can be asked about."""
    return rows.assign(**{old: rows[new] for new, old in renamed.items()})


def _attempt(make: Callable[[], T], folder: Path) -> T | UserError:
    """Return what is made, or why it cannot be, without where this machine keeps it meanwhile."""
    try:
        return make()
    except UserError as error:
        return ReviewError(str(error).replace(f"{folder}/", ""))


def _expect_results(head: Snapshot) -> None:
    """Raise UserError if head cannot be read, or if its results do not belong to its files."""
    for problem in head.problems.values():
        raise ReviewError(problem)
    if head.stale:
        raise ReviewError(
            f"The results of {head.label} do not belong to its files: {', '.join(head.stale)} "
            "would run again, so there is nothing to judge yet; run `make repro`, then review "
            "again."
        )


def _doubts(base: Snapshot, head: Snapshot, here: Path) -> Iterator[str]:
    """Say what makes the comparison less than it seems: what cannot be read, is open or no past."""
    for name, problem in base.problems.items():
        yield f"{base.label} is compared without {name}: {problem}"
    if head.commit is None and not git.holds("diff", "--quiet", "HEAD", "--", "dvc.lock", cwd=here):
        yield (
            "dvc.lock is not committed up to date: run `make repro`, then "
            "`dvc push && git add -A && git commit -m 'Reproduce'`."
        )
    past = ("merge-base", "--is-ancestor", str(base.commit), head.commit or "HEAD")
    if not git.holds(*past, cwd=here):
        yield (
            f"{base.label} went on since head left it: what it did since then shows in reverse. "
            "Without a base, the commit where head left it is taken."
        )
    if not base.stages:
        yield f"{base.label} has no results, so that there is nothing to compare with."
    elif base.stale:
        yield (
            f"The results of {base.label} do not belong to its files ({', '.join(base.stale)} "
            "would run again): part of the difference may be that."
        )


def _uncompared(every: Frames | UserError | None, base: Snapshot, head: Snapshot) -> Iterator[str]:
    if isinstance(every, tuple):
        yield from rounded.sentences(every, frames.names(base.schema, head.schema)[0])
    if isinstance(every, UserError):
        yield (
            "The rows could not be compared, so that test rows of head may have taught base's "
            f"model: {str(every).rstrip('.')}."
        )


def _frames(theirs: Store, ours: Store, base: Snapshot, head: Snapshot) -> Frames | None:
    """Return all rows of both sides; None, and nothing is downloaded, if they are the same."""
    folders = ("data/train", "data/test")
    if all(theirs.hashes.get(folder) == ours.hashes.get(folder) for folder in folders):
        return None
    known = frames.names(base.schema, head.schema)
    theirs.fetch(*folders)
    before, after = map(_all_rows, (theirs, ours), known)
    before = rounded.recognised(before, after, known[0])
    return before, after.assign(**{frames.AGAIN: repeats.again(before, after)})


def _own(ours: Store, head: Snapshot) -> pd.DataFrame:
    return _all_rows(ours, frames.names(head.schema, head.schema)[1])


def _waited(theirs: Store, ours: Store, base: Snapshot, head: Snapshot) -> Array:
    """Return the hashes of base's rows without a target that are not without one in head."""
    known = frames.names(base.schema, head.schema)[1]
    before, after = (
        frames.waiting(store.parts("data/valid"), side.schema, known)
        if side.unlabelled
        else frames.NONE
        for store, side in ((theirs, base), (ours, head))
    )
    return np.setdiff1d(before, after)


def _all_rows(side: Store, known: Names) -> pd.DataFrame:
    train, test = (frames.delivered(side.parts(folder)) for folder in ("data/train", "data/test"))
    return frames.with_sides(train, test, known)


def _recorded(side: Store, positive: Any) -> Predictions:
    """Return what the model of a side said of its own test rows when it was evaluated."""
    lines = side.rows("data/predictions")
    return models.predictions(lines, model.labels(lines["actual"]), positive)


def _deliveries(
    base: Snapshot, head: Snapshot, there: Path, here: Path
) -> tuple[Deliveries, Deliveries]:
    if base.raw == head.raw:
        return {}, {}
    return store.deliveries(there), store.deliveries(here)
