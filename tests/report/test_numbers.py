"""A number shows the digits that mean something, and no others."""

import pytest

from report import markdown
from report.numbers import figures, number, together


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "—"),
        (0.0, "0"),
        (0.98125, "+0.9812"),
        (-0.00001234, "-1.234e-05"),
        (123456.789, "+123,457"),
        (-3455.6, "-3,455.60"),
        (1e300, "+1.000e+300"),
    ],
)
def test_a_number_has_the_digits_that_matter(value: float | None, written: str) -> None:
    assert number(value, "+") == written


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        (1e-9, ("1.234e-09", "1.171e-09", "-6.3e-11", "-9.4e-11", "-3.2e-11")),
        (1e-3, ("0.001234", "0.001171", "-0.000063", "-0.000094", "-0.000032")),
        (1.0, ("1.234", "1.171", "-0.063", "-0.094", "-0.032")),
        (1e4, ("12,340", "11,710", "-630", "-940", "-320")),
        (1e9, ("1,234,000,000", "1,171,000,000", "-63,000,000", "-94,000,000", "-32,000,000")),
        (1e15, ("1.234e+15", "1.171e+15", "-6.3e+13", "-9.4e+13", "-3.2e+13")),
    ],
)
def test_a_comparison_shows_what_its_interval_knows(unit: float, written: tuple[str, ...]) -> None:
    """In any unit."""
    found = figures(*(unit * v for v in (1.23412, 1.17112, -0.063, -0.09412, -0.03188)))

    assert found == written


@pytest.mark.parametrize(
    ("numbers", "written"),
    [
        ((0.9913, 0.9913, 0.0, 0.0, 0.0), ("0.9913", "0.9913", "0", "0", "0")),
        ((0.9, 0.95, 0.05, 0.0004, 0.0996), ("0.9000", "0.9500", "+0.0500", "+0.0004", "+0.0996")),
        ((0.9, 0.95, 0.05, 1e-9, 0.0996), ("0.90000", "0.95000", "+0.05000", "0", "+0.09960")),
        ((0.5, 0.5, 1e-17, 0.0, 2e-17), ("0.500000", "0.500000", "0", "0", "0")),
        ((None, 52.1, None, None, None), ("—", "52.1000", "—", "—", "—")),
    ],
)
def test_the_ends_of_an_interval_are_told_from_zero(
    numbers: tuple[float | None, ...], written: tuple[str, ...]
) -> None:
    """As far as two digits more do it; what computing makes of equal values is none."""
    assert figures(*numbers) == written


def test_causes_that_add_up_are_written_to_the_same_decimal() -> None:
    assert together([0.0125, 3e-17, -0.00251, 0.00999], sign="+") == (
        "+0.0125",
        "0",
        "-0.0025",
        "+0.0100",
    )


@pytest.mark.parametrize("value", [1.5e-9, -2.25e-5, 3455.6, -1.25e9, 7.5e14])
def test_a_number_of_any_size_is_plain_text_in_markdown(value: float) -> None:
    """What is not plain would be set as code."""
    assert markdown.prose(number(value, "+")) == number(value, "+")


def test_numbers_that_no_float_can_halve_are_written() -> None:
    """A review.json may come from anybody."""
    assert figures(5e-324, 1e300, -1e300, 5e-324, 1e-323).low == "0"
