"""Rows that depend on each other count as what they are: groups, or blocks of time."""

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from pipeline.schema import Column, Schema
from pipeline.scores import METRICS, Array, Predictions
from review.dependence import BLOCKS, Units, blocks, codes, units
from review.gate import failures
from review.methods import compare, confusion, delong, interval, rowwise
from test_compare import forest

X, Y = Column("x", "number", "feature"), Column("y", "number", "target")
PATIENT, DAY = Column("patient", "string", "group"), Column("day", "date", "time")
ROWS = pd.DataFrame(
    {"patient": list("abbacc"), "day": pd.date_range("2026-01-01", periods=6), "x": 1.0, "y": 2.0}
)


def errors(size: int, seed: int) -> tuple[Predictions, Predictions]:
    """Return two models' predictions of made-up numbers."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=size)
    base, head = (Predictions(truth, truth + random.normal(size=size)) for _ in range(2))
    return base, head


@pytest.mark.parametrize("by", ["row", "group", "time"])
def test_a_group_is_a_unit_whatever_the_split_is_by(by: str) -> None:
    found = units(ROWS, Schema((PATIENT, DAY, X, Y)), by)

    assert found is not None
    assert (found.kind, found.codes.tolist(), found.count) == ("groups", [0, 1, 1, 0, 2, 2], 3)


def test_without_groups_a_split_by_time_makes_blocks_of_time() -> None:
    schema = Schema((DAY, X, Y))

    found = units(ROWS, schema, "time")

    assert found is not None and found.kind == "blocks of time"
    assert units(ROWS, schema, "row") is None


def test_rows_without_a_group_or_a_time_are_units_of_their_own() -> None:
    """So are groups of one row each."""
    assert units(ROWS, Schema((X, Y)), "row") is None
    assert units(ROWS.assign(patient=list("abcdef")), Schema((PATIENT, X, Y)), "group") is None
    assert codes(None) is None


def test_blocks_are_consecutive_of_one_size_and_part_no_moment() -> None:
    """In whatever order the rows stand: 100 moments of four rows, 20 rows a block."""
    order = np.random.default_rng(0).permutation(400)
    times = pd.Series(np.repeat(np.arange(100), 4)[order])

    found = blocks(times)

    assert np.bincount(found).tolist() == [20] * BLOCKS
    assert (found == times // 5).all()


def test_as_many_blocks_as_there_are_moments_at_most() -> None:
    assert len(set(blocks(pd.Series([2024] * 50 + [2025] * 40 + [2026] * 70)))) == 3


def test_some_of_the_rows_keep_their_codes() -> None:
    found = Units("groups", np.array([4, 7, 4, 9]))

    assert found[np.array([True, False, True, True])].count == 2
    assert codes(found, np.array([3, 0])).tolist() == [9, 4]  # type: ignore[union-attr]


def test_a_row_repeated_is_no_second_row() -> None:
    """Of 40 rows, each delivered ten times: with groups the interval is that of 40 rows."""
    base, head = errors(40, 0)
    rows = np.repeat(np.arange(40), 10)
    found = [rowwise.VALUES["mean_absolute_error"](p) for p in (base, head)]

    low, high = rowwise.interval(*found)

    again = rowwise.interval(*(values[rows] for values in found), rows)
    wider = interval.quantile(np.arange(40)) / interval.NORMAL_95
    assert np.diff(again)[0] == pytest.approx((high - low) * wider)


@pytest.mark.parametrize("name", ["mean_absolute_error", "r2", "root_mean_squared_error"])
def test_units_of_one_row_change_little(name: str) -> None:
    """Student's t of 399 degrees instead of a normal."""
    pair = errors(400, 1)

    alone, apart = (compare.compare([name], *pair, u)[0] for u in (None, np.arange(400)))

    assert (apart.low, apart.high) == pytest.approx((alone.low, alone.high), rel=0.05)


def test_too_few_groups_cannot_be_told() -> None:
    found = compare.compare(["r2"], *errors(400, 1), np.arange(400) % 8)[0]

    assert (found.outcome, found.low) == ("cannot tell", None)
    assert found.reason == "too few groups: the test rows come in 8, and 10 are needed"


def test_groups_of_which_few_hold_most_rows_are_too_few() -> None:
    """One of 30 has half of the rows: they are worth less than four."""
    lopsided = np.where(np.arange(400) < 200, 0, np.arange(400) % 30)

    found = compare.compare(["r2"], *errors(400, 1), lopsided)[0]

    assert found.reason == (
        "too few groups: the test rows come in 30, which are worth 3 of one size, and 10 are needed"
    )


NAMES = ["roc_auc", "log_loss", "accuracy", "f1"]
Made = tuple[Predictions, Predictions, Array]


