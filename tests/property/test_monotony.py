"""A model that is nowhere worse is never called worse, and never fails the gate."""

from dataclasses import replace

import numpy as np
from hypothesis import given

from pairs import SEEDS, Pair, compared, few, of_classes, of_numbers, of_two_classes, two
from pipeline.scores import METRICS, Predictions
from review.gate import failures
from review.methods.compare import Comparison

CHANCES = ["roc_auc", "roc_auc_ovr", "average_precision", "log_loss", "brier_score_loss"]
LABELS = [n for n, m in METRICS.items() if "binary" in m.tasks and not m.needs_probabilities]
NUMBERS = [n for n, m in METRICS.items() if "regression" in m.tasks and n != "explained_variance"]


def wrongly(found: list[Comparison]) -> list[Comparison]:
    """Return the comparisons that call head worse, or show a difference in that direction."""
    signs = {True: 1, False: -1}
    return [
        c
        for c in found
        if c.outcome == "worse" or signs[c.greater_is_better] * (c.difference or 0) < -1e-12
    ]


def failed(found: list[Comparison]) -> list[str]:
    """Return what the strictest gate says of them."""
    return failures({c.metric: {"max_drop": 0.0} for c in found}, found, {})[0]


@few
@given(of_classes, SEEDS)
def test_to_correct_mistakes_is_never_worse(pair: Pair, seed: int) -> None:
    """Some rows that base had wrong are right, and no other changes."""
    base = pair[0]
    mended = np.random.default_rng(seed).random(len(base.truth)) < 0.3
    head = replace(base, predicted=np.where(mended, base.truth, base.predicted))
    names = [name for name in LABELS if base.task in METRICS[name].tasks]

    found = compared((base, head), names)

    assert (wrongly(found), failed(found)) == ([], [])


@few
@given(of_two_classes(), SEEDS)
def test_to_be_surer_of_the_truth_is_never_worse(pair: Pair, seed: int) -> None:
    """Positive rows go up, negative ones down, each as far as it likes."""
    base, far = pair[0], np.random.default_rng(seed).random(len(pair[0].truth))
    head = two(base.truth, base.score + far * (base.is_positive - base.score))

    found = compared((base, head), CHANCES)

    assert (wrongly(found), failed(found)) == ([], [])


@few
@given(of_numbers(), SEEDS)
def test_smaller_errors_are_never_worse(pair: Pair, seed: int) -> None:
    """Of every row; the explained variance, which forgives a constant error, is another matter."""
    base, far = pair[0], np.random.default_rng(seed).random(len(pair[0].truth))
    head = Predictions(base.truth, base.predicted + far * (base.truth - base.predicted))

    found = compared((base, head), NUMBERS)

    assert (wrongly(found), failed(found)) == ([], [])
