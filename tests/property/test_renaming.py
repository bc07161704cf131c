"""What classes are called, and in which order they are listed, changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairs import Pair, compared, few, numbers, of_classes
from pipeline.scores import Predictions
from review.methods.compare import Comparison

NAMES = st.sampled_from([("x", "y", "z"), ("z", "x", "y"), ("y", "x", "é"), (7, 0, -3)])


def renamed(p: Predictions, names: tuple[str | int, ...], order: list[int]) -> Predictions:
    """Return the same with other names of the classes, listed in another order."""
    assert p.classes is not None and p.probabilities is not None
    new = dict(zip(p.classes.tolist(), names, strict=False))
    truth, said = (np.array([new[v] for v in side]) for side in (p.truth, p.predicted))
    classes = np.array([new[label] for label in p.classes])[order]
    return replace(
        p, truth=truth, predicted=said, classes=classes, probabilities=p.probabilities[:, order],
        positive=None if p.positive is None else new[p.positive],
    )  # fmt: skip


def values(c: Comparison) -> list[float]:
    """Return the values that are known."""
    return [value for value in (c.base, c.head) if value is not None]


@few
@given(of_classes, NAMES, st.permutations(range(3)))
def test_other_names_give_the_same_numbers(
    pair: Pair, names: tuple[str | int, ...], order: list[int]
) -> None:
    assert pair[0].classes is not None
    order = [i for i in order if i < len(pair[0].classes)]

    found = compared((renamed(pair[0], names, order), renamed(pair[1], names, order)))

    for one, other in zip(compared(pair), found, strict=True):
        assert other.outcome == one.outcome
        assert values(other) == pytest.approx(values(one), rel=1e-12)
        assert numbers(other) == pytest.approx(numbers(one), abs=1e-12)
