"""Which values of a column are new, and how they stand to those that were there."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from pipeline.schema import Schema
from pipeline.scores import Array
from pipeline.stage import UserError
from review.drift.drift import Moved, drift, outside
from review.drift.psi import Pair
from review.rows.frames import Frames, differs, matched

EVERY = slice(None)


@dataclass(frozen=True)
class Paired:
    """All rows of both sides; positions of those that both have, and of those head alone has.

    groups: of each row the number of its group, None without groups. was: base's name of each of
    head's features that base has a column for. cells: of each of them, which rows of both differ.
    """

    base: pd.DataFrame
    head: pd.DataFrame
    before: Array
    after: Array
    new: Array
    groups: Pair | None
    was: dict[str, str]
    cells: dict[str, Array]

    @property
    def fresh(self) -> Array:
        """Positions of the rows that head alone has, or that have another feature."""
        changed = np.any([*self.cells.values(), np.zeros(len(self.after), dtype=bool)], axis=0)
        return np.concatenate([self.new, self.after[changed]])


def paired(
    frames: Frames | UserError | None, schema: Schema, renamed: Mapping[str, str]
) -> Paired | None:
    """Pair the rows of both sides; None if there are not two.

    renamed: base's name of each column that is called otherwise now.
    """
    if not isinstance(frames, tuple):
        return None
    base, head = frames
    before, after = matched(base, head)
    named = {c.name: renamed.get(c.name, c.name) for c in schema.features}
    was = {name: old for name, old in named.items() if name in head and old in base}
    left, right = base.iloc[before], head.iloc[after]
    return Paired(
        *(base, head, before, after),
        new=np.delete(np.arange(len(head)), after),
        groups=_groups(frames, schema),
        was=was,
        cells={name: differs(left[old], right[name]) for name, old in was.items()},
    )


def _groups(frames: Frames, schema: Schema) -> Pair | None:
    name = next(iter(schema.having("group")), None)
    if name is None or name not in frames[0]:
        return None
    both = pd.concat([frame[name].astype("str") for frame in frames])
    codes = pd.factorize(both)[0]
    return codes[: len(frames[0])], codes[len(frames[0]) :]


def changes(pairs: Paired | None, schema: Schema) -> dict[str, Any]:
    """Return the drift of head's features, and which of them hold what base never had.

    Rows that stayed as they were are compared with nothing: they would water down what did not.
    """
    if pairs is None:
        return {"drift": [], "outside": []}
    found = {name: moved(pairs, name) for name in pairs.was}
    parts = {name: told for name, (told, _) in found.items()}
    fresh = {name: every for name, (_, every) in found.items() if len(every.head)}
    return {"drift": drift(schema.features, parts), "outside": outside(schema.features, fresh)}


def moved(pairs: Paired, name: str) -> tuple[list[Moved], Moved]:
    """Return what is new in a feature beside what it is compared with, and all of it together.

    Values of rows that head alone has beside all of base's; cells that changed beside what they
    held; and if rows are gone, base's values in the rows that are left beside all of base's.
    """
    base, head, cells = pairs.base[pairs.was[name]], pairs.head[name], pairs.cells[name]
    was, now = pairs.before[cells], pairs.after[cells]

    def one(what: str, at: Array | slice, values: pd.Series, chosen: Array, side: int = 1) -> Moved:
        groups = None
        if pairs.groups is not None:
            groups = (pairs.groups[0][at], pairs.groups[side][chosen])
        return Moved(what, base.iloc[at], values.iloc[chosen], groups)

    found = [
        one("new rows", EVERY, head, pairs.new),
        one("changed cells", was, head, now),
        one("rows left", EVERY, base, pairs.before, 0),
    ]
    told = [len(pairs.new) > 0, len(now) > 0, 0 < len(pairs.before) < len(base)]
    fresh = np.concatenate([pairs.new, now])
    return list(compress(found, told)), one("new values", EVERY, head, fresh)
