"""How far each column drifted: the population stability index."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.schema import Column
from pipeline.scores import Array

BINS = 10
WORDS = 20  # of a text column, the most frequent words of base
TEXTS = 20_000  # shares of words are means: that many rows are enough


def drift(
    base: pd.DataFrame, head: pd.DataFrame, columns: Sequence[Column]
) -> list[dict[str, Any]]:
    """Return the population stability index of each column that moved at all, worst first.

    >>> columns = [Column("size", "number", "feature"), Column("colour", "string", "feature")]
    >>> base = pd.DataFrame({"size": [1.0, 2.0] * 50, "colour": ["red"] * 100})
    >>> head = base.assign(size=[1.0] * 30 + [2.0] * 70)
    >>> drift(base, head, columns)
    [{'column': 'size', 'psi': 0.164291}]
    """
    shared = [c for c in columns if c.name in base and c.name in head]
    found = {c.name: round(_moved(base[c.name], head[c.name], c.type), 6) for c in shared}
    worst_first = sorted(found, key=lambda name: -found[name])
    return [{"column": name, "psi": found[name]} for name in worst_first if found[name] > 0]


def _moved(base: pd.Series, head: pd.Series, kind: str) -> float:
    return psi(*frequent_words(base, head)) if kind == "text" else psi(base, head)


def frequent_words(base: pd.Series, head: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the words of two samples of texts, the rare ones as one, missing texts as missing.

    Texts differ by how often they use the most frequent words (Kilgarriff, 2001, Comparing Corpora,
    International Journal of Corpus Linguistics 6); that every text is new says nothing.

    >>> base = pd.Series(["free prize", "free lunch", "a free meeting"])
    >>> words = frequent_words(base, pd.Series(["free as ever"]))
    >>> words[0].value_counts()["free"], list(words[1])
    (np.int64(3), ['free', '', ''])
    """
    before, after = _words(base), _words(head)
    frequent = {word for word, _ in Counter(filter(None, before)).most_common(WORDS)}
    kept = ([w if w is None or w in frequent else "" for w in words] for words in (before, after))
    return pd.Series(next(kept), dtype="str"), pd.Series(next(kept), dtype="str")


def _words(texts: pd.Series) -> list[str | None]:
    chosen = texts.iloc[np.linspace(0, len(texts) - 1, min(len(texts), TEXTS)).astype(int)]
    known = chosen.notna().to_numpy()
    found = [re.findall(r"\w\w+", str(text).lower()) for text in chosen[known]]
    return [*(word for words in found for word in words), *[None] * int((~known).sum())]


def psi(base: pd.Series, head: pd.Series) -> float:
    """Return the population stability index between two samples of a column.

    Numbers and dates in bins of base's deciles, where a value that many rows have, or each of few
    values, is a bin of its own; text by value; missing in a bin of its own. Half a row is added to
    each bin, so that an empty one stays finite. Under 0.1 is read as stable, over 0.25 as a shift
    (Siddiqi, 2006, Credit Risk Scorecards).

    A colour of one row in four becomes one of two; and rows that stay as they are:

    >>> base = pd.Series(["red"] * 25 + ["blue"] * 75)
    >>> round(psi(base, pd.Series(["red"] * 50 + ["blue"] * 50)), 2)
    0.27
    >>> psi(base, base)
    0.0
    """
    before, after = _codes(base, head)
    size = max(before.max(initial=0), after.max(initial=0)) + 1
    counts = [np.bincount(codes, minlength=size) + 0.5 for codes in (before, after)]
    shares = [count / count.sum() for count in counts]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


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


def _codes(base: pd.Series, head: pd.Series) -> tuple[Array, Array]:
    base, head = alike(base, head)
    ordered = all(
        pd.api.types.is_numeric_dtype(s) or pd.api.types.is_datetime64_any_dtype(s)
        for s in (base, head)
    )
    if not ordered or base.dtype == bool:
        both = pd.concat([base.astype("str"), head.astype("str")], ignore_index=True)
        codes = pd.factorize(both, use_na_sentinel=False)[0]
        return codes[: len(base)], codes[len(base) :]
    values = [np.where(s.isna(), np.nan, s.to_numpy().astype("float64")) for s in (base, head)]
    edges = _edges(values[0][~np.isnan(values[0])])
    coded = [
        np.where(np.isnan(v), len(edges) + 1, np.searchsorted(edges, v, "right")) for v in values
    ]
    return coded[0], coded[1]


def _edges(known: Array) -> Array:
    """Return where bins begin: at deciles; before and after a value that is several of them."""
    if not len(known):
        return known
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) > BINS:
        shares = np.linspace(0, 1, BINS + 1)[1:-1]
        quantiles = np.quantile(known, shares, method="higher")  # values, so on any rising scale
        distinct, counts = np.unique(quantiles, return_counts=True)
        several = distinct[counts > 1]
    else:
        several = distinct
    return np.unique(np.concatenate([distinct, np.nextafter(several, np.inf)]))
