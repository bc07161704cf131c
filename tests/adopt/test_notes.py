"""What was decided about a column without asking is said."""

import pyarrow as pa
import pytest

from adopt import draft
from adopt.columns.notes import note


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["1", "?", "2", "?"], "is numbers, but for '?' in 2 rows: read as missing"),
        (["a", "b", "?"], "is text, but for '?' in 1 row: read as missing"),
        (["1", "2", "3", "4", "-999", "-999"], "but for -999 in 2 rows: read as missing"),
        (["1", "2", "3", "4", "99", "99"], "holds 99 in 2 rows, apart from all others"),
        (["12%", "5.5%"], "is numbers written 1,234.5%: 12% is taken as 12"),
        (["1,200", "2,300"], "read as numbers written 1,234.5, though 1.234,5 fits too"),
        (["1.234", "12.500", "987"], "read as numbers written 1234.5, though 1.234,5 fits too"),
        (["01/02/2026", "03/04/2026"], "though %m/%d/%Y fits too: see 'format'"),
        (["12/31/45", "01/02/60"], "dates written %m/%d/%y: a year of two digits, such as 45, can"),
        (["12/31/85", "01/02/20"], "holds years of two digits, read as 1985 to 2020"),
        (["2026-01-31", "2026-02-01", "9999-12-31"], "but for 9999-12-31 in 1 row: read as miss"),
        (["2026-01-31", "1999-02-01", *["1900-01-01"] * 2], "holds 1900-01-01 in 2 rows, apart"),
        (["1e2", "1E5", "12"], "is text, since ['1e2', '1E5'] look like codes"),
        (["31.01.2026", "2026-02-01"], "%d.%m.%Y in 1 row and dates in 1 row: deliver all of them"),
        (["1,5", "2.5", "3.5"], "numbers written 1.234,5 in 1 row and numbers in 2 rows: deliver"),
        ([*"1234567890" * 2, "x"], "is text, though all but 1 row ['x'] are numbers: correct"),
        (["$5", "$7"] * 9 + ["0", "?"], "all but 1 row ['0'] are numbers written $1,234.5"),
        (["1 Feb 2026"] * 9 + ["soon"], "all but 1 row ['soon'] are dates written %d %b %Y"),
    ],
)
def test_what_was_decided_is_said(values: list[str], said: str) -> None:
    column = pa.chunked_array([values])

    assert said in note(draft.entry("x", column)[0], column)


@pytest.mark.parametrize(
    "values",
    [
        ["1", " ", "2"],
        ["0.123", "1.234"],
        ["01067"] + ["12345"] * 30,
        ["01/02/2026", "31/01/2026"],
        ["31 Jan 2026", "1 Feb 2026"],
        ["a", "b", "a"],
        ["2025-01-01", "2026-03-01", "2026-02-01"],
        ["31.01.2026", "2026-02-01", "soon"],
        [None, None],
    ],
)
def test_of_what_is_plain_nothing_is_said(values: list[str | None]) -> None:
    column = pa.chunked_array([pa.array(values, pa.string())])

    assert note(draft.entry("x", column)[0], column) == ""
