"""The population stability index of two samples of a column, and how large it is by chance."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtri

from pipeline.scores import Array

BINS = 10
FREQUENT = 20  # of values, or of the words of a text, so many have a bin of their own
ROWS = 20_000  # of each sample, evenly spread: by chance, so many differ by 0.005 at most
Pair = tuple[Array, Array]  # of base and of head


@dataclass(frozen=True)
class Shift:
    """How far two samples are apart, and how far they would be by chance were nothing different."""

    psi: float
    chance: float


def psi(base: pd.Series, head: pd.Series) -> float:
    """Return the population stability index between two samples of a column.

    Numbers and dates in bins of base's deciles, where a value that many rows have, or each of few
    values, is a bin of its own; text by its most frequent values, all others in one bin; missing in
    a bin of its own. Half a row is added to each bin, so that an empty one stays finite. Under 0.1
    is read as stable, over 0.25 as a shift (Siddiqi, 2006, Credit Risk Scorecards).

    A colour of one row in four becomes one of two; and rows that stay as they are:

    >>> base = pd.Series(["red"] * 25 + ["blue"] * 75)
    >>> round(psi(base, pd.Series(["red"] * 50 + ["blue"] * 50)), 2)
    0.27
    >>> psi(base, base)
    0.0
    """
    return shift(base, head).psi


def shift(
    base: pd.Series, head: pd.Series, kind: str = "", *, alarms: float = 0.05,
    groups: Pair | None = None, nested: bool = False,
) -> Shift:  # fmt: skip
    """Return the population stability index, and what it exceeds by chance in a share `alarms`.

    Samples of the same rows give (1/n + 1/m) times a chi-square of one degree less than bins
    (Yurdakul and Naranjo, 2020, Statistical properties of the population stability index, Journal
    of Risk Model Validation 14). Words come in texts, and rows in groups, if there are any: what
    is alike within them counts for less (Rao and Scott, 1981, The Analysis of Categorical Data from
    Complex Sample Surveys, JASA 76). kind: 'text' compares words. nested: head is a part of base.

    Seven in ten instead of five is nothing among twenty rows, and something among two hundred:

    >>> base, head = pd.Series(["red", "blue"] * 10), pd.Series(["red"] * 14 + ["blue"] * 6)
    >>> few = shift(base, head)
    >>> many = shift(pd.concat([base] * 10), pd.concat([head] * 10))
    >>> few.psi > few.chance, many.psi > many.chance
    (False, True)
    """
    nested = nested and kind != "text" and len(base) <= ROWS
    chosen = [np.linspace(0, len(s) - 1, min(len(s), ROWS)).astype(int) for s in (base, head)]
    base, head = base.iloc[chosen[0]], head.iloc[chosen[1]]
    codes, units = _words(base, head) if kind == "text" else (_codes(base, head), None)
    if groups is not None:
        rows = chosen if units is None else [c[u] for c, u in zip(chosen, units, strict=True)]
        units = groups[0][rows[0]], groups[1][rows[1]]
    codes, bins = _frequent(codes)
    counts = np.array([np.bincount(c, minlength=bins) for c in codes])
    shares = (counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True)
    index = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    before, after = _variances(codes, units, bins)
    spread = after - before if nested else after + before
    return Shift(index, float(spread * chdtri(max(bins - 1, 1), alarms)))


def alike(base: pd.Series, head: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return both as numbers where one holds numbers and the other nothing but their text.

    So a column of which only the type changed holds what it held:

    >>> base, head = alike(pd.Series([1067.0, 12.0]), pd.Series(["01067", "12"]))
    >>> list(base) == list(head)
    True
    """
    numeric = [pd.api.types.is_numeric_dtype(side) for side in (base, head)]
    if numeric[0] == numeric[1]:
        return base, head
    text = head if numeric[0] else base
    numbers = pd.to_numeric(text, errors="coerce")
    if (numbers.isna() & text.notna()).any():
        return base, head
    return (base, numbers) if numeric[0] else (numbers, head)


def ordered(base: pd.Series, head: pd.Series) -> Pair | None:
    """Return both as numbers, a moment as one too, missing as NaN; None if they have no order.

    >>> ordered(pd.Series([1, None], dtype=object), pd.Series(["7"]))
    (array([ 1., nan]), array([7.]))
    >>> ordered(pd.Series(["a"]), pd.Series(["b"])) is None
    True
    """
    sides = alike(_counted(base), _counted(head))
    kinds = ["M" if pd.api.types.is_datetime64_any_dtype(s) else s.dtype.kind for s in sides]
    if not set(kinds) <= set("iuf") and kinds != ["M", "M"]:
        return None
    before, after = (np.where(s.isna(), np.nan, s.to_numpy().astype("float64")) for s in sides)
    return before, after


def _counted(column: pd.Series) -> pd.Series:
    """Return integers among which some are missing, which come as objects, as numbers."""
    held = pd.api.types.infer_dtype(column) if column.dtype == object else ""
    return pd.to_numeric(column) if held == "integer" else column


