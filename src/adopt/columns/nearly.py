"""What keeps a column from being numbers or dates, though its cells are, or nearly are."""

import pyarrow as pa
import pyarrow.compute as pc

from adopt.columns import codes, types, written
from pipeline import stage
from pipeline.schema import Column
from pipeline.tables import cells

READ = {"integer": "numbers", "number": "numbers", "date": "dates", "boolean": "true and false"}
FEW = 0.1  # share of cells that may be wrong in a column that is nearly numbers or dates
WAYS = 3  # more ways to write a date or a number in one column are not told apart


def nearly(role: str, values: pa.ChunkedArray) -> list[str]:
    """Say what keeps n cells from being numbers or dates; 01067 is none of them."""
    if not pa.types.is_string(values.type) or values.null_count == len(values):
        return []
    blank = Column("", "string", role, nullable=True, missing=codes.signs_and_words(values))
    given = cells.trimmed(values, blank).drop_null()
    for column in types.candidates(blank, given.type, given) if len(given) else ():
        wrong = _wrong(given, column)
        if wrong is not None and not len(wrong) and (why := _doubt(column, given)):
            return [why]
        if wrong is not None and len(wrong):
            rows, listed = stage.plural(len(wrong), "row"), stage.cut(pc.unique(wrong).to_pylist())
            return [
                f"is text, though all but {rows} {listed} are {_how(column)}: correct these cells, "
                "or list them under 'missing'"
            ]
    return _mixed(blank, given)


def shown(code: object) -> str:
    """Return a code for a missing value as one writes it in the schema."""
    return repr(code) if isinstance(code, str) else str(code)


def _how(column: Column) -> str:
    return READ[column.type] + f" written {column.format}" * bool(column.format)


def _wrong(given: pa.ChunkedArray, column: Column) -> pa.ChunkedArray | None:
    """Return the cells that are not of the column's type; None if they are many, or codes."""
    for some in (given.slice(0, types.SAMPLE), given):  # all of them only if a sample is promising
        wrong = some.filter(pa.array(cells.convert(some, column)[1]))
        if len(wrong) > FEW * len(some):
            return None
    zeros = pc.any(pc.match_substring_regex(wrong, cells.LEADING_ZERO)).as_py()
    return None if zeros else wrong


def _doubt(column: Column, given: pa.ChunkedArray) -> str:
    """Say why cells that can all be read as one type were not."""
    if written.is_short(column.format):
        return (
            f"is text, though it is dates written {column.format}: a year of two digits, such as "
            f"45, can be 1945 or 2045: deliver four digits, or set {{type: date, format: "
            f"'{column.format}'}}, which takes 00 to 68 as 2000 to 2068"
        )
    powers = given.filter(pc.match_substring_regex(given, types.CODE))
    if column.type == "number" and len(powers):
        listed = stage.cut(pc.unique(powers).to_pylist())
        return f"is text, since {listed} look like codes: set {{type: number}} if they are numbers"
    return ""


def _mixed(blank: Column, given: pa.ChunkedArray) -> list[str]:
    """Say in which ways dates, or numbers, are written if all cells are, but not alike."""
    ways: list[str] = []
    while len(given) and len(ways) < WAYS:
        read = [(c, cells.convert(given, c)[1]) for c in types.candidates(blank, given.type, given)]
        fitting = [(column, bad) for column, bad in read if not bad[0]]
        if not fitting:
            return []
        column, bad = min(fitting, key=lambda found: int(found[1].sum()))
        ways.append(f"{_how(column)} in {stage.plural(int((~bad).sum()), 'row')}")
        given = given.filter(pa.array(bad))
    if len(given) or len(ways) < 2:
        return []
    return [f"is text, since its cells are {' and '.join(ways)}: deliver all of them in one way"]
