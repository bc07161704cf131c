"""What a person should know of how a column was read."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from adopt.columns import codes, types, written
from pipeline import stage
from pipeline.schema import STYLES, Column
from pipeline.tables import cells

READ = {"integer": "numbers", "number": "numbers", "date": "dates", "boolean": "true and false"}
LEARNT = "holds text: how often it uses each frequent word is what is learnt from"
FEW = 0.1  # share of cells that may be wrong in a column that is nearly numbers or dates


def note(entry: dict[str, Any], values: pa.ChunkedArray) -> str:
    """Return what to look at in a drafted entry, in one line; nothing if all is plain."""
    values = cells.plain(values)
    column = replace(types.column_of("", entry), nullable=True, values=None)
    if column.type == "text":
        found = [LEARNT, *_coded(column, values)]
    elif column.type == "string":
        found = [*_coded(column, values), *_nearly(values)]
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
    listed = ", ".join(repr(code) for code in column.missing)
    return [f"is {READ.get(column.type, 'text')}, but for {listed} in {rows}: read as missing"]


def _written(column: Column, values: pa.ChunkedArray) -> list[str]:
    other = written.swapped(column.format)
    if column.type == "date":
        if other is None or cells.convert(values, replace(column, format=other))[1].any():
            return []
        return ["read as day/month/year, though month/day/year fits too: see 'format'"]
    text = pa.types.is_string(values.type)
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


def _thousands(column: Column, values: pa.ChunkedArray) -> str | None:
    """Return the format in which 1.234 is 1234, if a sample of the values fits it."""
    form = STYLES[1]
    some = values.slice(0, types.SAMPLE)
    return None if cells.convert(some, replace(column, format=form))[1].any() else form


def _apart(column: Column, values: pa.ChunkedArray) -> list[str]:
    if column.type not in ("integer", "number"):
        return []
    return [
        f"holds {code} in {stage.plural(rows, 'row')}, apart from all others: list it under "
        "'missing' if it stands for a missing value"
        for code, rows, _ in codes.nines(cells.convert(values, column)[0])
    ]


def _nearly(values: pa.ChunkedArray) -> list[str]:
    """Say which few cells keep a column from being numbers or dates; 01067 is none of them."""
    if not pa.types.is_string(values.type) or values.null_count == len(values):
        return []
    blank = Column("", "string", "feature", nullable=True, missing=codes.signs_and_words(values))
    given = cells.trimmed(values, blank).drop_null()
    for column in types.candidates(blank, given.type, given) if len(given) else ():
        wrong = _wrong(given, column)
        if len(wrong):
            rows, listed = stage.plural(len(wrong), "row"), stage.cut(pc.unique(wrong).to_pylist())
            how = f" written {column.format}" * bool(column.format)
            return [
                f"is text, though all but {rows} {listed} are {READ[column.type]}{how}: correct "
                "these cells, or list them under 'missing'"
            ]
    return []


def _wrong(given: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Return the cells that are not of the column's type if they are few, else none."""
    for some in (given.slice(0, types.SAMPLE), given):  # all of them only if a sample is promising
        wrong = some.filter(pa.array(cells.convert(some, column)[1]))
        if len(wrong) > FEW * len(some):
            return given[:0]
    zeros = pc.any(pc.match_substring_regex(wrong, cells.LEADING_ZERO)).as_py()
    return given[:0] if zeros else wrong
