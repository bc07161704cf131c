"""Parts of a difference: their intervals are those of a comparison, and cover what is true."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pipeline.scores import METRICS, Predictions
from review import parts
from review.dependence import Units
from review.methods import compare, delong, rowwise, shapley
from review.methods.refits import Spread
from review.methods.shapley import Causes, Levels
from review.parts import Doubt

EVERY = [frozenset(levels) for levels in ([], ["data"], ["params"], ["data", "params"])]
SHARES = {EVERY[0]: -0.5, EVERY[1]: 0.5, EVERY[2]: -0.5, EVERY[3]: 0.5}  # of the part of data


def binary(seed: int, signals: list[float], rows: int = 400) -> list[Predictions]:
    """Return models of the same rows whose errors go together, by how much each knows."""
    random = np.random.default_rng(seed)
    positive, shared = random.random(rows) < 0.4, random.normal(size=rows)
    found = []
    for signal in signals:
        noise = shared + random.normal(0, 0.5, rows)
        score = 1 / (1 + np.exp(-(signal * (2 * positive - 1) + noise)))
        labels = [np.where(yes, "yes", "no") for yes in (positive, score >= 0.5)]
        both = np.column_stack([1 - score, score])
        found.append(Predictions(*labels, both, np.array(["no", "yes"]), "yes"))
    return found


def attributed(
    metric: str, models: list[Predictions]
) -> tuple[Causes, Callable[[Levels], Predictions]]:
    """Return the parts of data and params, by models of nothing, data, params and both."""
    said = dict(zip(EVERY, models, strict=True)).__getitem__
    value = METRICS[metric].compute
    return shapley.attribute(["data", "params"], lambda c: value(said(c)), 0.0), said


def of_data(metric: str, models: list[Predictions]) -> parts.Part:
    change = compare.compare([metric], models[0], models[3])[0]
    found, said = attributed(metric, models)
    return parts.of_levels(found, said, change, Doubt(metric))[0]


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "f1"])
def test_the_interval_of_a_single_level_is_that_of_the_comparison(metric: str) -> None:
    base, head = binary(0, [1.0, 1.3])
    change = compare.compare([metric], base, head)[0]
    found = shapley.attribute(["code"], lambda c: METRICS[metric].compute(head if c else base), 0.0)

    (part,) = parts.of_levels(found, lambda c: head if c else base, change, Doubt(metric))

    assert part == parts.Part("code", found.total, change.low, change.high)


def test_a_part_of_a_mean_has_the_interval_of_its_terms() -> None:
    """Row by row, half of what data add alone and half of what they add after params."""
    models = binary(0, [1.0, 1.4, 1.2, 1.8])
    rows = sum(
        SHARES[levels] * rowwise.VALUES["log_loss"](p)
        for levels, p in zip(EVERY, models, strict=True)
    )
    error = np.std(rows, ddof=1) / np.sqrt(400)

    part = of_data("log_loss", models)

    assert part.value == pytest.approx(rows.mean())
    assert (part.low, part.high) == pytest.approx(
        (rows.mean() - 1.96 * error, rows.mean() + 1.96 * error), abs=1e-6
    )


def test_a_part_of_a_roc_auc_has_the_interval_of_its_placements() -> None:
    models = binary(0, [1.0, 1.4, 1.2, 1.8])
    placed = sum(
        SHARES[levels] * delong.AREAS["roc_auc"](p)[1]
        for levels, p in zip(EVERY, models, strict=True)
    )
    error = np.sqrt((placed**2).sum())

    part = of_data("roc_auc", models)

    assert (part.low, part.high) == pytest.approx(
        (part.value - 1.96 * error, part.value + 1.96 * error), abs=1e-6
    )


@pytest.mark.parametrize("metric", ["roc_auc", "accuracy", "f1"])
def test_a_level_that_changes_nothing_has_a_part_of_exactly_nothing(metric: str) -> None:
    base, head = binary(0, [1.0, 1.5])

    part = of_data(metric, [base, base, head, head])

    assert part == parts.Part("data", 0.0, 0.0, 0.0)


def test_what_only_two_levels_bring_together_is_named() -> None:
    """Data help with the new parameters, and do nothing with the old ones."""
    base, head = binary(0, [0.5, 2.5])

    part = of_data("roc_auc", [base, base, base, head])

    assert part.alone == 0.0
    assert part.last == pytest.approx(2 * part.value) and part.value > 0.1


def test_levels_that_do_not_work_together_have_one_number() -> None:
    truth, noise = np.zeros(300), np.random.default_rng(0).normal(size=300)
    models = [Predictions(truth, noise + shift) for shift in (3.0, 4.0, 5.0, 6.0)]

    part = of_data("mean_absolute_error", models)

    assert (part.value, part.alone, part.last) == (pytest.approx(1.0, abs=0.01), None, None)


def test_rows_of_a_group_depend_on_each_other_in_a_part_too() -> None:
    """Each row stands four times, so that it tells a quarter: the interval is twice as long."""
    models = [p[np.repeat(np.arange(100), 4)] for p in binary(0, [1.0, 1.4, 1.2, 1.8], 100)]
    found, said = attributed("log_loss", models)
    change = compare.compare(["log_loss"], models[0], models[3])[0]
    units = Units("groups", np.repeat(np.arange(100), 4))

    short, long = (
        parts.of_levels(found, said, change, Doubt("log_loss", apart))[0] for apart in (None, units)
    )

    assert width(long) == pytest.approx(2 * width(short), rel=0.03)


def width(part: parts.Part) -> float:
    assert part.low is not None and part.high is not None
    return part.high - part.low


def test_the_luck_of_training_is_in_a_part_too() -> None:
    """Four models by a half each are as uncertain as one: half the variance of a difference."""
    low, high = parts.trained(0.1, (0.1 - 1e-9, 0.1 + 1e-9), 4 * 0.5**2, Spread(0.02, 10**6))

    assert (low, high) == pytest.approx(
        (0.1 - 1.96 * 0.02 / 2**0.5, 0.1 + 1.96 * 0.02 / 2**0.5), abs=1e-5
    )
    assert parts.trained(0.0, (0.0, 0.0), 1.0, Spread(0.02, 4)) == (0.0, 0.0)


def test_test_rows_that_are_the_same_have_no_part() -> None:
    (base,) = binary(0, [1.0])
    rows = np.arange(400)

    assert parts.of_rows(base, base, base, (rows, rows), Doubt("roc_auc")) == (0.0, 0.0)


def test_relabelled_test_rows_are_paired() -> None:
    """All rows are in both sets: the interval is that of what their labels did to each."""
    (base,) = binary(0, [1.0])
    other = replace(base, truth=np.where(np.arange(400) < 40, "yes", base.truth))
    rows = np.arange(400)

    low, high = parts.of_rows(base, other, other, (rows[::-1], rows[::-1]), Doubt("accuracy"))

    lost = METRICS["accuracy"].compute(other) - METRICS["accuracy"].compute(base)
    assert low is not None and high is not None and low < lost < high < 0


def test_a_class_that_only_the_new_labels_have_is_no_obstacle() -> None:
    truth = np.repeat(["a", "b", "c"], 40)
    own = Predictions(truth, np.roll(truth, 3), None, np.unique(truth))
    other = replace(own, truth=np.where(np.arange(120) < 20, "d", truth))
    rows = np.arange(120)

    low, high = parts.of_rows(own, other, other, (rows, rows), Doubt("f1_macro"))

    assert low is not None and high is not None and low < high < 0


@pytest.mark.simulation
@pytest.mark.parametrize(("metric", "common"), [("log_loss", 150), ("roc_auc", 300)])
def test_the_interval_of_other_test_rows_covers_the_truth(metric: str, common: int) -> None:
    """Base has 300 rows, head 500, some of them the same; head's model knows more.

    What the rows do is nothing, and together the change alone is left.
    """
    value, truth = METRICS[metric].compute, binary(0, [1.0, 1.3], 400_000)
    change, held = value(truth[1]) - value(truth[0]), np.zeros(2)
    for seed in range(1, 151):
        base, head = binary(seed, [1.0, 1.3], 800 - common)
        own, pairs = base[500 - common :], (np.arange(common), np.arange(500 - common, 500))
        for at, (new, true) in enumerate([(base, 0.0), (head, change)]):
            low, high = parts.of_rows(own, base[:500], new[:500], pairs, Doubt(metric))
            held[at] += low <= true <= high  # type: ignore[operator]

    assert (np.abs(held / 150 - 0.95) < 0.035).all(), held


@pytest.mark.simulation
def test_the_interval_of_a_part_covers_the_truth() -> None:
    """Of 200 simulated test sets with 300 rows, where both levels help, and each other."""
    signals, value = [1.0, 1.2, 1.1, 1.6], METRICS["accuracy"].compute
    true = shapley.total(
        SHARES, lambda c: value(dict(zip(EVERY, binary(0, signals, 400_000), strict=True))[c])
    )

    found = [of_data("accuracy", binary(seed, signals, 300)) for seed in range(1, 201)]

    assert 0.92 <= np.mean([p.low <= true <= p.high for p in found]) <= 0.98  # type: ignore[operator]
