"""Is a difference real? Each metric of both models on the same rows, with its interval."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline import scores
from pipeline.scores import METRICS, Array, Predictions
from review.methods import weighted
from review.methods.weighted import Statistic

NORMAL_95 = 1.959963984540054
REPLICATES = 1000
FEW_ROWS, FEW_OF_A_CLASS = 200, 20  # under which intervals are rough
FEWEST_ROWS, FEWEST_OF_A_CLASS = 20, 5  # under which there is none
DIGITS = 1e-6
Interval = tuple[float, float]


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


def compare(
    names: list[str], base: Predictions, head: Predictions, seed: int = 0
) -> list[Comparison]:
    """Compare two sets of predictions of the same rows, in the same order, by each named metric."""
    if len(head.truth) < FEWEST_ROWS:
        return [
            unknown(n, f"only {len(head.truth)} test rows can be compared", head) for n in names
        ]
    possible = [name for name in names if not lacks(name, base)]
    drawn = [name for name in possible if name not in (*ROWWISE, *AREAS)]
    pairs = {n: (weighted.statistic(n, base), weighted.statistic(n, head)) for n in drawn}
    known = {n: (b, h) for n, (b, h) in pairs.items() if b is not None and h is not None}
    intervals = {
        n: (i, "paired bootstrap") for n, i in bootstrap(known, len(head.truth), seed).items()
    }
    for name in possible:
        if name in ROWWISE:
            intervals[name] = (rowwise(ROWWISE[name](base), ROWWISE[name](head)), "closed form")
        if name in AREAS:
            intervals[name] = (delong(AREAS[name](base), AREAS[name](head)), "DeLong")
    return [_judge(name, base, head, intervals.get(name)) for name in names]


def lacks(metric: str, p: Predictions) -> bool:
    """Say whether a metric needs probabilities, and these predictions have none."""
    return METRICS[metric].needs_probabilities and p.probabilities is None


def unknown(metric: str, reason: str, head: Predictions) -> Comparison:
    """Return the comparison of a metric that cannot be told, with the reason and head's value."""
    better, value = METRICS[metric].greater_is_better, scores.value(metric, head)
    told = round(value, 6) if math.isfinite(value) else None
    return Comparison(metric, better, None, told, None, None, None, "none", "cannot tell", reason)


def _judge(
    name: str, base: Predictions, head: Predictions, found: tuple[Interval, str] | None
) -> Comparison:
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
    if abs(difference) < DIGITS:  # predictions have six decimals
        difference = round(difference, 6) + 0.0
    sign = 1 if better else -1
    worst, best = sorted((sign * low, sign * high))
    outcome = "better" if worst > 0 else "worse" if best < 0 else "within noise"
    if abs(difference) < DIGITS:
        outcome = "within noise"
    values = (round(before, 6), round(after, 6), difference, low, high)
    return Comparison(name, better, *values, method, outcome)


def rowwise(base: Array, head: Array) -> Interval:
    """Return the paired interval of a mean over rows; n values each.

    Of 0/1 values, the adjusted interval of Agresti and Min (2005, Statistics in Medicine 24),
    because the plain one is too narrow when few rows differ.
    """
    change = head - base
    if not change.any():
        return 0.0, 0.0
    size = len(change)
    if np.isin(base, (0, 1)).all() and np.isin(head, (0, 1)).all():
        gained, lost = (change > 0).sum() + 0.5, (change < 0).sum() + 0.5
        mean = (gained - lost) / (size + 2)
        error = np.sqrt(gained + lost - (gained - lost) ** 2 / (size + 2)) / (size + 2)
    else:
        mean, error = change.mean(), change.std(ddof=1) / np.sqrt(size) if size > 1 else np.nan
    return float(mean - NORMAL_95 * error), float(mean + NORMAL_95 * error)


def _midranks(values: Array) -> Array:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


Area = tuple[float, Array]  # and what each of n rows adds to its error


