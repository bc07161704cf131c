"""Which test rows depend on each other: those of a group, or those of a block of time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.schema import Schema
from pipeline.scores import Array

BLOCKS = 20  # of time: 10 to 30 do for rows of any number (Schmeiser, 1982, Operations Research 30)


@dataclass(frozen=True)
class Units:
    """Of n rows, a code each: rows with the same one depend on each other; and what they are."""

    kind: str
    codes: Array

    def __getitem__(self, rows: Array) -> "Units":
        """Return the same of some of the n rows: n truth values, or positions."""
        return Units(self.kind, self.codes[rows])

    @property
    def count(self) -> int:
        """How many there are."""
        return len(np.unique(self.codes))


def units(rows: pd.DataFrame, schema: Schema, by: object) -> Units | None:
    """Return the units that test rows come in, None if no row depends on another.

    Groups, where a column has that role; else blocks of time, where the split is by time. by: what
    the split is by.
    """
    group, time = (next(iter(schema.having(role)), None) for role in ("group", "time"))
    if group is not None:
        codes = pd.factorize(rows[group])[0]
        return Units("groups", codes) if codes.max() + 1 < len(rows) else None
    return Units("blocks of time", blocks(rows[time])) if by == "time" and time else None


def codes(found: Units | None, rows: Array | None = None) -> Array | None:
    """Return the codes of rows, or of some of them; None if no row depends on another."""
    if found is None:
        return None
    return found.codes if rows is None else found.codes[rows]


def blocks(times: pd.Series) -> Array:
    """Return for each row its block of time: consecutive ones of about as many rows each.

    Rows of one moment are in one block. Batch means: that errors go together in time matters the
    less, the longer the blocks are.
    """
    earlier = times.rank(method="min").to_numpy() - 1
    return (earlier * BLOCKS // len(times)).astype(int)
