"""Metrics of the confusion matrix as functions of how often each row was drawn."""

from collections.abc import Callable

import numpy as np

from pipeline.scores import Array, Predictions
from review.methods.bootstrap import Statistic


def statistic(p: Predictions, metric: Callable[[Array, int], float]) -> Statistic:
    """Build a metric of the confusion matrix, actual by predicted, and of positive's index.

    Two of three right; drawn twice, the wrong row counts twice:

    >>> said = Predictions(np.array(["a", "b", "b"]), np.array(["a", "b", "a"]))
    >>> right = statistic(said, lambda counts, _: float(np.trace(counts)))
    >>> right(np.array([1, 1, 1])), right(np.array([1, 0, 2]))
    (2.0, 1.0)
    """
    labels, codes = np.unique(np.concatenate([p.truth, p.predicted]), return_inverse=True)
    size, rows = len(labels), len(p.truth)
    cells = codes[:rows] * size + codes[rows:]
    known = labels.tolist()
    positive = known.index(p.positive) if p.positive in known else -1

    def value(weights: Array) -> float:
        counts = np.bincount(cells, weights=weights, minlength=size * size)
        return metric(counts.reshape(size, size), positive)

    return value


def ratio(above: Array, below: Array) -> Array:
    """Divide, with 0 where the divisor is 0 (scikit-learn's zero_division=0).

    >>> ratio(np.array([1.0, 3.0]), np.array([2.0, 0.0]))
    array([0.5, 0. ])
    """
    return np.divide(above, below, out=np.zeros(np.shape(below)), where=np.asarray(below) != 0)


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
