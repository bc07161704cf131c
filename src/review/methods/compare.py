"""Is a difference real? Each metric of both models on the same rows, with its interval."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline import scores
from pipeline.scores import METRICS, Array, Predictions
from review.methods import bootstrap, confusion, delong, outcome, refits, rowwise, weighted
from review.methods.interval import NORMAL_95, Interval, effective
from review.methods.refits import Spread

FEWEST_ROWS, FEWEST_UNITS = 20, 10  # under which there is no interval
LABELS = ("accuracy", *confusion.CONFUSION)  # metrics of what is predicted, right or wrong
RANKS = ("average_precision", *delong.AREAS)  # metrics of the order of probabilities
ROUNDING = 1e-12  # of the metric: what arithmetic alone makes of zero
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Comparison:
    """One metric of both models: the difference is head minus base, with its 95 % interval.

    margin: the loss that does not matter, if that is known. seen: the loss that 8 of 10 such test
    sets show.
    """

    metric: str
    greater_is_better: bool
    base: float | None
    head: float | None
    difference: float | None
    low: float | None
    high: float | None
    method: str
    outcome: str
    reason: str | None = None
    training: float | None = None  # the standard error that training adds; None: it is not covered
    margin: float | None = None
    seen: float | None = None


def compare(
    names: list[str],
    base: Predictions,
    head: Predictions,
    units: Array | None = None,
    seed: int = 0,
    replicates: int = bootstrap.REPLICATES,
    training: Mapping[str, Spread] = NOTHING,
    margins: Mapping[str, float] = NOTHING,
) -> list[Comparison]:
    """Compare two sets of predictions of the same rows, in the same order, by each named metric.

    units: n codes; rows with the same one depend on each other. None if no row does. By metric,
    training: what its luck adds to the doubt about the difference; margins: the loss that does not
    matter.

    Base is always two too high, head zero or one:

    >>> truth = np.arange(30.0)
    >>> base, head = Predictions(truth, truth + 2), Predictions(truth, truth + truth % 2)
    >>> found = compare(["mean_absolute_error"], base, head)[0]
    >>> f"{found.difference} ({found.low:.2f} to {found.high:.2f}): {found.outcome}"
    '-1.5 (-1.68 to -1.32): better'
    """
    codes = None if units is None else np.unique(units, return_inverse=True)[1]
    if reason := _too_few(len(head.truth), codes):
        return [unknown(name, reason, head) for name in names]
    possible = [name for name in names if not lacks(name, base)]
    found = _closed(possible, base, head, codes)
    found |= _drawn(possible, base, head, codes, seed, replicates)
    settled = {n: (_settled(n, base, head, ends), method) for n, (ends, method) in found.items()}
    return [
        _judge(name, base, head, settled.get(name), training.get(name), margins.get(name))
        for name in names
    ]


def _too_few(rows: int, units: Array | None) -> str | None:
    if rows < FEWEST_ROWS:
        return f"only {rows} test rows can be compared"
    if units is None or effective(units) >= FEWEST_UNITS:
        return None
    groups, worth = int(units.max()) + 1, int(effective(units))
    unequal = f", which are worth {worth} of one size" * (groups >= FEWEST_UNITS)
    return f"too few groups: the test rows come in {groups}{unequal}, and {FEWEST_UNITS} are needed"


def _closed(
    names: list[str], base: Predictions, head: Predictions, units: Array | None
) -> dict[str, tuple[Interval, str]]:
    """Return the intervals that a formula gives, and the formula's name."""
    found = {}
    for name in names:
        if name in rowwise.VALUES:
            value = rowwise.VALUES[name]
            found[name] = rowwise.interval(value(base), value(head), units), "closed form"
        if name in delong.AREAS:
            area = delong.AREAS[name]
            found[name] = delong.interval(area(base), area(head), units), "DeLong"
        if name in confusion.CONFUSION:
            found[name] = confusion.interval(name, base, head, units), "delta method"
    return found


def _drawn(
    names: list[str], base: Predictions, head: Predictions, units: Array | None,
    seed: int, replicates: int,
) -> dict[str, tuple[Interval, str]]:  # fmt: skip
    """Return the intervals of the metrics that no formula covers, from rows or units drawn anew."""
    able = [n for n in names if n in weighted.BUILDERS and not _rare(n, head)]
    if not able:
        return {}
    base, head, units = bootstrap.ordered(base, head, units)
    pairs = {n: (weighted.BUILDERS[n](base), weighted.BUILDERS[n](head)) for n in able}
    drawn = bootstrap.intervals(pairs, len(head.truth), seed, replicates, units)
    return {n: (ends, "paired bootstrap") for n, ends in drawn.items()}


