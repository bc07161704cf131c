"""The points of plots agree with scikit-learn's curves, on grids of one size."""

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as sk
from sklearn.calibration import calibration_curve
from test_scores import CHANCE, YES, M, P, V

from pipeline import points


def test_each_task_has_its_plots() -> None:
    named = {"confusion", "roc", "precision_recall", "calibration"}

    assert set(points.curves(P)) == set(points.curves(M)) == named
    assert set(points.curves(V)) == {"predicted", "residuals"}


def test_roc_lies_on_the_curve() -> None:
    false_rate, true_rate, _ = sk.roc_curve(YES, CHANCE, drop_intermediate=False)

    found = points.roc(YES, CHANCE)

    expected = np.interp(found["false_positive_rate"], false_rate, true_rate)
    assert found["true_positive_rate"].to_numpy() == pytest.approx(expected, abs=1e-6)


def test_precision_is_the_best_that_keeps_the_recall() -> None:
    precision, recall, _ = sk.precision_recall_curve(YES, CHANCE)

    found = points.precision_recall(YES, CHANCE)

    best = [precision[:-1][recall[:-1] >= wanted].max() for wanted in found["recall"]]
    assert found["precision"].to_numpy() == pytest.approx(np.array(best), abs=1e-6)


def test_calibration_is_scikit_learns() -> None:
    observed, predicted = calibration_curve(YES, CHANCE, n_bins=points.BINS)

    found = points.calibration(YES, CHANCE)

    assert found["observed"].to_numpy() == pytest.approx(observed, abs=1e-6)
    assert found["predicted"].to_numpy() == pytest.approx(predicted, abs=1e-6)
    assert found["rows"].sum() == len(YES)


def test_confusion_counts_every_row_once() -> None:
    found = points.confusion(P)

    counted = pd.Series(P.truth).groupby([P.truth, P.predicted]).size()
    expected = found.set_index(["actual", "predicted"])["rows"].loc[counted.index]
    assert counted.tolist() == expected.tolist()
    assert found["rows"].sum() == len(P.truth)


@pytest.mark.parametrize("errors", [[0.0, 0.0], [1e9, 1e9 + 1e-7], [-1.0, 2.0]])
def test_residuals_of_any_spread_are_counted(errors: list[float]) -> None:
    """Even where thirty bins between them would fall on one number."""
    predictions = type(V)(np.array(errors), np.zeros(2))

    assert points.residuals(predictions)["rows"].sum() == 2
