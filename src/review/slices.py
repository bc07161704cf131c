"""The same comparison for each value of a column, so that a loss in one group is seen."""

import dataclasses
from typing import Any

import pandas as pd

from pipeline.scores import Array, Predictions
from review import models
from review.methods import compare
from review.methods.compare import Comparison

VALUES = 10  # the most frequent ones are compared


def slices(
    columns: list[str], metric: str, rows: pd.DataFrame,
    before: Predictions | None, after: Predictions, notes: list[str],
) -> list[dict[str, Any]]:  # fmt: skip
    """Compare the primary metric on the rows of each frequent value of each column."""
    found = []
    for column in columns:
        if column not in rows:
            notes.append(
                f"params.yaml, section 'review': slice '{column}' is no column of the test rows."
            )
            continue
        text = rows[column].astype("str")
        for value in text.value_counts().index[:VALUES]:
            chosen = (text == value).to_numpy()
            comparison = _slice(metric, before, after, chosen)
            entry = {"column": column, "value": str(value)[:500], "rows": int(chosen.sum())}
            found.append(entry | {"comparison": dataclasses.asdict(comparison)})
    return found


def _slice(
    metric: str, before: Predictions | None, after: Predictions, chosen: Array
) -> Comparison:
    some = models.only(after, chosen)
    if before is None:
        return compare.unknown(metric, "base's model cannot be scored on these rows", some)
    return compare.compare([metric], models.only(before, chosen), some)[0]
