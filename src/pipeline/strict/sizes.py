"""How much a packed file may unpack to: a real one gains little, one that is made to harm all."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.strict.texts import StrictError

CELL = 8  # bytes of a number; a text takes more
FLOOR, RATIO = 256_000_000, 250  # bytes that any file may take unpacked; beyond, times its own


def allowed(packed: int) -> int:
    """Return how many bytes a file of `packed` bytes may unpack to.

    Tables of which most cells repeat reach a ratio of 100; a bomb has a thousand, or a million.

    >>> allowed(1_000), allowed(2_000_000)
    (256000000, 500000000)
    """
    return max(FLOOR, RATIO * packed)


def read_parquet(path: Path) -> pa.Table:
    """Return the table in a Parquet file; raise StrictError if it is far larger than its file.

    Rows and sizes are in the file's metadata. A text that repeats is kept once in the file, and
    how often stands in its pages, so such a column is read as a dictionary before it is unpacked.
    """
    limit = allowed(path.stat().st_size)
    found = pq.read_metadata(path)
    packed = sum(found.row_group(at).total_byte_size for at in range(found.num_row_groups))
    unpacked = max(packed, CELL * found.num_rows * found.num_columns)
    if unpacked > limit:
        raise StrictError(
            f"unpacks to {found.num_rows:,} rows of {found.num_columns:,} columns, which are "
            f"{unpacked:,} bytes; {expected(limit)}"
        )
    # Which columns have a dictionary, a file that lies can be asked only at the cost of a crash.
    columns = map(found.schema.column, range(len(found.schema)))
    texts = [c.path for c in columns if c.physical_type == "BYTE_ARRAY"]
    repeating = texts if found.num_rows * packed > limit else []
    table = pq.ParquetFile(path, read_dictionary=repeating).read()
    for at, name in enumerate(table.column_names):
        if pa.types.is_dictionary(table[at].type) and name in repeating:
            table = table.set_column(at, name, _unpacked(table[at], limit))
    return table


def _unpacked(column: pa.ChunkedArray, limit: int) -> pa.ChunkedArray:
    """Return the texts that a dictionary stands for; raise StrictError if they are too many."""
    lengths = [
        pc.sum(pc.take(pc.binary_length(chunk.dictionary), chunk.indices)).as_py() or 0
        for chunk in column.chunks
    ]
    if sum(lengths) > limit:
        raise StrictError(f"holds a column of {sum(lengths):,} bytes; {expected(limit)}")
    return column.cast(column.type.value_type)


def expected(limit: int) -> str:
    """Return what a file of which `limit` is allowed should be, and what to do."""
    return (
        f"expected at most {limit:,}: {RATIO} times those of its file, or {FLOOR // 10**6} MB; "
        "if it is real, deliver it in parts."
    )
