"""How sure each part of a difference is: its interval, and whether the order of changes matters.

The variance of a weighted sum of metrics follows from those of the differences of two each, which
comparisons know, by the methods and from the rows that these have. What the luck of training adds
is taken to be the same for each model that was trained.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline import scores
from pipeline.scores import Array, Predictions
from review.dependence import Units, codes
from review.methods import compare, refits, shapley
from review.methods.compare import Comparison
from review.methods.interval import around, told
from review.methods.refits import Spread
from review.methods.shapley import Causes, Levels, Weights

NONE = frozenset[str]()
Said = Callable[[Levels], Predictions]
Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class Part:
    """What a cause adds to the metric, with its 95 % interval.

    alone, last: what it adds when nothing else has changed, and when all else has; None unless
    these differ by more than luck.
    """

    cause: str
    value: float
    low: float | None
    high: float | None
    alone: float | None = None
    last: float | None = None


@dataclass(frozen=True)
class Doubt:
    """What makes a metric uncertain: its rows, the units they come in, and training."""

    metric: str
    units: Units | None = None
    training: Spread | None = None

    def compared(
        self, one: Predictions, other: Predictions, rows: Array | None = None
    ) -> Comparison:
        """Compare two models on the rows, or on those at some positions, as they were trained."""
        return compare.compare([self.metric], one, other, codes(self.units, rows))[0]

    def variance(self, one: Predictions, other: Predictions, rows: Array | None = None) -> float:
        """Return the variance of a difference by the width of its interval; NaN without one."""
        found = self.compared(one, other, rows)
        if found.low is None or found.high is None:
            return math.nan
        return told((found.low, found.high)) ** 2


def of_levels(found: Causes, said: Said, change: Comparison, doubt: Doubt) -> list[Part]:
    """Return the part of each block of levels; that of a single one is the change itself.

    said: what the model of a combination says of head's test rows.
    """
    named = list(found.parts.items())[1:]
    if len(found.blocks) == 1:
        return [Part(*named[0], change.low, change.high)]

    @functools.cache
    def of_pair(one: Levels, other: Levels) -> float:
        return doubt.variance(said(one), said(other))

    @functools.cache
    def value(levels: Levels) -> float:
        return scores.value(doubt.metric, said(levels))

    def interval(weights: Weights) -> Ends:
        total, spread = shapley.total(weights, value), shapley.variance(weights, of_pair)
        models = math.fsum(weight**2 for weight in weights.values())
        return trained(total, ends(total, spread), models, doubt.training)

    def part(cause: str, worth: float, block: Levels) -> Part:
        low, high = interval(shapley.weights(block, found.blocks))
        simple = Part(cause, worth, low, high)
        if not is_sure(interval(shapley.interaction(block, found.blocks))):
            return simple
        every = NONE.union(*found.blocks)
        alone, last = value(block) - value(NONE), value(every) - value(every - block)
        return replace(simple, alone=alone, last=last)

    return [part(*each, block) for each, block in zip(named, found.blocks, strict=True)]


def of_rows(
    own: Predictions, before: Predictions, after: Predictions, pairs: tuple[Array, Array],
    doubt: Doubt,
) -> Ends:  # fmt: skip
    """Return the interval of the metric of `after` on head's rows minus that of `own` on base's.

    own, before: what base's model says of base's rows, and of head's. pairs: positions, among
    base's and among head's, of rows that both have. Rows that only one has are taken to vary as
    head's do, and what a row adds to a metric to depend on no other row. The variance of a metric
    is that of its difference from perfect predictions, of which it is constant.
    """
    head, base, common = len(after.truth), len(own.truth), len(pairs[0])
    if head == base == common:
        found = doubt.compared(own[pairs[0]], after[pairs[1]], pairs[1])
        return found.low, found.high
    perfect = _perfect(after)
    new, old = doubt.variance(perfect, after), doubt.variance(perfect, before)
    spread = new + old * head / base - common / base * (new + old - doubt.variance(before, after))
    if common >= compare.FEWEST_ROWS:  # fewer are hardly any, or all rows are too few
        both = own[pairs[0]], before[pairs[1]]
        spread += common**2 / (head * base) * doubt.variance(*both, pairs[1])
    value = scores.value(doubt.metric, after) - scores.value(doubt.metric, own)
    return ends(value, spread)


def _perfect(p: Predictions) -> Predictions:
    """Return predictions of the truth, each for sure."""
    sure = None
    if p.probabilities is not None and p.classes is not None:
        sure = (p.truth[:, None] == p.classes).astype(float)
    return replace(p, predicted=p.truth, probabilities=sure)


def ends(value: float, spread: float) -> Ends:
    """Return the 95 % interval around a value of this variance; none where that is not known."""
    if spread > 0:
        return around(value, math.sqrt(spread))
    return (0.0, 0.0) if spread == 0 and abs(value) < compare.ROUNDING else (None, None)


def trained(value: float, found: Ends, models: float, training: Spread | None) -> Ends:
    """Return an interval with what the luck of training adds, which is known of two models.

    models: how many there are, if one that is weighted by a half counts as a quarter.
    """
    low, high = found
    if training is None or low is None or high is None or low == high:
        return found
    share = math.sqrt(models / 2)
    return refits.widened(value, (low, high), Spread(share * training.error, training.freedom))


def is_sure(found: Ends) -> bool:
    """Say whether an interval leaves zero out, by more than arithmetic makes of it."""
    low, high, least = *found, compare.ROUNDING
    return low is not None and high is not None and (low > least or high < -least)
