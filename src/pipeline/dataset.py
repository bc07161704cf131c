"""Rows as stages hand them on: Parquet parts, one per delivery, and a hash that names a row."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.schema import Column
from pipeline.stage import UserError
from pipeline.strict import parquet
from pipeline.strict.texts import StrictError

DTYPES = {"integer": "int64", "number": "float64", "boolean": "bool", "string": "str"}


def read_parts(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Return the Parquet parts of a folder by name, in name order.

    Raises UserError where there is none, or one that is far larger than its file.

    Integers among which some are missing keep all of their digits, as objects.
    """
    files = sorted(Path(folder).glob("*.parquet"))
    if not files:
        raise UserError(
            f"{folder}: no part found; expected Parquet files: run `dvc repro` or `dvc pull`."
        )
    return {file.stem: _read(file) for file in files}


def _read(path: Path) -> pd.DataFrame:
    try:
        return parquet.read(path).to_pandas(integer_object_nulls=True)
    except StrictError as error:
        raise UserError(f"{path}: {error}") from None


def write_part(folder: Path, name: str, rows: pd.DataFrame) -> None:
    """Write one part, without an index, so that the same rows give the same bytes."""
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def latest(parts: dict[str, pd.DataFrame], keys: list[str]) -> dict[str, pd.DataFrame]:
    """Keep, of rows with the same key, the one delivered last; without a key keep every row."""
    if not keys or len(parts) == 1:
        return parts
    every = pd.concat([rows[keys] for rows in parts.values()], ignore_index=True)
    kept = ~every.duplicated(keep="last").to_numpy()
    ends = np.cumsum([len(rows) for rows in parts.values()])[:-1]
    masks = np.split(kept, ends)
    return {name: rows[mask] for (name, rows), mask in zip(parts.items(), masks, strict=True)}


def labelled(rows: pd.DataFrame, target: Column) -> pd.DataFrame:
    """Return the rows that have a target, which then is of a plain type: nothing is missing."""
    return rows[rows[target.name].notna()].astype({target.name: DTYPES[target.type]})


def hashes(rows: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Return a 64-bit hash per row over `columns`, the same in every process and on every machine.

    Integers are hashed as text, so that a key keeps its hash when its type becomes string.

    The same content, the same hash, wherever the row stands:

    >>> first = hashes(pd.DataFrame({"id": [7, 8]}), ["id"])
    >>> later = hashes(pd.DataFrame({"id": ["9", "7"], "size": [1.5, 2.5]}), ["id"])
    >>> first[0] == later[1], first[0] == first[1]
    (np.True_, np.False_)
    """
    integers = rows[list(columns)].select_dtypes("integer").columns
    cells = rows[list(columns)].astype(dict.fromkeys(integers, "str"))
    return pd.util.hash_pandas_object(cells, index=False).to_numpy()
