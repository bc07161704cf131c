"""The split to start with: one that leaves something to learn from, and something to measure."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from pipeline import split, stage
from pipeline.schema import Schema
from pipeline.split import Params
from pipeline.stage import UserError

SHARES = (0.25, 0.3, 0.2, 0.35, 0.15, 0.4, 0.1, 0.5, 0.05)  # the usual one first


class HoldoutError(UserError):
    """The rows cannot be put on two sides."""


def holdout(rows: pd.DataFrame, schema: Schema, by: str) -> tuple[dict[str, Any], np.ndarray]:
    """Return the parameters of a split with something to learn and to measure, and the test rows.

    Of the shares tried, the first that leaves two values of the target on both sides; or else on
    the training side. Raises HoldoutError.
    """
    target = rows[schema.target.name]
    chosen = None
    for params in _tried(rows, schema, by):
        test = split.is_test(rows, schema, Params(**params))
        learnt, measured = target[~test].nunique(), target[test].nunique()
        if learnt >= 2 and measured >= 2:
            return params, test
        if learnt >= 2 and measured and chosen is None:
            chosen = params, test
    if chosen is None:
        raise HoldoutError(_alone(rows, schema, by))
    return chosen


def _tried(rows: pd.DataFrame, schema: Schema, by: str) -> Iterator[dict[str, Any]]:
    if by != "time":
        yield from ({"by": by, "test_share": share, "test_from": None} for share in SHARES)
        return
    times = rows[schema.having("time")[0]].sort_values()
    later = times[times > times.iloc[0]]  # so that the training side is never empty
    for share in SHARES if len(later) else ():
        moment = max(times.iloc[int((1 - share) * len(rows))], later.iloc[0])
        start = str(moment) if hasattr(moment, "date") else moment.item()
        yield {"by": "time", "test_share": SHARES[0], "test_from": start}


def _alone(rows: pd.DataFrame, schema: Schema, by: str) -> str:
    names = schema.having(by)
    if names and rows[names[0]].nunique() == 1:
        return f"Column '{names[0]}', the {by}, is always {rows[names[0]].iloc[0]}."
    option = f" or another column than {by.upper()}={names[0]}" if names else ""
    return (
        f"No split of {stage.plural(len(rows), 'row')} by {by} leaves two values of target "
        f"'{schema.target.name}' to learn from, and rows to test; expected more rows{option}."
    )
