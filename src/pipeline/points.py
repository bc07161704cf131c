"""The points of each plot, on grids that do not depend on the number of rows."""

import numpy as np
import pandas as pd
import sklearn.metrics as sk

from pipeline import stage
from pipeline.scores import Array, Predictions

GRID = np.linspace(0, 1, 51)
BINS = 10
SHOWN_ROWS = 500  # points in a scatter plot


def curves(predictions: Predictions) -> dict[str, pd.DataFrame]:
    """Return the plots that suit the task, by name.

    >>> sorted(curves(Predictions(np.array([1.0, 2.0]), np.array([1.5, 2.0]))))
    ['predicted', 'residuals']
    """
    if predictions.task == "regression":
        return {"predicted": scatter(predictions), "residuals": residuals(predictions)}
    plots = {"confusion": confusion(predictions)}
    if predictions.probabilities is None:
        return plots
    truth, scores = _against_rest(predictions)
    if 0 < truth.sum() < len(truth):
        plots["roc"] = roc(truth, scores)
        plots["precision_recall"] = precision_recall(truth, scores)
    plots["calibration"] = calibration(truth, scores)
    return plots


def _against_rest(p: Predictions) -> tuple[Array, Array]:
    """Return truth and score of the positive class, or of every class, one after the other."""
    assert p.probabilities is not None and p.classes is not None
    if p.task == "binary":
        return p.is_positive, p.score
    return (p.truth[:, None] == p.classes[None, :]).ravel(), p.probabilities.ravel()


def roc(truth: Array, scores: Array) -> pd.DataFrame:
    """Return the true positive rate at each false positive rate of the grid.

    Half of the positives stand above all negatives:

    >>> curve = roc(np.array([True, True, False, False]), np.array([0.9, 0.3, 0.5, 0.1]))
    >>> curve.loc[[0, 25, 50]].to_numpy().tolist()
    [[0.0, 0.5], [0.5, 1.0], [1.0, 1.0]]
    """
    false_rate, true_rate, _ = sk.roc_curve(truth, scores)
    rates = np.interp(GRID, false_rate, true_rate)
    return pd.DataFrame({"false_positive_rate": GRID, "true_positive_rate": rates}).round(6)


def precision_recall(truth: Array, scores: Array) -> pd.DataFrame:
    """Return the highest precision at or above each recall of the grid.

    To find the second positive costs a false alarm:

    >>> curve = precision_recall(np.array([True, False, True]), np.array([0.9, 0.5, 0.3]))
    >>> curve.loc[[25, 26]].to_numpy().tolist()
    [[0.5, 1.0], [0.52, 0.666667]]
    """
    precision, recall, _ = sk.precision_recall_curve(truth, scores)
    best = np.maximum.accumulate(precision[:-1])[np.searchsorted(-recall[:-1], -GRID, "right") - 1]
    return pd.DataFrame({"recall": GRID, "precision": best}).round(6)


def calibration(truth: Array, scores: Array) -> pd.DataFrame:
    """Return the share of positives beside the mean probability, in ten bins of probability.

    Of four rows said to be 0.75 likely, half are positive: too sure.

    >>> calibration(np.array([True, True, False, False]), np.full(4, 0.75)).to_dict("records")
    [{'predicted': 0.75, 'observed': 0.5, 'rows': 4}]
    """
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    frame = pd.DataFrame({"predicted": scores, "observed": truth.astype(float), "bin": bins})
    groups = frame.groupby("bin")
    return groups.mean().assign(rows=groups.size()).round(6).reset_index(drop=True)


def confusion(p: Predictions) -> pd.DataFrame:
    """Return how many rows of each true class were predicted as each class.

    >>> confusion(Predictions(np.array(["a", "b", "b"]), np.array(["a", "b", "a"])))
      actual predicted  rows
    0      a         a     1
    1      a         b     0
    2      b         a     1
    3      b         b     1
    """
    seen = sorted(set(p.truth.tolist()) | set(p.predicted.tolist()))
    counts = sk.confusion_matrix(p.truth, p.predicted, labels=seen)
    pairs = [(a, b, int(counts[i, j])) for i, a in enumerate(seen) for j, b in enumerate(seen)]
    return pd.DataFrame(pairs, columns=["actual", "predicted", "rows"])


def _spread(size: int) -> Array:
    return np.linspace(0, size - 1, min(size, SHOWN_ROWS)).astype(int)


def scatter(p: Predictions) -> pd.DataFrame:
    """Return prediction and truth of rows spread evenly over the ordered predictions.

    >>> scatter(Predictions(np.array([1.0, 2.0]), np.array([2.5, 1.5]))).to_numpy().tolist()
    [[1.5, 2.0], [2.5, 1.0]]
    """
    order = np.argsort(p.predicted, kind="stable")[_spread(len(p.truth))]
    shown = pd.DataFrame({"predicted": p.predicted[order], "actual": p.truth[order]})
    return shown.map(stage.significant)


def residuals(p: Predictions) -> pd.DataFrame:
    """Return the distribution of truth minus prediction, in 30 bins: their middles and rows.

    Errors of -1, 0 and 2:

    >>> found = residuals(Predictions(np.array([0.0, 0.0, 2.0]), np.array([1.0, 0.0, 0.0])))
    >>> found[found["rows"] > 0].to_numpy().tolist()
    [[-0.95, 1.0], [0.05, 1.0], [1.95, 1.0]]
    """
    errors = p.truth - p.predicted
    low, high = errors.min(), errors.max()
    if high - low <= 1e-9 * max(abs(low), abs(high)):  # 30 bins would fall on the same number
        low, high = low - 0.5, high + 0.5
    counts, edges = np.histogram(errors, np.linspace(low, high, 31))
    middles = [stage.significant(m, of=high - low) for m in (edges[:-1] + edges[1:]) / 2]
    return pd.DataFrame({"residual": middles, "rows": counts})
