"""Draws two made-up models of the same rows: with ties, rare classes and few distinct values."""

from dataclasses import replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from pipeline.scores import METRICS, Array, Predictions
from review.methods import compare
from review.methods.compare import Comparison

Pair = tuple[Predictions, Predictions]
ROWS, SEEDS = st.integers(20, 60), st.integers(0, 2**32 - 1)
STEPS = st.sampled_from([2, 5, 1000])  # distinct values: the fewer, the more ties
SHARES = st.sampled_from([0.1, 0.5])
NO_YES = np.array(["no", "yes"])
few = settings(max_examples=12)  # for a law of whole comparisons, which are slow to make


def labelled(truth: Array, chances: Array, classes: Array = NO_YES) -> Predictions:
    """Return predictions of the likeliest class; of two, the second is the positive one."""
    positive = classes[1] if len(classes) == 2 else None
    return Predictions(truth, classes[chances.argmax(axis=1)], chances, classes, positive)


def two(truth: Array, score: Array) -> Predictions:
    """Return predictions of 'yes' with these probabilities."""
    return labelled(truth, np.column_stack([1 - score, score]))


@st.composite
def of_two_classes(draw: st.DrawFn) -> Pair:
    """Two models of 'no' and 'yes', better than chance."""
    rows, random, steps = draw(ROWS), np.random.default_rng(draw(SEEDS)), draw(STEPS)
    positive = random.random(rows) < draw(SHARES)
    drawn = 0.3 * positive + 0.7 * random.random((2, rows))
    base, head = (two(NO_YES[positive.astype(int)], (s * steps).round() / steps) for s in drawn)
    return base, head


@st.composite
def of_three_classes(draw: st.DrawFn) -> Pair:
    """Two models of the classes 'a', 'b' and 'c', the last of them rare."""
    rows, random, classes = draw(ROWS), np.random.default_rng(draw(SEEDS)), np.array(list("abc"))
    truth = random.choice(classes, rows, p=[0.5, 0.4, 0.1])
    weights = 1 + random.integers(0, draw(STEPS), (2, rows, 3)) + (truth[:, None] == classes)
    base, head = (labelled(truth, w / w.sum(axis=1, keepdims=True), classes) for w in weights)
    return base, head


@st.composite
def of_numbers(draw: st.DrawFn) -> Pair:
    """Two models of a number from 0.1 on, in steps of 0.1."""
    rows, random, steps = draw(ROWS), np.random.default_rng(draw(SEEDS)), draw(STEPS)
    truth = random.integers(1, steps + 1, rows) * 0.1
    base, head = (Predictions(truth, truth + e * 0.1) for e in random.integers(-9, 9, (2, rows)))
    return base, head


of_classes = st.one_of(of_two_classes(), of_three_classes())
of_any_task = st.one_of(of_two_classes(), of_three_classes(), of_numbers())


def metrics(p: Predictions) -> list[str]:
    """Return the names of all metrics that fit."""
    return [name for name, metric in METRICS.items() if p.task in metric.tasks]


def compared(
    pair: Pair, names: list[str] | None = None, margin: float | None = None
) -> list[Comparison]:
    """Compare a pair by every metric that fits, or by those named; few replicates are enough."""
    names = names or metrics(pair[1])
    margins = dict.fromkeys(names, margin)
    return compare.compare(names, *pair, replicates=40, margins=margins)


def chosen(p: Predictions, rows: Array) -> Predictions:
    """Return the predictions of the rows at these positions, repeats included."""
    chances = None if p.probabilities is None else p.probabilities[rows]
    return replace(p, truth=p.truth[rows], predicted=p.predicted[rows], probabilities=chances)


def numbers(c: Comparison) -> tuple[float, float, float] | None:
    """Return difference, low and high; None if there is no interval."""
    if c.difference is None or c.low is None or c.high is None:
        return None
    return c.difference, c.low, c.high
