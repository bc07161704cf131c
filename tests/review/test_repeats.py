"""That a delivery brings rows which were already there is said, if it is news."""

import pandas as pd
import pytest

from conftest import made_up
from review.rows import repeats
from review.rows.frames import Frames, Names, delivered, with_sides

CONTENT = ["size", "visits", "colour", "member", "joined", "bought"]


def frames(base: pd.DataFrame, new: pd.DataFrame) -> Frames:
    """Return the rows of base, and the same with a delivery more, every third of them for tests."""
    return one(first=base), one(first=base, second=new)


def one(**deliveries: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of deliveries as one frame."""
    sides = [
        delivered({name: rows.iloc[at] for name, rows in deliveries.items()})
        for at in (slice(30, None), slice(30))
    ]
    return with_sides(*sides, Names(["id"], CONTENT[:-1], "bought"))


@pytest.mark.parametrize("name", ["second.csv", "second.csv.gz", "second.parquet", "second"])
@pytest.mark.parametrize(("again", "share"), [(5, None), (20, 0.2)])
def test_rows_under_new_keys_are_recognised(name: str, again: int, share: float | None) -> None:
    """From a tenth of the delivery on, whatever kind of file or folder it is."""
    base = made_up(100)
    old = base.iloc[:again].assign(id=range(5000, 5000 + again))
    new = pd.concat([old, made_up(100 - again, start=1000)])

    expected = {name: share} if share else {}
    assert repeats.repeated(frames(base, new), [name], CONTENT) == expected


def test_a_table_that_always_repeats_itself_is_no_news() -> None:
    """With few columns of few values, as many rows are alike as before."""
    base, new = made_up(100), made_up(100, start=1000)

    assert repeats.repeated(frames(base, new), ["second.csv"], ["colour", "member"]) == {}


def test_deliveries_that_were_there_are_not_asked() -> None:
    base = made_up(100)

    assert repeats.repeated(frames(base, base), [], CONTENT) == {}
