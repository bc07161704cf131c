"""What an interval says follows from where it lies beside zero and the margin, and from no size."""

from hypothesis import given
from hypothesis import strategies as st

from review.methods.interval import Interval
from review.methods.outcome import gain, outcome, seen

ENDS = st.integers(-50, 50).map(float)  # whole, so that an end often lies on zero or on a margin
GAINS = st.tuples(ENDS, ENDS).map(sorted).map(tuple)
MARGINS = st.none() | st.integers(0, 50).map(float)
POWERS = st.integers(-300, 300).map(lambda power: 2.0**power)  # by which all is scaled exactly
SURE = ("better", "worse")


def mirrored(found: Interval) -> Interval:
    """Return what base gains when the models change places."""
    return gain(found, greater_is_better=False)


@given(GAINS, MARGINS)
def test_swapping_the_models_makes_worse_of_better(found: Interval, margin: float | None) -> None:
    there, back = outcome(found, margin), outcome(mirrored(found), margin)

    assert (there == "better") == (back == "worse")
    assert (there == "no difference") == (back == "no difference")


@given(GAINS, MARGINS, POWERS)
def test_another_unit_changes_no_outcome(
    found: Interval, margin: float | None, unit: float
) -> None:
    low, high = found
    scaled = None if margin is None else margin * unit

    assert outcome((low * unit, high * unit), scaled) == outcome(found, margin)
    assert (seen((low * unit, high * unit)) or 0.0) == (seen(found) or 0.0) * unit


@given(GAINS, st.integers(0, 50), st.integers(0, 50))
def test_a_wider_margin_takes_back_no_reassurance(found: Interval, margin: int, more: int) -> None:
    """And what is better or worse may only turn out to be too small to matter."""
    narrow, wide = outcome(found, margin), outcome(found, margin + more)

    allowed = {
        "better": {"better", "no difference"},
        "worse": {"worse", "no difference"},
        "no difference": {"no difference"},
        "no worse": {"no worse", "no difference"},
        "cannot tell": {"cannot tell", "no worse", "no difference"},
    }
    assert wide in allowed[narrow]


@given(GAINS)
def test_a_margin_of_nothing_leaves_the_sign(found: Interval) -> None:
    """It adds but that head is no worse if it surely loses nothing."""
    without, nothing = outcome(found), outcome(found, 0.0)

    assert nothing == without or (without, nothing, found[0]) == ("cannot tell", "no worse", 0.0)


@given(GAINS, MARGINS)
def test_better_and_worse_leave_out_zero(found: Interval, margin: float | None) -> None:
    said = outcome(found, margin)

    assert said not in SURE or (found[0] > 0) == (said == "better")
    assert said not in SURE or not found[0] <= 0 <= found[1]


@given(GAINS, ENDS)
def test_what_can_be_seen_hangs_on_the_width_alone(found: Interval, moved: float) -> None:
    low, high = found

    assert seen((low + moved, high + moved)) == seen(found)
    assert seen(found) is None if low == high else (seen(found) or 0.0) > (high - low) / 2
