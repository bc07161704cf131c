"""Deliveries: the files under data/raw, each checked and brought into the types of the schema."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline import stage
from pipeline.schema import Column, Schema
from pipeline.stage import UserError
from pipeline.tables import cells, reading


class DeliveryError(UserError):
    """A file under data/raw does not hold what the schema says."""


def deliveries(folder: str = "data/raw") -> list[Path]:
    """Return the deliveries in name order; raise DeliveryError for anything else in there.

    One is a file, or a folder of Parquet parts. Hidden files, and Spark's `_SUCCESS`, are none.
    """
    path = Path(folder)
    if not path.is_dir():
        raise DeliveryError(
            f"{folder}: not found; expected a folder of deliveries: run `dvc pull`."
        )
    files = sorted(
        p for p in path.iterdir() if not p.name.startswith(".") and p.name not in reading.MARKS
    )
    if not files:
        raise DeliveryError(f"{folder}: empty; expected at least one CSV or Parquet file.")
    for file in files:
        expect_delivery(file)
    names = [name_of(file) for file in files]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DeliveryError(f"{folder}: two deliveries are called '{twice}'; rename one of them.")
    return files


def expect_delivery(path: Path) -> None:
    """Raise DeliveryError unless `path` is of a kind that can be read."""
    if path.is_dir() and not reading.is_dataset(path):
        raise DeliveryError(
            f"{path}: is a folder, and not of Parquet parts; expected CSV or Parquet files "
            f"directly in {path.parent}."
        )
    if not path.is_dir() and not reading.suffix(path):
        raise DeliveryError(
            f"{path}: ends in '{path.suffix}'; expected {', '.join(reading.SUFFIXES)}."
        )


def name_of(path: Path) -> str:
    """Return the name of a delivery: that of its file or folder, without its ending."""
    return path.name[: len(path.name) - len(reading.suffix(path))]


def read_table(path: str | Path) -> pa.Table:
    """Read a delivery as it is: every CSV cell as text, the columns of others in their own types.

    CSV is UTF-8 with a header; the separator is the one that parts the first rows alike. Raises
    DeliveryError.
    """
    try:
        table = reading.read(Path(path))
    except reading.UnreadableError as error:
        raise DeliveryError(f"{path}: {error}") from None
    names = table.column_names
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DeliveryError(
            f"{path}: column '{twice}' appears twice; rename or remove one, or add a line of names "
            "if the first line holds values."
        )
    if not table.num_rows:
        raise DeliveryError(f"{path}: found a header but no rows; expected at least one row.")
    return table


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
        values, bad = cells.convert(table[column.name], column)
        columns[column.name] = values
        if bad.any():
            found = table[column.name].filter(pa.array(bad)).slice(0, stage.SHOWN).to_pylist()
            problems.append(problem(path, column.name, bad, found, _expected(column, found)))
    if problems:
        raise DeliveryError("\n".join(problems))
    return pd.DataFrame(columns)


def _expected(column: Column, found: Sequence[object]) -> str:
    if column.type == "date":
        return f"dates written as {column.format or 'ISO 8601 (2026-01-31)'}"
    if column.format:
        whole = "whole " * (column.type == "integer")
        return f"{whole}numbers written as {column.format}"
    zeros = any(re.match(cells.LEADING_ZERO, str(value)) for value in found)
    return f"type {column.type}" + ", without leading zeros" * zeros


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
