"""A file that unpacks to far more than it is, is refused before it does; a real one is read."""

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import dataset
from pipeline.stage import UserError
from pipeline.strict import pages, parquet
from pipeline.strict.texts import StrictError
from pipeline.tables import reading

TOO_MUCH = r"(unpacks to|holds a column of) .*; expected at most 256,000,000: .* in parts"


def rows(folder: Path) -> Path:
    """Fifty million rows of one number, in 200 kB."""
    numbers = pa.table({"x": np.zeros(50_000_000, dtype="int64")})
    pq.write_table(numbers, folder / "bomb.parquet")
    return folder / "bomb.parquet"


def text(folder: Path) -> Path:
    """One text of a megabyte, a million times: a terabyte, in 50 kB, of which no metadata tells."""
    indices = pa.array(np.zeros(1_000_000, dtype="int32"))
    repeated = pa.DictionaryArray.from_arrays(indices, pa.array(["a" * 1_000_000]))
    pq.write_table(pa.table({"x": repeated}), folder / "bomb.parquet", store_schema=False)
    return folder / "bomb.parquet"


def begun(folder: Path) -> Path:
    """Texts that repeat the beginning of the one before: 400 MB in a few hundred bytes."""
    texts = pa.table({"x": ["a" * 100_000] * 4000})
    delta = {"use_dictionary": False, "column_encoding": "DELTA_BYTE_ARRAY"}
    pq.write_table(texts, folder / "bomb.parquet", **delta, data_page_size=1 << 30)
    return folder / "bomb.parquet"


def lists(folder: Path) -> Path:
    """One row that holds fifty million numbers, all the same."""
    column = pa.ListArray.from_arrays([0, 50_000_000], np.zeros(50_000_000, dtype="int8"))
    pq.write_table(pa.table({"x": column}), folder / "bomb.parquet")
    return folder / "bomb.parquet"


def broad(folder: Path) -> Path:
    """Three thousand cells of a hundred kilobytes each, all the same."""
    values = pa.array([bytes(100_000)], pa.binary(100_000))
    column = pa.DictionaryArray.from_arrays(np.zeros(3000, dtype="int32"), values)
    pq.write_table(pa.table({"x": column.cast(values.type)}), folder / "bomb.parquet")
    return folder / "bomb.parquet"


def lie(folder: Path) -> Path:
    """A page of 400 MB, of which the metadata says that it has ten rows and a kilobyte."""
    one = dict.fromkeys(("data_page_size", "max_rows_per_page", "row_group_size"), 1 << 30)
    numbers = pa.table({"x": np.zeros(50_000_000, dtype="int64")})
    kind = {"use_dictionary": False, "compression": "zstd", "write_batch_size": 1 << 30}
    pq.write_table(numbers, folder / "real.parquet", **one, **kind)
    chunk = pq.read_metadata(folder / "real.parquet").row_group(0).column(0)
    data = (folder / "real.parquet").read_bytes()
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    body, footer = data[:start], data[start:]
    for real, said in ((50_000_000, 10), (chunk.total_uncompressed_size, 1000)):
        footer = footer.replace(varint(real), varint(said, len(varint(real))))
    (folder / "bomb.parquet").write_bytes(body + footer)
    (folder / "real.parquet").unlink()
    return folder / "bomb.parquet"


def varint(number: int, length: int = 0) -> bytes:
    """Return a number as Thrift writes it, in as many bytes as another takes."""
    number, found = 2 * number, []
    while number > 127 or len(found) < length - 1:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def packed(folder: Path) -> Path:
    """Three hundred megabytes of one line, in 300 kB."""
    with gzip.open(folder / "bomb.csv.gz", "wb", compresslevel=9) as file:
        file.write(b"x\n" + b"1" * 300_000_000)
    return folder / "bomb.csv.gz"


@pytest.mark.parametrize("bomb", [rows, text, begun, lists, broad, lie, packed])
def test_a_delivery_that_unpacks_to_far_more_is_refused(tmp_path: Path, bomb: object) -> None:
    path = bomb(tmp_path)  # type: ignore[operator]

    with pytest.raises(reading.UnreadableError, match=TOO_MUCH):
        reading.read(path, {})


