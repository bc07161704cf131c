"""What caused a difference adds up to it, whatever cannot be run; and only causes have a part."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.methods import shapley
from review.methods.shapley import Levels, RerunError, attribute

LEVELS = ["data", "params", "code", "environment"]
EVERY = [frozenset(c) for n in range(5) for c in itertools.combinations(LEVELS, n)]
VALUES = st.lists(st.floats(-1, 1), min_size=16, max_size=16)
CHANGED = st.lists(st.sampled_from(LEVELS), min_size=1, unique=True)


@given(CHANGED, VALUES, st.floats(-1, 1), st.sets(st.sampled_from(EVERY)))
def test_the_parts_add_up(
    levels: list[str], values: list[float], shift: float, broken: set[Levels]
) -> None:
    """Also when combinations cannot be run: their levels get one part."""
    worth = dict(zip(EVERY, values, strict=True))

    def value(chosen: Levels) -> float:
        if chosen in broken - {frozenset(), frozenset(levels)}:
            raise RerunError("This one cannot be run.")
        return worth[chosen]

    found = attribute(levels, value, shift)

    total = worth[frozenset(levels)] - worth[frozenset()] + shift
    assert found.total == pytest.approx(total, abs=1e-12)
    assert math.fsum(found.parts.values()) == pytest.approx(total, abs=1e-12)


@given(VALUES)
def test_a_level_that_changes_nothing_has_no_part(values: list[float]) -> None:
    worth = dict(zip(EVERY, values, strict=True))

    found = attribute(LEVELS, lambda chosen: worth[chosen - {"code"}], 0.0)

    assert found.parts["code"] == 0


@given(VALUES)
def test_levels_that_do_the_same_have_the_same_part(values: list[float]) -> None:
    """Data and code are worth what the number of them that changed says."""
    worth = dict(zip(EVERY, values, strict=True))

    def value(chosen: Levels) -> float:
        first = [name for name in ("data", "code") if name not in chosen][::-1]
        return worth[chosen] if len(first) != 1 else worth[chosen - {"code"} | {"data"}]

    parts = attribute(LEVELS, value, 0.0).parts

    assert parts["data"] == pytest.approx(parts["code"], abs=1e-12)


@given(CHANGED, VALUES, st.randoms(use_true_random=False))
def test_the_order_in_which_levels_are_named_is_nothing(
    levels: list[str], values: list[float], random: object
) -> None:
    worth = dict(zip(EVERY, values, strict=True))
    shuffled = list(levels)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    found = attribute(shuffled, worth.__getitem__, 0.0).parts

    assert found == pytest.approx(attribute(levels, worth.__getitem__, 0.0).parts, abs=1e-12)


@given(CHANGED, st.integers(0, 2**32 - 1))
def test_the_variance_of_a_part_follows_from_those_of_pairs(levels: list[str], seed: int) -> None:
    """Whatever depends on what, since the weights of a part add up to nothing."""
    values = dict(zip(EVERY, np.random.default_rng(seed).normal(size=(16, 30)), strict=True))
    blocks = [frozenset({name}) for name in levels]

    for block in blocks:
        weights = shapley.weights(block, blocks)
        rows = sum(weight * values[chosen] for chosen, weight in weights.items())
        found = shapley.variance(weights, lambda one, other: np.var(values[one] - values[other]))
        assert found == pytest.approx(np.var(rows))
