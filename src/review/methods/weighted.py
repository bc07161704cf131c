"""Metrics as functions of how often each row was drawn: bootstrap replicates without copies.

Each builder sorts or counts once; the function it returns takes integer weights, one per row, and
equals scikit-learn's metric on the resample in which row i stands weights[i] times.
"""

from collections.abc import Callable

import numpy as np

from pipeline.scores import Array, Predictions

Statistic = Callable[[Array], float]


def ratio(above: Array, below: Array) -> Array:
    """Divide, with 0 where the divisor is 0 (scikit-learn's zero_division=0)."""
    return np.divide(above, below, out=np.zeros(np.shape(below)), where=np.asarray(below) != 0)


def _cumulated(positive: Array, score: Array) -> Callable[[Array], tuple[Array, Array]]:
    """Return a function from weights to positives and negatives at or above each distinct score."""
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    hits = positive[order].astype(float)

    def cumulated(weights: Array) -> tuple[Array, Array]:
        drawn = weights[order]
        positives = np.cumsum(drawn * hits)[ends]
        return positives, np.cumsum(drawn)[ends] - positives

    return cumulated


def average_precision(p: Predictions) -> Statistic:
    """Build the precision averaged over the steps of recall."""
    cumulated = _cumulated(p.is_positive, p.score)

    def area(weights: Array) -> float:
        hits, misses = cumulated(weights)
        if not hits[-1] or not misses[-1]:
            return float("nan")
        return float(np.diff(hits, prepend=0.0) @ ratio(hits, hits + misses) / hits[-1])

    return area


def confusion(p: Predictions, metric: Callable[[Array, int], float]) -> Statistic:
    """Build a metric of the confusion matrix, actual by predicted, and of positive's index."""
    labels, codes = np.unique(np.concatenate([p.truth, p.predicted]), return_inverse=True)
    size, rows = len(labels), len(p.truth)
    cells = codes[:rows] * size + codes[rows:]
    known = labels.tolist()
    positive = known.index(p.positive) if p.positive in known else -1

    def value(weights: Array) -> float:
        counts = np.bincount(cells, weights=weights, minlength=size * size)
        return metric(counts.reshape(size, size), positive)

    return value


def _per_class(counts: Array) -> tuple[Array, Array, Array, Array]:
    hits = np.diag(counts)
    support: Array = counts.sum(axis=1)
    predicted: Array = counts.sum(axis=0)
    there = (support + predicted) > 0
    precision, recall = ratio(hits, predicted), ratio(hits, support)
    return (
        precision[there],
        recall[there],
        ratio(2 * hits, support + predicted)[there],
        support[there],
    )


def _balanced(counts: Array, _: int) -> float:
    recall, support = _per_class(counts)[1::2]
    return float(recall[support > 0].mean())


def _matthews(counts: Array, _: int) -> float:
    total: float = counts.sum()
    support: Array = counts.sum(axis=1)
    predicted: Array = counts.sum(axis=0)
    covariance = np.trace(counts) * total - support @ predicted
    spread = (total**2 - predicted @ predicted) * (total**2 - support @ support)
    return float(covariance / np.sqrt(spread)) if spread > 0 else 0.0


def _positive(counts: Array, positive: int, which: int) -> float:
    """Return precision (0), recall (1) or F1 (2) of the positive class."""
    if positive < 0:
        return 0.0
    support, predicted = float(counts[positive].sum()), float(counts[:, positive].sum())
    below = (predicted, support, (support + predicted) / 2)[which]
    return float(counts[positive, positive]) / below if below else 0.0


CONFUSION: dict[str, Callable[[Array, int], float]] = {
    "balanced_accuracy": _balanced,
    "f1": lambda counts, positive: _positive(counts, positive, 2),
    "f1_macro": lambda counts, _: float(_per_class(counts)[2].mean()),
    "f1_weighted": lambda counts, _: float(
        np.average(_per_class(counts)[2], weights=_per_class(counts)[3])
    ),
    "matthews_corrcoef": _matthews,
    "precision": lambda counts, positive: _positive(counts, positive, 0),
    "precision_macro": lambda counts, _: float(_per_class(counts)[0].mean()),
    "recall": lambda counts, positive: _positive(counts, positive, 1),
    "recall_macro": lambda counts, _: float(_per_class(counts)[1].mean()),
}


def root_mean_squared_error(p: Predictions) -> Statistic:
    """Build the square root of the mean squared error."""
    squares = (p.truth - p.predicted) ** 2
    return lambda weights: float(np.sqrt(weights @ squares / weights.sum()))


def r2(p: Predictions) -> Statistic:
    """Build the share of the target's variance that is explained."""
    truth, squares = p.truth.astype(float), (p.truth - p.predicted) ** 2

    def value(weights: Array) -> float:
        spread = weights @ (truth - weights @ truth / weights.sum()) ** 2
        return float(1 - weights @ squares / spread) if spread else float("nan")

    return value


def explained_variance(p: Predictions) -> Statistic:
    """Build the share of the target's variance that is explained but for a constant."""
    truth, error = p.truth.astype(float), (p.truth - p.predicted).astype(float)

    def value(weights: Array) -> float:
        size = weights.sum()
        spread = weights @ (truth - weights @ truth / size) ** 2
        left = weights @ (error - weights @ error / size) ** 2
        return float(1 - left / spread) if spread else float("nan")

    return value


def median_absolute_error(p: Predictions) -> Statistic:
    """Build the median of the absolute errors."""
    errors = np.abs(p.truth - p.predicted).astype(float)
    order = np.argsort(errors, kind="stable")

    def value(weights: Array) -> float:
        reached, size = np.cumsum(weights[order]), int(weights.sum())
        middle = np.searchsorted(reached, [(size - 1) // 2, size // 2], side="right")
        return float(errors[order][middle].mean())

    return value


def statistic(metric: str, p: Predictions) -> Statistic | None:
    """Return the metric as a function of weights; None for one that has no use in a bootstrap."""
    if metric in CONFUSION:
        return confusion(p, CONFUSION[metric])
    builders: dict[str, Callable[[Predictions], Statistic]] = {
        "average_precision": average_precision,
        "explained_variance": explained_variance,
        "median_absolute_error": median_absolute_error,
        "r2": r2,
        "root_mean_squared_error": root_mean_squared_error,
    }
    return builders[metric](p) if metric in builders else None
