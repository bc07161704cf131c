"""Rows that came again with fewer digits: equal but for what rounding takes."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from pipeline import dataset, stage
from pipeline.scores import Array
from review.rows.frames import LOOK, NEAR, ROW, TOLD, Frames, Names, mixed, stand_in

LOST = 0.5  # of base's rows, from which on those that are not in head are looked for
ALIKE = 0.1  # of base's rounded rows: with more, nearly equal is no more than chance
DIGITS = 9  # more are those of binary fractions
EXACT = 1e-6  # of a standard deviation: what a shorter binary number loses
SAMPLE, AXES, NEIGHBOURS = 1000, 6, 8
MISSING = -1e9  # near nothing


def recognised(base: pd.DataFrame, head: pd.DataFrame, known: Names) -> pd.DataFrame:
    """Return base's rows, those that head has with fewer digits, or more, under head's hashes.

    Only if head has less than half of them as they are, and in some column fewer digits.
    """
    lost, new = _apart(base, head), np.flatnonzero(_apart(head, base))
    columns = _numbers(base, head, known.content)
    if lost.mean() < LOST or not len(new) or not _shorter(base, head, columns):
        return base
    rows = np.flatnonzero(lost)
    at, of = _nearest(base.iloc[rows], head.iloc[new], columns, known.content)
    looks, told = base[LOOK].to_numpy(copy=True), base[TOLD].to_numpy(copy=True)
    near = np.zeros(len(base), dtype=bool)
    near[rows[at]], looks[rows[at]] = True, head[LOOK].to_numpy()[new[of]]
    told[near] = mixed(looks[near], dataset.hashes(base[near], [known.target]))
    named = looks if known.identity == known.content else base[ROW].to_numpy()
    return base.assign(**{ROW: named, LOOK: looks, TOLD: told, NEAR: near})


def sentences(frames: Frames, known: Names) -> Iterator[str]:
    """Say which rows are known though they lost digits, or that they cannot be known."""
    base, head = frames
    near, columns = int(base[NEAR].sum()), _numbers(base, head, known.content)
    if near:
        yield (
            f"{stage.plural(near, 'row')} of base stand in head with other digits, equal but for "
            "rounding: they are taken to be the same."
        )
    elif _apart(base, head).mean() >= LOST and (short := _shorter(base, head, columns)):
        yield (
            f"Columns {stage.cut(short)} have other digits than on base, and most of base's rows "
            "cannot be recognised in head: if they are there, base's model may know test rows."
        )


def _apart(rows: pd.DataFrame, others: pd.DataFrame) -> Array:
    """Return which rows the others have neither by name nor by content."""
    return ~stand_in(rows[ROW], others[ROW]) & ~stand_in(rows[LOOK], others[LOOK])


def _numbers(base: pd.DataFrame, head: pd.DataFrame, content: Sequence[str]) -> list[str]:
    return [c for c in content if base[c].dtype.kind == head[c].dtype.kind == "f"]


def _shorter(base: pd.DataFrame, head: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    return [c for c in columns if _decimals(base[c]) != _decimals(head[c])]


def _decimals(values: pd.Series) -> int:
    """Return how many decimals a column has, as far as a sample tells.

    >>> _decimals(pd.Series([0.5, 1.25, np.nan])), _decimals(pd.Series([3.0]))
    (2, 0)
    """
    some = values.dropna().iloc[:: max(len(values) // SAMPLE, 1)].to_numpy()
    same = (d for d in range(DIGITS) if np.isclose(np.round(some, d), some, 1e-12, 0).all())
    return next(same, DIGITS)


def _nearest(
    base: pd.DataFrame, head: pd.DataFrame, columns: Sequence[str], content: Sequence[str]
) -> tuple[Array, Array]:
    """Return the positions of rows of both that are equal but for the digits that one side lacks.

    There are none where base's rows would often be alike with as few digits.
    """
    decimals = {c: min(_decimals(base[c]), _decimals(head[c])) for c in columns}
    rest = [_rest(side, [c for c in content if c not in columns]) for side in (base, head)]
    coarse = base[columns].round(decimals).assign(rest=rest[0])
    if coarse.duplicated(keep=False).mean() > ALIKE:
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    lost = [max(0.5 * 0.1**d * (1 + EXACT), EXACT * base[c].std()) for c, d in decimals.items()]
    before, after = (side[columns].fillna(MISSING).to_numpy() / lost for side in (base, head))
    axes = np.argsort(-coarse[columns].nunique().to_numpy(), kind="stable")[:AXES]
    tree, chosen = KDTree(before[:, axes]), np.full(len(after), -1)
    at = tree.query(after[:, axes], NEIGHBOURS, p=np.inf, distance_upper_bound=1 + EXACT)[1]
    for nearest in at.T:
        left = np.flatnonzero((chosen < 0) & (nearest < len(before)))  # as high where none is near
        one, other = nearest[left], after[left]
        near = (np.abs(before[one] - other) <= 1).all(axis=1) & (rest[0][one] == rest[1][left])
        chosen[left[near]] = one[near]
    return chosen[chosen >= 0], np.flatnonzero(chosen >= 0)


def _rest(rows: pd.DataFrame, columns: Sequence[str]) -> Array:
    return dataset.hashes(rows, columns) if columns else np.zeros(len(rows), dtype="uint64")
