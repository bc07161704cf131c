"""The stability index says how far two samples are apart, and how far they are by chance."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from review.drift import psi


def test_numbers_that_become_their_text_did_not_drift() -> None:
    numbers = pd.Series([float(i) for i in range(100)])

    assert psi.psi(numbers, pd.Series([f"{i:04}" for i in range(100)])) == 0


def test_integers_of_which_some_are_missing_are_numbers() -> None:
    """They come as objects; by value, each of them would be rare."""
    base = pd.Series([*range(1000), None], dtype=object)

    assert psi.psi(base, base + 1000) > 1


def texts(rows: int, seed: int, common: str = "the a to of and is in it you that") -> pd.Series:
    """Return texts of common words and of many rare ones, no two alike."""
    random, words = np.random.default_rng(seed), common.split()
    drawn = random.zipf(1.3, (rows, 12)) % 5000
    lines = (" ".join(words[n] if n < len(words) else f"w{n}" for n in line) for line in drawn)
    return pd.Series([f"{line} n{seed}x{i}" for i, line in enumerate(lines)], dtype="str")


@pytest.mark.parametrize(
    ("head", "low", "high"),
    [
        (texts(400, 2), 0.0, 0.05),
        (texts(400, 2).str.upper(), 0.0, 0.05),
        (texts(400, 2, "der die das ist und ein zu im du es"), 0.25, 20.0),
        (texts(400, 2).where(pd.Series(range(400)) % 2 == 0), 0.1, 20.0),
    ],
    ids=["new texts", "in capitals", "another language", "half are missing"],
)
def test_texts_drift_by_the_words_they_use(head: pd.Series, low: float, high: float) -> None:
    """That every text is new is no drift."""
    found = psi.shift(texts(400, 1), head, "text")

    assert low <= found.psi <= high
    assert (found.psi > found.chance) == (low > 0)


@pytest.mark.parametrize(
    ("shift", "low", "high"), [(0.0, 0.0, 0.01), (0.005, 0.0, 0.01), (1.0, 0.5, 2.0)]
)
def test_drift_is_an_effect_size(shift: float, low: float, high: float) -> None:
    """A tiny shift of many rows is no alarm, though its p-value would be; one of 1 sd is."""
    base, head = np.random.default_rng(0).normal(0, 1, (2, 50_000))

    assert low <= psi.psi(pd.Series(base), pd.Series(head + shift)) <= high


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ([1.0] * 50 + [0.0] * 950, [1.0] * 950 + [0.0] * 50),
        ([0.0] * 950 + [1.0] * 50, [0.0] * 50 + [1.0] * 950),
        ([0.0] * 100, [5.0] * 100),
        ([0.0] * 920 + list(range(1, 81)), list(range(1, 1001))),
    ],
)
def test_drift_is_seen_in_either_direction(base: list[float], head: list[float]) -> None:
    """Also of columns that hold few values, or mostly one."""
    assert psi.psi(pd.Series(base), pd.Series(head)) > 1


@pytest.mark.parametrize(
    "base",
    [
        pd.Series(["a", "b", None] * 100),
        pd.Series([1.0, 2.0, np.nan] * 100),
        pd.Series([True, False, True] * 100),
        pd.Series(pd.date_range("2026-01-01", periods=300)),
        pd.Series([np.nan] * 300),
    ],
)
def test_drift_is_nothing_for_the_same_rows_and_finite_for_others(base: pd.Series) -> None:
    assert psi.psi(base, base) == pytest.approx(0)
    assert np.isfinite(psi.psi(base, base.iloc[:1]))


def numbers(random: np.random.Generator, rows: int) -> pd.Series:
    """Return normal numbers, some of them missing."""
    return pd.Series(np.where(random.random(rows) < 0.03, np.nan, random.normal(size=rows)))


def levels(random: np.random.Generator, rows: int) -> pd.Series:
    """Return words of which some are frequent, and most are not."""
    return pd.Series(random.zipf(1.5, rows) % 300).astype("str")


def alike(random: np.random.Generator, rows: int) -> pd.Series:
    """Return words that are all as frequent, so that the most frequent ones happen to be so."""
    return pd.Series(random.integers(0, 200, rows)).astype("str")


def chatter(random: np.random.Generator, rows: int) -> pd.Series:
    """Return texts of eight words; each comes back to its own."""
    words = random.zipf(1.5, (rows, 8)) % 300
    words = np.where(random.random((rows, 8)) < 0.3, words[:, :1], words)
    return pd.Series([" ".join(f"w{n}" for n in line) for line in words], dtype="str")


@pytest.mark.simulation
@pytest.mark.parametrize("rows", [(50, 50), (100, 100), (1000, 1000), (1000, 50), (1000, 20)])
@pytest.mark.parametrize("drawn", [numbers, levels, alike, chatter])
def test_samples_of_the_same_rows_are_rarely_called_apart(
    drawn: Callable[[np.random.Generator, int], pd.Series], rows: tuple[int, int]
) -> None:
    """By chance in one of twenty; with 200 draws, up to 20 of them may be seen."""
    random, kind = np.random.default_rng(0), "text" if drawn is chatter else ""

    pairs = ([drawn(random, n) for n in rows] for _ in range(200))
    found = [psi.shift(base, head, kind) for base, head in pairs]

    assert sum(one.psi > one.chance for one in found) <= 20


@pytest.mark.simulation
def test_rows_of_one_group_count_as_little_as_they_differ() -> None:
    """Ten rows of a patient are hardly more than one; without groups nearly all would alarm."""
    random = np.random.default_rng(0)

    def alarms(*, grouped: bool) -> int:
        count = 0
        for _ in range(100):
            groups = (np.repeat(np.arange(100), 10), np.repeat(np.arange(100, 120), 10))
            values = random.normal(size=120)
            sides = [pd.Series(values[g] + 0.1 * random.normal(size=len(g))) for g in groups]
            found = psi.shift(*sides, alarms=0.01, groups=groups if grouped else None)
            count += found.psi > found.chance
        return count

    assert alarms(grouped=True) <= 8
    assert alarms(grouped=False) >= 80


def test_one_new_group_is_no_sample() -> None:
    """Its hundred rows are alike, as those of all others are."""
    random = np.random.default_rng(0)
    groups = (np.repeat(np.arange(50), 20), np.full(100, 50))
    base = pd.Series(random.normal(size=50)[groups[0]])

    found = psi.shift(base, pd.Series([1.9] * 100), groups=groups)

    assert found.psi > 1
    assert found.psi < found.chance


def test_what_is_left_of_rows_is_close_by_chance() -> None:
    """Nine of ten rows differ less from all than other rows would."""
    base = pd.Series(np.random.default_rng(0).normal(size=1000))

    left, other = (psi.shift(base, base[:900], nested=nested) for nested in (True, False))

    assert left.psi < left.chance < other.chance / 10


def test_of_many_rows_some_are_enough() -> None:
    """A part of them is then no longer a part of the others."""
    base = pd.Series(np.random.default_rng(0).normal(size=50_000))

    found = psi.shift(base, base[:45_000], nested=True, groups=(np.arange(50_000),) * 2)

    assert 0 < found.psi < found.chance < 0.01
