"""Metrics that are a mean over rows, and the paired interval of their difference."""

from collections.abc import Callable

import numpy as np

from pipeline import scores
from pipeline.scores import Array, Predictions
from review.methods.interval import Interval, around


def interval(base: Array, head: Array) -> Interval:
    """Return the paired interval of a mean over rows, head minus base; n values each.

    Of 0/1 values, the adjusted interval of Agresti and Min (2005, Statistics in Medicine 24),
    because the plain one is too narrow when few rows differ.

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
    if not change.any():
        return 0.0, 0.0
    size = len(change)
    if np.isin(base, (0, 1)).all() and np.isin(head, (0, 1)).all():
        gained, lost = (change > 0).sum() + 0.5, (change < 0).sum() + 0.5
        error = np.sqrt(gained + lost - (gained - lost) ** 2 / (size + 2)) / (size + 2)
        return around((gained - lost) / (size + 2), error)
    return around(change.mean(), change.std(ddof=1) / np.sqrt(size) if size > 1 else np.nan)


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
