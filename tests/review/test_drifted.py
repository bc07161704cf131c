"""What is new is compared with what was there, not all with all."""

import numpy as np
import pandas as pd

from pipeline.schema import Column, Schema
from review.drift import drifted
from review.rows import frames

FEATURES = (Column("size", "number", "feature"), Column("colour", "string", "feature"))
SCHEMA = Schema((Column("id", "integer", "key"), *FEATURES, Column("y", "boolean", "target")))
KNOWN = frames.Names(["id"], ["id"], "y")


def table(rows: int, start: int = 0) -> pd.DataFrame:
    """Return rows with a key, a number and a colour."""
    random = np.random.default_rng(start)
    colours = pd.Series(random.choice(["red", "green", "blue"], rows), dtype="str")
    size, label = random.uniform(1, 5, rows), random.random(rows) < 0.5
    keys = range(start, start + rows)
    return pd.DataFrame({"id": keys, "size": size, "colour": colours, "y": label})


def changes(base: pd.DataFrame, head: pd.DataFrame, **renamed: str) -> dict:
    """Return drift by column, and the names of the columns outside."""
    sides = (frames.with_sides(rows.iloc[30:], rows.iloc[:30], KNOWN) for rows in (base, head))
    found = drifted.changes(drifted.paired(tuple(sides), SCHEMA, renamed), SCHEMA)
    sizes = {e["column"]: (e["size"], e["compared"], e["head"]) for e in found["drift"]}
    return sizes | {"outside": [entry["column"] for entry in found["outside"]]}


BASE = table(1000)


def test_a_unit_that_changed_in_a_tenth_of_the_rows_is_seen() -> None:
    new = table(100, 5000)

    found = changes(BASE, pd.concat([BASE, new.assign(size=new["size"] * 1000)]))

    assert found["size"] == ("large", "new rows", 100)
    assert found["colour"][0] == "none"
    assert found["outside"] == ["size"]


def test_a_category_that_is_new_in_few_rows_is_named() -> None:
    new = table(100, 5000)
    new.loc[:9, "colour"] = "purple"

    assert changes(BASE, pd.concat([BASE, new]))["outside"] == ["colour"]


def test_new_rows_like_the_old_ones_are_no_drift() -> None:
    found = changes(BASE, pd.concat([BASE, table(100, 5000)]))

    assert {found["size"][0], found["colour"][0]} == {"none"}
    assert found["outside"] == []


def test_a_table_that_did_not_change_has_no_drift() -> None:
    """Nor if its rows stand in another order, or only the target is another."""
    head = BASE.sample(frac=1, random_state=0).assign(y=False)

    assert changes(BASE, head) == {"outside": []}
    assert drifted.changes(None, SCHEMA) == {"drift": [], "outside": []}


def test_cells_that_changed_are_compared_with_what_they_held() -> None:
    """They may be rows of a kind, such as those of one region: that is no drift."""
    small = BASE["size"] < 2
    corrected = BASE["size"].where(~small, BASE["size"] + 0.001)
    scaled = BASE["size"].where(~small, BASE["size"] * 1000)

    near, far = (changes(BASE, BASE.assign(size=size)) for size in (corrected, scaled))

    assert near["size"] == ("none", "changed cells", small.sum())
    assert far["size"] == ("large", "changed cells", small.sum())
    assert (near["outside"], far["outside"]) == ([], ["size"])
    assert "colour" not in near


def test_rows_that_are_left_are_compared_with_all() -> None:
    """Rows that go by chance change nothing; those of one colour do."""
    some, no_red = BASE.iloc[100:], BASE[BASE["colour"] != "red"]

    assert changes(BASE, some)["colour"][:2] == ("none", "rows left")
    assert changes(BASE, no_red)["colour"] == ("large", "rows left", len(no_red))


def test_a_table_that_was_exchanged_is_compared_whole() -> None:
    found = changes(BASE, table(400, 5000).assign(colour="red"))

    assert found["colour"] == ("large", "new rows", 400)
    assert found["size"][0] == "none"


def test_a_column_under_another_name_is_compared_with_itself() -> None:
    new = table(100, 5000).assign(size=9000.0)
    base = BASE.rename(columns={"size": "width"})

    assert changes(base, pd.concat([BASE, new]), size="width")["outside"] == ["size"]


def test_rows_of_few_new_groups_are_no_drift() -> None:
    """Two new patients of fifty rows: each has a size of its own, as all have."""
    random = np.random.default_rng(0)
    who, sizes = np.repeat(np.arange(22), 50), random.uniform(1, 5, 22)
    rows = table(1100).assign(who=who, size=sizes[who])
    schema = Schema((*SCHEMA.columns, Column("who", "integer", "group")))
    both = [frames.with_sides(r.iloc[30:], r.iloc[:30], KNOWN) for r in (rows[:1000], rows)]

    pairs = [drifted.paired(tuple(both), s, {}) for s in (schema, SCHEMA)]
    told = [drifted.changes(pair, SCHEMA)["drift"][0] for pair in pairs]

    assert [(entry["column"], entry["size"]) for entry in told] == [
        ("size", "none"), ("size", "large"),
    ]  # fmt: skip
