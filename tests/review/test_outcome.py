"""The loss that a test set is said to see is one that it sees about eight times in ten."""

import numpy as np
import pytest

from pipeline.scores import METRICS
from review.methods import compare
from test_compare import share, two_models


def seen(metric: str, rows: int) -> float:
    """Return the loss that one test set of so many rows is said to see, of two models as good."""
    found = compare.compare([metric], *two_models(rows, 0, 0.0))[0]
    assert found.seen is not None
    return found.seen


@pytest.mark.simulation
@pytest.mark.parametrize("signal", [0.8, 0.9])
@pytest.mark.parametrize("metric", ["roc_auc", "accuracy", "log_loss"])
def test_a_loss_of_the_size_that_is_named_is_seen_in_8_of_10(metric: str, signal: float) -> None:
    """Head has less signal; there are as many rows as make its loss the one that is named."""
    many = 100_000
    lost = np.diff([METRICS[metric].compute(p) for p in two_models(many, 0, signal - 1)])[0]
    rows = round(many * (seen(metric, many) / lost) ** 2)  # the square of the width falls by rows

    pairs = (two_models(rows, seed, signal - 1) for seed in range(1, 401))
    found = [compare.compare([metric], *pair)[0] for pair in pairs]

    assert 0.75 <= share("worse", found) <= 0.9, rows
