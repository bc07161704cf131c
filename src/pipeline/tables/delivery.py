"""Deliveries: the files under data/raw, each checked and brought into the types of the schema."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline import stage
from pipeline.schema import Column, Schema
from pipeline.stage import UserError
from pipeline.tables import cells, reading

# What looks like a code for a missing value: among text, among all else, and a number.
SIGN, WORD, NINES = (re.compile(p) for p in (r"\W{1,3}", r"[^\d]{1,20}", r"-?9{2,9}"))


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


def read_table(path: str | Path, present: Mapping[str, Sequence[str]] | None = None) -> pa.Table:
    """Read a delivery as it is: every CSV cell as text, the columns of others in their own types.

    CSV is UTF-8 with a header; the separator is the one that parts the first rows alike. present:
    by column, words that are values there, though in CSV they usually stand for a missing one.
    Raises DeliveryError.
    """
    try:
        table = reading.read(Path(path), present or {})
    except reading.UnreadableError as error:
        raise DeliveryError(f"{path}: {error}") from None
    names = table.column_names
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
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
    known, given = {c.name for c in schema.columns}, dict.fromkeys(table.column_names)
    missing = [c.name for c in schema.used if c.name not in given]
    extra = [name for name in given if name not in known]
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
            found = table[column.name].filter(pa.array(bad)).to_pylist()
            expected = _expected(column, found)
            problems.append(problem(path, column.name, bad, found, expected, codes(column, found)))
    if problems:
        raise DeliveryError(*problems)
    return pd.DataFrame(columns)


def _expected(column: Column, found: Sequence[object]) -> str:
    if column.type == "date":
        return f"dates written as {column.format or 'ISO 8601 (2026-01-31)'}"
    if column.format:
        whole = "whole " * (column.type == "integer")
        return f"{whole}numbers written as {column.format}"
    if cells.is_naming(column):
        return (
            f"numbers of at most {cells.DIGITS} digits and without letters, since no two of a "
            f"{column.role} may become one; of type string every character counts"
        )
    zeros = any(re.match(cells.LEADING_ZERO, str(value)) for value in found)
    return f"type {column.type}" + ", without leading zeros" * zeros


def codes(column: Column, found: Sequence[object]) -> str:
    """Say how to read wrong cells as missing if they look like codes for that; else nothing."""
    numbers = {str(value).removesuffix(".0") for value in found}
    listed = [int(code) if NINES.fullmatch(code) else code for code in sorted(numbers)]
    sign = SIGN if column.type in ("string", "text") else WORD
    fit = all(isinstance(code, int) or sign.fullmatch(code) for code in listed)
    if not fit or len(listed) > stage.SHOWN or column.role not in ("feature", "target"):
        return ""
    nullable = "" if column.nullable else "nullable: true, "
    return f" (`{nullable}missing: {[*column.missing, *listed]}` if that stands for no value)"


def problem(
    path: object,
    column: str,
    bad: np.ndarray,
    found: Sequence[object],
    expected: str,
    advice: str = "",
) -> str:
    """Say in one sentence which rows (counted from 1 below the header) of a column are wrong.

    found: the n cells there, of which each value is told once. advice: what else may mend them.
    """
    counts = Counter(stage.cut([value])[1:-1] for value in found).most_common()
    told = ", ".join(f"{v}{f' {n:,} times' * (n > 1)}" for v, n in counts[: stage.SHOWN])
    more = f" and {len(counts) - stage.SHOWN:,} more" * (len(counts) > stage.SHOWN)
    rows = list(np.flatnonzero(bad) + 1)
    where = f"{path}, column '{column}', {stage.plural(len(rows), 'row')} {stage.cut(rows)}"
    return (
        f"{where}: found [{told}{more}]; expected {expected}: "
        f"correct these cells, or the column's entry in data/schema.yaml{advice}."
    )
