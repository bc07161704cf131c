"""What a person should know of how a column was read."""

from dataclasses import replace
from typing import Any

import pyarrow as pa

from adopt.columns import codes, nearly, types, written
from pipeline import stage
from pipeline.schema import STYLES, Column
from pipeline.tables import cells

LEARNT = "holds text: how often it uses each frequent word is what is learnt from"


def note(entry: dict[str, Any], values: pa.ChunkedArray) -> str:
    """Return what to look at in a drafted entry, in one line; nothing if all is plain."""
    values = cells.plain(values)
    column = replace(types.column_of("", entry), nullable=True, values=None)
    if column.type == "text":
        found = [LEARNT, *_coded(column, values)]
    elif column.type == "string":
        found = [*_coded(column, values), *nearly.nearly(column.role, values)]
    elif column.role == "ignored":
        found = []
    else:
        found = [*_coded(column, values), *_written(column, values), *_apart(column, values)]
    return "; ".join(found)


def _coded(column: Column, values: pa.ChunkedArray) -> list[str]:
    if not column.missing or column.role == "ignored":
        return []
    text = pa.types.is_string(values.type)
    blank = cells.trimmed(values, replace(column, missing=())) if text else values
    coded = int(cells.convert(values, column)[0].isna().sum()) - blank.null_count
    rows = stage.plural(coded, "row")
    listed = ", ".join(map(nearly.shown, column.missing))
    return [
        f"is {nearly.READ.get(column.type, 'text')}, but for {listed} in {rows}: read as missing"
    ]


def _written(column: Column, values: pa.ChunkedArray) -> list[str]:
    if column.type == "date":
        return [*_centuries(column, values), *_swapped(column, values)]
    other, text = written.swapped(column.format), pa.types.is_string(values.type)
    if column.format is None and column.type == "number" and text:
        other = _thousands(column, values)
    if other is not None:
        numbers, bad = cells.convert(values, replace(column, type="number", format=other))
        if not bad.any() and not numbers.equals(
            cells.convert(values, replace(column, type="number"))[0]
        ):
            return [
                f"read as numbers written {column.format or '1234.5'}, though {other} fits too: "
                "see 'format'"
            ]
    if column.format is None:
        return []
    return [f"is numbers written {column.format}" + ": 12% is taken as 12" * ("%" in column.format)]


def _swapped(column: Column, values: pa.ChunkedArray) -> list[str]:
    other = types.other_reading(column, values)
    if other is None:
        return []
    return [f"read as dates written {column.format}, though {other} fits too: see 'format'"]


def _centuries(column: Column, values: pa.ChunkedArray) -> list[str]:
    if not written.is_short(column.format):
        return []
    years = cells.convert(values, column)[0].dt.year
    return [f"holds years of two digits, read as {years.min():.0f} to {years.max():.0f}"]


def _thousands(column: Column, values: pa.ChunkedArray) -> str | None:
    """Return the format in which 1.234 is 1234, if a sample of the values fits it."""
    form = STYLES[1]
    some = values.slice(0, types.SAMPLE)
    return None if cells.convert(some, replace(column, format=form))[1].any() else form


def _apart(column: Column, values: pa.ChunkedArray) -> list[str]:
    return [
        f"holds {nearly.shown(code)} in {stage.plural(rows, 'row')}, apart from all others: list "
        "it under 'missing' if it stands for a missing value"
        for code, rows, _ in codes.apart(column.type, cells.convert(values, column)[0])
    ]
