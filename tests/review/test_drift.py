"""Drift is what no chance brings, and values outside are those that base never had."""

import numpy as np
import pandas as pd
import pytest

from pipeline.schema import Column
from review.drift.drift import Moved, drift, outside


def found(kind: str, base: pd.Series, head: pd.Series, **groups: object) -> list[dict]:
    """Return what lies outside of the only column."""
    return outside([Column("size", kind, "feature")], {"size": Moved("", base, head, **groups)})


NORMAL = pd.Series(np.random.default_rng(0).normal(10, 1, 1000))
COLOURS = pd.Series(["red", "green", "blue", None] * 250, dtype="str")
DAYS = pd.Series(pd.date_range("2026-01-01", periods=1000))


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (NORMAL, NORMAL[:100] * 1000),
        (NORMAL, pd.concat([NORMAL[:94], NORMAL[:6] * -1])),
        (NORMAL * 0, NORMAL[:100]),
        (DAYS, pd.Series([pd.Timestamp("1970-01-01")] * 10 + list(DAYS[:90]))),
        (COLOURS, pd.Series(["purple"] * 10 + ["red"] * 90)),
        (COLOURS == "red", (COLOURS == "red").astype("str").replace("True", "yes")[:100]),
        (pd.Series([1, 2, None] * 100, dtype=object), pd.Series([900] * 5)),
    ],
    ids=["unit", "sign", "constant", "dates", "never seen", "other codes", "with gaps"],
)
def test_values_that_base_never_had_are_named(base: pd.Series, head: pd.Series) -> None:
    (entry,) = found("", base, head)

    assert entry["rows"] >= 5
    assert entry["of"] == len(head)


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (NORMAL, NORMAL[:100] + 2),
        (NORMAL, pd.concat([NORMAL[:99], NORMAL[:1] * 1000])),
        (NORMAL[:5], NORMAL[5:7] * 1000),
        (DAYS[:500], DAYS[500:]),
        (COLOURS, COLOURS[:9]),
        (NORMAL.astype("str")[:500], NORMAL.astype("str")[500:]),
        (NORMAL, pd.Series([np.nan] * 100)),
        (NORMAL[:0], NORMAL),
    ],
    ids=["near", "one of many", "few rows", "later", "same", "all different", "missing", "no base"],
)
def test_values_that_may_come_by_chance_are_not(base: pd.Series, head: pd.Series) -> None:
    assert found("", base, head) == []


def test_an_end_is_told_as_it_is_read() -> None:
    numbers = found("number", NORMAL.round(3), NORMAL[:100] * 1000)[0]
    dates = found("date", DAYS, pd.Series([pd.Timestamp("1970-01-01")] * 10))[0]

    assert (numbers["low"], numbers["high"]) == ("6.101", "13.066")
    assert (dates["low"], dates["example"]) == ("2026-01-01", "1970-01-01")


def test_a_value_of_one_new_group_is_no_news() -> None:
    """Each town of base is that of one patient, in ten rows."""
    base = pd.Series(np.repeat([f"town {i}" for i in range(30)], 10))
    head, groups = pd.Series(["elsewhere"] * 10), (np.repeat(np.arange(30), 10), np.full(10, 30))

    assert found("string", base, head, groups=groups) == []
    assert len(found("string", base, head)) == 1


@pytest.mark.simulation
@pytest.mark.parametrize("rows", [50, 100, 1000])
def test_a_review_of_rows_like_those_before_names_no_column(rows: int) -> None:
    """In one of a hundred by chance: of 40 tables of 24 columns one at most, with 0.06 for two."""
    random, named = np.random.default_rng(rows), 0
    kinds = ["number", "integer", "string"] * 8
    columns = [Column(f"{kind} {i}", kind, "feature") for i, kind in enumerate(kinds)]

    def column(kind: str, rows: int) -> pd.Series:
        if kind == "number":
            return pd.Series(random.lognormal(0, 2, rows))
        values = pd.Series(random.zipf(1.6, rows) % 500)
        return values if kind == "integer" else values.astype("str")

    for _ in range(40):
        moved = {
            c.name: Moved("new rows", column(c.type, 1000), column(c.type, rows)) for c in columns
        }
        sizes = {entry["size"] for entry in drift(columns, {n: [m] for n, m in moved.items()})}
        named += sizes > {"none"} or bool(outside(columns, moved))

    assert named <= 1
