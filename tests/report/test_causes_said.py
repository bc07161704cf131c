"""What a report says of causes: with intervals, and of none where there is no difference."""

from typing import Any

import pytest

from report import causes
from report.blocks import Bullets, Table

NONE: dict[str, Any] = {"alone": None, "last": None}


def part(
    cause: str, value: float, low: float | None, high: float | None, **more: Any
) -> dict[str, Any]:
    return {"cause": cause, "value": value, "low": low, "high": high, **NONE, **more}


def review(outcome: str, *parts: dict[str, Any]) -> dict[str, Any]:
    """Return a review with these parts; together they are what each is."""
    total = {"metric": "r2", "total": -0.05, "low": -0.07, "high": -0.03}
    found = {**total, "parts": list(parts), "notes": []}
    metrics = [{"base": 0.75, "head": 0.7}]
    return {"verdict": {"outcome": outcome}, "metrics": metrics, "causes": found}


SURE = part("data", -0.049812, -0.0711, -0.0288)
LUCK = part("params", -0.00123, -0.009, 0.008)


@pytest.mark.parametrize(
    ("outcome", "parts", "title", "folded"),
    [
        ("worse", [SURE, LUCK], "What caused the difference", False),
        ("better", [LUCK], "What caused the difference", False),
        ("cannot tell", [LUCK], "What each level did: none of 1 part can be told from luck", True),
        ("no difference", [SURE], "What each level did: 1 of 1 part can be told from luck", False),
    ],
)
def test_there_are_causes_only_of_a_difference(
    outcome: str, parts: list[dict[str, Any]], title: str, folded: bool
) -> None:
    """What cancels out is not folded away."""
    found = causes.causes(review(outcome, *parts))

    assert (found.title, found.folded) == (title, folded)


def test_numbers_have_the_digits_that_their_interval_allows() -> None:
    table = causes.causes(review("worse", SURE, part("code", 0.0, 0.0, 0.0))).blocks[0]

    assert isinstance(table, Table)
    assert [row[:3] for row in table.rows[:2]] == [
        ("data", "-0.050", "-0.071 to -0.029"),
        ("code", "0", "0 to 0"),
    ]


def test_a_part_without_an_interval_has_its_number() -> None:
    table = causes.causes(review("worse", part("data", -0.049812, None, None))).blocks[0]

    assert isinstance(table, Table) and table.rows[0][1:3] == ("-0.0498", "—")


def test_both_orders_are_said_where_they_differ() -> None:
    depends = part("data", -0.05, -0.0711, -0.0288, alone=-0.0312, last=-0.0694)

    last = causes.causes(review("worse", depends, LUCK)).blocks[-1]

    assert isinstance(last, Bullets)
    assert [str(item)[:70] for item in last.items] == [
        "The order matters: data alone is -0.031, and -0.069 once all else has "
    ]


def test_an_interval_is_drawn_on_the_scale_of_all() -> None:
    assert causes.picture(-4.0, 12.0, 4.0, (-12.0, 12.0)) == "········────0───█────────"
    assert causes.picture(0.0, 0.0, 0.0, (0.0, 0.0)) == ""
