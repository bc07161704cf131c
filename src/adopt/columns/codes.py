"""What stands for a missing value without being empty: signs, words, and numbers of nines."""

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
