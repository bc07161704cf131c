"""The same comparison for each value of a column, so that a loss in one group is seen."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr

from pipeline.scores import Array
from review.dependence import codes
from review.judge import Judged
from review.methods import compare
from review.methods.compare import Comparison
from review.methods.interval import NORMAL_95

VALUES = 10  # the most frequent ones are compared
ERRORS = 0.05  # of all reports, in which any slice is called better or worse by luck
CALLED = ("better", "worse")


@dataclass(frozen=True)
class Sliced:
    """An entry for each value of each column, and a sentence for each column that is not there."""

    entries: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Slice:
    """The rows on which a column has a value, and both models on them."""

    column: str
    value: str
    rows: int
    comparison: Comparison


def slices(columns: list[str], metric: str, judged: Judged) -> Sliced:
    """Compare the primary metric on the rows of each frequent value of each column.

    Every interval is the 95 % one of its slice alone, and of many such intervals some leave zero
    out by luck. So a slice is called better or worse only if that holds by Holm's method over all.
    """
    there = [column for column in columns if column in judged.rows]
    notes = [
        f"params.yaml, section 'review': slice '{column}' is no column of the test rows."
        for column in columns
        if column not in there
    ]
    found = [each for column in there for each in _slices(column, metric, judged)]
    adjusted = holm([_p_value(each) for each in found])
    entries = [_entry(each, p, len(found)) for each, p in zip(found, adjusted, strict=True)]
    return Sliced(tuple(entries), tuple(notes))


def p_value(difference: float, low: float, high: float, rows: int) -> float:
    """Return the p-value of no difference from the 95 % interval of a difference, of n rows.

    The longer half of the interval is as many errors as the 95 % of the normal distribution has;
    how likely as many as the difference has are, Student's distribution says, which has the longer
    ends that an error has which is itself estimated from the rows.

    An interval that ends at zero, of many rows and of few:

    >>> [round(p_value(0.02, 0.0, 0.04, rows), 3) for rows in (10_000, 20)]
    [0.05, 0.065]
    """
    error = max(difference - low, high - difference) / NORMAL_95
    return float(2 * stdtr(rows - 1, -abs(difference) / error)) if error else 1.0


def holm(found: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number: under 0.05 are none by luck, in 95 % of reports.

    Holm (1979), Scandinavian Journal of Statistics 6. The least is multiplied by how many there
    are, the next by one less, and none is less than the one before. Those that are not a number
    stay so, and do not count. It holds for slices that share rows, too.

    >>> holm([0.03, 0.01, float("nan"), 0.02])
    [0.04, 0.03, nan, 0.04]
    """
    p = np.array(found, dtype=float)
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]
    left = np.arange(len(order), 0, -1)
    p[order] = np.maximum.accumulate(np.minimum(p[order] * left, 1))
    return p.tolist()


def _p_value(each: Slice) -> float:
    c = each.comparison
    if c.difference is None or c.low is None or c.high is None:
        return float("nan")
    return p_value(c.difference, c.low, c.high, each.rows)


def _slices(column: str, metric: str, judged: Judged) -> Iterator[Slice]:
    text: pd.Series = judged.rows[column].astype("str")
    for value in text.value_counts().index[:VALUES]:
        chosen = (text == value).to_numpy()
        comparison = _compared(metric, judged, chosen)
        yield Slice(column, str(value)[:500], int(chosen.sum()), comparison)


def _compared(metric: str, judged: Judged, chosen: Array) -> Comparison:
    some = judged.after[chosen]
    if judged.before is None:
        return compare.unknown(metric, "base's model cannot be scored on these rows", some)
    spreads, apart = judged.refits[chosen].spreads([metric]), codes(judged.units, chosen)
    margins = {c.metric: c.margin for c in judged.found if c.margin is not None}
    both = (judged.before[chosen], some)
    return compare.compare([metric], *both, apart, training=spreads, margins=margins)[0]


def _entry(each: Slice, p: float, count: int) -> dict[str, Any]:
    found = each.comparison
    if found.outcome in CALLED and p > ERRORS:
        reason = f"among {count} slices that is often luck (p {p:.2g} by Holm)"
        found = dataclasses.replace(found, outcome="cannot tell", reason=reason)
    entry = {"column": each.column, "value": each.value, "rows": each.rows}
    told = None if np.isnan(p) else p
    return entry | {"p": told, "comparison": dataclasses.asdict(found)}
