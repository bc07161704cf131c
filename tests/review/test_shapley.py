"""Shapley values: exact, additive, and honest about what cannot be run."""

import itertools
import math

import numpy as np
import pytest

from review.methods.shapley import RerunError, attribute, partitions, shapley

LEVELS = ["data", "params", "code"]


def game(seed: int) -> dict[frozenset[str], float]:
    """Return a made-up value for every combination of levels."""
    random = np.random.default_rng(seed)
    every = itertools.chain.from_iterable(itertools.combinations(LEVELS, n) for n in range(4))
    return {frozenset(levels): float(random.normal()) for levels in every}


@pytest.mark.parametrize("seed", range(20))
def test_the_parts_add_up_to_the_total(seed: int) -> None:
    values = game(seed)

    found = attribute(LEVELS, values.__getitem__, shift=0.25)

    assert math.fsum(found.parts.values()) == pytest.approx(found.total, abs=1e-12)


def test_effects_that_do_not_interact_are_found_exactly() -> None:
    effects = {"data": 0.05, "params": -0.02, "code": 0.0}

    found = attribute(LEVELS, lambda chosen: 0.9 + sum(effects[n] for n in chosen), shift=0.0)

    assert found.parts == pytest.approx({"test rows": 0.0, **effects})


def test_an_interaction_is_shared_equally() -> None:
    blocks = [frozenset({"data"}), frozenset({"code"})]

    found = shapley(blocks, lambda chosen: float(len(chosen) == 2))

    assert list(found.values()) == [0.5, 0.5]


def test_levels_that_cannot_be_separated_are_reported_together() -> None:
    """Old code cannot read new data: the two get one part, params keeps its own."""
    effects = {"data": 0.05, "params": -0.02, "code": 0.03}

    def value(chosen: frozenset[str]) -> float:
        if "data" in chosen and "code" not in chosen:
            raise RerunError("Data of head cannot be run with code of base.")
        return sum(effects[name] for name in chosen)

    found = attribute(LEVELS, value, shift=0.0)

    assert found.parts == pytest.approx({"test rows": 0.0, "data and code": 0.08, "params": -0.02})
    assert "Data of head cannot be run with code of base." in found.notes


def test_a_head_that_cannot_be_scored_is_an_error() -> None:
    with pytest.raises(RerunError, match="cannot be attributed"):
        attribute(LEVELS, lambda _: math.nan, shift=0.0)


def test_there_are_five_partitions_of_three_levels_finest_first() -> None:
    assert [len(blocks) for blocks in partitions(LEVELS)] == [3, 2, 2, 2, 1]
