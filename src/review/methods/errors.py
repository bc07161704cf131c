"""Metrics of the errors of numbers as functions of how often each row was drawn."""

import numpy as np

from pipeline.scores import Array, Predictions
from review.methods.bootstrap import Statistic

ROUNDING = 1e-13  # of a mean, which is not quite the value of equal rows


def root_mean_squared_error(p: Predictions) -> Statistic:
    """Build the square root of the mean squared error.

    Errors of 1 and 7, and what is left when the second row is never drawn:

    >>> error = root_mean_squared_error(Predictions(np.array([3.0, 5.0]), np.array([4.0, 12.0])))
    >>> error(np.array([1, 1])), error(np.array([2, 0]))
    (5.0, 1.0)
    """
    squares = (p.truth - p.predicted) ** 2
    return lambda weights: float(np.sqrt(weights @ squares / weights.sum()))


def _spread(values: Array, weights: Array) -> float:
    """Return the sum of squares about the mean; 0 for what rounding makes of equal values."""
    size = weights.sum()
    mean = weights @ values / size
    squares = float(weights @ (values - mean) ** 2)
    return squares if squares > size * (ROUNDING * mean) ** 2 else 0.0


def r2(p: Predictions) -> Statistic:
    """Build the share of the target's variance that is explained; NaN if the target never varies.

    Who says the mean of all rows explains nothing, and less than nothing of rows apart from it:

    >>> explained = r2(Predictions(np.array([0.0, 2.0, 4.0]), np.full(3, 2.0)))
    >>> [explained(np.array(weights)) for weights in ([1, 1, 1], [0, 1, 1], [3, 0, 0])]
    [0.0, -1.0, nan]
    """
    truth, squares = p.truth.astype(float), (p.truth - p.predicted) ** 2

    def value(weights: Array) -> float:
        spread = _spread(truth, weights)
        return float(1 - weights @ squares / spread) if spread else float("nan")

    return value


def explained_variance(p: Predictions) -> Statistic:
    """Build the share of the target's variance that is explained but for a constant.

    Who is always one too high explains all of it:

    >>> truth = np.array([0.0, 2.0, 4.0])
    >>> explained_variance(Predictions(truth, truth + 1))(np.array([1, 1, 1]))
    1.0
    """
    truth, error = p.truth.astype(float), (p.truth - p.predicted).astype(float)

    def value(weights: Array) -> float:
        spread = _spread(truth, weights)
        return float(1 - _spread(error, weights) / spread) if spread else float("nan")

    return value


def median_absolute_error(p: Predictions) -> Statistic:
    """Build the median of the absolute errors.

    Errors of 1, 2 and 9: the middle one, and the mean of two when the number of rows is even.

    >>> error = median_absolute_error(Predictions(np.zeros(3), np.array([1.0, -2.0, 9.0])))
    >>> error(np.array([1, 1, 1])), error(np.array([1, 1, 2]))
    (2.0, 5.5)
    """
    errors = np.abs(p.truth - p.predicted).astype(float)
    order = np.argsort(errors, kind="stable")

    def value(weights: Array) -> float:
        reached, size = np.cumsum(weights[order]), int(weights.sum())
        middle = np.searchsorted(reached, [(size - 1) // 2, size // 2], side="right")
        return float(errors[order][middle].mean())

    return value
