"""What changed in the data: deliveries, rows, cells, labels, balance, drift, sides of the split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline import dataset, stage
from pipeline.schema import Schema
from pipeline.scores import Array
from pipeline.stage import UserError
from review import ReviewError
from review.gather.snapshot import Snapshot
from review.methods.drift import alike, drift

SHOWN_CLASSES = 20
ROW, SIDE, DELIVERY = "row hash", "is test", "of delivery"
Frames = tuple[pd.DataFrame, pd.DataFrame]  # all rows of base and of head, test rows last
NONE = np.zeros(0, dtype="uint64")
UNCOMPARED: dict[str, Any] = {
    "rows": None,
    "target": [],
    "drift": [],
    "sides": None,
    "duplicates": None,
    "keyed": None,
}


def edits(base: dict[str, Any], head: dict[str, Any]) -> dict[str, list[str]]:
    """Return the names that were added, removed and changed between two mappings."""
    return {
        "added": sorted(head.keys() - base.keys()),
        "removed": sorted(base.keys() - head.keys()),
        "changed": sorted(name for name in base.keys() & head.keys() if base[name] != head[name]),
    }


def with_sides(train: pd.DataFrame, test: pd.DataFrame, identity: Sequence[str]) -> pd.DataFrame:
    """Return all rows, each with its hash and whether it is a test row."""
    rows = pd.concat([train, test], ignore_index=True)
    sides = np.arange(len(rows)) >= len(train)
    return rows.assign(**{ROW: dataset.hashes(rows, identity), SIDE: sides})


def delivered(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all deliveries in order, each with the delivery that it came with."""
    named = [rows.assign(**{DELIVERY: name}) for name, rows in parts.items()]
    return pd.concat(named, ignore_index=True)


def matched(base: pd.DataFrame, head: pd.DataFrame) -> tuple[Array, Array]:
    """Return the positions of rows with the same hash, in both; repeats pair in order."""
    sides = [
        pd.DataFrame(
            {"row": rows[ROW], "repeat": rows.groupby(ROW).cumcount(), side: np.arange(len(rows))}
        )
        for side, rows in (("base", base), ("head", head))
    ]
    pairs = sides[0].merge(sides[1], on=["row", "repeat"])
    return pairs["base"].to_numpy(), pairs["head"].to_numpy()


def waiting(parts: dict[str, pd.DataFrame], schema: Schema, identity: Sequence[str]) -> Array:
    """Return the hashes of the delivered rows that have no target yet."""
    rows = pd.concat(dataset.latest(parts, schema.having("key")).values(), ignore_index=True)
    return dataset.hashes(rows[rows[schema.target.name].isna()], identity)


def rows(
    base: pd.DataFrame, head: pd.DataFrame, target: str, waited: Array = NONE
) -> dict[str, Any]:
    """Count rows added, removed and changed, the cells that changed per column, and new labels.

    waited: hashes of rows that base had without a target; with one now, they are not added.
    """
    before, after = matched(base, head)
    labelled = int(np.isin(np.delete(head[ROW].to_numpy(), after), waited).sum())
    changed = pd.DataFrame(
        {
            name: _differs(base[name].iloc[before], head[name].iloc[after])
            for name in base.columns
            if name in head.columns and name not in (ROW, SIDE, DELIVERY)
        }
    )
    cells = changed.sum().sort_values(ascending=False, kind="stable")
    return {
        "base": len(base),
        "head": len(head),
        "added": len(head) - len(after) - labelled,
        "labelled": labelled,
        "removed": len(base) - len(before),
        "changed": int(changed.any(axis=1).sum()),
        "relabelled": int(changed[target].sum()) if target in changed else 0,
        "cells": [{"column": str(c), "changed": int(n)} for c, n in cells.items() if n],
    }


def _differs(base: pd.Series, head: pd.Series) -> Array:
    base, head = alike(base, head)
    if base.dtype != head.dtype and not all(map(pd.api.types.is_numeric_dtype, (base, head))):
        base, head = base.astype("str"), head.astype("str")
    left, right = base.reset_index(drop=True), head.reset_index(drop=True)
    return ((left != right) & ~(left.isna() & right.isna())).to_numpy(dtype=bool, na_value=True)


def sides(base: pd.DataFrame, head: pd.DataFrame) -> dict[str, int]:
    """Count rows that changed sides: to the test side means base's model was trained on them."""
    before, after = matched(base, head)
    was, now = base[SIDE].to_numpy()[before], head[SIDE].to_numpy()[after]
    return {"to_test": int((~was & now).sum()), "to_train": int((was & ~now).sum())}


