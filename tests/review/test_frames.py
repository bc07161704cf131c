"""Which row of base is which of head, by its key or by what it holds."""

from pathlib import Path

import pandas as pd
import pytest

from conftest import SCHEMA, made_up
from pipeline.schema import Schema, read_schema
from review.rows import frames
from review.rows.frames import Names

CONTENT = ["size", "visits", "colour", "member", "joined"]
KEYED = Names(["id"], CONTENT, "bought")


def sides(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their hashes; the last thirty are test rows."""
    known = Names(["id"], [name for name in CONTENT if name in rows], "bought")
    return frames.with_sides(rows.iloc[:-30], rows.iloc[-30:], known)


def schema(folder: Path, *edits: tuple[str, str]) -> Schema:
    """Return the made-up table's schema, edited."""
    text = SCHEMA
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (folder / "schema.yaml").write_text(text)
    return read_schema(str(folder / "schema.yaml"))


NO_KEY = ("id: {type: integer, role: key}", "id: {type: integer, role: ignored}")
NO_SIZE = ("size: {type: number, role: feature", "size: {type: number, role: ignored")


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ([], [], (["id"], CONTENT)),
        ([], [NO_SIZE], (["id"], CONTENT[1:])),
        ([NO_KEY], [NO_KEY, NO_SIZE], (CONTENT[1:], CONTENT[1:])),
        ([NO_KEY], [], (CONTENT, CONTENT)),
    ],
)
def test_rows_are_told_apart_by_what_both_sides_have(
    tmp_path: Path, base: list, head: list, expected: tuple[list[str], list[str]]
) -> None:
    """The key if both have it, else the columns that both use, but not the target."""
    found = frames.names(schema(tmp_path, *base), schema(tmp_path, *head))

    assert found == (Names(*expected, "bought"),) * 2


def test_a_column_under_another_name_is_known_by_its_values(tmp_path: Path) -> None:
    rows = made_up(100)
    columns = ("size: {", "width: {")
    after = rows.rename(columns={"size": "width"}).drop(columns="colour")

    found = frames.renamed(
        (sides(rows), sides(after)), schema(tmp_path), schema(tmp_path, columns, NO_MORE)
    )

    assert found == {"width": "size"}


NO_MORE = ("colour: {type: string, role: feature", "colour: {type: string, role: ignored")


def test_a_new_order_changes_nothing_without_a_key() -> None:
    """Though rows that are alike have other targets: those that agree in all pair first."""
    rows = pd.DataFrame({"size": [1, 1, 2, 2], "bought": ["no", "yes", "yes", "no"]})
    known = Names(["size"], ["size"], "bought")
    base, head = (
        frames.with_sides(rows.iloc[order], rows[:0], known)
        for order in ([0, 1, 2, 3], [3, 2, 1, 0])
    )

    assert [at.tolist() for at in frames.matched(base, head)] == [[0, 1, 2, 3], [3, 2, 1, 0]]


def test_a_changed_target_is_one_row_without_a_key() -> None:
    rows = pd.DataFrame({"size": [1, 1, 2], "bought": ["no", "yes", "yes"]})
    known = Names(["size"], ["size"], "bought")
    new = rows.iloc[[2, 1, 0]].assign(bought=["yes", "yes", "yes"])
    base, head = (frames.with_sides(each, rows[:0], known) for each in (rows, new))

    assert [at.tolist() for at in frames.matched(base, head)] == [[0, 1, 2], [2, 1, 0]]


def test_rows_under_another_key_are_the_same_rows() -> None:
    """Those that were found to be; a key that stayed names the same row, whatever changed in it."""
    rows = made_up(6)
    head = rows.assign(id=[1, 2, 13, 14, 5, 16]).iloc[::-1]
    head.loc[4, "size"] += 1
    came = pd.Series([True, False, True, True, False, False]).to_numpy()
    base, after = (frames.with_sides(each, rows[:0], KEYED) for each in (rows, head))

    found = frames.matched(base, after.assign(**{frames.AGAIN: came}))

    assert [at.tolist() for at in found] == [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0]]
