"""A leak is told if it is news: of a new feature, or of new rows alone."""

import numpy as np
import pandas as pd

from conftest import made_up
from pipeline.schema import Column, Schema
from review.drift import drifted, telling
from review.drift.telling import Question
from review.rows import frames

FEATURES = ["size", "visits", "colour"]
KINDS = [Column(name, "string", "feature") for name in FEATURES]
SCHEMA = Schema((*KINDS, Column("bought", "string", "target")))
KNOWN = frames.Names(["id"], ["id"], "bought")


def in_new_rows(base: pd.DataFrame, head: pd.DataFrame, task: str = "binary") -> list[dict]:
    """Return the leaks in what head has and base has not."""
    sides = [frames.with_sides(rows.iloc[30:], rows.iloc[:30], KNOWN) for rows in (base, head)]
    pairs = drifted.paired((sides[0], sides[1]), SCHEMA, {})
    assert pairs is not None
    questions = (Question(side, "bought", task) for side in (pairs.head, pairs.base))
    return telling.in_new_rows(*questions, pairs, FEATURES)


def leaking(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with visits that were counted after they bought."""
    return rows.assign(visits=np.where(rows["bought"] == "yes", 9, rows["visits"].fillna(0)))


def test_a_new_feature_that_copies_the_target_is_named() -> None:
    rows = made_up(200)
    head = Question(rows.assign(refund=rows["bought"] + "!"), "bought", "binary")

    found = telling.in_new_features(head, [*FEATURES, "refund"], ["refund"])

    assert found == [{"columns": ["refund"], "score": 1.0, "rows": 200, "base": None}]
    assert telling.in_new_features(head, [*FEATURES, "refund"], ["colour"]) == []


def test_a_known_feature_that_tells_the_target_in_new_rows_is_named() -> None:
    """In all rows together it hides."""
    base, new = made_up(400), leaking(made_up(100, start=1000))

    (found,) = in_new_rows(base, pd.concat([base, new]))

    assert found["columns"] == ["visits"]
    assert found["score"] > 0.95 > 0.7 > found["base"]
    assert found["rows"] == 100


def test_rows_of_which_a_feature_changed_are_looked_at_as_well() -> None:
    base = made_up(400)

    (found,) = in_new_rows(base, pd.concat([leaking(base[:300]), base[300:]]))

    assert found["columns"] == ["visits"]
    assert 100 < found["rows"] < 300


def test_what_told_the_target_before_is_no_news() -> None:
    base, new = leaking(made_up(400)), leaking(made_up(100, start=1000))

    assert in_new_rows(base, pd.concat([base, new])) == []


def test_few_new_rows_of_a_class_tell_nothing() -> None:
    base, new = made_up(400), leaking(made_up(100, start=1000))
    few = pd.concat([new[new["bought"] == "no"], new[new["bought"] == "yes"][:9]])

    assert in_new_rows(base, pd.concat([base, few])) == []


def test_rows_that_did_not_change_are_not_looked_at() -> None:
    rows = leaking(made_up(400))

    assert in_new_rows(rows, rows.assign(bought=rows["bought"][::-1].to_numpy())) == []


def test_a_sum_that_holds_in_new_rows_alone_is_named() -> None:
    """Of numbers, as when what was measured before is counted in."""
    base, new = made_up(400), made_up(100, start=1000)
    for rows in (base, new):
        rows["visits"] = rows["visits"].astype("float64").fillna(0.0) * 7
        rows["bought"] = rows["size"] + np.random.default_rng(0).normal(0, 20, len(rows))
    new["bought"] = new["size"] + new["visits"]

    (found,) = in_new_rows(base, pd.concat([base, new]), "regression")

    assert (set(found["columns"]), found["base"]) == ({"size", "visits"}, 0)
