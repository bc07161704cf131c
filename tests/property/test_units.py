"""Units do not matter: errors scale with the target's, shares and drift stay as they are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairs import SEEDS, STEPS, Pair, compared, few, numbers, of_numbers
from pipeline.scores import Predictions
from review.drift.psi import psi

POWERS = {  # of the unit, in which each metric is told
    "explained_variance": 0,
    "mean_absolute_error": 1,
    "mean_absolute_percentage_error": 0,
    "mean_squared_error": 2,
    "median_absolute_error": 1,
    "r2": 0,
    "root_mean_squared_error": 1,
}
RISING = [np.log, np.sqrt, np.exp2, lambda x: 1.8 * x + 32, lambda x: 1e9 * x, lambda x: x / 1e3]


def changed(pair: Pair, scale: float, shift: float = 0.0) -> Pair:
    """Return both models' predictions and the truth in another unit."""
    base, head = (Predictions(p.truth * scale + shift, p.predicted * scale + shift) for p in pair)
    return base, head


@few
@given(of_numbers(), st.sampled_from([0.3048, 1.8, 100.0]))
def test_errors_are_told_in_the_unit_of_the_target(pair: Pair, scale: float) -> None:
    """In feet or in metres, the verdict is the same."""
    names = list(POWERS)

    for one, other in zip(compared(pair), compared(changed(pair, scale)), strict=True):
        assert other.outcome == one.outcome
        if found := numbers(one):
            expected = np.array(found) * scale ** POWERS[one.metric]
            assert numbers(other) == pytest.approx(tuple(expected), rel=1e-9, abs=1e-9)
    assert {c.metric for c in compared(pair)} - set(names) == {"max_error"}


@few
@given(of_numbers())
def test_where_zero_lies_matters_to_percentages_alone(pair: Pair) -> None:
    """In Celsius or in kelvin."""
    names = [name for name in POWERS if name != "mean_absolute_percentage_error"]

    moved = compared(changed(pair, 1.0, 273.15), names)

    for one, other in zip(compared(pair, names), moved, strict=True):
        assert other.outcome == one.outcome
        assert numbers(other) == pytest.approx(numbers(one), abs=1e-9)


@few
@given(SEEDS, STEPS, st.sampled_from(RISING))
def test_drift_is_the_same_on_any_rising_scale(seed: int, steps: int, rising: object) -> None:
    """Also on a logarithmic one."""
    random = np.random.default_rng(seed)
    base = pd.Series(random.integers(1, steps + 1, 101) / 25)
    head = pd.Series(random.integers(1, 2 * steps + 3, 80) / 50)  # also between base's values

    found = psi(pd.Series(rising(base)), pd.Series(rising(head)))  # type: ignore[operator]

    assert found == pytest.approx(psi(base, head), abs=1e-12)
