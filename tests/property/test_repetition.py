"""More of the same rows tell the same difference more surely: four times as many, twice as sure."""

import numpy as np
import pytest
from hypothesis import given

from pairs import Pair, chosen, compared, few, numbers, of_any_task


@few
@given(of_any_task)
def test_four_times_the_rows_halve_the_interval(pair: Pair) -> None:
    """About: small test sets are corrected for being small, most of all where no row differs."""
    rows = np.tile(np.arange(len(pair[0].truth)), 4)
    base, head = (chosen(p, rows) for p in pair)

    for one, four in zip(compared(pair), compared((base, head)), strict=True):
        found, again = numbers(one), numbers(four)
        if found and again and one.method in ("closed form", "DeLong"):
            assert again[0] == pytest.approx(found[0], abs=1e-12)
            assert (
                0.25 * (found[2] - found[1]) <= again[2] - again[1] <= 0.55 * (found[2] - found[1])
            )
