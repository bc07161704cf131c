"""What caused the difference of the primary metric: reruns of the missing combinations."""

import functools
import math
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pipeline import scores, stage
from pipeline.scores import Predictions
from pipeline.stage import UserError
from review import ReviewError, models, parts
from review.gather import reruns
from review.gather.reruns import Budget
from review.gather.sides import Sides
from review.judge import Judged
from review.methods import compare, shapley
from review.methods.shapley import Causes, Levels
from review.parts import Doubt, Ends, Part, Said


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
        ends = {frozenset[str](): before, frozenset(players): judged.after}
        unseen = ~judged.tested.learnt
        said = _said(metric, ends, fixed, budget, lambda some: sides.rerun(some)[unseen])
        found = shapley.attribute(players, lambda chosen: scores.value(metric, said(chosen)), shift)
    except UserError as error:
        return Attributed(None, (str(error),))
    inseparable = bool(fixed) and players != ["environment"]
    doubt = Doubt(metric, judged.units, judged.refits.spreads([metric]).get(metric))
    moved, total = _moved(sides, judged, own, before, found.total, doubt)
    of_rows = Part("test rows", found.parts["test rows"], *moved)
    every = [of_rows, *parts.of_levels(found, said, judged.found[0], doubt)]
    return Attributed(_entry(metric, found, every, total, inseparable=inseparable))


def _moved(
    sides: Sides, judged: Judged, own: Predictions, before: Predictions, total: float, doubt: Doubt
) -> tuple[Ends, Ends]:
    """Return the intervals of what the test rows add, and of all together.

    There is none if nobody knows which rows the two test sets share.
    """
    if isinstance(sides.frames, UserError):
        return (None, None), (None, None)
    change, unseen = judged.found[0], ~judged.tested.learnt
    mine, at = judged.tested.pairs
    kept = unseen[at]
    pairs = mine[kept], (np.cumsum(unseen) - 1)[at[kept]]
    moved = parts.of_rows(own, before, before, pairs, doubt)
    if moved == (0.0, 0.0):
        return moved, (change.low, change.high)
    ends = parts.of_rows(own, before, judged.after, pairs, doubt)
    return moved, parts.trained(total, ends, 2, doubt.training)


def _said(
    metric: str, ends: dict[Levels, Predictions], fixed: Levels, budget: Budget,
    rerun: Callable[[Levels], Predictions],
) -> Said:  # fmt: skip
    """Return what gives the predictions of any combination: of the two ends they are known."""

    @functools.cache
    def said(chosen: Levels) -> Predictions:
        if chosen in ends:
            return ends[chosen]
        budget.check(chosen)
        print(stage.one_line(f"  {reruns.named(chosen)} …"), file=sys.stderr)
        found = rerun(chosen | fixed)
        if compare.lacks(metric, found):
            name = reruns.named(chosen | fixed)
            raise shapley.RerunError(
                f"{name[0].upper()}{name[1:]} cannot be scored: its estimator gives no "
                "probabilities."
            )
        return found

    return said


def _entry(
    metric: str, found: Causes, every: list[Part], total: Ends, *, inseparable: bool
) -> dict[str, Any]:
    environment = (
        "The environment changed too and is not separable: every rerun used the new packages."
    )
    notes = [note[:500] for note in [*found.notes, *[environment] * inseparable]]
    low, high = total
    listed = [asdict(part) for part in every]
    numbers = {"total": found.total, "low": low, "high": high}
    return {"metric": metric, **numbers, "parts": listed, "notes": notes}
