"""Numbers of nines are taken for codes only when they cannot be anything else."""

import pandas as pd
import pytest

from adopt.columns.codes import nines


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4, 5, -999, -999], [(-999, 2, True)]),
        ([20.5, -12.5, 7.0, 9999.0, 9999.0], [(9999, 2, True)]),
        ([1, 2, 3, 4, 5, -999], []),
        ([1, 2, 3, 4, 5, 99, 99], [(99, 2, False)]),
        ([0, 27, 999, 999, 999], [(999, 3, False)]),
        ([0, 500, 300, 100, 200, 999, 999], []),
        ([0, 400, 300, 100, 200, -999, -999], [(-999, 2, False)]),
        ([1, 1, 1, 1, 1, -999, -999], []),
        ([0, 50_000, 999, 999, 30_000], []),
        ([1, 2, 3, 4, 5, 6, 7, -999, -999, 9999, 9999], [(-999, 2, True), (9999, 2, True)]),
    ],
)
def test_a_code_lies_apart_from_all_others(
    values: list[float], expected: list[tuple[int, int, bool]]
) -> None:
    """Twice or more; for sure, ten times as far as those lie from each other, and rarely."""
    assert nines(pd.Series(values)) == expected
