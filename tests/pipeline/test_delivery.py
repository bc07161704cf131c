"""Cells of a delivery, from text or any Parquet type, in the type that the schema gives them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.delivery import convert, read_table
from pipeline.schema import Column


def read(values: Sequence[object] | pa.Array, kind: str, role: str = "feature") -> list[object]:
    """Convert values; the wrong ones are 'bad', the missing ones None."""
    array = values if isinstance(values, pa.Array) else pa.array(values)
    found, bad = convert(pa.chunked_array([array]), Column("x", kind, role, nullable=True))
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
        (["2026-01-31", "31.1.2026"], "date", [datetime(2026, 1, 31), "bad"]),
        ([date(2026, 1, 31)], "date", [datetime(2026, 1, 31)]),
        (["2026-01-31T12:00:00+02:00"], "date", [datetime(2026, 1, 31, 10)]),
        ([5], "date", ["bad"]),
    ],
)
def test_cells_are_read_in_their_type(
    values: Sequence[object], kind: str, expected: list[object]
) -> None:
    assert read(values, kind) == expected


def test_large_whole_numbers_keep_every_digit() -> None:
    """A key of 18 digits, as many systems give, is not rounded to a float on its way."""
    assert read(["900719925474099311"], "integer", role="key") == [900719925474099311]


def test_the_first_missing_value_changes_no_other_row() -> None:
    """So that a row without a key keeps its hash, and its side, when a later one has a gap."""
    whole, gap = (
        convert(pa.chunked_array([values]), Column("x", "integer", "feature", nullable=True))[0]
        for values in ([1, 2], [1, None])
    )

    assert whole.dtype == gap.dtype
    assert whole[0] == gap[0]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b\n1,2\n", ["a", "b"]),
        ('"a, b, c";"d, e";t\n1;2;3\n', ["a, b, c", "d, e", "t"]),
        ('"a;;;;",t\n1,2\n', ["a;;;;", "t"]),
        ('"a\nb"\tt\n1\t2\n', ["a\nb", "t"]),
    ],
)
def test_the_separator_is_what_parts_the_header(
    tmp_path: Path, text: str, names: list[str]
) -> None:
    """Whatever stands inside quotes; and every cell is text."""
    (tmp_path / "a.csv").write_text(text)

    table = read_table(tmp_path / "a.csv")

    assert table.column_names == names
    assert set(table.schema.types) == {pa.string()}
