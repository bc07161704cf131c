"""Which features tell the target alone or as a sum, and did not before: probable leaks."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline import leaks
from pipeline.leaks import Leak
from pipeline.stage import UserError
from review.drift.drifted import Paired
from review.gather.sides import Sides

BEFORE = 0.8  # of 1: what tells more of the target in base is no news in new rows
RAREST = 10  # rows of a class among new rows, so that their luck is not taken for a leak


@dataclass(frozen=True)
class Question:
    """Rows, the target in them, and the task: what a leak answers."""

    rows: pd.DataFrame
    target: str
    task: str

    def leaks(self, features: list[str], suspects: list[str]) -> list[Leak]:
        """Return the leaks in which a suspect takes part."""
        if not suspects:
            return []
        return leaks.leaks(self.rows, features, self.rows[self.target], self.task, suspects)

    def told(self, column: str) -> float:
        """Return how well a column alone tells the target, of 1."""
        return leaks.told(self.rows[column], self.rows[self.target], self.task)


def found(sides: Sides, pairs: Paired | None) -> list[dict[str, Any]]:
    """Return the leaks among features that are new, and in new rows among the others.

    Without the rows of both sides, features are looked at on head's test rows.
    """
    features, there = [c.name for c in sides.head.schema.features], _features(sides)
    rows, target = sides.rows if pairs is None else pairs.head, sides.head.schema.target.name
    head = Question(rows, target, sides.after.task)
    new = [name for name in features if sides.renamed.get(name, name) not in there]
    entries = in_new_features(head, features, new)
    base = sides.renamed.get(target, target)
    if pairs is not None and there and _asks_the_same(pairs, base, head):
        known = [name for name in features if name in pairs.was and name not in new]
        entries += in_new_rows(head, Question(pairs.base, base, head.task), pairs, known)
    return entries


def _features(sides: Sides) -> set[str]:
    """Return what base's model could learn the same target from."""
    parsed, target = sides.base.parsed, sides.head.schema.target.name
    if isinstance(parsed, UserError) or parsed.target.name != sides.renamed.get(target, target):
        return set()
    return {column.name for column in parsed.features}


def _asks_the_same(pairs: Paired, target: str, head: Question) -> bool:
    return head.task != "regression" or pd.api.types.is_numeric_dtype(pairs.base[target])


def in_new_features(head: Question, features: list[str], new: list[str]) -> list[dict[str, Any]]:
    """Return the leaks in which a new feature takes part, in all rows."""
    return [_entry(leak, len(head.rows), None) for leak in head.leaks(features, new)]


def in_new_rows(
    head: Question, base: Question, pairs: Paired, features: list[str]
) -> list[dict[str, Any]]:
    """Return the leaks among rows that are new, or have another feature, but not among base's."""
    rows = head.rows.iloc[pairs.fresh]
    if head.task != "regression":
        rows = rows[rows[head.target].map(rows[head.target].value_counts()) >= RAREST]
    told = Question(rows, head.target, head.task).leaks(features, features)
    before = [_before(base, [pairs.was[name] for name in leak.columns]) for leak in told]
    return [
        _entry(leak, len(rows), score)
        for leak, score in zip(told, before, strict=True)
        if score < BEFORE
    ]


def _before(base: Question, columns: list[str]) -> float:
    """Return how well the same columns tell the target of base's rows; a sum does, or does not."""
    return base.told(columns[0]) if len(columns) == 1 else float(bool(base.leaks(columns, columns)))


def _entry(leak: Leak, rows: int, before: float | None) -> dict[str, Any]:
    score = None if before is None else round(before, 6)
    return {
        "columns": list(leak.columns),
        "score": round(leak.score, 6),
        "rows": rows,
        "base": score,
    }
