"""What a model says of rows it has not seen."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.evaluate import Params, importance, predict, suspicious, table, undefined, unmatched
from pipeline.schema import Column, Schema
from pipeline.scores import Predictions
from pipeline.stage import UserError, read_params
from pipeline.train import Params as TrainParams
from pipeline.train import train

SCHEMA = Schema(
    (
        Column("id", "integer", "key"),
        Column("size", "number", "feature"),
        Column("noise", "number", "feature"),
        Column("bought", "boolean", "target"),
    )
)
LINEAR = TrainParams("sklearn.linear_model.LogisticRegression", {}, 0)


@pytest.fixture
def rows() -> pd.DataFrame:
    """Sixty rows in which size decides."""
    random = np.random.default_rng(0)
    size = random.normal(size=60)
    noise = random.normal(size=60)
    return pd.DataFrame({"id": range(60), "size": size, "noise": noise, "bought": size > 0})


@pytest.mark.filterwarnings("ignore:overflow")
def test_a_prediction_that_is_no_number_is_one_sentence(rows: pd.DataFrame) -> None:
    """As a value in another unit makes of a model whose link is the logarithm."""
    columns = (*SCHEMA.columns[:3], Column("bought", "number", "target"))
    schema, rows = Schema(columns), rows.assign(bought=rows["bought"].astype(float))
    options = TrainParams("sklearn.linear_model.PoissonRegressor", {}, 0)
    fitted = train(rows, schema, options)
    rows.loc[:2, "size"] = 1e9

    with pytest.raises(UserError, match=r"infinity, or no number, of \d of 60 rows; expected"):
        predict(fitted, rows, schema, Params(["r2"], None, None))


@pytest.mark.parametrize(("threshold", "expected"), [(0.2, 0.2), (None, 0.5), (0.9, 0.9)])
def test_the_threshold_decides(rows: pd.DataFrame, threshold: float, expected: float) -> None:
    params = Params(["roc_auc"], True, threshold)

    found = predict(train(rows, SCHEMA, LINEAR), rows, SCHEMA, params)

    assert (found.predicted == (found.score >= expected)).all()


def test_a_target_of_booleans_may_name_its_positive_class(rows: pd.DataFrame) -> None:
    found = predict(train(rows, SCHEMA, LINEAR), rows, SCHEMA, Params(["f1"], False, None))

    assert found.score == pytest.approx(found.probabilities[:, 0])


@pytest.mark.parametrize("positive", [True, 1, 0.5, "yes", None])
def test_the_positive_class_may_be_of_any_type(tmp_path: Path, positive: object) -> None:
    values = {"metrics": ["f1"], "positive": positive, "threshold": None}
    (tmp_path / "params.yaml").write_text(json.dumps({"evaluate": values}))

    assert read_params("evaluate", Params, str(tmp_path / "params.yaml")) == Params(**values)


def test_each_row_has_a_line(rows: pd.DataFrame) -> None:
    predictions = predict(train(rows, SCHEMA, LINEAR), rows, SCHEMA, Params(["f1"], True, None))

    lines = table(rows, SCHEMA, predictions)

    assert lines["key id"].tolist() == rows["id"].tolist()
    assert lines["row"].is_unique
    assert lines["probability True"].tolist() == predictions.score.tolist()


def test_what_decides_is_most_important(rows: pd.DataFrame) -> None:
    fitted = train(rows, SCHEMA, LINEAR)

    found = importance(fitted, rows, SCHEMA, Params(["log_loss"], True, None))

    assert found["feature"].tolist() == ["size", "noise"]
    assert found["importance"].iloc[0] > 10 * abs(found["importance"].iloc[1])


def test_a_class_on_one_side_only_is_a_warning(rows: pd.DataFrame) -> None:
    fitted = train(rows, SCHEMA, LINEAR)
    one = rows[rows["bought"]]

    found = predict(fitted, one, SCHEMA, Params(["accuracy"], True, None))

    assert unmatched(found) == ["class False has no test row: never measured"]


def test_a_metric_without_a_value_is_a_warning() -> None:
    found = undefined({"accuracy": 0.5, "roc_auc": float("nan")})

    assert found == ["metric 'roc_auc' is undefined on these test rows: left out"]


@pytest.mark.parametrize(
    ("found", "rows", "others", "said"),
    [
        ({"roc_auc": 0.9996, "accuracy": 0.99}, 168, 60, "roc_auc is 0.9996: near-perfect"),
        ({"root_mean_squared_error": 0.0, "r2": 1.0}, 168, 60, "r2 is 1.0000"),
        ({"roc_auc": 0.991, "accuracy": 1.0}, 168, 60, ""),
        ({"accuracy": 1.0, "log_loss": 0.0}, 168, 60, ""),
        ({"roc_auc": 1.0}, 99, 40, ""),
        ({"roc_auc": 1.0}, 168, 19, ""),
        ({"roc_auc": float("nan")}, 168, 60, ""),
    ],
)
def test_results_too_good_to_be_true_are_said(
    found: dict[str, float], rows: int, others: int, said: str
) -> None:
    """Not of few rows, of few of a class, or where a constant guess would do nearly as well."""
    truth = np.arange(rows) < others

    sentences = suspicious(found, Predictions(truth, truth), ["a", "b", "c", "d"])

    assert len(sentences) == bool(said)
    assert all(s.startswith(said) and "['a', 'b', 'c']" in s for s in sentences)