@pytest.mark.parametrize("bomb", [rows, text, begun, lie])
def test_so_is_a_part_that_a_stage_would_read(tmp_path: Path, bomb: object) -> None:
    """It may come from the remote that a branch names."""
    bomb(tmp_path)  # type: ignore[operator]

    with pytest.raises(UserError, match=f"bomb.parquet: {TOO_MUCH}"):
        dataset.read_parts(tmp_path)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary("i4", "string")])
def test_texts_that_repeat_are_read_as_they_are(tmp_path: Path, kind: pa.DataType) -> None:
    """The file is small, and what it unpacks to is as well."""
    words = pa.array([f"{i % 1000} words, some of them twice" for i in range(200_000)])
    table = pa.table({"x": words.cast(kind), "y": pa.array([None, 1] * 100_000)})
    pq.write_table(table, tmp_path / "rows.parquet")

    assert parquet.read(tmp_path / "rows.parquet")["x"].to_pylist() == words.to_pylist()


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "PLAIN"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_texts_without_a_dictionary_are_read_as_they_are(
    tmp_path: Path, encoding: str, version: str
) -> None:
    """Arrow has no dictionary for some encodings: asked for one, it would refuse the file."""
    texts = [f"a {i} text" for i in range(40_000)]
    rows = pa.table({"n": range(40_000), "x": texts, "y": ["a"] * 40_000})
    written = {"use_dictionary": ["y"], "column_encoding": {"x": encoding, "n": "PLAIN"}}
    pq.write_table(rows, tmp_path / "rows.parquet", **written, data_page_version=version)

    assert parquet.read(tmp_path / "rows.parquet").equals(rows)


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("written", [{}, {"use_dictionary": False}, {"compression": "zstd"}])
def test_few_rows_or_none_are_read_as_they_are(
    tmp_path: Path, count: int, written: dict[str, object]
) -> None:
    """A part has no rows where all of a delivery are on the other side of the split."""
    given = {"n": [1.5, None, 3.0], "x": ["a", "", None], "d": [b"", None, b"b"], "e": [None] * 3}
    rows = pa.table({name: values[:count] for name, values in given.items()})
    pq.write_table(rows, tmp_path / "rows.parquet", **written)

    assert parquet.read(tmp_path / "rows.parquet").equals(rows)


def test_what_the_pages_take_is_what_the_metadata_of_an_honest_file_says(tmp_path: Path) -> None:
    """But for the headers of the pages, which only the metadata counts."""
    rows = pa.table({"n": np.arange(5000), "x": [f"a {i % 9}" for i in range(5000)]})
    pq.write_table(rows, tmp_path / "rows.parquet", row_group_size=1000, data_page_size=500)

    found = list(pages.chunks(tmp_path / "rows.parquet"))

    said = pq.read_metadata(tmp_path / "rows.parquet")
    groups = [said.row_group(at) for at in range(said.num_row_groups)]
    real = [group.column(at) for group in groups for at in (0, 1)]
    assert [(c.column, c.values) for c in found] == [(c.path_in_schema, 1000) for c in real]
    assert [c.dictionary > 0 for c in found] == [c.has_dictionary_page for c in real]
    assert all(
        0.6 * c.total_uncompressed_size < f.unpacked < c.total_uncompressed_size
        for f, c in zip(found, real, strict=True)
    )


@pytest.mark.parametrize("cut", [0, 8, 40, 200])
def test_a_file_that_is_cut_is_damaged(tmp_path: Path, cut: int) -> None:
    pq.write_table(pa.table({"x": [1, 2]}), tmp_path / "rows.parquet")
    content = (tmp_path / "rows.parquet").read_bytes()
    (tmp_path / "rows.parquet").write_bytes(content[:cut] + content[-8:])

    with pytest.raises(StrictError, match="is damaged"):
        list(pages.chunks(tmp_path / "rows.parquet"))


def test_more_columns_than_a_table_has_are_refused(tmp_path: Path) -> None:
    names = [f"c{i}" for i in range(20_001)]
    pq.write_table(pa.table([pa.array([1])] * 20_001, names), tmp_path / "rows.parquet")

    with pytest.raises(StrictError, match="has 20,001 columns; expected at most 20,000"):
        parquet.read(tmp_path / "rows.parquet")
