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

    groups: of each row the number of its group, None without groups.
    """

    base: pd.DataFrame
    head: pd.DataFrame
    before: Array
    after: Array
    new: Array
    groups: Pair | None


def changes(
    frames: Frames | UserError | None, schema: Schema, renamed: Mapping[str, str]
) -> dict[str, Any]:
    """Return the drift of head's features, and which of them hold what base never had.

    Rows that stayed as they were are compared with nothing: they would water down what did not.
    renamed: base's name of each column that is called otherwise now.
    """
    if not isinstance(frames, tuple):
        return {"drift": [], "outside": []}
    pairs = paired(frames, schema)
    known, new = {}, {}
    for column in schema.features:
        old = renamed.get(column.name, column.name)
        if old in pairs.base and column.name in pairs.head:
            known[column.name], new[column.name] = moved(pairs, old, column.name)
    fresh = {name: one for name, one in new.items() if len(one.head)}
    return {"drift": drift(schema.features, known), "outside": outside(schema.features, fresh)}


def paired(frames: Frames, schema: Schema) -> Paired:
    """Pair the rows of both sides."""
    before, after = matched(*frames)
    new = np.delete(np.arange(len(frames[1])), after)
    return Paired(*frames, before, after, new, _groups(frames, schema))


def _groups(frames: Frames, schema: Schema) -> Pair | None:
    name = next(iter(schema.having("group")), None)
    if name is None or name not in frames[0]:
        return None
    both = pd.concat([frame[name].astype("str") for frame in frames])
    codes = pd.factorize(both)[0]
    return codes[: len(frames[0])], codes[len(frames[0]) :]


def moved(pairs: Paired, old: str, name: str) -> tuple[list[Moved], Moved]:
    """Return what is new in a column beside what it is compared with, and all of it together.

    Values of rows that head alone has beside all of base's; cells that changed beside what they
    held; and if rows are gone, base's values in the rows that are left beside all of base's.
    """
    base, head = pairs.base[old], pairs.head[name]
    cells = differs(base.iloc[pairs.before], head.iloc[pairs.after])
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
