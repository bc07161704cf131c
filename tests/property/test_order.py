"""In which order rows, metrics or columns stand changes nothing, but for the luck of the draw.

What the bootstrap draws hangs on the order of the rows, so its intervals move by the error of 1,000
replicates; everything else stays, to the last digits. One order gives the same bytes each time.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairs import (
    SEEDS,
    Pair,
    chosen,
    compared,
    few,
    metrics,
    numbers,
    of_any_task,
    of_numbers,
    of_two_classes,
)  # fmt: skip
from pipeline import scores
from review.methods import compare


@few
@given(of_any_task, SEEDS)
def test_the_order_of_rows_changes_no_metric_and_no_closed_form(pair: Pair, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(pair[0].truth))
    shuffled = chosen(pair[0], order), chosen(pair[1], order)

    for name in metrics(pair[1]):
        values = [scores.value(name, p) for p in (pair[1], shuffled[1])]
        assert values[1] == pytest.approx(values[0], abs=1e-12, nan_ok=True)
    for one, other in zip(compared(pair), compared(shuffled), strict=True):
        if one.method in ("closed form", "DeLong"):
            assert numbers(other) == pytest.approx(numbers(one), abs=1e-12)
            assert other.outcome == one.outcome


@settings(max_examples=8)
@given(st.one_of(of_two_classes(), of_numbers()), SEEDS)
def test_the_order_of_rows_moves_a_bootstrap_by_its_own_error_alone(pair: Pair, seed: int) -> None:
    """By less than a third of its width, which is ten standard errors of its ends."""
    names = ["recall_macro", "f1_weighted"] if pair[0].task == "binary" else ["r2"]
    rows = np.tile(np.arange(len(pair[0].truth)), 8)
    order = np.random.default_rng(seed).permutation(rows)
    sides = [[chosen(p, these) for p in pair] for these in (rows, order)]

    for one, other in zip(*(compare.compare(names, *side) for side in sides), strict=True):
        if found := numbers(one):
            _, low, high = found
            assert numbers(other) == pytest.approx(found, abs=(high - low) / 3 + 1e-12)


@few
@given(of_any_task, st.randoms(use_true_random=False))
def test_which_metrics_are_asked_for_besides_changes_nothing(pair: Pair, random: object) -> None:
    """Nor in which order: the rows drawn are the same for all."""
    names = metrics(pair[1])
    random.shuffle(names)  # type: ignore[attr-defined]

    together = compared(pair, names)

    assert sorted(together, key=str) == sorted(compared(pair), key=str)
    assert compared(pair, names[:1]) == together[:1]
