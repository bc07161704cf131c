"""Judges head's model beside base's, on the rows on which that is fair."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import scores, stage
from pipeline.scores import Predictions
from pipeline.stage import UserError
from report.numbers import exact, figures, number
from review import ReviewError, gate, models
from review.dependence import Units, codes, units
from review.gather.sides import Sides
from review.methods import compare, outcome
from review.methods.cautions import cautions
from review.methods.compare import Comparison
from review.methods.refits import Refits
from review.rows import twins
from review.rows.twins import Tested


@dataclass(frozen=True)
class Compared:
    """A comparison by each metric, on which and how many rows, and what to know when reading it."""

    found: list[Comparison]
    scored: str
    units: Units | None
    count: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """The comparison by each metric, and what it was made on.

    rows: head's test rows that neither model learnt. units: in which groups or blocks of time they
    come. before, after: what both models say of them; refits: what they say when trained again.
    count: how many rows are behind `found`, `scored` which, and `apart` the units of those. own:
    head's metrics on all of its test rows.
    """

    found: list[Comparison]
    common: list[Comparison]
    rows: pd.DataFrame
    units: Units | None
    before: Predictions | None
    after: Predictions
    refits: Refits
    tested: Tested
    count: int
    scored: str
    apart: Units | None
    own: dict[str, float]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Since:
    """The comparison with an older version, which is not told by its own model: it is not run."""

    commit: str
    label: str
    rows: int
    metrics: list[Comparison]
    notes: tuple[str, ...]


def judge(sides: Sides, refits: Refits) -> Judged:
    """Compare both models on head's test rows, but for those that a model learnt.

    refits: what both say of all of them when they are trained again.
    """
    names, after, total = sides.evaluation.metrics, sides.after, len(sides.rows)
    own = {name: scores.value(name, after) for name in names}
    tested = twins.tested(sides.frames, sides.own, total)
    before, rows = _of_base(sides), sides.rows
    if tested.learnt.all():
        before = ReviewError("a model learnt each of them")
    apart = _apart(sides)
    if isinstance(before, UserError):
        compared, said = _by_records(names, sides, str(before).rstrip("."), tested, apart), None
    else:
        unseen = ~tested.learnt
        rows, after, said = rows[unseen], after[unseen], before[unseen]
        refits, apart = refits[unseen], None if apart is None else apart[unseen]
        compared = _by_models(sides, said, after, tested, apart, refits)
    notes = [*_questions(sides), *compared.notes]
    if compared.count < total:
        notes.append(f"On all test rows of head, {names[0]} is {number(own[names[0]])}.")
    common = _common(sides, said, after, tested, apart, refits)
    both, which = (rows, apart, said, after, refits, tested), (compared.count, compared.scored)
    return Judged(compared.found, common, *both, *which, compared.units, own, tuple(notes))


def _apart(sides: Sides) -> Units | None:
    """Return in which groups or blocks of time head's test rows come."""
    return units(sides.rows, sides.head.schema, sides.head.params.get("split", {}).get("by"))


def _questions(sides: Sides) -> list[str]:
    """Say how the question that the model answers changed: its target, its metrics, its columns."""
    base, first, target = sides.base, sides.evaluation.metrics[0], sides.head.schema.target.name
    found = [f"Column '{old}' is now called '{new}'." for new, old in sides.renamed.items()]
    before = base.params.get("evaluate")
    metrics = before.get("metrics") if isinstance(before, dict) else None
    if isinstance(metrics, list) and metrics and metrics[0] != first:
        found.append(
            f"The primary metric was {metrics[0]} on {base.label}, and is {first} now, which "
            "judges both."
        )
    entries = base.columns.items()
    targets = [n for n, e in entries if isinstance(e, dict) and e.get("role") == "target"]
    if targets and target not in targets and target not in sides.renamed:
        found.append(f"The target was '{targets[0]}' on {base.label}, and is '{target}' now.")
    return found


def _of_base(sides: Sides) -> Predictions | UserError:
    """Return what base's model says of head's test rows, or why it cannot say anything.

    If these are base's test rows too, it must say of them what it recorded.
    """
    try:
        said = models.told(sides.before)
        if sides.frames is None and not models.agree(said, models.told(sides.recorded)):
            return ReviewError(
                "with the packages installed here it says other things than it recorded"
            )
        return models.comparable(said, sides.after)
    except UserError as error:
        return error


def _by_models(
    sides: Sides, before: Predictions, after: Predictions, tested: Tested, apart: Units | None,
    refits: Refits,
) -> Compared:  # fmt: skip
    """Compare what both models say of the same rows."""
    names, margins = sides.evaluation.metrics, sides.rules.margins
    scored = "unseen test rows" if tested.learnt.any() else "head's test rows"
    notes = (*tested.notes, *cautions(names, before, after))
    spreads = refits.spreads(names)
    found = compare.compare(names, before, after, codes(apart), training=spreads, margins=margins)
    return Compared(found, scored, apart, len(after.truth), notes)


