"""Intervals of what is predicted, right or wrong: by counting, against SciPy, and at the edges."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.scores import METRICS, Predictions
from review.methods import compare, confusion, rowwise
from test_compare import binary, three

NO_YES = np.array(["no", "yes"])
BINARY = [name for name in confusion.CONFUSION if "binary" in METRICS[name].tasks]
EVERY = sorted(set(confusion.CONFUSION) - {"f1", "precision", "recall"})


def two(truth: str, base: str, head: str) -> tuple[Predictions, Predictions]:
    """Return what two models say, a character a row: y for yes, n for no."""
    classes = np.array(["n", "y"])
    real, *said = (np.array(list(text)) for text in (truth, base, head))
    before, after = (Predictions(real, s, np.zeros((len(real), 2)), classes, "y") for s in said)
    return replace(before, probabilities=np.ones((len(real), 2))), after


@pytest.mark.parametrize(
    ("name", "make"), [*((n, binary) for n in BINARY), *((n, three) for n in EVERY)]
)
def test_where_rows_are_many_the_interval_is_the_jackknife_of_scikit_learn(
    name: str, make: object
) -> None:
    """One row at a time left out; rows of one cell have the same effect, so that one will do."""
    base, head = make(3000, 2.0, 1), make(3000, 1.8, 2)  # type: ignore[operator]
    cells = np.column_stack([head.truth, base.predicted, head.predicted])
    _, first, counts = np.unique(cells, axis=0, return_index=True, return_counts=True)
    sides = [[METRICS[name].compute(p[np.arange(3000) != i]) for i in first] for p in (base, head)]
    without = np.subtract(*sides)
    squares = counts @ (without - np.average(without, weights=counts)) ** 2
    error = 1.96 * np.sqrt(squares * 2999 / 3000)
    difference = METRICS[name].compute(head) - METRICS[name].compute(base)

    found = confusion.interval(name, base, head)

    expected = (difference - error, difference + error)
    assert found == pytest.approx(expected, abs=0.05 * error)


def test_recall_is_the_interval_of_agresti_and_min_on_the_positive_rows() -> None:
    """Of eight positive rows head finds two more and one less."""
    base, head = two("yyyyyyyynnnn", "yyynnnnnnnnn", "yynyynnnynnn")
    positive = head.is_positive
    right = [(p.predicted == p.truth)[positive].astype(float) for p in (base, head)]

    assert confusion.interval("recall", base, head) == pytest.approx(rowwise.interval(*right))


@pytest.mark.parametrize("name", BINARY)
def test_one_row_never_makes_a_model_better(name: str) -> None:
    """The one positive row of 50 is found by head alone."""
    base, head = two("y" + "n" * 49, "n" * 50, "y" + "n" * 49)

    assert compare.compare([name], base, head)[0].outcome == "cannot tell"


@pytest.mark.parametrize("name", ["accuracy", *BINARY])
@pytest.mark.parametrize("said", ["y" * 20 + "n" * 40, "n" * 19 + "y" + "n" * 40])
def test_models_that_differ_never_differ_by_exactly_nothing(name: str, said: str) -> None:
    """On these rows they predict the same, or all but once; on others they may not."""
    base, head = two("y" * 20 + "n" * 40, "y" * 20 + "n" * 40, said)

    found = compare.compare([name], base, head)[0]

    assert found.low is not None and found.high is not None and found.low < found.high


def test_no_row_apart_is_the_interval_that_agresti_and_min_give() -> None:
    base, head = two("y" * 20 + "n" * 40, "y" * 60, "y" * 60)

    found = compare.compare(["accuracy"], base, head)[0]

    assert (found.low, found.high) == pytest.approx((-1.96 / 62, 1.96 / 62), rel=1e-3)


def test_with_one_class_alone_nothing_can_be_told_apart() -> None:
    truth = np.repeat("a", 30)
    base, head = (Predictions(truth, truth, np.full((30, 1), p), np.array(["a"])) for p in (1, 0.5))

    assert compare.compare(["f1_macro"], base, head)[0].outcome == "cannot tell"


def saturated(rows: int, found: float, random: np.random.Generator) -> list[Predictions]:
    """Draw rows of which 2 % are positive: base finds nineteen of twenty, head a share `found`."""
    positive = random.random(rows) < 0.02
    truth, luck = np.where(positive, "yes", "no"), random.random((2, rows))
    hits = [luck[i] < np.where(positive, share, 0.005) for i, share in enumerate((0.95, found))]
    return [Predictions(truth, NO_YES[hit.astype(int)], None, NO_YES, "yes") for hit in hits]


@pytest.mark.simulation
@pytest.mark.parametrize(("found", "least"), [(0.8, 0.93), (0.95, 0.97)])
def test_few_positive_rows_near_the_ceiling_do_not_make_intervals_too_short(
    found: float, least: float
) -> None:
    """Of 500 test sets of 300 rows; by drawing rows, 40 to 80 % of them held a true difference."""
    large = saturated(1_000_000, found, np.random.default_rng(0))
    truth = [METRICS[name].compute(large[1]) - METRICS[name].compute(large[0]) for name in BINARY]
    held = []
    for seed in range(500):
        base, head = saturated(300, found, np.random.default_rng([1, seed]))
        ends = [confusion.interval(name, base, head) for name in BINARY]
        held.append([low <= value <= high for value, (low, high) in zip(truth, ends, strict=True)])

    assert np.mean(held, axis=0).min() >= least
