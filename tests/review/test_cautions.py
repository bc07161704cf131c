"""A sentence where an interval is less than it seems, and none where it is not."""

import numpy as np
import pytest

from pipeline.scores import Predictions
from review.methods.cautions import carried, cautions


def labelled(positive: int, rows: int) -> Predictions:
    """Return predictions of two classes, right of every row."""
    truth = np.where(np.arange(rows) < positive, "yes", "no")
    return Predictions(truth, truth, None, np.array(["no", "yes"]), "yes")


@pytest.mark.parametrize(
    ("positive", "rows", "starts"),
    [
        (100, 300, []),
        (99, 300, ["Class 'yes' has 99 test rows"]),
        (5, 60, ["Only 60 test rows", "Class 'yes' has 5 test rows"]),
    ],
)
def test_few_rows_and_a_rare_class_are_said(positive: int, rows: int, starts: list[str]) -> None:
    p = labelled(positive, rows)

    assert [w.split(":")[0] for w in cautions(["accuracy"], p, p)] == starts


def heavy(largest: float) -> tuple[Predictions, Predictions]:
    """Return a model without errors, and one that is off by 1, and by more in 1 % of 300 rows."""
    truth = np.zeros(300)
    return Predictions(truth, truth), Predictions(truth, np.append(np.full(297, 1), [largest] * 3))


@pytest.mark.parametrize("name", ["mean_squared_error", "root_mean_squared_error", "r2"])
def test_a_difference_that_hangs_on_a_few_rows_is_said(name: str) -> None:
    found = cautions([name], *heavy(9.0))

    assert found == [
        "1 % of the test rows carry 45 % of the difference in squared errors: its interval can be "
        "too short, since other such rows may differ otherwise."
    ]


def test_nothing_is_said_of_rows_that_carry_their_part_or_of_errors_that_are_not_squared() -> None:
    assert cautions(["r2"], *heavy(1.0)) == []
    assert cautions(["mean_absolute_error"], *heavy(9.0)) == []


def test_models_that_say_the_same_have_no_difference_to_carry() -> None:
    base, _ = heavy(1.0)

    assert carried(base, base) == 0.0