def _by_records(
    names: list[str], sides: Sides, why: str, tested: Tested, apart: Units | None
) -> Compared:
    """Compare what was recorded of the test rows that both sides share, if that can be done."""
    start = f"Base's model cannot be scored on head's test rows: {why}."
    try:
        both = (models.told(sides.recorded), sides.after)
        unseen = ~tested.learnt[tested.pairs[1]]
        pairs = [p[at[unseen]] for p, at in zip(both, tested.pairs, strict=True)]
        earlier = dataclasses.replace(pairs[0], truth=pairs[1].truth)
        before, after = models.comparable(earlier, sides.after), pairs[1]
        some = None if apart is None else apart[tested.pairs[1][unseen]]
        found = compare.compare(names, before, after, codes(some), margins=sides.rules.margins)
    except UserError as error:
        nor = f"Nor can what was recorded be compared: {str(error).rstrip('.')}."
        unknown = [compare.unknown(name, why, sides.after) for name in names]
        return Compared(unknown, "none", None, 0, (start, nor))
    instead = "What was recorded of the test rows that both sides share is compared instead."
    notes = (start, instead, *cautions(names, before, after))
    return Compared(found, "common test rows", some, len(after.truth), notes)


def _common(
    sides: Sides, before: Predictions | None, after: Predictions, tested: Tested,
    apart: Units | None, refits: Refits,
) -> list[Comparison]:  # fmt: skip
    """Compare on the rows that both test sets have, unless those are all of them, or too few."""
    both = np.isin(np.arange(len(tested.learnt)), tested.pairs[1])[~tested.learnt]
    if before is None or both.all() or both.sum() < compare.FEWEST_ROWS:
        return []
    names, margins = sides.evaluation.metrics, sides.rules.margins
    spreads, of = refits[both].spreads(names), codes(apart, both)
    return compare.compare(names, before[both], after[both], of, training=spreads, margins=margins)


def since(sides: Sides, tested: Tested) -> Since | None:
    """Compare with what an older version recorded of the test rows that it shares with head.

    But for those that a model of this change learnt.
    """
    past, limited = sides.past, gate.since_release(sides.rules.gate)
    if past is None:
        return None
    names = [n for i, n in enumerate(sides.evaluation.metrics) if i == 0 or n in limited]
    try:
        recorded = models.told(past.recorded)
        then, now = (at[~tested.learnt[past.pairs[1]]] for at in past.pairs)
        if len(now) < compare.FEWEST_ROWS:
            raise ReviewError(f"only {stage.plural(len(now), 'test row')} of both can be compared")
        earlier, later = recorded[then], sides.after[now]
        earlier = models.comparable(dataclasses.replace(earlier, truth=later.truth), sides.after)
        found = compare.compare(names, earlier, later, codes(_apart(sides), now), margins=limited)
        return Since(past.commit, past.label, len(later.truth), found, ())
    except UserError as error:
        why = str(error).rstrip(".")
        unknown = [compare.unknown(name, why, sides.after) for name in names]
        note = f"Head is not compared with {past.label}: {why}."
        return Since(past.commit, past.label, 0, unknown, (note,))


def sentence(primary: Comparison, levels: list[str]) -> str:
    """Say for a stakeholder what happened to the primary metric."""
    change = f"change ({' and '.join(levels) if levels else 'nothing the model depends on'})"
    doubt = f"Whether this {change} makes the model better or worse cannot be told"
    if primary.difference is None or primary.low is None or primary.high is None:
        return f"{doubt}, because {primary.reason}."
    c, name = primary, primary.metric + ("" if primary.greater_is_better else " (lower is better)")
    if primary.low == primary.high == 0:
        return f"This {change} makes no difference: {name} stays at {number(primary.head)}."
    shown = figures(c.base, c.head, c.difference, c.low, c.high)
    numbers = (
        f"{name} goes from {shown.base} to {shown.head} "
        f"({shown.difference}, 95 % interval {shown.low} to {shown.high})"
    )
    if primary.outcome == "cannot tell":
        return f"{doubt} from these test rows: {numbers}."
    return f"This {change} {_done(primary, primary.low, primary.high)}: {numbers}."


def _done(primary: Comparison, low: float, high: float) -> str:
    """Say what a change does to the model, and how that compares with what is tolerated."""
    margin = primary.margin or 0.0
    _, best = outcome.gain((low, high), greater_is_better=primary.greater_is_better)
    than = f"more than the tolerated {exact(margin)}"
    if primary.outcome == "worse" and margin:
        return f"makes the model worse, {'by' if best < -margin else 'perhaps by no'} {than}"
    return {
        "better": "makes the model better",
        "worse": "makes the model worse",
        "no difference": f"makes no difference that matters, at most {exact(margin)} either way",
        "no worse": f"does not make the model worse{f' by {than}' * bool(margin)}, and may make it "
        "better",
    }[primary.outcome]
