"""The doubt about training only adds to that about test rows, and treats both sides alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.methods.refits import Spread, spread, widened

SIZES = st.floats(1e-6, 10)
SPREADS = st.builds(Spread, st.floats(0, 10), st.integers(1, 50))
VALUES = st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=10)


@given(st.floats(-1, 1), SIZES, SIZES, SPREADS)
def test_an_interval_holds_that_of_test_rows(
    d: float, below: float, above: float, s: Spread
) -> None:
    low, high = widened(d, (d - below, d + above), s)

    assert low <= d - below and high >= d + above


@given(st.floats(-1, 1), SIZES, SIZES, SPREADS)
def test_swapping_the_models_mirrors_it(d: float, below: float, above: float, s: Spread) -> None:
    low, high = widened(d, (d - below, d + above), s)

    assert widened(-d, (-d - above, -d + below), s) == pytest.approx((-high, -low))


@given(VALUES, st.floats(-1, 1))
def test_what_moves_both_models_alike_adds_nothing(
    values: list[tuple[float, float]], by: float
) -> None:
    """As an easier test set does; nor does it matter which of them is called base."""
    moved = spread([(base + by, head + by) for base, head in values])
    swapped = spread([(head, base) for base, head in values])

    assert moved == pytest.approx(spread(values), abs=1e-9)
    assert swapped == pytest.approx(spread(values), abs=1e-9)