def duplicates(head: pd.DataFrame, schema: Schema) -> int:
    """Count rows that repeat another in all but the key."""
    keys = schema.having("key")
    return int(head.duplicated([c.name for c in schema.used if c.name not in keys]).sum())


def balance(base: pd.Series, head: pd.Series) -> list[dict[str, Any]]:
    """Return the share of each class, or mean and standard deviation of a numeric target.

    A share that is not there is 0; a target of another kind on base has none at all.
    """
    before, after = map(_summary, (base, head))
    if _is_amount(base) != _is_amount(head):
        return [{"value": n, "base": None, "head": value} for n, value in after.items()]
    names = list(dict.fromkeys([*after, *before]))[:SHOWN_CLASSES]
    return [{"value": n, "base": before.get(n, 0.0), "head": after.get(n, 0.0)} for n in names]


def _is_amount(target: pd.Series) -> bool:
    return target.dtype.kind == "f" or (
        target.dtype.kind == "i" and target.nunique() > SHOWN_CLASSES
    )


def _summary(target: pd.Series) -> dict[str, float]:
    if _is_amount(target):
        found: dict[Any, float] = {"mean": target.mean(), "standard deviation": target.std()}
    else:
        found = target.astype("str").value_counts(normalize=True).to_dict()
    return {str(name): stage.significant(value) for name, value in found.items() if value == value}


def identity(base: Schema, head: Schema) -> list[str]:
    """Return what tells rows apart on both sides: the key, or all that both use but the targets.

    Raises ReviewError if that is nothing.
    """
    if head.having("key") and head.having("key") == base.having("key"):
        return head.having("key")
    known = {(c.name, c.type) for c in base.used if c.role != "target"}
    shared = [c.name for c in head.used if c.role != "target" and (c.name, c.type) in known]
    if not shared:
        raise ReviewError("The two sides share no column to tell rows apart by.")
    return shared


def renamed(frames: Frames, base: Schema, head: Schema) -> dict[str, str]:
    """Return base's name of each column that holds, under another name, what it held before."""
    before, after = (frame.iloc[rows] for frame, rows in zip(frames, matched(*frames), strict=True))
    gone = [c.name for c in base.used if c.name not in after]
    new = [c.name for c in head.used if c.name not in before]
    found: dict[str, str] = {}
    for name in new:
        same = (old for old in gone if len(after) and not _differs(before[old], after[name]).any())
        if (old := next(same, None)) is not None:
            found[name] = old
            gone.remove(old)
    return found


@dataclass(frozen=True)
class Tested:
    """How head's test rows stand to base's rows.

    base: how many test rows base has. pairs: positions, among base's and among head's, of the test
    rows that both have. learnt: for each test row of head whether base's model was trained on it.
    """

    base: int
    pairs: tuple[Array, Array]
    learnt: Array


def tested(frames: Frames | None, rows: int) -> Tested:
    """Return how head's n test rows stand to base's; without frames both sides are the same."""
    if frames is None:
        every = np.arange(rows)
        return Tested(rows, (every, every), np.zeros(rows, dtype=bool))
    base, head = (frame[frame[SIDE]] for frame in frames)
    trained = frames[0].loc[~frames[0][SIDE], ROW]
    return Tested(len(base), matched(base, head), head[ROW].isin(trained).to_numpy())


def unknown(rows: int) -> Tested:
    """Return that nothing is known of how head's n test rows stand to base's."""
    none = np.zeros(0, dtype=int)
    return Tested(0, (none, none), np.zeros(rows, dtype=bool))


def changes(
    frames: Frames | UserError | None, base: Snapshot, head: Snapshot, waited: Array
) -> dict[str, Any]:
    """Count and compare rows, as far as they are there to be compared."""
    found = {"unlabelled": unlabelled(base, head)}
    if not isinstance(frames, tuple):
        return UNCOMPARED | found
    before, after = frames
    return {
        "rows": rows(before, after, head.schema.target.name, waited),
        "target": balance(before[base.schema.target.name], after[head.schema.target.name]),
        "drift": drift(before, after, head.schema.features),
        "sides": sides(before, after),
        "duplicates": duplicates(after, head.schema),
        "keyed": bool(head.schema.having("key")),
        **found,
    }


def unlabelled(base: Snapshot, head: Snapshot) -> dict[str, int] | None:
    """Return how many rows of each side have no target yet; None if that is not known."""
    if base.unlabelled is None or head.unlabelled is None:
        return None
    return {"base": base.unlabelled, "head": head.unlabelled}
