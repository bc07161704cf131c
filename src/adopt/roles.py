"""The role of a column: whether a model can learn from it, and why not."""

import re

import pandas as pd

from adopt.types import SAMPLE

VALUES = 20  # a text column with at most this many values gets them listed
FREE_TEXT_LENGTH = 60
FEW_WORDS = 4  # names have fewer, sentences more


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
    if kind == "string" and distinct == rows and rows > VALUES:
        return "identifier: every value is different"
    if kind == "string" and _is_mostly_different(typed, distinct):
        return f"text of under {FEW_WORDS} words, mostly different" if distinct > VALUES else ""
    named_id = re.search(r"(?i)(^|[^a-z])id$", name) is not None
    counts = named_id or (kind == "integer" and typed.max() - typed.min() < 2 * rows)
    if kind == "integer" and distinct == rows > VALUES and counts:
        return "identifier: every value is different"
    return ""
