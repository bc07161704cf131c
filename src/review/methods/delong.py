"""ROC AUC, and the paired interval of its difference.

DeLong et al. (1988, Biometrics 44), computed from midranks as in Sun and Xu (2014, IEEE Signal
Processing Letters 21). A mean over classes adds up what each row adds to each class.
"""

from collections.abc import Callable

import numpy as np

from pipeline.scores import Array, Predictions
from review.methods.interval import Interval, around, error

FEWEST_OF_A_CLASS = 5  # under which there is no interval
Area = tuple[float, Array]  # and what each of n rows adds to its error


def interval(base: Area, head: Area, units: Array | None = None) -> Interval:
    """Return the interval of the difference of two paired ROC AUCs, or means of several.

    With units: Obuchowski (1997, Biometrics 53), what the rows of each add to the error added up.

    One of five positives ranks below two of five negatives; whether that is worse than a perfect
    order cannot be told from ten rows:

    >>> positive = np.repeat([True, False], 5)
    >>> perfect = area(positive, np.arange(10.0, 0.0, -1.0))
    >>> swapped = area(positive, np.array([10.0, 9.0, 8.0, 7.0, 3.5, 5.0, 4.0, 3.0, 2.0, 1.0]))
    >>> low, high = interval(perfect, swapped)
    >>> f"{swapped[0] - perfect[0]:.2f} ({low:.2f} to {high:.2f})"
    '-0.08 (-0.26 to 0.10)'
    """
    return around(head[0] - base[0], error(head[1] - base[1], units), units)


def area(positive: Array, score: Array) -> Area:
    """Return the share of pairs of a positive and a negative in the right order; n rows each.

    Ties count half. Not a number with less than FEWEST_OF_A_CLASS rows of a side.

    >>> positive = np.repeat([True, False], 5)
    >>> area(positive, np.repeat([0.9, 0.1], 5))[0]
    1.0
    >>> area(positive, np.full(10, 0.5))[0]
    0.5
    """
    hits, misses = np.count_nonzero(positive), np.count_nonzero(~positive)
    if min(hits, misses) < FEWEST_OF_A_CLASS:
        return float("nan"), np.full(len(positive), np.nan)
    ranks = _midranks(score)
    placed = np.empty(len(positive))
    placed[positive] = (ranks[positive] - _midranks(score[positive])) / misses
    placed[~positive] = 1 - (ranks[~positive] - _midranks(score[~positive])) / hits
    found = float(placed[positive].mean())
    weights = np.where(positive, (hits * (hits - 1.0)) ** -0.5, (misses * (misses - 1.0)) ** -0.5)
    return found, (placed - found) * weights


def _midranks(values: Array) -> Array:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def _of_the_positive(p: Predictions) -> Area:
    return area(p.is_positive, p.score)


def _mean(p: Predictions) -> Area:
    """Return the mean over the classes that are among the rows, but are not all of them."""
    assert p.probabilities is not None and p.classes is not None
    sides = [(p.truth == label, p.probabilities[:, i]) for i, label in enumerate(p.classes)]
    found = [area(yes, score) for yes, score in sides if 0 < np.count_nonzero(yes) < len(yes)]
    if not found:
        return float("nan"), np.full(len(p.truth), np.nan)
    areas, rows = zip(*found, strict=True)
    return float(np.mean(areas)), np.mean(rows, axis=0)


AREAS: dict[str, Callable[[Predictions], Area]] = {
    "roc_auc": _of_the_positive,
    "roc_auc_ovr": _mean,
}
