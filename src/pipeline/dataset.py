"""Reading rows, and what each column means (data/schema.yaml)."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.stage import UserError, read_yaml

TYPES = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.timestamp("us"),
    "string": pa.string(),
}
ROLES = ("key", "target", "feature", "group", "time", "ignored")
MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]
SUFFIXES = (".csv", ".tsv", ".parquet")
LONGEST = 40  # characters of a cell that an error shows
SHOWN = 5  # how many rows or names an error lists before it is cut


class SchemaError(UserError):
    """data/schema.yaml is not a schema."""


class DeliveryError(UserError):
    """A file under data/raw does not hold what the schema says."""


@dataclass(frozen=True)
class Column:
    """One column: its type, its role, and which values are allowed."""

    name: str
    type: str
    role: str
    nullable: bool = False
    min: Any = None
    max: Any = None
    values: tuple[Any, ...] | None = None
    format: str | None = None  # of dates, as in strptime; ISO 8601 when absent


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in order."""

    columns: tuple[Column, ...]

    def having(self, *roles: str) -> list[str]:
        """Return the names of the columns that have one of `roles`."""
        return [column.name for column in self.columns if column.role in roles]

    @cached_property
    def target(self) -> Column:
        """The column to predict."""
        return next(column for column in self.columns if column.role == "target")

    @cached_property
    def features(self) -> tuple[Column, ...]:
        """The columns the model may use."""
        return tuple(column for column in self.columns if column.role == "feature")

    @cached_property
    def used(self) -> tuple[Column, ...]:
        """Every column that is not ignored."""
        return tuple(column for column in self.columns if column.role != "ignored")

    @cached_property
    def identity(self) -> list[str]:
        """What tells rows apart: the key, or all but the target when there is no key."""
        return self.having("key") or [c.name for c in self.used if c.role != "target"]


def read_schema(path: str = "data/schema.yaml") -> Schema:
    """Return the checked schema; raise SchemaError."""
    content = read_yaml(path)
    columns = content.get("columns") if isinstance(content, dict) else None
    if not isinstance(columns, dict) or not columns:
        raise SchemaError(
            f"{path}: found no columns; expected 'columns:' with one entry per column."
        )
    schema = Schema(tuple(_column(path, str(name), entry) for name, entry in columns.items()))
    targets = schema.having("target")
    if len(targets) != 1:
        raise SchemaError(
            f"{path}: found targets {targets}; expected exactly one column in that role."
        )
    for role in ("group", "time"):
        if len(schema.having(role)) > 1:
            raise SchemaError(
                f"{path}: found {schema.having(role)} as {role}; expected at most one."
            )
    if not schema.features:
        raise SchemaError(
            f"{path}: found no feature; expected a column in that role to learn from."
        )
    return schema


