"""Rows alike in all but key and target are known, and left out where a model knows them."""

import numpy as np
import pandas as pd
import pytest

from conftest import made_up
from pipeline.schema import Column, Schema
from pipeline.split import Params, is_test
from review.rows import repeats, twins
from review.rows.frames import AGAIN, DELIVERY, Frames, Names, with_sides

CONTENT = ["size", "visits", "colour", "member", "joined"]
FEW = ["colour", "member"]  # six kinds of rows: many are alike by nature


def frame(rows: pd.DataFrame, content: list[str], tests: int = 3) -> pd.DataFrame:
    """Return the rows with their hashes; each third one, or as asked, by its key is a test row."""
    test = rows["id"] % tests == 0
    return with_sides(rows[~test], rows[test], Names(["id"], content, "bought"))


def both(base: pd.DataFrame, head: pd.DataFrame, content: list[str] = CONTENT) -> Frames:
    """Return both sides, and of head which rows are base's under another key."""
    before, after = frame(base, content), frame(head, content)
    return before, after.assign(**{AGAIN: repeats.again(before, after)})


def looked_at(frames: Frames) -> twins.Tested:
    own = frames[1]
    return twins.tested(frames, own, int(own["is test"].sum()))


def known(frames: Frames) -> list[int]:
    """Return the keys of the test rows that are left out."""
    rows = frames[1]
    return sorted(rows.loc[rows["is test"], "id"][looked_at(frames).learnt])


def more(rows: pd.DataFrame, start: int) -> pd.DataFrame:
    """Return the rows under new keys, as a delivery of their own."""
    return rows.assign(**{"id": range(start, start + len(rows)), DELIVERY: "second"})


def test_a_row_that_taught_base_under_another_key_is_left_out() -> None:
    """Keys 1 to 12 became 101 to 112: test rows 102, 105 … were 2, 5 … and taught base."""
    rows = made_up(12)

    found = looked_at(both(rows, rows.assign(id=rows["id"] + 100)))

    assert found.reasons == {"taught": 0, "like_base": 4, "like_head": 0}
    assert found.learnt.all() and len(found.pairs[0]) == 0


def test_a_twin_with_another_target_is_a_twin() -> None:
    """What a model learnt by heart are the features."""
    rows = made_up(12)
    other = rows["bought"].map({"yes": "no", "no": "yes"})

    assert known(both(rows, rows.assign(id=rows["id"] + 100, bought=other))) == [102, 105, 108, 111]


def test_a_row_that_comes_again_is_left_out_wherever_it_stands() -> None:
    """Rows 1, 2 and 3 come as 101, 102 and 103: both know 102, which is 2, and head knows 3."""
    rows = made_up(12).assign(**{DELIVERY: "first"})
    frames = both(rows, pd.concat([rows, more(rows[:3], 101)]))

    assert known(frames) == [3, 102]
    assert looked_at(frames).reasons == {"taught": 0, "like_base": 1, "like_head": 1}


def test_new_rows_leave_nothing_out() -> None:
    rows = made_up(12)

    found = looked_at(both(rows, pd.concat([rows, made_up(9, start=100)])))

    assert not found.learnt.any() and found.notes == ()


def test_rows_that_are_alike_by_nature_stay() -> None:
    """Nearly each new row is like an old one, as old ones are like each other."""
    rows = made_up(300).assign(**{DELIVERY: "first"})
    new = more(made_up(100, start=1000), 1000)

    found = looked_at(both(rows, pd.concat([rows, new]), FEW))

    assert not found.learnt.any() and found.notes == ()


def test_of_rows_alike_by_nature_as_many_are_left_out_as_came_again() -> None:
    """Not all that are like them, since then no row would be left."""
    rows = made_up(600).assign(**{DELIVERY: "first"}).drop(columns="size")
    rows["visits"] = rows["visits"].fillna(9)
    frames = both(rows, pd.concat([rows, more(rows[:300], 2000)]), ["visits", *FEW])
    out = looked_at(frames)

    assert frames[1][AGAIN].sum() == 300
    assert 100 < out.learnt.sum() < 200 and len(out.learnt) == 300


@pytest.mark.parametrize("rows", [30, 31])
def test_keys_that_name_other_rows_now_are_no_names(rows: int) -> None:
    """Keys are given anew, in another order, within the same numbers."""
    base = made_up(rows)
    head = base.assign(id=np.roll(base["id"], 1))

    assert both(base, head)[1][AGAIN].all()


def test_twins_within_head_are_named_with_the_cure() -> None:
    """Also if base is the same, or cannot be had."""
    rows = pd.concat([made_up(12), made_up(12)[2:4].assign(id=[100, 101])])
    own = frame(rows, CONTENT)
    found = [twins.tested(frames, own, 4) for frames in (None, twins.UserError("no base"))]

    assert [int(f.learnt.sum()) for f in found] == [1, 1]
    assert all(f.notes[-1].startswith("1 of head's 4 test rows are like") for f in found)
    assert all("`by: group`" in f.notes[-1] for f in found)


def test_the_cure_cures() -> None:
    """Without a key, equal rows fall on one side, whatever their target."""
    rows = made_up(40)
    columns = [Column("id", "integer", "ignored"), Column("bought", "string", "target")]
    features = [Column(name, "number", "feature") for name in CONTENT]
    params = Params("row", 0.3, None)
    again = rows.assign(id=rows["id"] + 100, bought=rows["bought"].to_numpy()[::-1])

    sides = [is_test(each, Schema((*columns, *features)), params) for each in (rows, again)]

    assert sides[0].tolist() == sides[1].tolist()


def test_of_a_table_in_which_all_stands_twice_the_rows_stay_and_it_is_said() -> None:
    rows = made_up(12)
    again = [rows.assign(id=rows["id"] + step) for step in (0, 100, 200)]
    own = frame(pd.concat(again), CONTENT)

    found = twins.tested(None, own, 12)

    assert not found.learnt.any()
    assert "So many are that they stay in the comparison." in found.notes[-1]


def test_test_rows_that_taught_the_base_are_known() -> None:
    """Though a row was delivered twice."""
    rows, names = made_up(100), Names(["id"], CONTENT, "bought")
    base = with_sides(rows.iloc[:70], rows.iloc[70:], names)
    head = with_sides(rows.iloc[:60], pd.concat([rows.iloc[60:], rows.iloc[60:61]]), names)

    found = looked_at((base, head))

    assert found.base == 30
    assert found.learnt.tolist() == [True] * 10 + [False] * 30 + [True]
    assert [pair.tolist() for pair in found.pairs] == [list(range(30)), list(range(10, 40))]
