"""No row changes sides when data grows, and no duplicate or group straddles the split."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import dataset
from pipeline.dataset import latest
from pipeline.schema import Column, Schema
from pipeline.split import Params, SplitError, split
from pipeline.tables import delivery

ROLES = {"key": ("id", "integer"), "group": ("team", "string"), "time": ("day", "integer")}
BY = {
    "key": Params("row", 0.4, None),
    "content": Params("row", 0.4, None),
    "group": Params("group", 0.4, None),
    "time": Params("time", 0.4, 5),
}
rows = st.lists(
    st.tuples(
        st.integers(0, 20),  # id
        st.sampled_from("abcdef"),  # team
        st.integers(0, 9),  # day
        st.integers(0, 3),  # size
        st.sampled_from([True, False, None]),  # target
    ),
    min_size=1,
    max_size=25,
)


def schema(kind: str) -> Schema:
    """A schema in which only the column that `kind` needs has a role of its own."""
    columns = [
        Column(name, type_, role if role == kind else "ignored" if role == "key" else "feature")
        for role, (name, type_) in ROLES.items()
    ]
    return Schema((*columns, Column("size", "number", "feature"), Column("y", "boolean", "target")))


def part(lines: list[tuple[int, str, int, int, bool]], kind: str) -> pd.DataFrame:
    """One delivery; with a key, each key stands in it once."""
    table = pd.DataFrame(lines, columns=["id", "team", "day", "size", "y"])
    return table.drop_duplicates("id") if kind == "key" else table


def sides(parts: dict[str, pd.DataFrame], kind: str) -> dict[object, set[str]]:
    """Return the sides on which each row, named by what identifies it, stands."""
    names = {"key": ["id"], "content": ["team", "day", "size"], "group": ["team"], "time": ["day"]}
    found: dict[object, set[str]] = {}
    try:
        for _, train, test in split(parts, schema(kind), BY[kind]):
            for side, table in (("train", train), ("test", test)):
                for row in table[names[kind]].itertuples(index=False):
                    found.setdefault(tuple(row), set()).add(side)
    except SplitError:
        pass  # one side is empty, but each row was already put on its own
    return found


@pytest.mark.parametrize("kind", BY)
@settings(max_examples=50)
@given(first=rows, second=rows)
def test_a_row_never_changes_sides(
    kind: str, first: list[tuple[int, str, int, int, bool]], second: list[tuple]
) -> None:
    """However the table grows, by new rows, repeats, and rows delivered again with other values.

    A row that is delivered again without its target is on neither side.
    """
    before = sides({"1": part(first, kind)}, kind)

    after = sides({"1": part(first, kind), "2": part(second, kind)}, kind)

    assert {name: after.get(name, side) for name, side in before.items()} == before
    assert all(len(found) == 1 for found in after.values())


@given(first=rows, second=rows)
def test_a_row_delivered_again_replaces_the_earlier_one(first: list, second: list) -> None:
    parts = {"1": part(first, "key"), "2": part(second, "key")}

    kept = pd.concat(latest(parts, ["id"]).values())

    assert kept["id"].is_unique
    assert set(kept["id"]) == set(parts["1"]["id"]) | set(parts["2"]["id"])
    last = kept.merge(parts["2"], how="inner")
    assert len(last) == len(parts["2"])


def test_without_a_key_repeats_are_kept() -> None:
    table = pd.DataFrame({"size": [1, 1]})

    assert latest({"1": table, "2": table}, []) == {"1": table, "2": table}


@pytest.mark.parametrize(
    ("kind", "targets", "dtype"),
    [
        ("boolean", [True, None, False, True], "bool"),
        ("integer", [2**60 + 1, None, 3, 4], "int64"),
        ("number", [1.5, None, 2.5, 3.5], "float64"),
        ("string", ["a", None, "b", "c"], "str"),
    ],
)
def test_rows_without_a_target_are_on_neither_side(
    tmp_path: Path, kind: str, targets: list, dtype: str
) -> None:
    """And the others keep every digit, and the plain type of the target."""
    columns = (Column("id", "integer", "key"), Column("y", kind, "target", nullable=True))
    table = pa.table({"id": pa.array(range(4)), "y": pa.array(targets)})
    rows = delivery.typed("d.csv", table, Schema(columns))
    dataset.write_part(tmp_path, "1", rows)
    dataset.write_part(tmp_path, "2", rows[1:2].assign(id=9))

    found = list(split(dataset.read_parts(tmp_path), Schema(columns), Params("row", 0.27, None)))

    sides = [side for _, train, test in found for side in (train, test)]
    assert {str(side["y"].dtype) for side in sides} == {dtype}
    assert sorted(pd.concat(sides)["y"].tolist()) == sorted(y for y in targets if y is not None)


def test_a_row_whose_target_comes_later_stands_where_it_would_have_stood() -> None:
    known = pd.DataFrame({"id": range(50), "team": "a", "day": 1, "size": 0, "y": True})
    waiting = known.assign(y=known["y"].where(known["id"] % 2 == 0, None))

    late = sides({"1": waiting, "2": known[known["id"] % 2 == 1]}, "key")

    assert len(sides({"1": waiting}, "key")) == 25
    assert late == sides({"1": known}, "key")


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_the_test_side_has_its_share(share: float) -> None:
    """Of 100,000 keys, to five standard deviations."""
    table = pd.DataFrame({"id": range(100_000), "team": "a", "day": 1, "size": 0, "y": True})

    ((_, _, test),) = split({"1": table}, schema("key"), Params("row", share, None))

    assert abs(len(test) - 1e5 * share) < 5 * np.sqrt(1e5 * share * (1 - share))


def test_a_larger_share_only_moves_rows_to_the_test_side() -> None:
    table = pd.DataFrame({"id": range(1000), "team": "a", "day": 1, "size": 0, "y": True})

    tests = [
        set(test["id"])
        for share in (0.2, 0.3)
        for _, _, test in split({"1": table}, schema("key"), Params("row", share, None))
    ]

    assert tests[0] < tests[1]
