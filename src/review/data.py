"""What changed in the data: deliveries, rows, cells, labels, balance, drift, sides of the split."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline import stage
from pipeline.schema import Schema
from pipeline.scores import Array
from pipeline.stage import UserError
from review.gather.snapshot import Snapshot
from review.rows.frames import AGAIN, NONE, OURS, ROW, SIDE, TOLD, Frames, differs, matched

SHOWN_CLASSES = 20
UNCOMPARED: dict[str, Any] = {
    "rows": None,
    "target": [],
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


def rows(
    base: pd.DataFrame,
    head: pd.DataFrame,
    target: str,
    keys: Sequence[str] = (),
    waited: Array = NONE,
) -> dict[str, Any]:
    """Count rows added, removed and changed, the cells that changed per column, and new labels.

    A row under another key is the same row, and its key no cell that changed. waited: hashes of
    rows that base had without a target; with one now, they are not added.
    """
    before, after = matched(base, head)
    new = np.delete(np.arange(len(head)), after)
    names = base[ROW].to_numpy()[before], head[ROW].to_numpy()[after]
    labelled = int(np.isin(head[ROW].to_numpy()[new], waited).sum())
    changed = pd.DataFrame(
        {
            name: differs(base[name].iloc[before], head[name].iloc[after])
            for name in base.columns
            if name in head.columns and name not in (*OURS, *keys)
        }
    )
    cells = changed.sum().sort_values(ascending=False, kind="stable")
    return {
        "base": len(base),
        "head": len(head),
        "added": len(new) - labelled,
        "repeated": int(head[AGAIN].to_numpy()[new].sum()),
        "labelled": labelled,
        "removed": len(base) - len(before),
        "rekeyed": int((names[0] != names[1]).sum()),
        "changed": int(changed.any(axis=1).sum()),
        "relabelled": int(changed[target].sum()) if target in changed else 0,
        "cells": [{"column": str(c), "changed": int(n)} for c, n in cells.items() if n],
    }


def sides(base: pd.DataFrame, head: pd.DataFrame) -> dict[str, int]:
    """Count rows that changed sides: to the test side means base's model was trained on them."""
    before, after = matched(base, head)
    was, now = base[SIDE].to_numpy()[before], head[SIDE].to_numpy()[after]
    return {"to_test": int((~was & now).sum()), "to_train": int((was & ~now).sum())}


def duplicates(head: pd.DataFrame, schema: Schema) -> int:
    """Count rows that repeat another in all but the key."""
    alike = head[head[TOLD].duplicated(keep=False)]  # in what both sides have: few are asked more
    return int(alike.duplicated([c.name for c in schema.used if c.role != "key"]).sum())


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


def changes(
    frames: Frames | UserError | None, base: Snapshot, head: Snapshot, waited: Array
) -> dict[str, Any]:
    """Count and compare rows, as far as they are there to be compared."""
    found = {"unlabelled": unlabelled(base, head)}
    if not isinstance(frames, tuple):
        return UNCOMPARED | found
    before, after = frames
    return {
        "rows": rows(before, after, head.schema.target.name, head.schema.having("key"), waited),
        "target": balance(before[base.schema.target.name], after[head.schema.target.name]),
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
