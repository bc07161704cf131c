"""Reading a delivery, CSV or Parquet, into the types of the schema."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline import stage
from pipeline.schema import Column, Schema
from pipeline.stage import UserError

ARROW = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.timestamp("us"),
    "string": pa.string(),
}
MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]
SUFFIXES = (".csv", ".tsv", ".parquet")


class DeliveryError(UserError):
    """A file under data/raw does not hold what the schema says."""


def deliveries(folder: str = "data/raw") -> list[Path]:
    """Return the delivery files in name order; raise DeliveryError for anything else in there."""
    path = Path(folder)
    if not path.is_dir():
        raise DeliveryError(
            f"{folder}: not found; expected a folder of deliveries: run `dvc pull`."
        )
    files = sorted(p for p in path.iterdir() if not p.name.startswith("."))
    if not files:
        raise DeliveryError(f"{folder}: empty; expected at least one CSV or Parquet file.")
    for file in files:
        if file.is_dir():
            raise DeliveryError(
                f"{file}: is a folder; expected CSV or Parquet files directly in {folder}."
            )
        if file.suffix.lower() not in SUFFIXES:
            raise DeliveryError(
                f"{file}: ends in '{file.suffix}'; expected .csv, .tsv or .parquet."
            )
    stems = [file.stem for file in files]
    twice = next((stem for stem in stems if stems.count(stem) > 1), None)
    if twice is not None:
        raise DeliveryError(f"{folder}: two deliveries are called '{twice}'; rename one of them.")
    return files


def read_table(path: str | Path) -> pa.Table:
    """Read a delivery as it is: every CSV cell as text, every Parquet column in its own type.

    CSV is UTF-8 with a header; the separator is whichever of comma, semicolon and tab makes the
    most names of it. Raises DeliveryError.
    """
    try:
        if str(path).lower().endswith(".parquet"):
            table = pq.ParquetFile(path).read()
        else:
            table = _read_csv(path)
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        raise DeliveryError(f"{path}: {_reading_problem(str(error))}") from None
    names = table.column_names
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DeliveryError(f"{path}: column '{twice}' appears twice; rename or remove one.")
    if not table.num_rows:
        raise DeliveryError(f"{path}: found a header but no rows; expected at least one row.")
    return table


def _read_csv(path: str | Path) -> pa.Table:
    with open(path, encoding="utf-8-sig", newline="") as file:
        names, separator = max(
            ((_header(file, separator), separator) for separator in ",;\t"),
            key=lambda found: len(found[0]),
        )
    options = {
        "parse_options": pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        "convert_options": pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=MISSING,
            strings_can_be_null=True,
        ),
    }
    try:
        return pyarrow.csv.read_csv(path, **options)
    except pa.ArrowInvalid:  # again on one thread, because only then the error has the row number
        one_thread = pyarrow.csv.ReadOptions(use_threads=False)
        return pyarrow.csv.read_csv(path, read_options=one_thread, **options)


def _header(file: TextIO, separator: str) -> list[str]:
    file.seek(0)
    try:
        return next(csv.reader(file, delimiter=separator), [])
    except csv.Error:  # a quote that is never closed
        return []


def _reading_problem(message: str) -> str:
    if "Empty CSV" in message:
        return "is empty; expected a header line and rows."
    if "UTF8" in message or "codec" in message:
        return "is not UTF-8 text; save it as CSV in UTF-8."
    if "CSV parse error" in message:
        return (
            f"has a ragged row ({message.split('error: ')[1]}); mend that row, or quote its cells."
        )
    return f"cannot be read as a table ({message}); deliver the file again."


def typed(path: str | Path, table: pa.Table, schema: Schema) -> pd.DataFrame:
    """Return the columns of a delivery that the schema uses, each in its type.

    Integers and booleans among the features become floats, so that the first one that is missing
    changes no other row. Raises DeliveryError for missing or unknown columns and for every cell
    that is not of its type.
    """
    known = [column.name for column in schema.columns]
    missing = [column.name for column in schema.used if column.name not in table.column_names]
    extra = [name for name in table.column_names if name not in known]
    if missing or extra:
        found = [f"missing {stage.cut(missing)}"] if missing else []
        found += [f"unknown {stage.cut(extra)}"] if extra else []
        raise DeliveryError(
            f"{path}: columns differ from data/schema.yaml: {', '.join(found)}; "
            "expected the same names: correct the file, or the schema (`make schema` drafts it)."
        )
    columns, problems = {}, []
    for column in schema.used:
        values, bad = convert(table[column.name], column)
        columns[column.name] = values
        if bad.any():
            found = table[column.name].filter(pa.array(bad)).slice(0, stage.SHOWN).to_pylist()
            problems.append(problem(path, column.name, bad, found, _expected(column)))
    if problems:
        raise DeliveryError("\n".join(problems))
    return pd.DataFrame(columns)


def _expected(column: Column) -> str:
    if column.type == "date":
        return f"dates written as {column.format or 'ISO 8601 (2026-01-31)'}"
    return f"type {column.type}"


def problem(
    path: object, column: str, bad: np.ndarray, found: Sequence[object], expected: str
) -> str:
    """Say in one sentence which rows (counted from 1 below the header) of a column are wrong."""
    rows = list(np.flatnonzero(bad) + 1)
    where = f"{path}, column '{column}', {stage.plural(len(rows), 'row')} {stage.cut(rows)}"
    return (
        f"{where}: found {stage.cut(found)}; "
        f"expected {expected}: correct these cells, or the column's entry in data/schema.yaml."
    )


def convert(values: pa.ChunkedArray, column: Column) -> tuple[pd.Series, np.ndarray]:
    """Return the values in the column's type, and a mask of those that are not of that type."""
    values = _plain(values)
    given = values.is_valid().to_numpy()
    if not _castable(values.type, column):
        return pd.Series(dtype="object"), given
    try:
        if _is_ours_to_read(values.type, column):
            raise pa.ArrowInvalid("Arrow is laxer with booleans, stricter with dates")
        cast = values.cast(ARROW[column.type])
    except pa.ArrowInvalid:
        parsed = _parse(values.to_pandas(), column)
        bad = given & parsed.isna().to_numpy()
        if bad.any():
            return parsed, bad
        cast = pa.chunked_array([pa.array(parsed, ARROW[column.type])])
    return _to_pandas(cast, column), np.zeros(len(values), dtype=bool)


