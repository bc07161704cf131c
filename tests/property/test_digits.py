"""A recorded metric is scikit-learn's on what the model says, whatever the unit of the target."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st

from pairs import SEEDS, few
from pipeline.evaluate import Params, predict
from pipeline.schema import Column, Schema
from pipeline.scores import METRICS, score
from pipeline.train import Params as TrainParams
from pipeline.train import train

FOUR_DIGITS = 5e-5
FEATURES = [Column(name, "number", "feature") for name in ("size", "noise")]
POWERS = st.integers(-9, 9)


def table(seed: int, kind: str) -> tuple[pd.DataFrame, Schema]:
    """Return 60 rows whose target follows size, and their columns."""
    size, noise, luck = np.random.default_rng(seed).normal(size=(3, 60))
    rows = pd.DataFrame({"size": size, "noise": noise, "target": size + 0.5 * luck})
    return rows, Schema((*FEATURES, Column("target", kind, "target")))


def named(metric: str) -> Any:
    """Return scikit-learn's function."""
    return getattr(sk, metric, None) or getattr(sk, f"{metric}_score")


@few
@given(SEEDS, POWERS, st.sampled_from([0.0, 1e6]))
def test_metrics_of_numbers_keep_their_digits(seed: int, power: int, shift: float) -> None:
    """Also where little of a large number varies."""
    rows, schema = table(seed, "number")
    rows["target"] = (rows["target"] + shift) * 10.0**power
    fitted = train(rows, schema, TrainParams("sklearn.linear_model.LinearRegression", {}, 0))
    names = [name for name, metric in METRICS.items() if metric.tasks == ("regression",)]

    found = score(names, predict(fitted, rows, schema, Params(names, None, None)))

    said = fitted.predict(rows[["size", "noise"]])
    expected = {name: named(name)(rows["target"], said) for name in names}
    assert found == pytest.approx(expected, rel=FOUR_DIGITS, abs=0)


@few
@given(SEEDS, st.sampled_from([1.0, 4.0, 30.0]))
def test_metrics_of_probabilities_keep_their_digits(seed: int, sure: float) -> None:
    """Also where a model is so sure that its probabilities differ by their last digits alone."""
    rows, schema = table(seed, "boolean")
    rows["target"] = rows["target"] > 0
    fitted = train(rows, schema, TrainParams("sklearn.naive_bayes.GaussianNB", {}, 0))
    others = rows.assign(size=rows["size"] * sure)
    names = ["average_precision", "brier_score_loss", "log_loss", "roc_auc"]

    found = score(names, predict(fitted, others, schema, Params(names, True, None)))

    chances = fitted.predict_proba(others[["size", "noise"]])
    expected = {name: named(name)(rows["target"], chances[:, 1]) for name in names}
    expected["log_loss"] = sk.log_loss(rows["target"], chances)  # of 1 - p the digits would be lost
    assert found == pytest.approx(expected, rel=FOUR_DIGITS, abs=0)
