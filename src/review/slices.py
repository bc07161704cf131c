"""The same comparison for each value of a column, so that a loss in one group is seen."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.scores import Array
from review.judge import Judged
from review.methods import compare
from review.methods.compare import Comparison

VALUES = 10  # the most frequent ones are compared


@dataclass(frozen=True)
class Sliced:
    """An entry for each value of each column, and a sentence for each column that is not there."""

    entries: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


def slices(columns: list[str], metric: str, judged: Judged) -> Sliced:
    """Compare the primary metric on the rows of each frequent value of each column."""
    there = [column for column in columns if column in judged.rows]
    notes = [
        f"params.yaml, section 'review': slice '{column}' is no column of the test rows."
        for column in columns
        if column not in there
    ]
    entries = [entry for column in there for entry in _entries(column, metric, judged)]
    return Sliced(tuple(entries), tuple(notes))


def _entries(column: str, metric: str, judged: Judged) -> Iterator[dict[str, Any]]:
    text = judged.rows[column].astype("str")
    for value in text.value_counts().index[:VALUES]:
        chosen = (text == value).to_numpy()
        comparison = _slice(metric, judged, chosen)
        entry = {"column": column, "value": str(value)[:500], "rows": int(chosen.sum())}
        yield entry | {"comparison": dataclasses.asdict(comparison)}


def _slice(metric: str, judged: Judged, chosen: Array) -> Comparison:
    some = judged.after[chosen]
    if judged.before is None:
        return compare.unknown(metric, "base's model cannot be scored on these rows", some)
    spreads = judged.refits[chosen].spreads([metric])
    return compare.compare([metric], judged.before[chosen], some, training=spreads)[0]
