"""Reads a Parquet file, unless what it unpacks to is far more than it is."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.strict import pages, sizes
from pipeline.strict.texts import StrictError


def read(path: Path) -> pa.Table:
    """Return the table in a Parquet file; raise StrictError if it is far larger than its file.

    Rows are in the file's metadata, sizes in its pages. How often a text repeats stands in what is
    packed: such a column is read as a dictionary, or a few rows at a time, before it is unpacked.
    """
    limit, found = sizes.allowed(path.stat().st_size), pq.read_metadata(path)
    sizes.expect_columns(found.num_columns)
    rows = sum(found.row_group(at).num_rows for at in range(found.num_row_groups))
    chunks = list(pages.chunks(path))
    columns = [found.schema.column(at) for at in range(found.num_columns)]
    unpacked = max(
        rows * sum(max(sizes.CELL, column.length) for column in columns),
        sizes.CELL * sum(chunk.values for chunk in chunks),
        sum(chunk.unpacked for chunk in chunks),
    )
    if unpacked > limit:
        raise StrictError(
            f"unpacks to {rows:,} rows of {found.num_columns:,} columns, which are "
            f"{unpacked:,} bytes; {sizes.expected(limit)}"
        )
    texts = {column.path for column in columns if column.physical_type == "BYTE_ARRAY"}
    numbered = {c.column for c in chunks if rows * c.dictionary > limit} & texts
    begun = {c.column: c.largest for c in chunks if rows * c.largest > limit and c.column in texts}
    return _table(path, sorted(numbered - set(begun)), begun, limit)


def _table(path: Path, numbered: list[str], begun: dict[str, int], limit: int) -> pa.Table:
    """Return the table; `numbered` as dictionaries first, `begun` so that a page gives no more."""
    file = pq.ParquetFile(path, read_dictionary=numbered)
    names = file.schema_arrow.names
    if begun and len(set(names)) < len(names):
        raise StrictError("holds two columns of the same name; rename or remove one.")
    table = file.read([name for name in names if name not in begun] if begun else None)
    for name in numbered:
        at = table.column_names.index(name) if name in table.column_names else -1
        if at >= 0 and pa.types.is_dictionary(table[at].type):
            table = table.set_column(at, name, _unpacked(table[at], limit))
    for name in (name for name in names if name in begun):
        batches = file.iter_batches(max(1, limit // begun[name]), columns=[name])
        column = pa.Table.from_batches(_few(batches, limit)).column(0)
        table = table.add_column(names.index(name), name, column)
    return table


def _unpacked(column: pa.ChunkedArray, limit: int) -> pa.ChunkedArray:
    """Return the texts that a dictionary stands for; raise StrictError if they are too many."""
    lengths = [
        pc.sum(pc.take(pc.binary_length(chunk.dictionary), chunk.indices)).as_py() or 0
        for chunk in column.chunks
    ]
    _expect_few(sum(lengths), limit)
    return column.cast(column.type.value_type)


def _few(batches: Iterable[pa.RecordBatch], limit: int) -> Iterator[pa.RecordBatch]:
    unpacked = 0
    for batch in batches:
        unpacked += batch.nbytes
        _expect_few(unpacked, limit)
        yield batch


def _expect_few(found: int, limit: int) -> None:
    if found > limit:
        raise StrictError(f"holds a column of {found:,} bytes or more; {sizes.expected(limit)}")
