"""Metrics that are a mean over rows, and the paired interval of their difference."""

from collections.abc import Callable

import numpy as np

from pipeline import scores
from pipeline.scores import Array, Predictions
from review.methods.interval import Interval, around, error


def interval(base: Array, head: Array, units: Array | None = None) -> Interval:
    """Return the paired interval of a mean over rows, head minus base; n values each.

    Of 0/1 values, the adjusted interval of Agresti and Min (2005, Statistics in Medicine 24),
    because the plain one is too narrow when few rows differ: half a row is added to each of the
    four ways in which two models can be right and wrong.

    Right in 5 of 40 rows more, and in none fewer, is more than luck; in 4 it is not yet:

    >>> base = np.repeat([0.0, 1.0], 20)
    >>> for gained in (5, 4):
    ...     head = np.where(np.arange(40) < gained, 1, base)
    ...     low, high = interval(base, head)
    ...     print(f"{low:.3f} to {high:.3f}")
    0.011 to 0.228
    -0.005 to 0.196
    """
    change = head - base
    size = len(change)
    if np.isin(base, (0, 1)).all() and np.isin(head, (0, 1)).all():
        mean = change.sum() / (size + 2)
        terms, more = (change - mean) / (size + 2), (1 + 2 * mean**2) / (size + 2) ** 2
        return around(mean, error(terms, units, more), units)
    terms, mean = (change - change.mean()) / size, change.mean()
    return around(mean, error(terms, np.arange(size) if units is None else units), units)


def _brier(p: Predictions) -> Array:
    return (p.is_positive - p.score) ** 2


def _percentage(p: Predictions) -> Array:
    return np.abs(p.truth - p.predicted) / np.maximum(np.abs(p.truth), np.finfo(float).eps)


VALUES: dict[str, Callable[[Predictions], Array]] = {  # of each row; their mean is the metric
    "accuracy": lambda p: (p.truth == p.predicted).astype(float),
    "brier_score_loss": _brier,
    "log_loss": scores.log_losses,
    "mean_absolute_error": lambda p: np.abs(p.truth - p.predicted),
    "mean_absolute_percentage_error": _percentage,
    "mean_squared_error": lambda p: (p.truth - p.predicted) ** 2,
}
