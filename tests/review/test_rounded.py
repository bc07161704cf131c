"""Rows that were written again with fewer digits are known, or it is said that they are not."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from review.rows import rounded
from review.rows.frames import LOOK, NEAR, ROW, TOLD, Frames, Names, with_sides

CONTENT = ["size", "weight", "colour"]
RANDOM = np.random.default_rng(0)
ROWS = pd.DataFrame(
    {
        "size": RANDOM.uniform(0, 100, 200).round(4),
        "weight": RANDOM.normal(0, 1, 200).round(5),
        "colour": RANDOM.choice(["red", "blue"], 200),
        "bought": RANDOM.choice(["no", "yes"], 200),
    }
)
Again = Callable[[pd.DataFrame], pd.DataFrame]
KNOWN = Names(CONTENT, CONTENT, "bought")


def compared(base: pd.DataFrame, head: pd.DataFrame) -> Frames:
    before, after = (with_sides(rows, rows[:0], KNOWN) for rows in (base, head))
    return rounded.recognised(before, after, KNOWN), after


def as_float32(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.astype({"weight": "float32"}).astype({"weight": "float64"})


def printed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as a C program prints them, which rounds halves as binary numbers fall."""
    return rows.assign(size=[float(f"{n:.3f}") for n in rows["size"]])


@pytest.mark.parametrize(
    "again", [lambda rows: rows.round({"size": 2, "weight": 3}), printed, as_float32]
)
@pytest.mark.parametrize("way", [1, -1])
def test_rows_with_fewer_digits_have_the_names_of_the_others(again: Again, way: int) -> None:
    """In any order, and whichever side has fewer."""
    sides = [ROWS, again(ROWS).iloc[::-1]]

    base, head = compared(*sides[::way])

    assert [base[h].tolist() for h in (ROW, LOOK, TOLD)] == [
        head[h].tolist()[::-1] for h in (ROW, LOOK, TOLD)
    ]
    assert "rows of base stand in head with other digits" in next(
        rounded.sentences((base, head), KNOWN)
    )


def test_other_rows_are_not_taken_for_them() -> None:
    head = ROWS.assign(size=ROWS["size"].round(2) + 0.5)

    base, after = compared(ROWS, head)

    assert not base[NEAR].any()
    assert "cannot be recognised" in next(rounded.sentences((base, after), KNOWN))


def test_digits_that_tell_rows_apart_are_not_left_out() -> None:
    """With too few, honest rows are nearly equal by chance."""
    base, after = compared(ROWS, ROWS.round({"size": -1, "weight": 0}))

    assert not base[NEAR].any()
    assert len(list(rounded.sentences((base, after), KNOWN))) == 1


def test_rows_with_the_digits_they_had_are_left_alone() -> None:
    """A table that was replaced by another of its kind says nothing."""
    other = ROWS.assign(size=ROWS["size"] + 0.5012)

    base, after = compared(ROWS, other)

    assert not base[NEAR].any() and not list(rounded.sentences((base, after), KNOWN))
