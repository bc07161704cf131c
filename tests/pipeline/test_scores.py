"""Metrics are scikit-learn's, and cope with rows that leave one undefined."""

import numpy as np
import pytest
import sklearn.metrics as sk

from pipeline.scores import DEFAULTS, METRICS, Predictions, score

RANDOM = np.random.default_rng(0)


def binary(rows: int = 200) -> Predictions:
    """Return predictions of two classes, better than chance."""
    classes = np.array(["no", "yes"])
    truth = RANDOM.choice(classes, rows)
    chance = np.clip((truth == "yes") * 0.3 + RANDOM.random(rows) * 0.7, 0.01, 0.99)
    probabilities = np.column_stack([1 - chance, chance])
    return Predictions(truth, classes[(chance > 0.5).astype(int)], probabilities, classes, "yes")


def several(rows: int = 200) -> Predictions:
    """Return predictions of three classes."""
    classes = np.array([3, 5, 8])
    probabilities = RANDOM.dirichlet([1, 1, 1], rows)
    return Predictions(
        RANDOM.choice(classes, rows), classes[probabilities.argmax(1)], probabilities, classes
    )


def values(rows: int = 200) -> Predictions:
    """Return predictions of a number."""
    truth = RANDOM.normal(10, 2, rows)
    return Predictions(truth, truth + RANDOM.normal(size=rows))


P, M, V = binary(), several(), values()
YES, CHANCE = P.truth == "yes", P.probabilities[:, 1]
EXPECTED = {
    "accuracy": (P, sk.accuracy_score(P.truth, P.predicted)),
    "average_precision": (P, sk.average_precision_score(YES, CHANCE)),
    "balanced_accuracy": (M, sk.balanced_accuracy_score(M.truth, M.predicted)),
    "brier_score_loss": (P, sk.brier_score_loss(YES, CHANCE)),
    "f1": (P, sk.f1_score(P.truth, P.predicted, pos_label="yes")),
    "f1_macro": (M, sk.f1_score(M.truth, M.predicted, average="macro")),
    "f1_weighted": (M, sk.f1_score(M.truth, M.predicted, average="weighted")),
    "log_loss": (M, sk.log_loss(M.truth, M.probabilities, labels=M.classes)),
    "matthews_corrcoef": (M, sk.matthews_corrcoef(M.truth, M.predicted)),
    "precision": (P, sk.precision_score(P.truth, P.predicted, pos_label="yes")),
    "precision_macro": (M, sk.precision_score(M.truth, M.predicted, average="macro")),
    "recall": (P, sk.recall_score(P.truth, P.predicted, pos_label="yes")),
    "recall_macro": (M, sk.recall_score(M.truth, M.predicted, average="macro")),
    "roc_auc": (P, sk.roc_auc_score(YES, CHANCE)),
    "roc_auc_ovr": (M, sk.roc_auc_score(M.truth, M.probabilities, multi_class="ovr")),
    "explained_variance": (V, sk.explained_variance_score(V.truth, V.predicted)),
    "max_error": (V, sk.max_error(V.truth, V.predicted)),
    "mean_absolute_error": (V, sk.mean_absolute_error(V.truth, V.predicted)),
    "mean_absolute_percentage_error": (V, sk.mean_absolute_percentage_error(V.truth, V.predicted)),
    "mean_squared_error": (V, sk.mean_squared_error(V.truth, V.predicted)),
    "median_absolute_error": (V, sk.median_absolute_error(V.truth, V.predicted)),
    "r2": (V, sk.r2_score(V.truth, V.predicted)),
    "root_mean_squared_error": (V, sk.root_mean_squared_error(V.truth, V.predicted)),
}


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_what_scikit_learn_says(name: str) -> None:
    """To six digits, and every metric has a row here."""
    predictions, expected = EXPECTED[name]

    assert score([name], predictions) == {name: float(f"{expected:.5e}")}


def test_the_defaults_fit_their_task() -> None:
    assert {
        task: [name for name in names if task not in METRICS[name].tasks]
        for task, names in DEFAULTS.items()
    } == {"binary": [], "multiclass": [], "regression": []}


def test_a_metric_without_both_classes_is_undefined_not_an_error() -> None:
    one = Predictions(
        np.array(["yes"] * 3), np.array(["yes"] * 3), P.probabilities[:3], P.classes, "yes"
    )

    assert np.isnan(score(["roc_auc"], one)["roc_auc"])


def test_a_class_that_was_never_learnt_counts_as_wrong() -> None:
    strange = Predictions(np.array([9]), np.array([3]), np.array([[1.0, 0.0, 0.0]]), M.classes)

    assert score(["accuracy", "log_loss"], strange) == {
        "accuracy": 0,
        "log_loss": 36.0437,
    }


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_a_class_that_was_ruled_out_costs_what_scikit_learn_says(kind: str) -> None:
    shares = np.array([[1, 0], [0.25, 0.75]], dtype=kind)
    classes = np.array(["no", "yes"])
    ruled_out = Predictions(np.array(["yes", "yes"]), classes, shares, classes, "yes")

    expected = sk.log_loss(ruled_out.truth, shares, labels=classes)
    assert score(["log_loss"], ruled_out)["log_loss"] == pytest.approx(expected, rel=5e-6)