def two_models(positive: Array, errors: Array, units: Array) -> Made:
    """Return two models whose errors are in part the same, head with more signal; and the units."""
    said = []
    for signal, own in ((1.0, errors[1]), (1.15, errors[2])):
        chance = 1 / (1 + np.exp(-(signal * (2 * positive - 1) + errors[0] + own / 2)))
        truth, label = (np.where(side, "yes", "no") for side in (positive, chance >= 0.5))
        both = np.column_stack([1 - chance, chance])
        said.append(Predictions(truth, label, both, np.array(["no", "yes"]), "yes"))
    return said[0], said[1], units


def in_groups(groups: int, seed: int) -> Made:
    """Draw groups of 50 rows; half of what a model gets wrong is the group's."""
    random, codes = np.random.default_rng([seed, groups]), np.repeat(np.arange(groups), 50)
    errors = random.normal(size=(3, groups))[:, codes] + random.normal(size=(3, len(codes)))
    return two_models(random.random(len(codes)) < 0.4, errors, codes)


def in_time(rows: int, seed: int) -> Made:
    """Draw rows in time whose errors go on: nine tenths of each is that of the row before."""
    random = np.random.default_rng([seed, rows])
    luck = np.sqrt(1 - 0.9**2) * random.normal(size=(3, rows + 100))
    errors = lfilter([1], [1, -0.9], luck)[:, 100:]
    return two_models(random.random(rows) < 0.4, errors, blocks(pd.Series(np.arange(rows))))


def truths(made: Made) -> list[float]:
    """Return head's metrics minus base's, of so many rows that they are the true ones."""
    return [METRICS[name].compute(made[1]) - METRICS[name].compute(made[0]) for name in NAMES]


@pytest.mark.simulation
@pytest.mark.parametrize(
    ("make", "size", "large"), [(in_groups, 30, 8000), (in_time, 1500, 400_000)]
)
def test_intervals_of_rows_that_depend_hold_the_truth_as_often_as_they_say(
    make: object, size: int, large: int
) -> None:
    """Of 500 test sets; as if rows were independent, 60 to 80 % of intervals do."""
    truth = truths(make(large, 0))  # type: ignore[operator]

    found = [compare.compare(NAMES, *make(size, seed)) for seed in range(1, 501)]  # type: ignore[operator]

    ends = np.array([[(c.low, c.high) for c in one] for one in found])
    held = ((ends[..., 0] <= truth) & (truth <= ends[..., 1])).mean(axis=0)
    assert ((held >= 0.93) & (held <= 0.97)).all(), held


@pytest.mark.simulation
def test_intervals_of_eight_groups_are_right_although_no_verdict_hangs_on_them() -> None:
    truth = truths(in_groups(8000, 0))
    held = []
    for seed in range(1, 501):
        base, head, units = in_groups(8, seed)
        areas = [delong.AREAS["roc_auc"](p) for p in (base, head)]
        values = [[rowwise.VALUES[n](p) for p in (base, head)] for n in ("log_loss", "accuracy")]
        ends = [delong.interval(areas[0], areas[1], units)]
        ends += [rowwise.interval(before, after, units) for before, after in values]
        ends += [confusion.interval("f1", base, head, units)]
        held.append([low <= value <= high for value, (low, high) in zip(truth, ends, strict=True)])

    assert np.abs(np.mean(held, axis=0) - 0.95).max() <= 0.02


def visits(patients: int, seed: int) -> tuple[pd.DataFrame, Array]:
    """Return 25 rows of each patient, most of which is the patient's own, and whose they are."""
    random, units = np.random.default_rng(seed), np.repeat(np.arange(patients), 25)
    own = random.normal(size=(patients, 6))
    ill = own[:, 0] + own[:, 1] * own[:, 2] + random.normal(size=patients) > 0
    x = own[units] + 0.5 * random.normal(size=(len(units), 6))
    rows = pd.DataFrame(x, columns=[f"x{i}" for i in range(6)])
    return rows.assign(y=np.where(ill, "yes", "no")[units]), units


@pytest.mark.simulation
@pytest.mark.parametrize("project", range(3))
def test_of_eight_other_seeds_at_most_one_fails_the_gate_with_20_patients(project: int) -> None:
    (rows, _), (test, units) = visits(40, 2 * project), visits(20, 2 * project + 1)
    base, *heads = (forest(rows, seed, test) for seed in range(9))

    found = [compare.compare(["roc_auc"], base, head, units) for head in heads]

    failed = [failures({"roc_auc": {"max_drop": 0.01}}, c, {})[0] for c in found]
    assert sum(map(bool, failed)) <= 1
    assert all(c.low is not None for one in found for c in one)
