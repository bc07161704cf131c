"""What tells the target, alone or as a sum, is found; what a model has to find is not."""

import numpy as np
import pandas as pd
import pytest

from conftest import made_up
from pipeline import leaks


def numbers(rows: int, columns: int) -> pd.DataFrame:
    """Return columns c0, c1 … of normal numbers."""
    random = np.random.default_rng(0)
    return pd.DataFrame(random.normal(size=(rows, columns))).add_prefix("c")


def test_a_column_that_alone_tells_the_target_is_named() -> None:
    rows = made_up(400)
    rows["refund"] = np.where(rows["bought"] == "yes", 3.5, 0.0)

    found = leaks.leaks(rows, ["size", "colour", "refund"], rows["bought"], "binary")

    assert [list(leak.columns) for leak in found] == [["refund"]]
    assert found[0].score == 1


def test_a_column_that_nearly_tells_the_target_is_named_with_its_score() -> None:
    rows = made_up(2000)
    flipped = np.random.default_rng(0).random(2000) < 0.03
    rows["status"] = np.where((rows["bought"] == "yes") ^ flipped, "closed", "open")

    (found,) = leaks.leaks(rows, ["size", "colour", "status"], rows["bought"], "binary")

    assert list(found.columns) == ["status"]
    assert leaks.LOOK <= found.score < leaks.SCORE


def test_columns_that_add_up_to_the_target_are_named() -> None:
    rows = numbers(300, 20)
    target = 100 + rows["c3"] + rows["c7"] - rows["c11"]

    (found,) = leaks.leaks(rows, list(rows), target, "regression")

    assert {name: round(factor, 6) for name, factor in found.columns.items()} == {
        "c3": 1,
        "c7": 1,
        "c11": -1,
    }


def test_a_difference_of_columns_that_each_tell_little_is_named() -> None:
    """Another column is closer to the target than either, so that a greedy search would miss it."""
    rows = numbers(300, 20)
    rows["before"] = 1000 * rows["c0"]
    rows["after"] = rows["before"] + rows["c1"]
    target = rows["after"] - rows["before"]
    rows["c1"] += np.random.default_rng(1).normal(size=300)

    (found,) = leaks.leaks(rows, list(rows.columns[1:]), target, "regression")

    assert set(found.columns) == {"before", "after"}


def test_what_many_columns_add_up_to_is_no_leak() -> None:
    rows = numbers(300, 30)

    found = leaks.leaks(rows, list(rows), rows.sum(axis=1), "regression")

    assert found == []


def test_few_columns_and_noise_are_no_leak() -> None:
    rows = numbers(300, 5)
    noise = np.random.default_rng(1).normal(size=300)

    found = leaks.leaks(rows, list(rows), rows["c0"] + rows["c1"] + 0.2 * noise, "regression")

    assert found == []


def test_numbers_too_large_for_a_tree_are_looked_at_as_well() -> None:
    rows = numbers(300, 2) * 1e140

    found = leaks.leaks(rows, list(rows), rows["c0"] > 0, "binary")

    assert [list(leak.columns) for leak in found] == [["c0"]]


@pytest.mark.parametrize(
    ("suspect", "expected"), [("c0", []), ("c4", [{"c1", "c4"}]), ("copy", [{"copy"}])]
)
def test_only_what_a_suspect_takes_part_in_is_looked_for(suspect: str, expected: list) -> None:
    """What others tell without it is not its finding."""
    rows = numbers(300, 6)
    target = rows["c1"] - rows["c4"]
    known = list(rows) if suspect == "c4" else [*rows, "copy"]

    found = leaks.leaks(rows.assign(copy=target), known, target, "regression", [suspect])

    assert [set(leak.columns) for leak in found] == expected
