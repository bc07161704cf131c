"""Metrics of the confusion matrix, and the paired interval of their difference.

Each metric is a function of how often each class was hit, is true and was said. The interval is the
delta method's, over the joint cells (truth, what base said, what head said) after two rows of each
class were added, spread evenly: with two classes, half a row to each of eight cells. Of accuracy
that is the interval of Agresti and Min (2005, Statistics in Medicine 24). It depends on counts
alone; what the bootstrap gives is too short where few rows differ or a class is rare
(docs/evidence.md).
"""

from collections.abc import Callable

import numpy as np

from pipeline.scores import Array, Predictions
from review.methods.interval import Interval, around, error

ADDED = 2  # rows of each class
STEP = 1e-30  # along i: derivatives without rounding (Squire and Trapp, 1998, SIAM Review 40)
Metric = Callable[[Array, Array], complex]  # of 3 x k counts, and of which classes are averaged


def interval(
    metric: str, base: Predictions, head: Predictions, units: Array | None = None
) -> Interval:
    """Return the paired interval of the difference of a metric, head minus base.

    Head finds the one positive row of 50, and base does not: recall rises from 0 to 1, by luck.

    >>> truth, none = np.array(["yes"] + ["no"] * 49), np.array(["no"] * 50)
    >>> base, head = (Predictions(truth, p, None, np.unique(truth), "yes") for p in (none, truth))
    >>> low, high = interval("recall", base, head)
    >>> f"{low:.2f} to {high:.2f}"
    '-0.51 to 1.18'
    """
    labels = _labels(base, head)
    (before, one, rows), (after, other, more) = (
        _influence(metric, p, labels) for p in (base, head)
    )
    spread = len(labels) * ((one**2).sum() + (other**2).sum()) - 2 * one.sum(1) @ other.sum(1)
    added = max(float(spread), 0.0) * ADDED / len(labels) ** 2
    return around(after - before, error(more - rows, units, added), units)


def value(metric: str, p: Predictions) -> float:
    """Return a metric of the rows as they are.

    >>> truth, said = np.array(["a", "b", "b", "c"]), np.array(["a", "b", "a", "a"])
    >>> value("recall_macro", Predictions(truth, said))
    0.5
    """
    labels = _labels(p, p)
    counts = _counts(p, labels)
    return float(CONFUSION[metric][0](counts, _averaged(metric, counts, labels == p.positive)).real)


def _labels(base: Predictions, head: Predictions) -> Array:
    """Return every class that is true, was said, or could have been."""
    seen = [labels for p in (base, head) for labels in (p.truth, p.predicted, p.classes)]
    return np.unique(np.concatenate([labels for labels in seen if labels is not None]))


def _counts(p: Predictions, labels: Array) -> Array:
    true, said = (np.searchsorted(labels, side) for side in (p.truth, p.predicted))
    kinds = (true[true == said], true, said)
    return np.array([np.bincount(kind, minlength=len(labels)) for kind in kinds], dtype=float)


def _averaged(metric: str, counts: Array, positive: Array) -> Array:
    """Return whether each class is averaged over: it is positive; true; or true or said."""
    return {"positive": positive, "true": counts[1] > 0, "there": counts[1:].sum(axis=0) > 0}[
        CONFUSION[metric][1]
    ]


def _influence(metric: str, p: Predictions, labels: Array) -> tuple[float, Array, Array]:
    """Return the metric with rows added, what a row in each cell adds to it, and so each row."""
    counts, compute = _counts(p, labels), CONFUSION[metric][0]
    averaged = _averaged(metric, counts, labels == p.positive)
    counts += np.array([[ADDED / len(labels)], [ADDED], [ADDED]])
    slopes = np.empty(counts.shape)
    for at in np.ndindex(counts.shape):
        moved = counts.astype(complex)
        moved[at] += STEP * 1j
        slopes[at] = compute(moved, averaged).imag / STEP
    cells = np.diag(slopes[0]) + slopes[1][:, None] + slopes[2]
    true, said = (np.searchsorted(labels, side) for side in (p.truth, p.predicted))
    return float(compute(counts, averaged).real), cells, cells[true, said]


def ratio(above: Array, below: Array) -> Array:
    """Divide, with 0 where the divisor is 0 (scikit-learn's zero_division=0).

    >>> ratio(np.array([1.0, 3.0]), np.array([2.0, 0.0]))
    array([0.5, 0. ])
    """
    there = np.asarray(below) != 0
    return np.divide(
        above, below, out=np.zeros(np.shape(below), np.asarray(above).dtype), where=there
    )


def _precision(counts: Array) -> Array:
    return ratio(counts[0], counts[2])


def _recall(counts: Array) -> Array:
    return ratio(counts[0], counts[1])


def _f1(counts: Array) -> Array:
    return ratio(2 * counts[0], counts[1] + counts[2])


def _mean(of_each_class: Callable[[Array], Array]) -> Metric:
    return lambda counts, averaged: complex(of_each_class(counts)[averaged].mean())


def _weighted_f1(counts: Array, there: Array) -> complex:
    return complex((_f1(counts) * counts[1])[there].sum() / counts[1][there].sum())


def _matthews(counts: Array, _: Array) -> complex:
    hits, true, said = counts
    total = true.sum()
    spread = (total**2 - said @ said) * (total**2 - true @ true)
    return complex((hits.sum() * total - true @ said) / np.sqrt(spread)) if spread else 0j


CONFUSION: dict[str, tuple[Metric, str]] = {  # and over which classes it is a mean
    "balanced_accuracy": (_mean(_recall), "true"),
    "f1": (_mean(_f1), "positive"),
    "f1_macro": (_mean(_f1), "there"),
    "f1_weighted": (_weighted_f1, "there"),
    "matthews_corrcoef": (_matthews, "there"),
    "precision": (_mean(_precision), "positive"),
    "precision_macro": (_mean(_precision), "there"),
    "recall": (_mean(_recall), "positive"),
    "recall_macro": (_mean(_recall), "there"),
}