def _rare(metric: str, p: Predictions) -> bool:
    """Say whether a metric of ranks hangs on the few rows of a class."""
    if metric not in RANKS:
        return False
    hits = int(np.count_nonzero(p.is_positive))
    return min(hits, len(p.truth) - hits) < delong.FEWEST_OF_A_CLASS


def _settled(metric: str, base: Predictions, head: Predictions, ends: Interval) -> Interval:
    """Return no width exactly where both models say the same of every row, as a metric sees it."""
    if ends != (0.0, 0.0) and metric not in LABELS:
        return ends
    one, other = ([p.truth, *_seen(metric, p)] for p in (base, head))  # labels may be corrected
    if len(one) == len(other) and all(map(np.array_equal, one, other)):
        return 0.0, 0.0
    if ends == (0.0, 0.0) and metric in RANKS:
        return -_one_pair(head), _one_pair(head)
    return ends if ends[0] < ends[1] else (math.nan, math.nan)


def _one_pair(p: Predictions) -> float:
    """Return what one pair of a rare and another row is worth that two orders do not share.

    As Agresti and Min add to accuracy, so that equal areas of unlike orders are not for certain.
    """
    rare = int(np.unique(p.truth, return_counts=True)[1].min())
    return NORMAL_95 / (rare * (len(p.truth) - rare))


def _seen(metric: str, p: Predictions) -> list[Array]:
    """Return what a metric sees of each row; whose probabilities differ may differ in labels, too.

    Not on these rows, maybe; on others.
    """
    columns = [] if p.probabilities is None else list(p.probabilities.T)
    if metric in RANKS:
        return [np.unique(column, return_inverse=True)[1] for column in columns]
    return columns if METRICS[metric].needs_probabilities else [p.predicted, *columns]


def lacks(metric: str, p: Predictions) -> bool:
    """Say whether a metric needs probabilities, and these predictions have none.

    >>> labels = Predictions(np.array(["no", "yes"]), np.array(["no", "no"]))
    >>> lacks("roc_auc", labels), lacks("accuracy", labels)
    (True, False)
    """
    return METRICS[metric].needs_probabilities and p.probabilities is None


def unknown(metric: str, reason: str, head: Predictions) -> Comparison:
    """Return the comparison of a metric that cannot be told, with the reason and head's value.

    >>> head = Predictions(np.array([1.0, 3.0]), np.array([1.0, 2.0]))
    >>> found = unknown("mean_absolute_error", "base has no results", head)
    >>> found.outcome, found.head, found.difference
    ('cannot tell', 0.5, None)
    """
    better = METRICS[metric].greater_is_better
    value = scores.value(metric, head) if len(head.truth) else math.nan
    told = value if math.isfinite(value) else None
    return Comparison(metric, better, None, told, None, None, None, "none", "cannot tell", reason)


def _judge(
    name: str, base: Predictions, head: Predictions, found: tuple[Interval, str] | None,
    training: Spread | None, margin: float | None,
) -> Comparison:  # fmt: skip
    better = METRICS[name].greater_is_better
    if lacks(name, base):
        return unknown(name, "base's estimator gives no probabilities", head)
    before, after = (scores.value(name, p) for p in (base, head))
    if not (math.isfinite(before) and math.isfinite(after)):
        return unknown(name, "the test rows leave it undefined", head)
    if found is None:
        return unknown(name, "it hangs on single rows: no interval is reliable", head)
    (low, high), method = found
    least = ROUNDING * max(abs(before), abs(after))
    difference, low, high = (0.0 if abs(v) <= least else v for v in (after - before, low, high))
    if not (math.isfinite(low) and math.isfinite(high)) or low == high != 0:
        return unknown(name, "all rows differ alike, which gives no interval", head)
    if training is not None:
        low, high = refits.widened(difference, (low, high), training)
    gain = outcome.gain((low, high), greater_is_better=better)
    said, seen = outcome.outcome(gain, margin), outcome.seen(gain)
    values = (before, after, difference, low, high)
    error = None if training is None else training.error
    return Comparison(name, better, *values, method, said, None, error, margin, seen)
