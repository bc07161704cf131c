"""What a model said of rows is read back as it was meant."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.scores import METRICS, Predictions
from review import ReviewError, models


def lines(predicted: list[Any], **probabilities: list[float]) -> pd.DataFrame:
    """Return stored lines; a class is a keyword, with an underscore if it is no name in Python."""
    named = {f"probability {name.lstrip('_')}": p for name, p in probabilities.items()}
    return pd.DataFrame({"predicted": predicted, **named})


@pytest.mark.parametrize(
    ("table", "truth", "classes"),
    [
        (lines(["a", "b"], a=[0.9, 0.2], b=[0.1, 0.8]), ["a", "b"], ["a", "b"]),
        (lines([0, 1], _0=[0.9, 0.2], _1=[0.1, 0.5], _2=[0.0, 0.3]), [0, 1], [0, 1, 2]),
        (lines([True, False], _False=[0.1, 0.8], _True=[0.9, 0.2]), [True, False], [False, True]),
        (lines([0, 1]), [2, 1], [0, 1, 2]),
    ],
)
def test_classes_have_the_type_of_the_labels(
    table: pd.DataFrame, truth: list[Any], classes: list[Any]
) -> None:
    """A class that no row has, too; without probabilities the classes are those that are seen."""
    found = models.predictions(table, np.array(truth), None)

    assert found.classes is not None and found.classes.tolist() == classes
    assert found.task == ("binary" if len(classes) == 2 else "multiclass")
    assert np.isfinite(METRICS["accuracy"].compute(found))


def test_decimals_are_a_regression() -> None:
    assert models.predictions(lines([0.5, 1.5]), np.array([1, 2]), None).task == "regression"


def said(*classes: str, positive: str | None = None) -> Predictions:
    truth = np.array([classes[0]])
    return Predictions(truth, truth, np.eye(len(classes))[:1], np.array(classes), positive)


def test_a_renamed_class_is_no_error_of_the_base() -> None:
    base, head = said("no", "yes", positive="yes"), said("never", "yes", positive="yes")

    with pytest.raises(ReviewError, match=r"base knows classes \['no'\] and head \['never'\]"):
        models.comparable(base, head)


def test_a_class_more_is_compared() -> None:
    assert models.comparable(said("a", "b", "c"), said("a", "b", "c", "d")).task == "multiclass"


def test_agreement_is_but_for_what_another_machine_makes_of_a_probability() -> None:
    p = said("no", "yes")
    shares = np.array([[1, 0]])

    assert models.agree(p, replace(p, probabilities=shares + 1e-6))
    assert not models.agree(p, replace(p, probabilities=shares + 1e-5))


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_agreement_on_numbers_does_not_depend_on_their_unit(unit: float) -> None:
    values = np.array([3.0, -1e-17, 4000.0]) * unit
    p = Predictions(values, values)

    assert models.agree(p, replace(p, predicted=values * (1 + 1e-7) + 1e-8 * unit))
    assert not models.agree(p, replace(p, predicted=values * (1 + 1e-5)))


def test_head_says_which_class_is_positive() -> None:
    base, head = said("no", "yes", positive="yes"), said("no", "yes", positive="no")

    assert models.comparable(base, head).positive == "no"


def test_another_task_is_refused() -> None:
    with pytest.raises(ReviewError, match="base solves a binary task and head a multiclass task"):
        models.comparable(said("a", "b", positive="b"), said("a", "b", "c"))
