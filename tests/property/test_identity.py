"""A model beside itself differs by nothing, for certain, by every metric that can be told."""

from hypothesis import given

from pairs import Pair, compared, few, numbers, of_any_task


@few
@given(of_any_task)
def test_a_model_beside_itself_makes_no_difference(pair: Pair) -> None:
    model, _ = pair

    told = [c for c in compared((model, model)) if c.outcome != "cannot tell"]

    assert {"accuracy", "mean_absolute_error"} & {c.metric for c in told}
    assert {(numbers(c), c.outcome) for c in told} == {((0.0, 0.0, 0.0), "no difference")}
