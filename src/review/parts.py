"""How sure each part of a difference is: its interval, and whether the order of changes matters.

The intervals are about the draw of the test rows, as those of a comparison. The variance of a
weighted sum of metrics follows from those of the comparisons of two models each, by the methods and
on the rows that these have.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline import scores
from pipeline.scores import Array, Predictions
from review.methods import compare, shapley
from review.methods.compare import Comparison
from review.methods.interval import NORMAL_95, around
from review.methods.shapley import Causes, Levels

NONE = frozenset[str]()
Said = Callable[[Levels], Predictions]
Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class Part:
    """What a cause adds to the metric, with its 95 % interval.

    alone, last: what it adds when nothing else has changed, and when all else has; None unless
    these differ by more than the luck of the rows.
    """

    cause: str
    value: float
    low: float | None
    high: float | None
    alone: float | None = None
    last: float | None = None


def of_levels(found: Causes, metric: str, said: Said, change: Comparison) -> list[Part]:
    """Return the part of each block of levels; of a single one it is the change, and so is its end.

    said: what the model of a combination says of head's test rows.
    """
    named = list(found.parts.items())[1:]
    if len(found.blocks) == 1:
        return [Part(*named[0], change.low, change.high)]

    @functools.cache
    def of_pair(one: Levels, other: Levels) -> float:
        return variance(compare.compare([metric], said(one), said(other))[0])

    def value(levels: Levels) -> float:
        return scores.value(metric, said(levels))

    parts = []
    for (cause, worth), block in zip(named, found.blocks, strict=True):
        spread = shapley.variance(shapley.weights(block, found.blocks), of_pair)
        part = Part(cause, worth, *ends(worth, spread))
        joint = shapley.interaction(block, found.blocks)
        if is_sure(ends(shapley.total(joint, value), shapley.variance(joint, of_pair))):
            alone, all_of_them = value(block) - value(NONE), frozenset[str]().union(*found.blocks)
            last = value(all_of_them) - value(all_of_them - block)
            part = replace(part, alone=alone, last=last)
        parts.append(part)
    return parts


def of_rows(
    metric: str,
    own: Predictions,
    before: Predictions,
    after: Predictions,
    pairs: tuple[Array, Array],
) -> Ends:
    """Return the interval of the metric of `after` on head's rows minus that of `own` on base's.

    own, before: what base's model says of base's rows, and of head's. pairs: positions, among
    base's and among head's, of rows that both have. Rows that only one has are taken to vary as
    head's do, and what a row adds to a metric to depend on no other row. The variance of a metric
    is that of its difference from perfect predictions, of which it is constant.
    """
    head, base, common = len(after.truth), len(own.truth), len(pairs[0])
    if head == base == common:
        found = compare.compare([metric], own[pairs[0]], after[pairs[1]])[0]
        return found.low, found.high

    def spread(one: Predictions, other: Predictions) -> float:
        return variance(compare.compare([metric], one, other)[0])

    perfect = _perfect(after)
    new, old = spread(perfect, after), spread(perfect, before)
    total = new + old * head / base - common / base * (new + old - spread(before, after))
    if common >= compare.FEWEST_ROWS:  # fewer are hardly any, or all rows are too few
        total += common**2 / (head * base) * spread(own[pairs[0]], before[pairs[1]])
    return ends(scores.value(metric, after) - scores.value(metric, own), total)


def _perfect(p: Predictions) -> Predictions:
    """Return predictions of the truth, each for sure."""
    sure = None
    if p.probabilities is not None and p.classes is not None:
        sure = (p.truth[:, None] == p.classes).astype(float)
    return replace(p, predicted=p.truth, probabilities=sure)


def variance(found: Comparison) -> float:
    """Return the variance that the width of an interval tells; not a number without one."""
    if found.low is None or found.high is None:
        return math.nan
    return ((found.high - found.low) / (2 * NORMAL_95)) ** 2


def ends(value: float, spread: float) -> Ends:
    """Return the 95 % interval around a value of this variance; none where that is not known."""
    if not spread > 0:  # nothing, less by rounding, or not a number
        return (0.0, 0.0) if spread == 0 and abs(value) < compare.ROUNDING else (None, None)
    return around(value, math.sqrt(spread))


def is_sure(found: Ends) -> bool:
    """Say whether an interval leaves zero out, by more than arithmetic makes of it."""
    low, high = found
    return (
        low is not None
        and high is not None
        and (low > compare.ROUNDING or high < -compare.ROUNDING)
    )
