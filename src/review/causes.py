"""What caused the difference of the primary metric: reruns of the missing combinations."""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline import scores, stage
from pipeline.scores import Predictions
from pipeline.stage import UserError
from review import ReviewError, models
from review.gather import reruns
from review.gather.reruns import Budget
from review.gather.sides import Sides
from review.judge import Judged
from review.methods import compare, shapley
from review.methods.shapley import Causes, Levels


@dataclass(frozen=True)
class Attributed:
    """What caused the difference, None if that cannot be told, and then why."""

    entry: dict[str, Any] | None
    notes: tuple[str, ...] = ()


def causes(sides: Sides, judged: Judged, levels: list[str], budget: Budget) -> Attributed:
    """Attribute the primary metric's difference to the changed levels.

    The total is head's metric on the rows that were judged minus base's on its own test rows.
    """
    metric, before = sides.evaluation.metrics[0], judged.before
    if before is None or compare.lacks(metric, before):
        return Attributed(
            None, (f"What caused a difference cannot be told without base's {metric}.",)
        )
    if not levels:
        return Attributed(None)
    players = [level for level in levels if level != "environment"] or ["environment"]
    fixed = frozenset(levels) & {"environment"}
    try:
        own = models.comparable(models.told(sides.recorded), judged.after)
        shift = scores.value(metric, before) - scores.value(metric, own)
        if not math.isfinite(shift):
            raise ReviewError(
                f"{metric} is undefined for base, so its change has no causes to tell."
            )
        ends = {
            frozenset[str](): scores.value(metric, before),
            frozenset(players): scores.value(metric, judged.after),
        }
        unseen = ~judged.tested.learnt
        value = _value(metric, ends, fixed, budget, lambda some: sides.rerun(some)[unseen])
        found = shapley.attribute(players, value, shift)
    except UserError as error:
        return Attributed(None, (str(error),))
    return Attributed(_entry(metric, found, inseparable=bool(fixed) and players != ["environment"]))


def _value(
    metric: str, ends: dict[Levels, float], fixed: Levels, budget: Budget,
    rerun: Callable[[Levels], Predictions],
) -> shapley.Value:  # fmt: skip
    """Return what gives the metric of any combination: of the two ends it is known."""

    def value(chosen: Levels) -> float:
        if chosen in ends:
            return ends[chosen]
        budget.check(chosen)
        print(stage.one_line(f"  {reruns.named(chosen)} …"), file=sys.stderr)
        said = rerun(chosen | fixed)
        if compare.lacks(metric, said):
            name = reruns.named(chosen | fixed)
            raise shapley.RerunError(
                f"{name[0].upper()}{name[1:]} cannot be scored: its estimator gives no "
                "probabilities."
            )
        return scores.value(metric, said)

    return value


def _entry(metric: str, found: Causes, *, inseparable: bool) -> dict[str, Any]:
    parts = [{"cause": cause, "value": part} for cause, part in found.parts.items()]
    environment = (
        "The environment changed too and is not separable: every rerun used the new packages."
    )
    notes = [note[:500] for note in [*found.notes, *[environment] * inseparable]]
    return {"metric": metric, "total": found.total, "parts": parts, "notes": notes}
