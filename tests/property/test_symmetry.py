"""Whoever is called base: swapping the two models mirrors the difference and its interval."""

import pytest
from hypothesis import given

from pairs import Pair, compared, few, numbers, of_any_task

MIRRORED = {
    "better": "worse",
    "worse": "better",
    "no difference": "no difference",
    "cannot tell": "cannot tell",
}


@few
@given(of_any_task)
def test_swapping_the_models_mirrors_every_metric(pair: Pair) -> None:
    base, head = pair

    for one, other in zip(compared((base, head)), compared((head, base)), strict=True):
        assert other.outcome == MIRRORED[one.outcome]
        if found := numbers(one):
            difference, low, high = found
            assert numbers(other) == pytest.approx((-difference, -high, -low), abs=1e-12)
