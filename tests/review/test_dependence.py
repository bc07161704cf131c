"""Rows that depend on each other count as what they are: groups, or blocks of time."""

import numpy as np
import pandas as pd
import pytest

from pipeline.schema import Column, Schema
from pipeline.scores import Predictions
from review.dependence import BLOCKS, Units, blocks, codes, units
from review.methods import compare, interval, rowwise

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
