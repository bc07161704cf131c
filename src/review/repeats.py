"""Whether a new delivery brings rows that were already there."""

from collections.abc import Iterable, Sequence

import numpy as np

from pipeline import dataset
from pipeline.schema import Schema
from review.frames import DELIVERY, Frames
from review.gather.sides import Sides

SHARE = 0.1  # of a delivery's rows, above what is usual, from which on it is said


def sentences(sides: Sides, names: Sequence[str]) -> tuple[str, ...]:
    """Say of each new delivery how much of it was already there, if that is news."""
    if not names or not isinstance(sides.frames, tuple):
        return ()
    frames, base, head = sides.frames, sides.base.schema, sides.head.schema
    columns = content(base, head)
    but = " but the key" if head.having("key") else ""
    return tuple(
        f"{100 * share:.0f} % of delivery '{name}' was already there: rows of base that are alike "
        f"in every column{but}."
        for name, share in (repeated(frames, names, columns) if columns else {}).items()
    )


def content(base: Schema, head: Schema) -> list[str]:
    """Return the columns that both sides use, but for what merely names a row."""
    known = {(c.name, c.type) for c in base.used}
    return [c.name for c in head.used if c.role != "key" and (c.name, c.type) in known]


def part_of(name: str, parts: Iterable[str]) -> str:
    """Return the part that a file or folder of data/raw became: its name without the ending."""
    fitting = (part for part in parts if name == part or name.startswith(f"{part}."))
    return max(fitting, key=len, default="")


def repeated(frames: Frames, names: Sequence[str], columns: Sequence[str]) -> dict[str, float]:
    """Return, of each named delivery's rows, the share whose `columns` stood in a row of base.

    Left out is what is no news: a share that is not a tenth above that of base's own rows which are
    like another, as those of a table with few values are.
    """
    before, after = frames
    there = dataset.hashes(before, columns)
    counts = np.unique(there, return_counts=True)[1]
    usual = counts[counts > 1].sum() / len(there)
    found: dict[str, float] = {}
    for name in names:
        new = after[after[DELIVERY] == part_of(name, after[DELIVERY].unique())]
        share = float(np.isin(dataset.hashes(new, columns), there).mean()) if len(new) else 0.0
        if share >= usual + SHARE:
            found[name] = share
    return found
