"""What changed in the data: deliveries, rows, cells, labels, balance, drift, sides of the split."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline import dataset
from pipeline.schema import Schema
from pipeline.scores import Array
from pipeline.stage import UserError
from review.drift import drift
from review.revision import ReviewError, Side

SHOWN_CLASSES = 20
ROW, SIDE = "row hash", "is test"
UNCOMPARED: dict[str, Any] = {
    "rows": None,
    "target": [],
    "drift": [],
    "sides": None,
    "duplicates": None,
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


def rows(base: pd.DataFrame, head: pd.DataFrame, target: str) -> dict[str, Any]:
    """Count rows added, removed and changed, the cells that changed per column, and new labels."""
    before, after = matched(base, head)
    changed = pd.DataFrame(
        {
            name: _differs(base[name].iloc[before], head[name].iloc[after])
            for name in base.columns
            if name in head.columns and name not in (ROW, SIDE)
        }
    )
    cells = changed.sum().sort_values(ascending=False, kind="stable")
    return {
        "base": len(base),
        "head": len(head),
        "added": len(head) - len(after),
        "removed": len(base) - len(before),
        "changed": int(changed.any(axis=1).sum()),
        "relabelled": int(changed[target].sum()) if target in changed else 0,
        "cells": [{"column": str(c), "changed": int(n)} for c, n in cells.items() if n],
    }


def _differs(base: pd.Series, head: pd.Series) -> Array:
    if base.dtype != head.dtype:
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


def balance(base: pd.Series | None, head: pd.Series) -> list[dict[str, Any]]:
    """Return the share of each class, or mean and standard deviation of a numeric target."""
    numeric = head.dtype.kind == "f" or head.nunique() > SHOWN_CLASSES
    both = [series for series in (base, head) if series is not None]
    if numeric and all(pd.api.types.is_numeric_dtype(series) for series in both):
        found: list[Any] = [{"mean": s.mean(), "standard deviation": s.std()} for s in both]
    else:
        found = [s.astype("str").value_counts(normalize=True).to_dict() for s in both]
    before: dict[Any, float] = found[0] if base is not None else {}
    after: dict[Any, float] = found[-1]
    names = list(dict.fromkeys([*after, *before]))[:SHOWN_CLASSES]
    return [
        {"value": str(n), "base": _short(before.get(n, 0)), "head": _short(after.get(n, 0))}
        for n in names
    ]


def _short(value: float) -> float:
    return round(float(value), 6)


def changes(base: Side, head: Side, notes: list[str]) -> dict[str, Any]:
    """Compare rows; nothing is downloaded when neither side of the split changed."""
    folders = ("data/train", "data/test")
    if all(base.output(folder) == head.output(folder) for folder in folders):
        return UNCOMPARED
    try:
        both = [_all_rows(side, head.schema.identity) for side in (base, head)]
        name = head.schema.target.name
        return {
            "rows": rows(both[0], both[1], name),
            "target": balance(both[0].get(name), both[1][name]),
            "drift": drift(both[0], both[1], head.schema.features),
            "sides": sides(both[0], both[1]),
            "duplicates": duplicates(both[1], head.schema),
        }
    except UserError as error:
        notes.append(f"The rows could not be compared: {error}")
        return UNCOMPARED


def _all_rows(side: Side, identity: list[str]) -> pd.DataFrame:
    side.need("data/train", "data/test")
    train, test = (
        pd.concat(dataset.read_parts(side.root / folder).values(), ignore_index=True)
        for folder in ("data/train", "data/test")
    )
    absent = [name for name in identity if name not in train]
    if absent:
        raise ReviewError(f"{side.label} has no column {absent} to tell rows apart.")
    return with_sides(train, test, identity)
