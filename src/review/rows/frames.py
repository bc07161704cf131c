"""All rows of base and of head, hashed, and which row of one is which of the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import dataset
from pipeline.schema import Schema
from pipeline.scores import Array
from review import ReviewError
from review.drift.psi import alike

ROW, LOOK, TOLD = "row hash", "hash of content", "hash of content and target"
SIDE, DELIVERY, AGAIN = "is test", "of delivery", "is of base, under another key"
NEAR = "is of head, but for digits"
OURS = (ROW, LOOK, TOLD, SIDE, DELIVERY, AGAIN, NEAR)  # columns that no delivery has
Frames = tuple[pd.DataFrame, pd.DataFrame]  # all rows of base and of head, test rows last
NONE = np.zeros(0, dtype="uint64")
FEWEST = 20  # rows of both: in fewer, columns of few values can be the same by chance


@dataclass(frozen=True)
class Names:
    """By which columns rows are known: what tells them apart, what they hold, what is predicted."""

    identity: list[str]
    content: list[str]
    target: str


def names(base: Schema, head: Schema) -> tuple[Names, Names]:
    """Return by which columns the rows of both sides are known; raise ReviewError if by none.

    The key, if both have the same, tells rows apart, else all that both use but the targets; and
    what rows hold is all that both use but keys and targets.
    """
    known = {(c.name, c.type) for c in base.used if c.role != "target"}
    shared = [c.name for c in head.used if c.role != "target" and (c.name, c.type) in known]
    keys = head.having("key") if head.having("key") == base.having("key") else []
    content = [name for name in shared if name not in keys]
    if not keys and not content:
        raise ReviewError("The two sides share no column to tell rows apart by.")
    found = (keys or content, content or keys)
    return Names(*found, base.target.name), Names(*found, head.target.name)


def with_sides(train: pd.DataFrame, test: pd.DataFrame, known: Names) -> pd.DataFrame:
    """Return all rows, each with its hashes and whether it is a test row."""
    rows = pd.concat([train, test], ignore_index=True)
    row = dataset.hashes(rows, known.identity)
    look = row if known.content == known.identity else dataset.hashes(rows, known.content)
    told = mixed(look, dataset.hashes(rows, [known.target]))
    sides, none = np.arange(len(rows)) >= len(train), np.zeros(len(rows), dtype=bool)
    hashes = {ROW: row, LOOK: look, TOLD: told}
    return rows.assign(**hashes, **{SIDE: sides, AGAIN: none, NEAR: none})


def mixed(one: Array, other: Array) -> Array:
    """Return one hash of two of each row."""
    turned = (other << np.uint64(32)) | (other >> np.uint64(32))
    return one * np.uint64(0x9E3779B97F4A7C15) + turned


def stand_in(hashes: Array | pd.Series, others: Array | pd.Series) -> Array:
    """Return which of n hashes are among others; in linear time, as numpy.isin is not."""
    return np.asarray(pd.Series(hashes).isin(others))


def delivered(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all deliveries in order, each with the delivery that it came with."""
    named = [rows.assign(**{DELIVERY: name}) for name, rows in parts.items()]
    return pd.concat(named, ignore_index=True)


def waiting(parts: dict[str, pd.DataFrame], schema: Schema, known: Names) -> Array:
    """Return the hashes of the delivered rows that have no target yet."""
    rows = pd.concat(dataset.latest(parts, schema.having("key")).values(), ignore_index=True)
    return dataset.hashes(rows[rows[schema.target.name].isna()], known.identity)


def matched(base: pd.DataFrame, head: pd.DataFrame) -> tuple[Array, Array]:
    """Return the positions of the same rows in both, one to one; repeats pair in order.

    First those that hold the same under the same name; then head's rows that are base's under
    another key; then what has the same name, and was changed.
    """
    anew, every = head[AGAIN].to_numpy(), np.ones(len(head), dtype=bool)
    rounds = [((ROW, TOLD), every), ((TOLD,), anew), ((LOOK,), anew), ((ROW,), every)]
    left = np.ones(len(base), dtype=bool), np.ones(len(head), dtype=bool)
    found = []
    for columns, asked in rounds:
        sides = np.flatnonzero(left[0]), np.flatnonzero(left[1] & asked)
        if len(sides[0]) and len(sides[1]):
            hashes = (_by(f, columns)[at] for f, at in zip((base, head), sides, strict=True))
            pairs = [at[p] for at, p in zip(sides, paired(*hashes), strict=True)]
            left[0][pairs[0]] = left[1][pairs[1]] = False
            found.append(pairs)
    both = [np.concatenate([NONE.astype(int), *(p[i] for p in found)]) for i in (0, 1)]
    order = np.argsort(both[0], kind="stable")
    return both[0][order], both[1][order]


def _by(rows: pd.DataFrame, columns: Sequence[str]) -> Array:
    hashes = [rows[column].to_numpy() for column in columns]
    return mixed(*hashes) if len(hashes) == 2 else hashes[0]


def paired(base: Array, head: Array) -> tuple[Array, Array]:
    """Return the positions of equal hashes in both, one to one; repeats pair in order.

    >>> [p.tolist() for p in paired(np.array([7, 8, 7], "uint64"), np.array([7, 7, 7], "uint64"))]
    [[0, 2], [0, 1]]
    """
    once = [pd.Index(mixed(hashes, _repeats(hashes))) for hashes in (base, head)]
    at = once[1].get_indexer(once[0])
    return np.flatnonzero(at >= 0), at[at >= 0]


def _repeats(hashes: Array) -> Array:
    return pd.Series(hashes).groupby(hashes, sort=False).cumcount().to_numpy("uint64")


def shuffled(rows: pd.DataFrame) -> Array:
    """Return the positions of rows in an order that hangs on their hashes alone."""
    return np.argsort(mixed(rows[ROW].to_numpy(), rows[TOLD].to_numpy()), kind="stable")


def renamed(frames: Frames, base: Schema, head: Schema) -> dict[str, str]:
    """Return base's name of each column that holds, under another name, what it held before."""
    gone = [c.name for c in base.used if c.name not in frames[1]]
    new = [c.name for c in head.used if c.name not in frames[0]]
    found: dict[str, str] = {}
    pairs = matched(*frames) if gone and new else (NONE, NONE)
    if len(pairs[0]) < FEWEST:
        return found
    before, after = (frame.iloc[rows] for frame, rows in zip(frames, pairs, strict=True))
    for name in (name for name in new if after[name].nunique() > 1):
        same = (old for old in gone if not differs(before[old], after[name]).any())
        if (old := next(same, None)) is not None:
            found[name] = old
            gone.remove(old)
    return found


def differs(base: pd.Series, head: pd.Series) -> Array:
    """Return, for n cells of both, whether they differ; missing is like missing."""
    base, head = alike(base, head)
    if base.dtype != head.dtype and not all(map(pd.api.types.is_numeric_dtype, (base, head))):
        base, head = base.astype("str"), head.astype("str")
    left, right = base.reset_index(drop=True), head.reset_index(drop=True)
    return ((left != right) & ~(left.isna() & right.isna())).to_numpy(dtype=bool, na_value=True)
