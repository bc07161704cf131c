"""What the schema allows passes, what it does not is named; the profile counts it."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.schema import Column, Schema
from pipeline.tables.delivery import DeliveryError
from pipeline.validate import check, checks, profile

TARGET = Schema((Column("y", "string", "target"),))


def said(column: Column, values: list[object]) -> str:
    """Return what checking one column says, or nothing if it passes."""
    schema = Schema((column,))
    try:
        check(Path("d.csv"), pd.DataFrame({column.name: values}), schema, checks(schema))
    except DeliveryError as error:
        return str(error).split(": correct")[0]
    return ""


DAYS = [pd.Timestamp("2026-01-31"), pd.Timestamp("2026-02-28")]


@pytest.mark.parametrize(
    ("kind", "allowed", "values"),
    [
        ("number", {"min": 1, "max": 2}, [1.0, 2.0]),
        ("number", {"nullable": True, "min": 1}, [1.0, None]),
        ("integer", {"values": (1, 2), "nullable": True}, [1.0, None]),
        ("boolean", {"values": (True,)}, [1.0]),
        ("date", {"min": "2026-01-31", "max": "2026-02-28T00:00:00Z"}, DAYS),
        ("date", {"values": ("2026-01-31", "2026-02-28")}, DAYS),
        ("string", {"values": ("a", "b")}, ["b", "a"]),
    ],
)
def test_what_is_allowed_passes(kind: str, allowed: dict[str, object], values: list) -> None:
    """Bounds are included."""
    assert said(Column("x", kind, "feature", **allowed), values) == ""


@pytest.mark.parametrize(
    ("kind", "allowed", "values", "expected"),
    [
        ("number", {"min": 1}, [0.9, 1.0], "1 row [1]: found [0.9]; expected at least 1"),
        ("date", {"min": "2026-02-01"}, DAYS, "1 row [1]: found [2026-01-31 00:00:00]; expected "
         "at least 2026-02-01"),
        ("date", {"values": ("2026-01-31",)}, DAYS, "1 row [2]: found [2026-02-28 00:00:00]; "
         "expected one of ['2026-01-31']"),
        ("integer", {"values": (1, 2)}, [3, 1, 4], "2 rows [1, 3]: found [3, 4]; expected one of "
         "[1, 2]"),
        ("number", {}, [1.0, None], "1 row [2]: found [nan]; expected no missing value"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_named(
    kind: str, allowed: dict[str, object], values: list, expected: str
) -> None:
    assert said(Column("x", kind, "feature", **allowed), values) == f"d.csv, column 'x', {expected}"


@pytest.mark.parametrize(
    ("kind", "allowed", "values", "expected"),
    [
        ("number", {"min": 0}, [-999.0, 1.0, -999.0], "found [-999.0 2 times]; expected at least "
         "0: correct these cells, or the column's entry in data/schema.yaml (`nullable: true, "
         "missing: [-999]` if that stands for no value)."),
        ("string", {"values": ("a",), "nullable": True, "missing": ("?",)}, ["-", "a"],
         "(`missing: ['?', '-']` if that stands for no value)."),
        ("string", {"values": ("a",)}, ["b", "a"], "entry in data/schema.yaml."),
        ("number", {"max": 5}, [7.0], "entry in data/schema.yaml."),
    ],
)  # fmt: skip
def test_what_looks_like_a_code_for_a_missing_value_is_offered_as_one(
    kind: str, allowed: dict[str, object], values: list, expected: str
) -> None:
    schema = Schema((Column("x", kind, "feature", **allowed),))

    with pytest.raises(DeliveryError) as raised:
        check(Path("d.csv"), pd.DataFrame({"x": values}), schema, checks(schema))

    assert expected in str(raised.value)


def test_a_value_that_is_wrong_often_is_told_once() -> None:
    values = ["b", "c", "b"] * 400

    assert "found ['b' 800 times, 'c' 400 times]" in said(
        Column("x", "string", "feature", values=("a",)), values
    )


def test_a_word_that_is_present_is_allowed() -> None:
    column = Column("x", "string", "feature", values=("DE",), present=("NA",))

    assert said(column, ["NA", "DE"]) == ""


def test_a_key_of_two_columns_may_repeat_in_either() -> None:
    schema = Schema((Column("a", "integer", "key"), Column("b", "integer", "key")))
    rows = pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 1]})

    check(Path("d.csv"), rows, schema, checks(schema))

    with pytest.raises(DeliveryError, match=r"column 'a, b', 2 rows \[1, 4\]"):
        check(Path("d.csv"), pd.concat([rows, rows[:1]]), schema, checks(schema))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (["b", "a", "b"], {"a": 1, "b": 2}),
        ([True, False, True], {"False": 1, "True": 2}),
        ([1, 0, 1], {"0": 1, "1": 2}),
        ([1.0, 2.0, 3.0], {"mean": 2.0, "std": 1.0}),
        (list(range(21)), {"mean": 10.0, "std": 6.20484}),
    ],
)
def test_the_target_is_counted_or_averaged(target: list, expected: dict[str, float]) -> None:
    parts = {"1": pd.DataFrame({"y": target[:1]}), "2": pd.DataFrame({"y": target[1:]})}

    found = profile(parts, 4, TARGET)

    counts = {"deliveries": 2, "rows": len(target), "missing": 4, "unlabelled": 0}
    assert found == {**counts, "target": expected}


@pytest.mark.parametrize(
    ("first", "second", "dtype", "expected", "unlabelled"),
    [
        (["a", None, None], ["b"], "str", {"a": 1, "b": 1}, 1),
        ([1, None, None], [2], "Int64", {"1": 1, "2": 1}, 1),
        ([True, None, None], [False], "boolean", {"False": 1, "True": 1}, 1),
        ([1.0, None, None], [2.0], "float64", {"mean": 1.5, "std": 0.707107}, 1),
        ([None, None, None], [None], "Int64", {}, 3),
    ],
)
def test_rows_that_wait_for_their_target_are_counted(
    first: list, second: list, dtype: str, expected: dict[str, float], unlabelled: int
) -> None:
    """As the last delivery of each key has it."""
    schema = Schema((Column("id", "integer", "key"), *TARGET.columns))
    parts = {
        "1": pd.DataFrame({"id": [1, 2, 3], "y": pd.Series(first, dtype=dtype)}),
        "2": pd.DataFrame({"id": [2], "y": pd.Series(second, dtype=dtype)}),
    }

    found = profile(parts, 2, schema)

    assert (found["target"], found["unlabelled"]) == (expected, unlabelled)


def test_of_many_classes_the_most_frequent_are_counted() -> None:
    rows = pd.DataFrame({"y": [f"c{i}" for i in range(40)] + ["c7"]})

    found = profile({"1": rows}, 0, TARGET)

    assert len(found["target"]) == 20 and found["target"]["c7"] == 2


def test_moments_that_overflow_are_left_out() -> None:
    rows = pd.DataFrame({"y": [1e300, -1e300]})

    assert "std" not in profile({"1": rows}, 0, TARGET)["target"]
