"""What stands for a missing value without being empty: signs, words, and numbers of nines."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

SIGNS = (
    *("?", "??", "-", "--", "---", ".", "..", "*", "\\n"),
    *("n/a", "n.a.", "(null)", "(blank)", "<na>"),
    *("#n/a", "#na", "#value!", "#div/0!", "#ref!", "#null!", "#num!", "#name?"),
)
WORDS = (
    *("na", "nan", "null", "nil", "none", "missing", "unknown", "undefined"),
    *("not available", "not applicable"),
)
NINES = [sign * (10.0**digits - 1) for digits in range(2, 10) for sign in (-1, 1)]
EDGES = ((1, 1), (12, 30), (12, 31))  # of a year; Excel counts from 1899-12-30
MEASURED = range(1800, 2200)  # years
DECADE = pd.Timedelta(days=3652)
FAR, LARGE = 10, 999  # how far, in spreads of the others, and how large a code surely is


def signs(values: pa.ChunkedArray) -> tuple[str, ...]:
    """Return the cells of text that surely stand for a missing value, whatever the type."""
    found = _among(values, SIGNS)
    plus = "-" in found and pc.any(pc.equal(pc.utf8_trim_whitespace(values), "+")).as_py()
    return tuple(code for code in found if not (plus and code == "-"))


def signs_and_words(values: pa.ChunkedArray) -> tuple[str, ...]:
    """Return the cells of text that stand for a missing value among numbers, dates and booleans.

    Among text a word such as none is a value like others.
    """
    return _among(values, (*SIGNS, *WORDS))


def _among(values: pa.ChunkedArray, known: tuple[str, ...]) -> tuple[str, ...]:
    if not pa.types.is_string(values.type):
        return ()
    plain = pc.utf8_trim_whitespace(values)
    coded = pc.is_in(pc.utf8_lower(plain), value_set=pa.array(known))
    return tuple(sorted(pc.unique(plain.filter(coded)).to_pylist()))


def apart(kind: str, values: pd.Series) -> list[tuple[Any, int, bool]]:
    """Return the values that lie apart, in how many rows, and whether they surely are codes."""
    if kind == "date":
        return far(values)
    return nines(values) if kind in ("integer", "number") else []


def far(dates: pd.Series) -> list[tuple[date, int, bool]]:
    """Return dates such as 9999-12-31 that lie apart, in how many rows, and whether surely so.

    They are the first or last day of a year, or the day from which Excel counts, and farther from
    the others than those from each other, and than ten years: surely if ten times as far, in less
    than half of the rows. One row is enough for a year in which nothing is measured.
    """
    found: list[tuple[date, int, bool]] = []
    rest = dates.dropna()
    while True:
        ends = [end for end in {rest.min(), rest.max()} if (end.month, end.day) in EDGES]
        others = rest[~rest.isin(ends)]
        if not ends or others.nunique() < 2:
            return sorted(found, key=lambda code: str(code[0]))
        low, high = others.min(), others.max()
        lone = []
        for end in ends:
            gap, rows = max(low - end, end - high), int((rest == end).sum())
            if gap > max(high - low, DECADE) and (rows > 1 or end.year not in MEASURED):
                day = end.date() if end == end.normalize() else end.to_pydatetime()
                found.append((day, rows, gap > FAR * (high - low) and 2 * rows < len(dates)))
                lone.append(end)
        if not lone:
            return sorted(found, key=lambda code: str(code[0]))
        rest = rest[~rest.isin(lone)]


def nines(numbers: pd.Series) -> list[tuple[int, int, bool]]:
    """Return numbers such as -999 that lie apart, in how many rows, and whether they surely code.

    Apart: twice or more, and farther from the others than those from each other. Surely: ten times
    as far, three nines or more, and in less than half of the rows.
    """
    coded = numbers.isin(NINES)
    others = numbers[~coded].dropna().astype("float64")
    if not coded.any() or others.nunique() < 2:
        return []
    low, high = others.min(), others.max()
    found = []
    for code, rows in zip(
        *np.unique(numbers[coded].to_numpy("int64"), return_counts=True), strict=True
    ):
        gap = max(low - code, code - high)
        if rows > 1 and gap > high - low:
            sure = gap > FAR * (high - low) and abs(code) >= LARGE and 2 * rows < len(numbers)
            found.append((int(code), int(rows), bool(sure)))
    return found
