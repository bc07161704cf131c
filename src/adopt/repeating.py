"""Whether a column tells the target only because it says whom or what a row is about."""

import pandas as pd

from adopt.columns.roles import GROUPS
from pipeline.leaks import Leak, told


def groups(rows: pd.DataFrame, leak: Leak, target: pd.Series, task: str) -> bool:
    """Say whether a column tells the target as the number of a patient does: it has to be known.

    Such a column comes again in several rows, and neighbouring numbers mean nothing: what a few
    cuts tell is far less than what all of them do.
    """
    (name,) = leak.columns
    column = rows[name].dropna()
    distinct = column.nunique()
    if not GROUPS <= distinct <= len(column) / 2:
        return False
    if pd.api.types.is_string_dtype(column):
        return bool(column.str.contains(r"\d").mean() > 0.9)
    if not (pd.api.types.is_numeric_dtype(column) and (column % 1 == 0).all()):
        return False
    return told(rows[name], target, task, cuts=max(2, distinct // 4)) < leak.score - 0.05