def _is_ours_to_read(found: pa.DataType, column: Column) -> bool:
    if column.type == "boolean":
        return not pa.types.is_boolean(found)
    return column.type == "date" and pa.types.is_string(found)


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values in the plainest type that Parquet has for them, NaN as missing."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    text = (pa.types.is_large_string, pa.types.is_string_view, pa.types.is_decimal)
    if any(is_of(values.type) for is_of in text):  # text holds every digit of a decimal
        return values.cast(pa.string())
    if pa.types.is_timestamp(values.type):  # what is finer than a microsecond is cut off
        return values.cast(pa.timestamp("us", values.type.tz), safe=False)
    if pa.types.is_floating(values.type):
        numbers = values.cast(pa.float64())
        return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    return values


def _castable(found: pa.DataType, column: Column) -> bool:
    number = pa.types.is_integer(found) or pa.types.is_floating(found)
    return (
        pa.types.is_string(found)
        or pa.types.is_null(found)
        or {
            "integer": number or pa.types.is_boolean(found),
            "number": number or pa.types.is_boolean(found),
            "boolean": pa.types.is_boolean(found) or pa.types.is_integer(found),
            "date": pa.types.is_timestamp(found) or pa.types.is_date(found),
            "string": pa.types.is_integer(found) or pa.types.is_boolean(found),
        }[column.type]
    )


def _parse(values: pd.Series, column: Column) -> pd.Series:
    """Read text as numbers, booleans or dates; what cannot be read becomes missing."""
    if column.type == "date":
        dates = pd.to_datetime(values, format=column.format or "ISO8601", errors="coerce", utc=True)
        return dates.dt.tz_localize(None)
    if column.type == "boolean":
        words = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
        return values.astype("str").str.strip().str.lower().map(words)
    numbers = pd.to_numeric(values, errors="coerce")
    if column.type == "number":
        return numbers
    exact = 2**53 if pd.api.types.is_float_dtype(numbers) else 2**63  # beyond, digits are lost
    return numbers.where((numbers % 1 == 0) & (-exact < numbers) & (numbers < exact))


def _to_pandas(values: pa.ChunkedArray, column: Column) -> pd.Series:
    if column.type not in ("integer", "boolean"):
        return values.to_pandas()
    if column.role == "feature":
        numbers = values.cast(pa.int8()) if column.type == "boolean" else values
        return numbers.cast(pa.float64(), safe=False).to_pandas()
    if values.null_count:
        mapped = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
        return values.to_pandas(types_mapper=mapped.get)
    return values.to_pandas()
