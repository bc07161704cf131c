"""What caused the difference of the primary metric: reruns of the missing combinations."""

import dataclasses
import sys
from typing import Any

from pipeline.scores import METRICS, Predictions
from pipeline.stage import UserError
from review import attribute, models, revision
from review.attribute import Budget, Causes, Levels
from review.revision import Side


def causes(
    base: Side, head: Side, levels: list[str], budget_seconds: float,
    before: Predictions | None, after: Predictions, notes: list[str],
) -> dict[str, Any] | None:  # fmt: skip
    """Attribute the primary metric's difference to the changed levels; None if that cannot be done.

    The total is head's model on head's test rows minus base's model on base's. What cannot be
    attributed is said in `notes`.
    """
    if before is None or not levels:
        return None
    primary = METRICS[models.params(head).metrics[0]]
    players = [level for level in levels if level != "environment"] or ["environment"]
    fixed = frozenset(levels) & {"environment"}
    budget, rows, target = Budget(budget_seconds), models.test_rows(head), head.schema.target.name

    def value(chosen: Levels) -> float:
        if not chosen:
            return primary.compute(before)
        if chosen == frozenset(players):
            return primary.compute(after)
        budget.check(chosen)
        print(f"  training with {' and '.join(sorted(chosen))} of head …", file=sys.stderr)
        with revision.checkout(str(base.commit), "a rerun", head.root) as side:
            made = attribute.rerun(base, head, chosen | fixed, side.root)
            try:
                said = models.comparable(models.predict(made, rows, target), after)
            except UserError as error:
                raise attribute.RerunError(f"Its model cannot be scored: {error}") from None
            return primary.compute(said)

    try:
        found = attribute.attribute(players, value, _shift(base, before, primary.compute))
    except UserError as error:
        notes.append(str(error))
        return None
    if fixed and players != ["environment"]:
        found.notes.append(
            "The environment changed too and is not separable: every rerun used the new packages."
        )
    return _entry(models.params(head).metrics[0], found)


def _entry(metric: str, found: Causes) -> dict[str, Any]:
    parts = [{"cause": cause, "value": part} for cause, part in found.parts.items()]
    notes = [note[:500] for note in found.notes]
    return {"metric": metric, "total": found.total, "parts": parts, "notes": notes}


def _shift(base: Side, before: Predictions, metric: Any) -> float:
    """Return how much base's own metric moves when base's test rows become head's."""
    rows = models.test_rows(base)
    own = models.predict(base, rows, base.schema.target.name)
    return float(metric(before) - metric(dataclasses.replace(own, positive=before.positive)))
