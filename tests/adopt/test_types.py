"""What a column holds is found out however it is written, and what stands for nothing in it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from adopt import draft
from adopt.columns import types
from adopt.columns.types import FormatError


def inferred(values: Sequence[object] | pa.Array, role: str = "feature") -> dict[str, Any]:
    """Return what is inferred of a column, but for what is as ever; text as CSV gives it."""
    text = [None if v is None else str(v) for v in values]
    array = values if isinstance(values, pa.Array) else pa.array(text, pa.string())
    column, _ = types.infer("x", pa.chunked_array([array]), role)
    return {"type": column.type, **draft.read_as(column)}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "?", "2"], {"type": "integer", "missing": ["?"]}),
        (["1.5", " ", "2"], {"type": "number"}),
        (["1.5", "#N/A", "None", " - "], {"type": "number", "missing": ["#N/A", "-", "None"]}),
        (["1", "--", "."], {"type": "integer", "missing": ["--", "."]}),
        (["True", "unknown"], {"type": "boolean", "missing": ["unknown"]}),
        (["2026-01-31", "?"], {"type": "date", "missing": ["?"]}),
        (["a", "?", "b"], {"type": "string", "missing": ["?"]}),
        (["a", "None", "b"], {"type": "string"}),
        (["+", "-", "+"], {"type": "string"}),
        ([*range(9), "x"], {"type": "string"}),
    ],
)
def test_codes_for_missing_values_are_found(
    values: list[object], expected: dict[str, object]
) -> None:
    """Among text a word is a value, and so is a minus that has a plus beside it."""
    assert inferred(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["$1,200", "$5"], {"type": "number", "format": "$1,234.5"}),
        (["€ 5", "€ 1,5"], {"type": "number", "format": "€ 1.234,5"}),
        (["12%", "5.5%"], {"type": "number", "format": "1,234.5%"}),
        (["15", "1,200"], {"type": "integer", "format": "1,234.5"}),
        (["1.234,5", "2"], {"type": "number", "format": "1.234,5"}),
        (["0,125", "2,500"], {"type": "number", "format": "1.234,5"}),
        (["1 234,5", "7"], {"type": "number", "format": "1 234,5"}),
        (["1'234.50", "7"], {"type": "number", "format": "1'234.5"}),
        (["5", "(5)", "(1.5)"], {"type": "number", "format": "1,234.5"}),
        (["5 USD", "1.50 USD"], {"type": "number", "format": "1,234.5 USD"}),
        (["36 months", "60 months"], {"type": "number", "format": "1,234.5 months"}),
        (["-5 °C", "?"], {"type": "number", "format": "1,234.5 °C", "missing": ["?"]}),
        (["$5", "5 €"], {"type": "string"}),
        (["A1", "A2"], {"type": "string"}),
        (["1st", "2nd"], {"type": "string"}),
    ],
)
def test_numbers_are_found_however_they_are_written(
    values: list[str], expected: dict[str, object]
) -> None:
    """Of money, per cent and units the next delivery may have decimals."""
    assert inferred(values) == expected


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["2026/01/31", "2026/02/01"], "%Y/%m/%d"),
        (["31 Jan 2026", "1 Feb 2026"], "%d %b %Y"),
        (["May 1, 2026", "June 1, 2026"], "%B %d, %Y"),
        (["Jan 31, 2026"], "%b %d, %Y"),
        (["31-JAN-26"], "%d-%b-%y"),
        (["31.01.2026 10:00:05"], "%d.%m.%Y %H:%M:%S"),
        (["01/31/2026 3:15 PM"], "%m/%d/%Y %I:%M %p"),
        (["2026-01-31 03:15PM"], "%Y-%m-%d %I:%M%p"),
        (["31/01/26"], "%d/%m/%y"),
        (["Sat, 31 Jan 2026 10:00:00 +0100"], "%a, %d %b %Y %H:%M:%S %z"),
        (["31.01.2026 10:00 UTC"], "%d.%m.%Y %H:%M %Z"),
        (["Jan 2026", "Feb 2026"], "%b %Y"),
        (["20260131", "20260228"], "%Y%m%d"),
        (["3:15 PM", "11:00 AM"], "%I:%M %p"),
        (["15:30", "23:59"], "%H:%M"),
        (["2026-01-31", "2026-02-01T10:00:00+01:00"], None),
    ],
)
def test_dates_and_times_are_found_however_they_are_written(
    values: list[str], form: str | None
) -> None:
    assert inferred(values) == {"type": "date", **({"format": form} if form else {})}


@pytest.mark.parametrize(
    ("values", "role", "kind"),
    [
        (["20260131", "20260228"], "key", "integer"),
        (["20260131", "20261399"], "feature", "integer"),
        (["12340101", "12340102"], "feature", "integer"),
        (pa.array([20260131, 20260228]), "time", "date"),
    ],
)
def test_eight_digits_are_a_date_only_if_all_can_be(
    values: Sequence[object] | pa.Array, role: str, kind: str
) -> None:
    assert inferred(values, role)["type"] == kind


def test_a_leading_zero_in_any_row_makes_text() -> None:
    assert inferred(["12345"] * 2000 + ["01067"]) == {"type": "string"}


def test_every_digit_of_a_name_counts() -> None:
    """Whole numbers that no integer holds, and what tells rows or groups apart, stay text."""
    long = ["89490000000000000000", "89490000000000000007"]

    assert inferred(long) == {"type": "string"}
    assert inferred(["1.10", "1.1"], "key") == {"type": "string"}
    assert inferred(["1.10", "1.1"]) == {"type": "number"}


@pytest.mark.parametrize("role", ["feature", "key", "group"])
@pytest.mark.parametrize("codes", [["1e2", "1E5", "100"], ["0x1F", "31"]])
def test_a_code_with_a_letter_is_no_number(codes: list[str], role: str) -> None:
    assert inferred(codes, role) == {"type": "string"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["12/31/45", "01/02/85"], {"type": "string"}),
        (["31.12.29", "01.02.70"], {"type": "date", "format": "%d.%m.%y"}),
        (["31-Jan-30", "01-Feb-26"], {"type": "string"}),
    ],
)
def test_a_year_of_two_digits_is_read_only_if_its_century_is_clear(
    values: list[str], expected: dict[str, object]
) -> None:
    """Excel takes 30 for 1930, and strptime for 2030: both take 29 for 2029 and 70 for 1970."""
    assert inferred(values) == expected


def test_a_date_by_which_a_system_says_never_is_missing() -> None:
    days = [date(2026, 1, 3), date(2026, 1, 7), date(9999, 12, 31)]
    german = [f"{day:%d.%m.%Y}" for day in days]

    assert inferred(pa.array(days)) == {"type": "date", "missing": [days[2]]}
    assert inferred(german) == {"type": "date", "format": "%d.%m.%Y", "missing": [days[2]]}
    assert inferred(german, "time") == {"type": "date", "format": "%d.%m.%Y"}


def test_true_and_false_of_one_delivery_fit_the_0_and_1_of_another() -> None:
    assert inferred(["true", "1", "0"]) == {"type": "boolean"}
    assert inferred(["1", "0"]) == {"type": "integer"}


@pytest.mark.parametrize(
    ("role", "missing"), [("feature", {"missing": [-999]}), ("target", {}), ("time", {})]
)
def test_only_in_a_feature_a_number_is_taken_for_a_missing_one(
    role: str, missing: dict[str, object]
) -> None:
    assert inferred([1, 2, 3, 4, 5, -999, -999], role) == {"type": "integer", **missing}


def test_a_format_that_is_given_is_used() -> None:
    values = pa.chunked_array([["01/02/2026", "03/04/2026", "?"]])

    found, _ = draft.entry("day", values, "time", form="%m/%d/%Y")

    assert found == {"type": "date", "role": "time", "format": "%m/%d/%Y", "missing": ["?"]}


def test_a_format_that_does_not_fit_is_refused() -> None:
    values = pa.chunked_array([["01.02.2026"] * 2000 + ["x"]])

    with pytest.raises(FormatError) as raised:
        types.infer("day", values, "time", "%d.%m.%Y")

    assert str(raised.value) == (
        "Column 'day', 1 row: found ['x']; expected dates written as %d.%m.%Y."
    )


def test_a_cell_of_weekdays_alone_is_text() -> None:
    """However many there are: each is not looked at inside of the one before."""
    assert inferred(["Mon, " * 3000, "Tue"]) == {"type": "string"}
