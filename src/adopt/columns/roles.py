"""The role of a column: whether a model can learn from it, and why not."""

import re

import pandas as pd

from adopt.columns import names
from adopt.columns.types import SAMPLE

VALUES = 20  # a text column with at most this many values gets them listed
FREE_TEXT_LENGTH = 60
FEW_WORDS = 4  # names have fewer, sentences more
GROUPS = 10  # an identifier with fewer values than this is taken for a kind of thing
LARGEST = 1e150  # the square of what is larger overflows, and with it every variance
UNIQUE = "identifier: every value is different"
REPEATED = "identifier that repeats"
CALENDAR = {"year", "month", "date", "day", "time", "timestamp", "jahr", "monat", "datum", "annee"}


def is_text(typed: pd.Series, distinct: int) -> bool:
    """Say whether a column of strings holds texts, mostly different or long, of several words."""
    some = typed.dropna().head(SAMPLE)
    if distinct <= VALUES or not _is_mostly_different(typed, distinct):
        return False
    words = sum(len(re.findall(r"[^\W\d_]{2}\S*", text)) for text in some)
    return words >= FEW_WORDS * len(some)


def _is_mostly_different(typed: pd.Series, distinct: int) -> bool:
    return bool(distinct > typed.notna().sum() / 2 or typed.str.len().mean() > FREE_TEXT_LENGTH)


def useless(name: str, kind: str, typed: pd.Series, distinct: int) -> str:
    """Return why a column cannot be a feature; nothing if it can."""
    rows = int(typed.notna().sum())
    if distinct <= 1:
        return "constant" if distinct else "empty"
    if kind == "number" and typed.abs().max() > LARGEST:
        return "infinite or larger than 1e150: write it in another unit"
    if kind == "string" and distinct == rows and rows > VALUES:
        return UNIQUE
    if _repeats(name, kind, distinct, rows):
        return REPEATED
    if kind == "string" and _is_mostly_different(typed, distinct):
        return f"text of under {FEW_WORDS} words, mostly different" if distinct > VALUES else ""
    return UNIQUE if distinct == rows > VALUES and _counts(name, kind, typed) else ""


def _counts(name: str, kind: str, typed: pd.Series) -> bool:
    """Say whether numbers that are all different count rows, by their name or by their range."""
    if kind not in ("integer", "number") or not (typed.dropna() % 1 == 0).all():
        return False
    if names.is_counter(name):
        return True
    dense = typed.max() - typed.min() < 2 * typed.notna().sum()
    return kind == "integer" and dense and not CALENDAR & set(names.words(name))


def _repeats(name: str, kind: str, distinct: int, rows: int) -> bool:
    """Say whether a column tells who or what a row is about, in several rows each."""
    if kind not in ("integer", "string") or distinct < GROUPS or distinct == rows:
        return False
    return names.is_identifier(name) or (names.is_entity(name) and 2 * distinct <= rows)
