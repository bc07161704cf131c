"""Rows that are alike in all but key and target: who learnt one of them knows the other."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import stage
from pipeline.scores import Array
from pipeline.stage import UserError
from review.rows.frames import (
    AGAIN,
    LOOK,
    ROW,
    SIDE,
    TOLD,
    Frames,
    matched,
    paired,
    shuffled,
    stand_in,
)

SHARE = 0.1  # of a table's rows, from which on twins may be in its nature
MIXED = 0.05  # of rows with twins, from which on other targets are no corrections
CROWDED = 0.9  # of the test rows: without them hardly any would be left
REASONS = ("taught", "like_base", "like_head")
Pairs = tuple[Array, Array]  # positions among base's and among head's rows


@dataclass(frozen=True)
class Tested:
    """How head's test rows stand to base's rows, and to the rows that taught either model.

    base: how many test rows base has. pairs: positions, among base's and among head's, of the test
    rows that both have. learnt: for each test row of head whether it is left out, since a model
    knows it; reasons: how many for which. notes: what to say of that.
    """

    base: int
    pairs: tuple[Array, Array]
    learnt: Array
    reasons: dict[str, int]
    notes: tuple[str, ...] = ()


def _repeat(hashes: pd.Series) -> Array:
    return np.asarray(hashes.duplicated(keep=False))


def by_nature(rows: pd.DataFrame) -> bool:
    """Say whether rows of a table are alike because its columns have few values.

    Over a tenth of them are, and not as copies are: what is alike differs in its target.
    """
    alike = rows.loc[_repeat(rows[LOOK]), [LOOK, TOLD]]
    told = alike.drop_duplicates(TOLD)[LOOK]
    unlike = alike[LOOK].isin(told[told.duplicated()])
    return len(alike) > SHARE * len(rows) and bool(unlike.mean() > MIXED)


def crowded(rows: pd.DataFrame) -> bool:
    """Say whether nearly each test row of a table is like a training row of it."""
    return bool(_known(rows, rows).mean() > CROWDED)


def honest(rows: pd.DataFrame) -> bool:
    """Say whether rows of a table are alike without being copies, or if so, all are."""
    return by_nature(rows) or crowded(rows)


def _known(test: pd.DataFrame, train: pd.DataFrame) -> Array:
    """Return which test rows of one side are like a training row of a side."""
    return stand_in(test[LOOK][test[SIDE]], train[LOOK][~train[SIDE]])


def tested(frames: Frames | UserError | None, own: pd.DataFrame | UserError, rows: int) -> Tested:
    """Return how head's n test rows stand to the rows of both sides, as far as that is known.

    frames: None if both sides are the same. own: all rows of head.
    """
    nothing, none = np.zeros(rows, dtype=bool), np.zeros(0, dtype=int)
    if isinstance(own, UserError):
        every = np.arange(rows) if frames is None else none
        return Tested(len(every), (every, every), nothing, {}, (_unknown(own),))
    if isinstance(frames, UserError):
        twins = nothing if honest(own) else _known(own, own)
        return _tested(0, (none, none), (nothing, nothing, twins), own)
    base, head = frames or (own, own)
    pairs = matched(base, head)
    taught = stand_in(head[ROW][head[SIDE]], base[ROW][~base[SIDE]])
    learnt = _copies(base, head, pairs) if honest(base) else _likes(base, head)
    return _tested(int(base[SIDE].sum()), _both_tested(base, head, pairs), (taught, *learnt), head)


def _likes(base: pd.DataFrame, head: pd.DataFrame) -> tuple[Array, Array]:
    return _known(head, base), _known(head, head)


def _both_tested(base: pd.DataFrame, head: pd.DataFrame, pairs: Pairs) -> Pairs:
    """Return which of the pairs are test rows of both sides, by their positions among those."""
    both = base[SIDE].to_numpy()[pairs[0]] & head[SIDE].to_numpy()[pairs[1]]
    starts = (int((~side[SIDE]).sum()) for side in (base, head))
    before, after = (p[both] - start for p, start in zip(pairs, starts, strict=True))
    return before, after


def _copies(base: pd.DataFrame, head: pd.DataFrame, pairs: Pairs) -> tuple[Array, Array]:
    """Return, where rows are alike by nature, which test rows base's and head's model learnt.

    Each row that came again stands for one row of base, and no more: to leave out all that are like
    it would leave what is rare.
    """
    were, came = shuffled(base), np.flatnonzero(head[AGAIN])
    at, of = paired(base[TOLD].to_numpy()[were], head[TOLD].to_numpy()[came])
    before, after = were[at], came[of]
    partner = np.full(len(base), -1)
    partner[pairs[0]] = pairs[1]
    test = head[SIDE].to_numpy()
    found = np.zeros((2, len(head)), dtype=bool)
    found[0, after] = ~base[SIDE].to_numpy()[before]
    stayed = partner[before]
    found[1, stayed[(stayed >= 0) & ~head[AGAIN].to_numpy()[stayed] & ~test[after]]] = True
    return found[0, test], found[1, test]


def _tested(base: int, pairs: Pairs, why: tuple[Array, Array, Array], head: pd.DataFrame) -> Tested:
    """Return what is left out for which reason, each row for its first one."""
    taught, of_base, of_head = why
    parts = taught, of_base & ~taught, of_head & ~of_base & ~taught
    counts = [int(part.sum()) for part in parts]
    reasons = dict(zip(REASONS, counts, strict=True))
    return Tested(base, pairs, np.logical_or.reduce(parts), reasons, (*_said(counts), *cure(head)))


def _said(counts: list[int]) -> Iterator[str]:
    taught, of_base, of_head = counts
    if taught:
        yield (
            f"Base's model learnt from {stage.plural(taught, 'test row')} of head, which would "
            "flatter it: they are left out of the comparison."
        )
    if of_base or of_head:
        yield (
            f"Of head's test rows {of_base:,} more are like a row that base's model learnt from, "
            f"and {of_head:,} others like one that head's did, in every column but key and target: "
            "what a model knows by heart is no test, so they are left out too."
        )


def cure(head: pd.DataFrame) -> Iterator[str]:
    """Say how many test rows of a table are like a training row of it, and what to do."""
    twins, honest = int(_known(head, head).sum()), by_nature(head)
    if twins and not honest:
        stay = " So many are that they stay in the comparison." * crowded(head)
        yield (
            f"{twins:,} of head's {int(head[SIDE].sum()):,} test rows are like a training row of "
            f"head in every column but key and target, which flatters what memorises.{stay} Remove "
            "the repeats; or give the key the role 'ignored' in data/schema.yaml, so that equal "
            "rows fall on one side; or split `by: group` with a column that they share."
        )


def _unknown(why: UserError) -> str:
    return f"Whether test rows of head are like its training rows is not known: {why}"
