"""The type of a column: the narrowest that all of its values have, however they are written."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from adopt.columns import codes, written
from pipeline import stage
from pipeline.schema import STYLES, Column
from pipeline.stage import UserError
from pipeline.tables import cells

SAMPLE = 1000  # rows on which a type is tried before all rows are
CODE = r"^[+-]?\d+[eE]\d+$"  # 1e2: programs write such a number as 1e+02 or 1.0E2
SHORT_YEARS = 2030  # of 30 to 68 Excel makes 1930 to 1968, strptime 2030 to 2068
YEARS = (1900, 2100)  # between which whole numbers such as 20260131 have to lie to be dates


class FormatError(UserError):
    """Dates are not written as they were said to be."""


def column_of(name: str, entry: dict[str, Any]) -> Column:
    """Return the column that an entry of the schema describes."""
    said: dict[str, Any] = {"name": name, **entry}
    said |= {field: tuple(entry[field]) for field in ("values", "missing") if field in entry}
    return Column(**said)


def infer(
    name: str, values: pa.ChunkedArray, role: str = "feature", form: str | None = None
) -> tuple[Column, pd.Series]:
    """Return the column in the narrowest type that all values have, and the typed values.

    form: how the dates are written, where that is known; raises FormatError if they are not.
    """
    plain, kind = cells.plain(values), values.type
    blank = Column(name, "string", role, nullable=True)
    coded = replace(blank, missing=codes.signs_and_words(plain))
    rest = cells.trimmed(plain, coded) if pa.types.is_string(plain.type) else plain
    rest = rest.drop_null()
    for column in candidates(coded, kind, rest, form) if len(rest) else ():
        if not cells.convert(rest.slice(0, SAMPLE), column)[1].any():
            typed, bad = cells.convert(plain, column)
            if not bad.any() and (form or _is_meant(column, rest, typed)):
                return _without_codes(column, plain, typed)
            if form:
                _refuse(column, plain.filter(pa.array(bad)))
        elif form:
            _refuse(column, rest.filter(pa.array(cells.convert(rest, column)[1])))
    text = replace(blank, missing=codes.signs(plain))
    return text, cells.convert(plain, text)[0]


def _refuse(column: Column, wrong: pa.ChunkedArray) -> None:
    raise FormatError(
        f"Column '{column.name}', {stage.plural(len(wrong), 'row')}: found "
        f"{stage.cut(wrong.slice(0, stage.SHOWN).to_pylist())}; expected dates written as "
        f"{column.format}."
    )


def candidates(
    blank: Column, kind: pa.DataType, values: pa.ChunkedArray, form: str | None = None
) -> Iterator[Column]:
    """Yield what the values could be, the narrowest first; n values, none of them missing."""
    first = (
        str(values[0].as_py())
        if pa.types.is_primitive(values.type) or pa.types.is_string(values.type)
        else ""
    )
    if form:
        yield replace(blank, type="date", format=form)
        return
    if len(first) == 8 and first.isdecimal() and blank.role in ("feature", "time"):
        yield replace(blank, type="date", format="%Y%m%d")
    for name in _kinds(kind):
        yield replace(blank, type=name)
    if pa.types.is_string(values.type) and not pa.types.is_decimal(kind):
        for found in written.date_formats(first):
            yield replace(blank, type="date", format=found)
        for number in written.number_formats(first):
            if number in STYLES:  # of money, per cent and units the next ones may have decimals
                yield replace(blank, type="integer", format=number)
            yield replace(blank, type="number", format=number)


def _kinds(kind: pa.DataType) -> tuple[str, ...]:
    """Return the types, but for dates in text, that values of an Arrow type could have."""
    if pa.types.is_decimal(kind) and kind.scale <= 0:
        return ("integer", "number")
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return ("number",)  # Parquet says it: a float that happens to be whole stays one
    if pa.types.is_integer(kind):
        return ("integer",)
    if pa.types.is_temporal(kind):
        return ("date",)
    return ("boolean", "integer", "number")


def _is_meant(column: Column, values: pa.ChunkedArray, typed: pd.Series) -> bool:
    """Say whether cells that can be read so are meant so: 0 and 1 are numbers, 00123 is none."""
    if column.type == "boolean" and pa.types.is_string(values.type):
        words = pc.is_in(pc.utf8_lower(values), value_set=pa.array(["true", "false"]))
        return bool(pc.any(words).as_py())  # or else 0 and 1, as another delivery may have them
    if column.type == "number" and pa.types.is_string(values.type):
        # Of a name every digit counts: 1.10 is not 1.1; whole numbers beyond int64 are names too.
        whole = pc.all(pc.match_substring_regex(values, r"^[+-]?\d+$")).as_py()
        return not (column.role in ("key", "group") or whole or has_codes(values))
    if column.format == "%Y%m%d":
        far = [pd.Timestamp(code) for code, _, _ in codes.far(typed)]
        years = typed[~typed.isin(far)].dt.year
        return bool(YEARS[0] <= years.min() and years.max() <= YEARS[1])
    return not (written.is_short(column.format) and typed.max().year >= SHORT_YEARS)


def has_codes(values: pa.ChunkedArray) -> bool:
    """Say whether cells of text that read as powers of ten rather are codes, such as 1e2."""
    return bool(pc.any(pc.match_substring_regex(values, CODE)).as_py())


def other_reading(column: Column, values: pa.ChunkedArray) -> str | None:
    """Return the format that makes other dates of the same cells, day and month swapped, if any."""
    other = written.swapped(column.format) if column.type == "date" else None
    if other is None:
        return None
    dates, bad = cells.convert(values, replace(column, format=other))
    same = bad.any() or dates.equals(cells.convert(values, column)[0])
    return None if same else other


def _without_codes(
    column: Column, values: pa.ChunkedArray, typed: pd.Series
) -> tuple[Column, pd.Series]:
    if column.role != "feature":
        return column, typed
    sure = tuple(code for code, _, surely in codes.apart(column.type, typed) if surely)
    if not sure:
        return column, typed
    column = replace(column, missing=(*column.missing, *sure))
    return column, cells.convert(values, column)[0]
