"""In which order rows, units, metrics or columns stand changes nothing, also of what is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairs import SEEDS, Pair, chosen, compared, few, metrics, numbers, of_any_task
from pipeline import scores
from review.methods import compare


@few
@given(of_any_task, SEEDS)
def test_the_order_of_rows_changes_no_metric_and_no_interval(pair: Pair, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(pair[0].truth))
    shuffled = chosen(pair[0], order), chosen(pair[1], order)

    for name in metrics(pair[1]):
        values = [scores.value(name, p) for p in (pair[1], shuffled[1])]
        assert values[1] == pytest.approx(values[0], abs=1e-12, nan_ok=True)
    for one, other in zip(compared(pair), compared(shuffled), strict=True):
        assert numbers(other) == pytest.approx(numbers(one), abs=1e-12)
        assert other.outcome == one.outcome


@few
@given(of_any_task, SEEDS)
def test_nor_does_the_order_of_units_or_what_they_are_called(pair: Pair, seed: int) -> None:
    """Units of one to three rows, some of which hold the same."""
    random, rows = np.random.default_rng(seed), len(pair[0].truth)
    units, order = random.integers(0, rows // 2, rows), random.permutation(rows)
    shuffled = [chosen(p, order) for p in pair]
    names = random.permutation(rows)[units][order]

    found = compare.compare(metrics(pair[1]), *pair, units, replicates=40)

    again = compare.compare(metrics(pair[1]), *shuffled, names, replicates=40)
    for one, other in zip(found, again, strict=True):
        assert numbers(other) == pytest.approx(numbers(one), abs=1e-12)
        assert other.outcome == one.outcome


@few
@given(of_any_task, st.randoms(use_true_random=False))
def test_which_metrics_are_asked_for_besides_changes_nothing(pair: Pair, random: object) -> None:
    """Nor in which order: the rows drawn are the same for all."""
    names = metrics(pair[1])
    random.shuffle(names)  # type: ignore[attr-defined]

    together = compared(pair, names)

    assert sorted(together, key=str) == sorted(compared(pair), key=str)
    assert compared(pair, names[:1]) == together[:1]
