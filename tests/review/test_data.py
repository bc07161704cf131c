"""What changed in the data is counted right."""

from pathlib import Path

import pandas as pd

from conftest import SCHEMA, made_up
from pipeline.schema import Column, Schema, read_schema
from review import data
from review.rows import frames
from review.rows.frames import Names

CONTENT = ["size", "visits", "colour", "member", "joined"]


def sides(rows: pd.DataFrame, tests: int = 30) -> pd.DataFrame:
    """Return the rows with their hashes; the last ones are test rows."""
    known = Names(["id"], [name for name in CONTENT if name in rows], "bought")
    return frames.with_sides(rows.iloc[:-tests], rows.iloc[-tests:], known)


def test_added_removed_changed_and_relabelled_rows_are_counted() -> None:
    base = made_up(100)
    head = pd.concat([base.iloc[5:], made_up(7, start=1000)], ignore_index=True)
    head.loc[:2, "size"] += 1
    head.loc[2, "bought"] = "no" if head.loc[2, "bought"] == "yes" else "yes"

    found = data.rows(sides(base), sides(head), "bought")

    assert found == {
        "base": 100, "head": 102, "added": 7, "repeated": 0, "labelled": 0, "removed": 5,
        "rekeyed": 0, "changed": 3, "relabelled": 1,
        "cells": [{"column": "size", "changed": 3}, {"column": "bought", "changed": 1}],
    }  # fmt: skip


def test_rows_whose_target_arrived_are_not_added() -> None:
    """They stood in base, on neither side; others of base still wait, or are new."""
    rows = made_up(100)
    schema = Schema((Column("id", "integer", "key"), Column("bought", "string", "target")))
    early = {"1": rows, "2": rows[80:].assign(bought=[None] * 19 + ["no"])}
    base = rows[~rows.index.isin(range(80, 99))]
    head = pd.concat([rows[:90], made_up(5, start=1000)])

    waited = frames.waiting(early, schema, Names(["id"], [], "bought"))
    found = data.rows(sides(base), sides(head), "bought", waited=waited)

    assert len(waited) == 19
    assert (found["added"], found["labelled"], found["removed"]) == (5, 10, 1)


def test_another_type_with_the_same_values_is_no_change() -> None:
    base = made_up(100).assign(size=range(100))

    assert (
        data.rows(sides(base), sides(base.assign(size=base["size"] * 1.0)), "size")["changed"] == 0
    )


def test_numbers_that_become_their_text_are_no_change() -> None:
    base = made_up(100).assign(size=[float(i) for i in range(100)])
    head = base.assign(size=[f"{i:04}" for i in range(100)])

    assert data.rows(sides(base), sides(head), "bought")["changed"] == 0


def test_missing_stays_equal_to_missing() -> None:
    base = made_up(100)

    assert data.rows(sides(base), sides(base.copy()), "bought")["changed"] == 0


def test_repeated_rows_pair_one_to_one() -> None:
    """Three of a kind against two of the kind: one was removed."""
    row = made_up(1)
    known = Names(["id"], CONTENT, "bought")
    base, head = (frames.with_sides(pd.concat([row] * n), row[:0], known) for n in (3, 2))

    found = data.rows(base, head, "bought")

    assert (found["added"], found["removed"]) == (0, 1)


def test_rows_that_change_sides_are_counted() -> None:
    rows = made_up(100)

    assert data.sides(sides(rows, 30), sides(rows, 40)) == {"to_test": 10, "to_train": 0}


def test_rows_alike_in_all_but_their_key_are_duplicates(tmp_path: Path) -> None:
    (tmp_path / "schema.yaml").write_text(SCHEMA)
    rows = made_up(50)
    twice = pd.concat([rows, rows.iloc[:3].assign(id=[901, 902, 903])])

    assert data.duplicates(sides(twice), read_schema(str(tmp_path / "schema.yaml"))) == 3


def test_the_balance_of_classes_and_of_numbers() -> None:
    classes = data.balance(pd.Series(["a", "a", "b"]), pd.Series(["a", "c"]))
    numbers = data.balance(pd.Series([1.0, 2.0]), pd.Series([2.0, 4.0]))

    other = data.balance(pd.Series([1.0, 2.0]), pd.Series(["a", "b"]))

    assert {e["base"] for e in other} == {None}
    assert {e["value"]: (e["base"], e["head"]) for e in classes} == {
        "a": (0.666667, 0.5), "c": (0.0, 0.5), "b": (0.333333, 0.0),
    }  # fmt: skip
    assert numbers[0] == {"value": "mean", "base": 1.5, "head": 3.0}


def test_edits_are_sorted_by_kind() -> None:
    assert data.edits({"a": 1, "b": 1}, {"b": 2, "c": 1}) == {
        "added": ["c"], "removed": ["a"], "changed": ["b"],
    }  # fmt: skip
