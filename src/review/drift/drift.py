"""How far the values of each column drifted, and which lie outside all that was there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import nbdtrc

from pipeline.schema import Column
from pipeline.scores import Array
from review.drift.psi import Pair, ordered, shift

ALARMS = 0.01  # of reviews of data that did not change, so many name a column
SMALL, LARGE = 0.1, 0.25  # as the index is usually read: some from the first on, large from this
SIZES = ("none", "some", "large")
SHARE = 0.05  # of new values, from which on those outside are worth a sentence
SHOWN = 100  # characters of a value


@dataclass(frozen=True)
class Moved:
    """Values of a column on head beside those of base that they are compared with.

    what: 'new rows', 'changed cells' or 'rows left'. groups: of each value the number of its group.
    """

    what: str
    base: pd.Series
    head: pd.Series
    groups: Pair | None = None


def drift(columns: Sequence[Column], moved: Mapping[str, Sequence[Moved]]) -> list[dict[str, Any]]:
    """Return the population stability index of each column that moved at all, worst first.

    Of what moved in several ways, the worst counts. Some or large is a drift only if it is more
    than chance brings to any column in one review of a hundred (Bonferroni).

    >>> moved = Moved("new rows", pd.Series([1.0, 2.0] * 50), pd.Series([1.0] * 10 + [2.0] * 70))
    >>> found = drift([Column("size", "number", "feature")], {"size": [moved]})[0]
    >>> found["psi"], found["size"], found["base"], found["head"]
    (0.705273, 'large', 100, 80)
    """
    alarms = ALARMS / max(sum(map(len, moved.values())), 1)
    found = [
        max((_entry(column, one, alarms) for one in moved[column.name]), key=_rank)
        for column in columns
        if moved.get(column.name)
    ]
    return sorted((entry for entry in found if entry["psi"] > 0), key=_rank, reverse=True)


def _rank(entry: dict[str, Any]) -> tuple[int, float]:
    return SIZES.index(entry["size"]), entry["psi"]


def _entry(column: Column, moved: Moved, alarms: float) -> dict[str, Any]:
    nested = moved.what == "rows left"
    found = shift(
        moved.base, moved.head, column.type, alarms=alarms, groups=moved.groups, nested=nested
    )
    size = sum(found.psi >= max(least, found.chance) for least in (SMALL, LARGE))
    return {
        "column": column.name,
        "psi": round(found.psi, 6),
        "chance": round(found.chance, 6),
        "size": SIZES[size],
        "compared": moved.what,
        "base": len(moved.base),
        "head": len(moved.head),
    }


def outside(columns: Sequence[Column], moved: Mapping[str, Moved]) -> list[dict[str, Any]]:
    """Return the columns of which values lie outside all that base holds, most of them first.

    Numbers and moments beyond its range by more than the range is wide; other values that it never
    has. They are so many that chance brings them to any column in one review of a hundred at most:
    that the m largest of all are new is as likely as that a row new m times running; what was
    never seen is as much again as what was seen once (Good, 1953, Biometrika 40).

    >>> base, head = pd.Series(range(100)), pd.Series([5, 7, 9000, 9500, 9900, 8800])
    >>> outside([Column("size", "integer", "feature")], {"size": Moved("", base, head)})
    [{'column': 'size', 'rows': 4, 'of': 6, 'low': '0', 'high': '99', 'example': '9000'}]
    """
    alarms = ALARMS / max(len(moved), 1)
    found = [
        entry
        for column in columns
        if column.type != "text" and column.name in moved
        if (entry := _outside(column.name, moved[column.name], alarms))
    ]
    return sorted(found, key=lambda entry: -entry["rows"] / entry["of"])


def _outside(name: str, moved: Moved, alarms: float) -> dict[str, Any] | None:
    base, head = moved.base.dropna(), moved.head
    values = ordered(base, head)
    if not len(base) or not len(head):
        return None
    if values is None:
        beyond, ends, once = _unseen(moved)
    else:
        low, high = float(values[0].min()), float(values[0].max())
        width = high - low
        beyond = (values[1] < low - width) | (values[1] > high + width)
        ends, once = (base.min(), base.max()), 1  # as there are two ends
    rows = int(beyond.sum())
    if rows < SHARE * len(head) or _chance(moved, beyond, once) > alarms:
        return None
    shown = [None if end is None else _text(end) for end in (*ends, head[beyond].iloc[0])]
    counted = {"column": name, "rows": rows, "of": len(head)}
    return counted | dict(zip(("low", "high", "example"), shown, strict=True))


def _unseen(moved: Moved) -> tuple[Array, tuple[None, None], int]:
    """Return which values base never has, and how many it has once (in one group)."""
    base, head = moved.base.astype("str"), moved.head.astype("str")
    beyond = (~head.isin(base.unique()) & moved.head.notna()).to_numpy()
    if moved.groups is not None:
        base = pd.DataFrame({"value": base, "group": moved.groups[0]}).drop_duplicates()["value"]
    return beyond, (None, None), int((base.value_counts() == 1).sum())


def _chance(moved: Moved, beyond: Array, once: int) -> float:
    """Return how likely so many rows (groups of rows) lie outside if nothing changed."""
    if moved.groups is None:
        known, new, count = len(moved.base), len(moved.head), int(beyond.sum())
    else:
        known, new = (len(np.unique(side)) for side in moved.groups)
        count = len(np.unique(moved.groups[1][beyond]))
    return float(nbdtrc(count - 1, once + 1, known / (known + new))) if count else 1.0


def _text(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text.removesuffix(" 00:00:00")[:SHOWN]
