"""What changed in the data is counted right."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import SCHEMA, made_up
from pipeline.schema import read_schema
from review import data, drift


def sides(rows: pd.DataFrame, tests: int = 30) -> pd.DataFrame:
    """Return the rows with their hashes; the last ones are test rows."""
    return data.with_sides(rows.iloc[:-tests], rows.iloc[-tests:], ["id"])


def test_added_removed_changed_and_relabelled_rows_are_counted() -> None:
    base = made_up(100)
    head = pd.concat([base.iloc[5:], made_up(7, start=1000)], ignore_index=True)
    head.loc[:2, "size"] += 1
    head.loc[2, "bought"] = "no" if head.loc[2, "bought"] == "yes" else "yes"

    found = data.rows(sides(base), sides(head), "bought")

    assert found == {
        "base": 100, "head": 102, "added": 7, "removed": 5, "changed": 3, "relabelled": 1,
        "cells": [{"column": "size", "changed": 3}, {"column": "bought", "changed": 1}],
    }  # fmt: skip


def test_missing_stays_equal_to_missing() -> None:
    base = made_up(100)

    assert data.rows(sides(base), sides(base.copy()), "bought")["changed"] == 0


def test_repeated_rows_pair_one_to_one() -> None:
    """Three of a kind against two of the kind: one was removed."""
    row = made_up(1)
    base, head = (data.with_sides(pd.concat([row] * n), row[:0], ["id"]) for n in (3, 2))

    found = data.rows(base, head, "bought")

    assert (found["added"], found["removed"]) == (0, 1)


def test_rows_that_change_sides_are_counted() -> None:
    rows = made_up(100)

    assert data.sides(sides(rows, 30), sides(rows, 40)) == {"to_test": 10, "to_train": 0}


def test_rows_alike_in_all_but_their_key_are_duplicates(tmp_path: Path) -> None:
    (tmp_path / "schema.yaml").write_text(SCHEMA)
    rows = made_up(50)
    twice = pd.concat([rows, rows.iloc[:3].assign(id=[901, 902, 903])])

    assert data.duplicates(twice, read_schema(str(tmp_path / "schema.yaml"))) == 3


def test_the_balance_of_classes_and_of_numbers() -> None:
    classes = data.balance(pd.Series(["a", "a", "b"]), pd.Series(["a", "c"]))
    numbers = data.balance(pd.Series([1.0, 2.0]), pd.Series([2.0, 4.0]))

    assert {e["value"]: (e["base"], e["head"]) for e in classes} == {
        "a": (0.666667, 0.5), "c": (0.0, 0.5), "b": (0.333333, 0.0),
    }  # fmt: skip
    assert numbers[0] == {"value": "mean", "base": 1.5, "head": 3.0}


@pytest.mark.parametrize(
    ("shift", "low", "high"), [(0.0, 0.0, 0.01), (0.005, 0.0, 0.01), (1.0, 0.5, 2.0)]
)
def test_drift_is_an_effect_size(shift: float, low: float, high: float) -> None:
    """A tiny shift of many rows is no alarm, though its p-value would be; one of 1 sd is."""
    base, head = np.random.default_rng(0).normal(0, 1, (2, 50_000))

    assert low <= drift.psi(pd.Series(base), pd.Series(head + shift)) <= high


@pytest.mark.parametrize(
    "base",
    [
        pd.Series(["a", "b", None] * 100),
        pd.Series([1.0, 2.0, np.nan] * 100),
        pd.Series([True, False, True] * 100),
        pd.Series(pd.date_range("2026-01-01", periods=300)),
        pd.Series([np.nan] * 300),
    ],
)
def test_drift_is_nothing_for_the_same_rows_and_finite_for_others(base: pd.Series) -> None:
    assert drift.psi(base, base) == pytest.approx(0)
    assert np.isfinite(drift.psi(base, base.iloc[:1]))


def test_edits_are_sorted_by_kind() -> None:
    assert data.edits({"a": 1, "b": 1}, {"b": 2, "c": 1}) == {
        "added": ["c"], "removed": ["a"], "changed": ["b"],
    }  # fmt: skip
