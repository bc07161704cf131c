"""Metrics as functions of how often each row was drawn: bootstrap replicates without copies.

Each builder sorts or counts once; the function it returns takes integer weights, one per row, and
equals scikit-learn's metric on the resample in which row i stands weights[i] times.
"""

from collections.abc import Callable

import numpy as np

from pipeline.scores import Array, Predictions
from review.methods import confusion, errors
from review.methods.bootstrap import Statistic


def average_precision(p: Predictions) -> Statistic:
    """Build the precision averaged over the steps of recall; NaN without both classes.

    The positive row ranks first, or second when a negative one stands above it:

    >>> chances = np.array([[0.1, 0.9], [0.2, 0.8], [0.7, 0.3]])
    >>> truth, classes = np.array(["no", "yes", "no"]), np.array(["no", "yes"])
    >>> precision = average_precision(Predictions(truth, truth, chances, classes, "yes"))
    >>> precision(np.array([1, 1, 1])), precision(np.array([0, 1, 1]))
    (0.5, 1.0)
    """
    cumulated = _cumulated(p.is_positive, p.score)

    def area(weights: Array) -> float:
        hits, misses = cumulated(weights)
        if not hits[-1] or not misses[-1]:
            return float("nan")
        steps = np.diff(hits, prepend=0.0)
        return float(steps @ confusion.ratio(hits, hits + misses) / hits[-1])

    return area


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


BUILDERS: dict[str, Callable[[Predictions], Statistic]] = {
    "average_precision": average_precision,
    "explained_variance": errors.explained_variance,
    "median_absolute_error": errors.median_absolute_error,
    "r2": errors.r2,
    "root_mean_squared_error": errors.root_mean_squared_error,
}
