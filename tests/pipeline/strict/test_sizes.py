"""A file that unpacks to far more than it is, is refused before it does; a real one is read."""

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import dataset
from pipeline.stage import UserError
from pipeline.strict import sizes
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


def packed(folder: Path) -> Path:
    """Three hundred megabytes of one line, in 300 kB."""
    with gzip.open(folder / "bomb.csv.gz", "wb", compresslevel=9) as file:
        file.write(b"x\n" + b"1" * 300_000_000)
    return folder / "bomb.csv.gz"


@pytest.mark.parametrize("bomb", [rows, text, packed])
def test_a_delivery_that_unpacks_to_far_more_is_refused(tmp_path: Path, bomb: object) -> None:
    path = bomb(tmp_path)  # type: ignore[operator]

    with pytest.raises(reading.UnreadableError, match=TOO_MUCH):
        reading.read(path, {})


@pytest.mark.parametrize("bomb", [rows, text])
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

    assert sizes.read_parquet(tmp_path / "rows.parquet")["x"].to_pylist() == words.to_pylist()
