"""Drift is never negative, nothing for the same shares, and grows with the part that moved."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairs import SEEDS, STEPS
from review.drift.psi import psi

KINDS = {
    "number": lambda codes: pd.Series(codes.astype(float)),
    "integer": lambda codes: pd.Series(codes, dtype="Int64"),
    "date": lambda codes: pd.Series(pd.Timestamp("2026-01-01") + pd.to_timedelta(codes, unit="D")),
    "text": lambda codes: pd.Series(codes.astype(str)),
}
KIND = st.sampled_from(sorted(KINDS))


@given(SEEDS, STEPS, KIND)
def test_drift_is_never_negative_and_nothing_for_the_same_rows(
    seed: int, steps: int, kind: str
) -> None:
    """In whatever order they stand."""
    random = np.random.default_rng(seed)
    codes, others = random.integers(0, steps, 100), random.integers(0, steps, 60)
    base, again, head = (KINDS[kind](c) for c in (codes, random.permutation(codes), others))

    assert psi(base, again) == pytest.approx(0, abs=1e-12)
    assert psi(base, head) >= 0


@given(SEEDS, STEPS, KIND)
def test_the_more_rows_moved_the_more_it_drifted(seed: int, steps: int, kind: str) -> None:
    """Rows of another sample take the place of base's own, a quarter at a time."""
    codes, others = np.random.default_rng(seed).integers(0, steps, (2, 100))
    mixed = [np.append(np.tile(others, n), np.tile(codes, 4 - n)) for n in range(5)]
    base, *heads = (KINDS[kind](codes) for codes in mixed)

    found = [psi(base, head) for head in (base, *heads)]

    assert found[0] == 0
    assert (np.diff(found) >= -1e-12).all()


@given(SEEDS, st.lists(st.integers(1, 40), min_size=2, max_size=5))
def test_of_text_it_is_the_same_in_both_directions(seed: int, counts: list[int]) -> None:
    """Bins of numbers are base's own, so theirs need not be."""
    words = pd.Series(np.repeat([f"word {i}" for i in range(len(counts))], counts))
    head = words.sample(len(words), replace=True, random_state=seed)

    assert psi(words, head) == pytest.approx(psi(head, words), abs=1e-12)
