"""Cells of a delivery, from text or any Arrow type, in the type that the schema gives them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from pipeline.schema import Column
from pipeline.tables.cells import convert


def read(
    values: Sequence[object] | pa.Array, kind: str, role: str = "feature", **said: Any
) -> list[object]:
    """Convert values; the wrong ones are 'bad', the missing ones None."""
    array = values if isinstance(values, pa.Array) else pa.array(values)
    column = Column("x", kind, role, nullable=True, **said)
    found, bad = convert(pa.chunked_array([array]), column)
    if not len(found):
        return ["bad"] * int(bad.sum())
    missing = found.isna().tolist()
    return [
        "bad" if wrong else None if gone else value
        for value, gone, wrong in zip(found.tolist(), missing, bad.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["1", "-2", None], "integer", [1, -2, None]),
        ([1.0, 2.0], "integer", [1, 2]),
        (["1.5", "2"], "integer", ["bad", 2]),
        ([1.5, float("nan")], "number", [1.5, None]),
        (["1e3", "x"], "number", [1000.0, "bad"]),
        ([Decimal("0.10")], "number", [0.1]),
        (["TRUE", "0", "yes"], "boolean", [True, False, "bad"]),
        ([1, 0, 2], "boolean", [True, False, "bad"]),
        ([True, False], "number", [1.0, 0.0]),
        ([1, 2], "string", ["1", "2"]),
        (pa.array(["a", "b"]).dictionary_encode(), "string", ["a", "b"]),
        (pa.array(["a"], pa.large_string()), "string", ["a"]),
        ([1.5], "string", ["bad"]),
        (["so it is", None], "text", ["so it is", None]),
        ([1], "text", ["bad"]),
        (["2026-01-31", "31.1.2026"], "date", [datetime(2026, 1, 31), "bad"]),
        ([date(2026, 1, 31)], "date", [datetime(2026, 1, 31)]),
        (["2026-01-31T12:00:00+02:00"], "date", [datetime(2026, 1, 31, 10)]),
        ([5], "date", ["bad"]),
        (["01067", "7", "-01", "0"], "integer", ["bad", 7, "bad", 0]),
        (["01067", "0.5", "0x1F"], "number", ["bad", 0.5, "bad"]),
        (["1e2", "1E5", "12.0"], "integer", ["bad", "bad", 12]),
        ([" 39", "40 ", "  "], "integer", [39, 40, None]),
        ([" a", "a ", " "], "string", ["a", "a", None]),
        ([" TRUE ", " "], "boolean", [True, None]),
        ([" ", "2026-01-31 "], "date", [None, datetime(2026, 1, 31)]),
    ],
)
def test_cells_are_read_in_their_type(
    values: Sequence[object], kind: str, expected: list[object]
) -> None:
    assert read(values, kind) == expected


def test_large_whole_numbers_keep_every_digit() -> None:
    """A key of 18 digits, as many systems give, is not rounded to a float on its way."""
    assert read(["900719925474099311"], "integer", role="key") == [900719925474099311]


@pytest.mark.parametrize("role", ["key", "group"])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["9007199254740993", "12.50", "1e2"], ["bad", 12.5, "bad"]),
        (["0.1234567890123456", "123456789012345"], ["bad", 123456789012345]),
        ([9007199254740993, 5], ["bad", 5]),
        ([2.0**60, 5.5], ["bad", 5.5]),
    ],
)
def test_two_numbers_that_name_rows_never_become_one(
    values: Sequence[object], expected: list[object], role: str
) -> None:
    """A float keeps 15 digits: what has more is refused instead of rounded."""
    assert read(values, "number", role) == expected


def test_a_float_that_may_be_rounded_is_no_integer() -> None:
    assert read([2.0**60, 5.0], "integer", "key") == ["bad", 5]


def test_the_first_missing_value_changes_no_other_row() -> None:
    """So that a row without a key keeps its hash, and its side, when a later one has a gap."""
    whole, gap = (
        convert(pa.chunked_array([values]), Column("x", "integer", "feature", nullable=True))[0]
        for values in ([1, 2], [1, None])
    )

    assert whole.dtype == gap.dtype
    assert whole[0] == gap[0]


@pytest.mark.parametrize(
    ("form", "values", "expected"),
    [
        ("1,234.5", ["1,200", "1200.5", "-1,234,567", "1,20"], [1200, 1200.5, -1234567, "bad"]),
        ("1.234,5", ["1.200", "1200,5", "0,125", "1.5"], [1200, 1200.5, 0.125, "bad"]),
        ("1 234,5", ["1 200,5", "1\u00a0200", "1\u202f200"], [1200.5, 1200, 1200]),
        ("1'234.5", ["1'200.5", "1\u2019200"], [1200.5, 1200]),
        (
            "$1,234.5",
            ["$1,200", "-$5", "$-5", "($5)", "($5", "5"],
            [1200, -5, -5, -5, "bad", "bad"],
        ),
        ("1.234,5 €", ["5 €", "5€", "1.234,50 €", "$5"], [5, 5, 1234.5, "bad"]),
        ("1,234.5%", ["12%", "0.5 %", "12", "x"], [12, 0.5, "bad", "bad"]),
        ("1,234.5", ["(5)", "+5", "\u22125", "1e3", "007", ".5"], [-5, 5, -5, 1000, "bad", 0.5]),
    ],
)
def test_numbers_are_read_as_the_schema_says_they_are_written(
    form: str, values: list[str], expected: list[object]
) -> None:
    """A percentage as it stands: 12% is 12; in parentheses is less than nothing."""
    assert read(values, "number", format=form) == expected


@pytest.mark.parametrize(
    ("values", "kind", "missing", "expected"),
    [
        (["1", " ?", "2", "-"], "integer", ("?",), [1, None, 2, "bad"]),
        (["1", "-999", "-999.0"], "number", (-999,), [1, None, None]),
        (pa.array([1.5, -999.0]), "number", (-999,), [1.5, None]),
        (["99", "1"], "integer", ("99",), [None, 1]),
        (["a", "?"], "string", ("?",), ["a", None]),
        (
            ["2026-01-31", "9999-12-31"],
            "date",
            (date(9999, 12, 31),),
            [datetime(2026, 1, 31), None],
        ),
        (
            [date(2026, 1, 31), date(9999, 12, 31)],
            "date",
            (date(9999, 12, 31),),
            [datetime(2026, 1, 31), None],
        ),
    ],
)
def test_what_the_schema_lists_is_missing(
    values: Sequence[object], kind: str, missing: tuple[object, ...], expected: list[object]
) -> None:
    assert read(values, kind, missing=missing) == expected


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("%d %b %Y", "31 Jan 2026", datetime(2026, 1, 31)),
        ("%b %d, %Y %I:%M %p", "Jan 31, 2026 3:15 PM", datetime(2026, 1, 31, 15, 15)),
        ("%d/%m/%Y %H:%M %z", "31/01/2026 10:00 +02:00", datetime(2026, 1, 31, 8)),
        ("%Y%m%d", 20260131, datetime(2026, 1, 31)),
    ],
)
def test_dates_are_read_in_their_format(form: str, value: object, expected: datetime) -> None:
    assert read([value], "date", format=form) == [expected]
