"""What caused the difference of the primary metric: reruns of the missing combinations."""

import math
import sys
from typing import Any

import numpy as np
import pandas as pd

from pipeline import dataset, scores, stage
from pipeline.scores import Predictions
from pipeline.stage import UserError
from review import data, models, reruns, revision
from review.methods import compare, shapley
from review.methods.shapley import Causes, Levels
from review.reruns import Budget
from review.revision import ReviewError, Side


def causes(
    base: Side, head: Side, levels: list[str], budget_seconds: float,
    rows: pd.DataFrame, before: Predictions | None, after: Predictions, notes: list[str],
) -> dict[str, Any] | None:  # fmt: skip
    """Attribute the primary metric's difference to the changed levels; None if that cannot be done.

    `before` and `after` are what both models say of `rows`. The total is head's metric on them
    minus base's on its own test rows. What cannot be attributed is said in `notes`.
    """
    metric = models.params(head).metrics[0]
    if before is None or compare.lacks(metric, before):
        notes.append(f"What caused a difference cannot be told without base's {metric}.")
        return None
    if not levels:
        return None
    players = [level for level in levels if level != "environment"] or ["environment"]
    fixed = frozenset(levels) & {"environment"}
    budget = Budget(budget_seconds)

    def value(chosen: Levels) -> float:
        if not chosen:
            return scores.value(metric, before)
        if chosen == frozenset(players):
            return scores.value(metric, after)
        budget.check(chosen)
        print(f"  {' and '.join(sorted(chosen))} of head with the rest of base …", file=sys.stderr)
        with revision.checkout(str(base.commit), "a rerun", head.root) as side:
            made = reruns.rerun(base, head, chosen | fixed, side.root)
            try:
                _expect_unseen(made, head, rows)
                target, positive = head.schema.target.name, after.positive
                said = models.predict(made, rows, target, positive, {})
                if compare.lacks(metric, said):
                    raise ReviewError("its estimator gives no probabilities")
                return scores.value(metric, models.comparable(said, after))
            except UserError as error:
                raise shapley.RerunError(
                    f"{made.label[0].upper()}{made.label[1:]} cannot be scored: {error}."
                ) from None

    try:
        own = models.comparable(models.recorded(base, after.positive), after)
        shift = scores.value(metric, before) - scores.value(metric, own)
        if not math.isfinite(shift):
            raise ReviewError(
                f"{metric} is undefined for base, so its change has no causes to tell."
            )
        found = shapley.attribute(players, value, shift)
    except UserError as error:
        notes.append(str(error))
        return None
    if fixed and players != ["environment"]:
        found.notes.append(
            "The environment changed too and is not separable: every rerun used the new packages."
        )
    return _entry(metric, found)


def _expect_unseen(made: Side, head: Side, rows: pd.DataFrame) -> None:
    """Raise ReviewError if a rerun was trained on rows that it is to be scored on.

    New rows under base's split, or base's rows under another one, can stand on either side.
    """
    if made.output("data/train") == head.output("data/train"):
        return
    made.need("data/train")
    columns = data.identity(made.schema, head.schema)
    parts = dataset.read_parts(made.root / "data/train").values()
    seen = np.isin(dataset.hashes(rows, columns), dataset.hashes(pd.concat(parts), columns))
    if seen.any():
        raise ReviewError(f"it learnt {stage.plural(int(seen.sum()), 'row')} of head's test set")


def _entry(metric: str, found: Causes) -> dict[str, Any]:
    parts = [{"cause": cause, "value": part} for cause, part in found.parts.items()]
    notes = [note[:500] for note in found.notes]
    return {"metric": metric, "total": found.total, "parts": parts, "notes": notes}