def _area(positive: Array, score: Array) -> Area:
    hits, misses = np.count_nonzero(positive), np.count_nonzero(~positive)
    if min(hits, misses) < FEWEST_OF_A_CLASS:
        return float("nan"), np.full(len(positive), np.nan)
    ranks = _midranks(score)
    placed = np.empty(len(positive))
    placed[positive] = (ranks[positive] - _midranks(score[positive])) / misses
    placed[~positive] = 1 - (ranks[~positive] - _midranks(score[~positive])) / hits
    area = float(placed[positive].mean())
    weights = np.where(positive, (hits * (hits - 1.0)) ** -0.5, (misses * (misses - 1.0)) ** -0.5)
    return area, (placed - area) * weights


def _area_of_the_positive(p: Predictions) -> Area:
    return _area(p.is_positive, p.score)


def _mean_area(p: Predictions) -> Area:
    """Return the mean over the classes that are among the rows, but are not all of them."""
    assert p.probabilities is not None and p.classes is not None
    sides = [(p.truth == label, p.probabilities[:, i]) for i, label in enumerate(p.classes)]
    found = [_area(yes, score) for yes, score in sides if 0 < np.count_nonzero(yes) < len(yes)]
    if not found:
        return float("nan"), np.full(len(p.truth), np.nan)
    areas, rows = zip(*found, strict=True)
    return float(np.mean(areas)), np.mean(rows, axis=0)


def delong(base: Area, head: Area) -> Interval:
    """Return the interval of the difference of two paired ROC AUCs, or means of several.

    DeLong et al. (1988, Biometrics 44), computed from midranks as in Sun and Xu (2014, IEEE Signal
    Processing Letters 21). A mean over classes adds up what each row adds to each class.
    """
    mean, error = head[0] - base[0], np.sqrt(((head[1] - base[1]) ** 2).sum())
    return float(mean - NORMAL_95 * error), float(mean + NORMAL_95 * error)


def bootstrap(
    pairs: dict[str, tuple[Statistic, Statistic]], rows: int, seed: int
) -> dict[str, Interval]:
    """Return the paired percentile interval of each difference head minus base.

    The same rows are drawn for both models and all metrics. With the same generator it equals
    scipy.stats.bootstrap(method='percentile') of the same statistic. Replicates that leave a metric
    undefined are left out.
    """
    if not pairs:
        return {}
    generator, drawn = np.random.default_rng(seed), np.empty((REPLICATES, len(pairs)))
    for replicate in drawn:
        weights = np.bincount(generator.integers(0, rows, rows), minlength=rows)
        replicate[:] = [head(weights) - base(weights) for base, head in pairs.values()]
    ends = np.nanpercentile(drawn, [2.5, 97.5], axis=0) if not np.isnan(drawn).all() else drawn[:2]
    return {name: (float(ends[0, i]), float(ends[1, i])) for i, name in enumerate(pairs)}


def _brier(p: Predictions) -> Array:
    return (p.is_positive - p.score) ** 2


def _percentage(p: Predictions) -> Array:
    return np.abs(p.truth - p.predicted) / np.maximum(np.abs(p.truth), np.finfo(float).eps)


AREAS: dict[str, Callable[[Predictions], Area]] = {
    "roc_auc": _area_of_the_positive,
    "roc_auc_ovr": _mean_area,
}
ROWWISE: dict[str, Callable[[Predictions], Array]] = {
    "accuracy": lambda p: (p.truth == p.predicted).astype(float),
    "brier_score_loss": _brier,
    "log_loss": scores.log_losses,
    "mean_absolute_error": lambda p: np.abs(p.truth - p.predicted),
    "mean_absolute_percentage_error": _percentage,
    "mean_squared_error": lambda p: (p.truth - p.predicted) ** 2,
}


def warnings(head: Predictions) -> list[str]:
    """Return a sentence for each reason to read the intervals with care."""
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
