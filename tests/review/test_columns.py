"""Cells of columns that a table does without are looked up by what names its rows."""

import numpy as np
import pandas as pd

from pipeline.schema import Column
from review.gather import columns

ROWS = pd.DataFrame({"id": [3, 1, 2]})
SIZE = Column("size", "number", "feature")


def test_cells_are_those_of_the_row_with_the_same_key() -> None:
    source = pd.DataFrame({"id": [1, 2, 3, 4], "size": [0.1, 0.2, 0.3, 0.4]})

    found, there = columns.looked_up(ROWS, [source], ["id"], [SIZE])

    assert (found["size"].tolist(), there.all()) == ([0.3, 0.1, 0.2], True)


def test_the_first_source_that_has_a_row_counts() -> None:
    first = pd.DataFrame({"id": [1, 2], "size": [0.1, np.nan]})
    second = pd.DataFrame({"id": [1, 2, 3], "size": [7.0, 8.0, 9.0]})

    found, _ = columns.looked_up(ROWS, [first, second], ["id"], [SIZE])

    assert found["size"].tolist() == [9.0, 0.1, 8.0]


def test_what_may_be_missing_is_there_when_it_is_missing() -> None:
    source = pd.DataFrame({"id": [1, 2, 3], "size": [0.1, np.nan, 0.3]})
    nullable = Column("size", "number", "feature", nullable=True)

    strict, loose = (columns.looked_up(ROWS, [source], ["id"], [c])[1] for c in (SIZE, nullable))

    assert (strict.tolist(), loose.tolist()) == ([True, True, False], [True, True, True])


def test_rows_that_are_alike_in_all_but_the_column_pair_in_order() -> None:
    """Without a key."""
    rows = pd.DataFrame({"colour": ["red", "blue", "red"]})
    source = pd.DataFrame({"colour": ["red", "red", "blue"], "size": [1.0, 2.0, 3.0]})

    found, _ = columns.looked_up(rows, [source], ["colour"], [SIZE])

    assert found["size"].tolist() == [1.0, 3.0, 2.0]


def test_no_source_has_no_row() -> None:
    assert not columns.looked_up(ROWS, [], ["id"], [SIZE])[1].any()
