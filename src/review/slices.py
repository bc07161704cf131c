"""The same comparison for each value of a column, so that a loss in one group is seen."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from pipeline.scores import Array
from review.dependence import codes
from review.judge import Judged
from review.methods import compare
from review.methods.compare import Comparison
from review.methods.interval import effective, quantile
from review.methods.refits import Spread

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
    """The rows on which a column has a value, and both models on them.

    units: in which these rows come. training: what the luck of it adds to the doubt.
    """

    column: str
    value: str
    rows: int
    comparison: Comparison
    units: Array | None = None
    training: Spread | None = None


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


def p_value(difference: float, errors: Sequence[Spread]) -> float:
    """Return the p-value of no difference, by its standard errors, which are independent.

    By Student's distribution, whose ends are longer, since an error is itself estimated; several
    have the degrees of freedom of Satterthwaite (1946, Biometrics Bulletin 2).

    The same error from many rows, and from few; then with as much again from five refits:

    >>> rows, refits = Spread(0.01, 19), Spread(0.01, 4)
    >>> [round(p_value(0.03, each), 4) for each in ([Spread(0.01, 9999)], [rows], [rows, refits])]
    [0.0027, 0.0074, 0.0534]
    """
    squares = [each.error**2 for each in errors]
    total = math.fsum(squares)
    if not total:
        return 1.0
    parts = zip(squares, errors, strict=True)
    freedom = total**2 / math.fsum(square**2 / each.freedom for square, each in parts)
    return float(2 * stdtr(freedom, -abs(difference) / math.sqrt(total)))


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
    half = max(c.difference - c.low, c.high - c.difference)
    return p_value(c.difference, _errors(half, each.rows, each.units, each.training))


def _errors(half: float, rows: int, units: Array | None, training: Spread | None) -> list[Spread]:
    """Return the standard errors that the longer half of an interval is made of."""
    many = rows if units is None else int(effective(units))
    known = [] if training is None else [training]
    added = [float(stdtrit(each.freedom, 0.975)) * each.error for each in known]
    own = math.sqrt(max(half**2 - math.fsum(each**2 for each in added), 0.0))
    return [Spread(own / quantile(units), many - 1), *known]


def _slices(column: str, metric: str, judged: Judged) -> Iterator[Slice]:
    text: pd.Series = judged.rows[column].astype("str")
    for value in text.value_counts().index[:VALUES]:
        chosen = (text == value).to_numpy()
        yield _slice(column, str(value)[:500], metric, judged, chosen)


def _slice(column: str, value: str, metric: str, judged: Judged, chosen: Array) -> Slice:
    some, rows = judged.after[chosen], int(chosen.sum())
    if judged.before is None:
        reason = "base's model cannot be scored on these rows"
        return Slice(column, value, rows, compare.unknown(metric, reason, some))
    spreads, apart = judged.refits[chosen].spreads([metric]), codes(judged.units, chosen)
    apart = None if apart is None else np.unique(apart, return_inverse=True)[1]
    margins = {c.metric: c.margin for c in judged.found if c.margin is not None}
    both = (judged.before[chosen], some)
    (found,) = compare.compare([metric], *both, apart, training=spreads, margins=margins)
    return Slice(column, value, rows, found, apart, spreads.get(metric))


def _entry(each: Slice, p: float, count: int) -> dict[str, Any]:
    found = each.comparison
    if found.outcome in CALLED and p > ERRORS:
        reason = f"among {count} slices that is often luck (p {p:.2g} by Holm)"
        found = dataclasses.replace(found, outcome="cannot tell", reason=reason)
    entry = {"column": each.column, "value": each.value, "rows": each.rows}
    told = None if np.isnan(p) else p
    return entry | {"p": told, "comparison": dataclasses.asdict(found)}