def _codes(base: pd.Series, head: pd.Series) -> Pair:
    """Return the bin of each value, 0 for missing ones."""
    if (values := ordered(base, head)) is None:
        base, head = alike(base, head)
        both = pd.concat([base.astype("str"), head.astype("str")], ignore_index=True)
        codes = pd.factorize(both)[0] + 1
        return codes[: len(base)], codes[len(base) :]
    most = min(BINS, min(map(len, values)) // 2)  # two rows in each are few enough
    edges = _edges(values[0][~np.isnan(values[0])], most)
    before, after = (
        np.where(np.isnan(v), 0, np.searchsorted(edges, v, "right") + 1) for v in values
    )
    return before, after


def _edges(known: Array, most: int) -> Array:
    """Return where bins begin: at quantiles; before and after a value that is several of them."""
    if not len(known):
        return known
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) > most:
        shares = np.linspace(0, 1, max(most, 1) + 1)[1:-1]
        quantiles = np.quantile(known, shares, method="higher")  # values, so on any rising scale
        distinct, counts = np.unique(quantiles, return_counts=True)
        several = distinct[counts > 1]
    else:
        several = distinct
    return np.unique(np.concatenate([distinct, np.nextafter(several, np.inf)]))


def _words(base: pd.Series, head: pd.Series) -> tuple[Pair, Pair]:
    """Return the code of each word of two samples of texts, and the number of its text.

    Texts differ by how often they use the most frequent words (Kilgarriff, 2001, Comparing Corpora,
    International Journal of Corpus Linguistics 6); that every text is new says nothing. A missing
    text is a word of its own, with the code 0.
    """
    found = [_read(texts) for texts in (base, head)]
    every = np.array([word for words, _ in found for word in words], dtype=object)
    codes = pd.factorize(every)[0] + 1
    cut = len(found[0][0])
    return (codes[:cut], codes[cut:]), (found[0][1], found[1][1])


def _read(texts: pd.Series) -> tuple[list[str | None], Array]:
    words = [
        [None] if missing else re.findall(r"\w\w+", str(text).lower())
        for text, missing in zip(texts, texts.isna(), strict=True)
    ]
    return [w for found in words for w in found], np.repeat(range(len(words)), [*map(len, words)])


def _frequent(codes: Pair) -> tuple[Pair, int]:
    """Return the codes of the values that are frequent in both samples together, the rest as one.

    Chosen by either sample alone, the most frequent ones would be those that happened to be so.
    In the smaller sample at least one row of each is to be expected.
    """
    size = 1 + max(c.max(initial=0) for c in codes)
    counts = np.array([np.bincount(c, minlength=size) for c in codes])
    both, rows = counts.sum(axis=0), counts.sum(axis=1)
    kept = both * rows.min() >= max(rows.sum(), 1)
    kept[np.argsort(-both, kind="stable")[FREQUENT:]] = False
    kept[0] = both[0] > 0  # missing ones stand alone
    bins = np.where(kept, np.cumsum(kept) - 1, kept.sum())
    used = int(kept.sum()) + bool(both[~kept].sum())
    return (bins[codes[0]], bins[codes[1]]), used


def _variances(codes: Pair, units: Pair | None, bins: int) -> tuple[float, float]:
    """Return the variance of the share of a bin in each sample, in units of that of one row.

    With units, by how alike their rows are (the intraclass correlation), and how large they are.
    """
    sizes = [max(len(c), 1) for c in codes]
    if units is None:
        return 1 / sizes[0], 1 / sizes[1]
    shares = np.bincount(np.concatenate(codes), minlength=bins) / sum(sizes)
    parts = [_within(c, u, shares) for c, u in zip(codes, units, strict=True)]
    known = [(total, square, n) for n, (total, square) in zip(sizes, parts, strict=True) if total]
    surplus = sum(square - n for _, square, n in known)
    found = sum(total - n for total, _, n in known) / surplus if surplus > 0 else 0.0
    rho = min(max(found, 0.0), 1.0)
    before, after = (
        (1 + (square / n - 1) * rho) / n for n, (_, square) in zip(sizes, parts, strict=True)
    )
    return before, after


def _within(codes: Array, units: Array, shares: Array) -> tuple[float, float]:
    """Return how much the units of a sample differ, n if no more than by chance; their squares."""
    numbers, bins = pd.factorize(units)[0], len(shares)
    count = 1 + numbers.max(initial=-1)
    table = np.bincount(numbers * bins + codes, minlength=count * bins).reshape(count, bins)
    rows = table.sum(axis=1)
    square = float((rows**2).sum())
    if count < 2 or bins < 2:
        return 0.0, square
    rest = table - np.outer(rows, table.sum(axis=0) / len(codes))
    return float((rest**2 / shares).sum() / (bins - 1) * count / (count - 1)), square
