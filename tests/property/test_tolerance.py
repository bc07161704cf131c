"""The gate fails what is surely worse alone, and to tolerate more never fails more."""

from hypothesis import given
from hypothesis import strategies as st

from pairs import Pair, compared, few, of_any_task
from review.gate import failures

DROPS = st.floats(0, 0.3)


@few
@given(of_any_task, DROPS)
def test_only_what_is_worse_fails(pair: Pair, tolerated: float) -> None:
    for c in compared(pair, margin=tolerated):
        if failures({c.metric: {"max_drop": tolerated}}, [c], {})[0]:
            assert c.outcome == "worse"


@few
@given(of_any_task, DROPS)
def test_what_is_shown_to_be_no_worse_never_fails(pair: Pair, tolerated: float) -> None:
    """And to require it fails more, if anything."""
    rule = {"max_drop": tolerated, "require": "no worse"}

    for c in compared(pair, margin=tolerated):
        mild = failures({c.metric: {"max_drop": tolerated}}, [c], {})[0]
        strict = failures({c.metric: rule}, [c], {})[0]
        assert len(mild) <= len(strict)
        assert (strict == []) == (c.outcome in ("better", "no difference", "no worse"))


@few
@given(of_any_task, DROPS, DROPS)
def test_to_tolerate_more_never_fails_more(pair: Pair, less: float, more: float) -> None:
    less, more = sorted((less, more))

    for c in compared(pair):
        strict, mild = (failures({c.metric: {"max_drop": d}}, [c], {})[0] for d in (less, more))
        assert len(mild) <= len(strict)


@few
@given(of_any_task, st.floats(-1, 1))
def test_a_floor_holds_for_head_whatever_base_was(pair: Pair, floor: float) -> None:
    """What head must reach does not depend on what it is compared with."""
    base, head = pair

    for one, other in zip(compared((base, head)), compared((head, head)), strict=True):
        rules, own = {one.metric: {"min": floor}}, {one.metric: one.head or 0.0}
        assert failures(rules, [one], own) == failures(rules, [other], own)
