"""Which training rows a refit learns from hangs on the rows' own hashes alone."""

import numpy as np

from review.gather.predict import drawn

HASHES = np.random.default_rng(0).integers(0, 2**64, 100_000, dtype="uint64")


def test_a_row_is_drawn_as_by_the_law_of_poisson() -> None:
    times = drawn(HASHES, 1)

    assert abs(times.mean() - 1) < 0.01 and abs(times.var() - 1) < 0.02
    assert abs((times == 0).mean() - np.exp(-1)) < 0.005


def test_a_row_is_drawn_alike_whatever_other_rows_there_are() -> None:
    """So that the refits of both sides share their luck."""
    assert (drawn(HASHES, 3)[::2] == drawn(HASHES[::2], 3)).all()


def test_each_refit_draws_anew() -> None:
    """No more alike than chance; nor are rows whose hashes are neighbours."""
    one, other = drawn(HASHES, 1), drawn(HASHES, 2)
    near = drawn(np.arange(100_000, dtype="uint64"), 1)

    assert abs(np.corrcoef(one, other)[0, 1]) < 0.01
    assert abs(np.corrcoef(near[1:], near[:-1])[0, 1]) < 0.01
