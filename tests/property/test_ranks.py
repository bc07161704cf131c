"""ROC AUC and average precision hang on the order of the scores alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairs import Pair, compared, few, of_two_classes, two

RISING = st.sampled_from([lambda s: s**3, lambda s: s / 2, lambda s: 0.9 + s / 10])


@few
@given(of_two_classes(), RISING, RISING)
def test_a_rising_function_of_the_scores_changes_nothing(
    pair: Pair, before: object, after: object
) -> None:
    """So a model that is only calibrated anew makes no difference by them, for certain."""
    names = ["roc_auc", "average_precision"]
    base = two(pair[0].truth, before(pair[0].score))  # type: ignore[operator]
    head = two(pair[1].truth, after(pair[1].score))  # type: ignore[operator]

    assert compared((base, head), names) == compared(pair, names)


@few
@given(of_two_classes())
def test_the_opposite_scores_have_the_opposite_area(pair: Pair) -> None:
    base, head = (two(p.truth, 1 - p.score) for p in pair)

    found = compared((base, head), ["roc_auc"])[0]

    one = compared(pair, ["roc_auc"])[0]
    if one.difference is not None and one.low is not None and one.high is not None:
        expected = (-one.difference, -one.high, -one.low)
        assert (found.difference, found.low, found.high) == pytest.approx(expected, abs=1e-12)
