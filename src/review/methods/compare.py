"""Is a difference real? Each metric of both models on the same rows, with its interval."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline import scores
from pipeline.scores import METRICS, Predictions
from review.methods import bootstrap, delong, refits, rowwise, weighted
from review.methods.bootstrap import Statistic
from review.methods.interval import Interval
from review.methods.refits import Spread

FEW_ROWS, FEW_OF_A_CLASS = 200, 20  # under which intervals are rough
FEWEST_ROWS = 20  # under which there is none
DIGITS, ROUNDING = 1e-6, 1e-12  # predictions have six decimals; what arithmetic alone makes of zero
NO_SPREADS: Mapping[str, Spread] = {}


@dataclass(frozen=True)
class Comparison:
    """One metric of both models: the difference is head minus base, with its 95 % interval."""

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


def compare(
    names: list[str],
    base: Predictions,
    head: Predictions,
    seed: int = 0,
    replicates: int = bootstrap.REPLICATES,
    training: Mapping[str, Spread] = NO_SPREADS,
) -> list[Comparison]:
    """Compare two sets of predictions of the same rows, in the same order, by each named metric.

    training: by metric, what the luck of training adds to the doubt about the difference.

    Base is always two too high, head zero or one:

    >>> truth = np.arange(30.0)
    >>> base, head = Predictions(truth, truth + 2), Predictions(truth, truth + truth % 2)
    >>> found = compare(["mean_absolute_error"], base, head)[0]
    >>> f"{found.difference} ({found.low:.2f} to {found.high:.2f}): {found.outcome}"
    '-1.5 (-1.68 to -1.32): better'
    """
    if len(head.truth) < FEWEST_ROWS:
        return [
            unknown(n, f"only {len(head.truth)} test rows can be compared", head) for n in names
        ]
    possible = [name for name in names if not lacks(name, base)]
    pairs = _drawn(possible, base, head)
    drawn = bootstrap.intervals(pairs, len(head.truth), seed, replicates)
    found = _closed(possible, base, head)
    found |= {name: (ends, "paired bootstrap") for name, ends in drawn.items()}
    return [_judge(name, base, head, found.get(name), training.get(name)) for name in names]


def _closed(
    names: list[str], base: Predictions, head: Predictions
) -> dict[str, tuple[Interval, str]]:
    """Return the intervals that a formula gives, and the formula's name."""
    found = {}
    for name in names:
        if name in rowwise.VALUES:
            value = rowwise.VALUES[name]
            found[name] = rowwise.interval(value(base), value(head)), "closed form"
        if name in delong.AREAS:
            area = delong.AREAS[name]
            found[name] = delong.interval(area(base), area(head)), "DeLong"
    return found


def _drawn(
    names: list[str], base: Predictions, head: Predictions
) -> dict[str, tuple[Statistic, Statistic]]:
    """Return both models' metrics as functions of weights, for those that no formula covers."""
    others = [name for name in names if name not in (*rowwise.VALUES, *delong.AREAS)]
    pairs = {n: (weighted.statistic(n, base), weighted.statistic(n, head)) for n in others}
    return {n: (b, h) for n, (b, h) in pairs.items() if b is not None and h is not None}


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
    training: Spread | None,
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
    if not (math.isfinite(low) and math.isfinite(high)) or low == high != 0:
        return unknown(name, "too few test rows for an interval", head)
    difference = after - before
    if abs(difference) < DIGITS:
        difference = round(difference, 6) + 0.0
    if training is not None:
        low, high = refits.widened(difference, (low, high), training)
    least = max(DIGITS, ROUNDING * abs(before), ROUNDING * abs(after))
    if abs(difference) < least or (low <= least and high >= -least):
        outcome = "within noise"
    else:
        outcome = "better" if (low > 0) == better else "worse"
    values = (before, after, difference, low, high)
    error = None if training is None else training.error
    return Comparison(name, better, *values, method, outcome, training=error)


def warnings(head: Predictions) -> list[str]:
    """Return a sentence for each reason to read the intervals with care.

    >>> warnings(Predictions(np.arange(50.0), np.arange(50.0)))
    ['Only 50 test rows: under 200, the intervals are rough.']
    """
    found, rows = [], len(head.truth)
    if rows < FEW_ROWS:
        found.append(f"Only {rows} test rows: under {FEW_ROWS}, the intervals are rough.")
    if head.classes is not None:
        counts = {str(c): int(np.count_nonzero(head.truth == c)) for c in head.classes}
        rarest = min(counts, key=lambda label: counts[label])
        if counts[rarest] < FEW_OF_A_CLASS:
            found.append(
                f"Class '{rarest}' has {counts[rarest]} test rows: "
                f"under {FEW_OF_A_CLASS}, the intervals are rough."
            )
    return found