def _column(path: str, name: str, entry: Any) -> Column:
    where = f"{path}, column '{name}'"
    if not isinstance(entry, dict):
        raise SchemaError(f"{where}: found {entry!r}; expected type and role.")
    known = [field for field in Column.__dataclass_fields__ if field != "name"]
    unknown = sorted(set(map(str, entry)) - set(known))
    if unknown:
        raise SchemaError(f"{where}: unknown {unknown}; expected some of {', '.join(known)}.")
    if entry.get("type") not in TYPES:
        raise SchemaError(
            f"{where}: type is {entry.get('type')!r}; expected one of {', '.join(TYPES)}."
        )
    if entry.get("role") not in ROLES:
        raise SchemaError(
            f"{where}: role is {entry.get('role')!r}; expected one of {', '.join(ROLES)}."
        )
    if entry.get("nullable") and entry["role"] in ("key", "target", "group", "time"):
        raise SchemaError(f"{where}: a {entry['role']} is never missing; remove 'nullable'.")
    if entry["role"] == "target" and entry["type"] == "date":
        raise SchemaError(
            f"{where}: a target of type 'date' cannot be predicted; expected another type."
        )
    if entry["role"] == "time" and entry["type"] == "string":
        raise SchemaError(f"{where}: time is of type 'string'; expected date, integer or number.")
    values = entry.get("values")
    if values is not None and not (isinstance(values, list) and values):
        raise SchemaError(f"{where}: values is {values!r}; expected a list of allowed values.")
    return Column(**{"name": name, **entry, "values": tuple(values) if values else None})


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

    CSV is UTF-8 with one header line; the separator is whichever of comma, semicolon and tab the
    header holds most often. Raises DeliveryError.
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
        header = file.readline()
    separator = max(",;\t", key=header.count)
    names = next(csv.reader([header], delimiter=separator), [])
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

    Integers and booleans that may be missing become floats, with NaN for missing. Raises
    DeliveryError for missing or unknown columns and for every cell that is not of its type.
    """
    known = [column.name for column in schema.columns]
    missing = [column.name for column in schema.used if column.name not in table.column_names]
    extra = [name for name in table.column_names if name not in known]
    if missing or extra:
        found = [f"missing {cut(missing)}"] * bool(missing) + [f"unknown {cut(extra)}"] * bool(
            extra
        )
        raise DeliveryError(
            f"{path}: columns differ from data/schema.yaml: {', '.join(found)}; "
            "expected the same names: correct the file, or the schema (`make schema` drafts it)."
        )
    columns, problems = {}, []
    for column in schema.used:
        values, bad = convert(table[column.name], column)
        columns[column.name] = values
        if bad.any():
            found = table[column.name].filter(pa.array(bad)).slice(0, SHOWN).to_pylist()
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
    return (
        f"{path}, column '{column}', {plural(len(rows), 'row')} {cut(rows)}: found {cut(found)}; "
        f"expected {expected}: correct these cells, or the column's entry in data/schema.yaml."
    )


def plural(count: int, noun: str) -> str:
    """Return '1 row' or '2 rows'."""
    return f"{count:,} {noun}" + "s" * (count != 1)


def cut(items: Sequence[object]) -> str:
    """List at most SHOWN items, text in quotes and cut, and say how many are left out."""
    shown = ", ".join(
        _quoted(item) if isinstance(item, str) else str(item) for item in items[:SHOWN]
    )
    return f"[{shown}{f' and {len(items) - SHOWN:,} more' * (len(items) > SHOWN)}]"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= LONGEST else text[:LONGEST] + "…")


def convert(values: pa.ChunkedArray, column: Column) -> tuple[pd.Series, np.ndarray]:
    """Return the values in the column's type, and a mask of those that are not of that type."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_large_string(values.type) or pa.types.is_string_view(values.type):
        values = values.cast(pa.string())
    if pa.types.is_decimal(values.type):
        values = values.cast(pa.float64())
    bad = np.zeros(len(values), dtype=bool)
    if not _castable(values.type, column):
        return pd.Series(dtype="object"), values.is_valid().to_numpy()
    try:
        if pa.types.is_string(values.type) and column.type in ("boolean", "date"):
            raise pa.ArrowInvalid("Arrow is laxer with booleans, stricter with dates")
        return _to_pandas(values.cast(TYPES[column.type]), column), bad
    except pa.ArrowInvalid:
        parsed = _parse(values.to_pandas(), column)
        bad = values.is_valid().to_numpy() & parsed.isna().to_numpy()
        if bad.any():
            return parsed, bad
        return _to_pandas(pa.chunked_array([pa.array(parsed, TYPES[column.type])]), column), bad


def _castable(found: pa.DataType, column: Column) -> bool:
    number = pa.types.is_integer(found) or pa.types.is_floating(found)
    return (
        pa.types.is_string(found)
        or pa.types.is_null(found)
        or {
            "integer": number or pa.types.is_boolean(found),
            "number": number or pa.types.is_boolean(found),
            "boolean": pa.types.is_boolean(found) or pa.types.is_integer(found),
            "date": pa.types.is_temporal(found),
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
    return numbers.where(numbers % 1 == 0) if column.type == "integer" else numbers


def _to_pandas(values: pa.ChunkedArray, column: Column) -> pd.Series:
    if column.nullable and column.type in ("integer", "boolean"):
        values = values.cast(pa.float64() if column.type == "integer" else pa.int8()).cast(
            pa.float64()
        )
    elif values.null_count and column.type in ("integer", "boolean"):
        return values.to_pandas(
            types_mapper={pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}.get
        )
    return values.to_pandas()


def read_parts(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Return the Parquet parts of a folder by name, in name order; raise UserError without any."""
    files = sorted(Path(folder).glob("*.parquet"))
    if not files:
        raise UserError(
            f"{folder}: no part found; expected Parquet files: run `dvc repro` or `dvc pull`."
        )
    return {file.stem: pd.read_parquet(file) for file in files}


def write_part(folder: Path, name: str, rows: pd.DataFrame) -> None:
    """Write one part, without an index, so that the same rows give the same bytes."""
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def hashes(rows: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Return a 64-bit hash per row over `columns`, the same in every process and on every machine.

    Integers are hashed as text, so that a key keeps its hash when its type becomes string.
    """
    integers = rows[list(columns)].select_dtypes("integer").columns
    cells = rows[list(columns)].astype(dict.fromkeys(integers, "str"))
    return pd.util.hash_pandas_object(cells, index=False).to_numpy()
