"""Whether a delivery brings rows that were already there."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from pipeline import dataset
from pipeline.schema import Schema
from pipeline.scores import Array
from review.rows.frames import DELIVERY, LOOK, ROW, TOLD, Frames, mixed, paired, shuffled, stand_in

SHARE = 0.1  # of a delivery's rows, above what is usual, from which on it is news
NOISE = 2  # standard deviations


def again(base: pd.DataFrame, head: pd.DataFrame) -> Array:
    """Return which rows of head are rows of base under another key.

    Of each delivery, its rows under keys that base has not, or has for something else, are paired
    with rows of base that hold the same. That some can be is news if they are more than of as many
    of base's own rows beside its others: by as much again, by a tenth, or by three quarters of what
    is left, whichever is least, but by two standard deviations.
    """
    before, after = (mixed(rows[ROW].to_numpy(), rows[LOOK].to_numpy()) for rows in (base, head))
    new = ~stand_in(after, before)
    like = new & stand_in(head[LOOK], base[LOOK])
    delivery = pd.factorize(head[DELIVERY])[0] if DELIVERY in head else np.zeros(len(head), int)
    for code in np.unique(delivery[like]):
        of = new & (delivery == code)
        pairs = paired(base[TOLD].to_numpy(), head.loc[of, TOLD].to_numpy())[0]
        if not _is_news(len(pairs), int(of.sum()), _chance(base, int(of.sum()))):
            like &= ~of
    return like


def _is_news(pairs: int, rows: int, usual: float) -> bool:
    least = min(usual, SHARE, 0.75 * (1 - usual))
    noise = NOISE * math.sqrt(usual * (1 - usual) / rows)
    return pairs / rows > usual + max(least, noise)


def _chance(rows: pd.DataFrame, count: int) -> float:
    """Return which share of n other rows of the same kind would be paired with rows of a table.

    So many of its own rows, a quarter to a half, are paired with the others; and as those are fewer
    than all, the share is raised by how many fewer, or what is left of it lowered.
    """
    told, order = rows[TOLD].to_numpy(), shuffled(rows)
    cut = min(max(count, len(rows) // 4), len(rows) // 2)
    pairs = len(paired(told[order[cut:]], told[order[:cut]])[0])
    share, others = (pairs + 1) / (cut + 1), (len(rows) - cut) / len(rows)
    return min(share / others, 1 - (1 - share) * others)


def sentences(frames: Frames, base: Schema, head: Schema, names: Sequence[str]) -> tuple[str, ...]:
    """Say of each new delivery how much of it was already there, if that is news."""
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
