"""Parts come back as they were written, and a row's hash is its own."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import made_up
from pipeline import dataset
from pipeline.stage import UserError


def test_parts_come_back_in_name_order(tmp_path: Path) -> None:
    for name, start in (("b", 500), ("a", 1)):
        dataset.write_part(tmp_path, name, made_up(5, start).drop(columns="visits"))

    found = dataset.read_parts(tmp_path)

    assert list(found) == ["a", "b"]
    pd.testing.assert_frame_equal(found["b"], made_up(5, 500).drop(columns="visits"))


def test_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    """Whatever their index, which a filter leaves behind."""
    rows = made_up(20).iloc[[1, 2, 5]]

    dataset.write_part(tmp_path, "whole", rows.reset_index(drop=True))
    dataset.write_part(tmp_path, "filtered", rows)

    assert (tmp_path / "whole.parquet").read_bytes() == (tmp_path / "filtered.parquet").read_bytes()


def test_a_folder_without_parts_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no part found"):
        dataset.read_parts(tmp_path)


def test_a_hash_depends_on_its_row_alone() -> None:
    rows, columns = made_up(50), ["id", "size", "colour", "joined"]
    whole = dataset.hashes(rows, columns)
    shuffled = rows.sample(frac=0.5, random_state=0)

    assert dataset.hashes(shuffled, columns).tolist() == whole[shuffled.index].tolist()
    assert len(set(whole)) == len(rows)


def test_a_hash_is_the_same_in_every_version() -> None:
    """Pinned as first computed: were one to change, rows would change sides."""
    rows = pd.DataFrame({"id": [1, 2], "size": [0.5, np.nan], "colour": ["red", "größe"]})

    assert dataset.hashes(rows, list(rows)).tolist() == [15834187101984034677, 2096570177704145377]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], ["1", "2"]),
        ([1, 2], pd.array([1, 2], dtype="Int64")),
        ([0.0], [-0.0]),
        (["a"], pd.array(["a"], dtype="object")),
    ],
)
def test_equal_values_have_equal_hashes(one: list[object], other: list[object]) -> None:
    """A key keeps its hash when its type in the schema becomes string."""
    first, second = (dataset.hashes(pd.DataFrame({"x": x}), ["x"]) for x in (one, other))

    assert first.tolist() == second.tolist()
