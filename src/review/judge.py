"""Judges head's model beside base's, on the rows on which that is fair."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import scores, stage
from pipeline.scores import Predictions
from pipeline.stage import UserError
from review import data, levels, models
from review.data import Frames, Tested
from review.methods import compare
from review.methods.compare import Comparison
from review.revision import Side


@dataclass(frozen=True)
class Judged:
    """The comparison by each metric, and what it was made on.

    rows: head's test rows from which base's model did not learn. before, after: what both models
    say of them. count: how many rows are behind `found`, and `scored` which. own: head's metrics on
    all of its test rows.
    """

    found: list[Comparison]
    common: list[Comparison]
    rows: pd.DataFrame
    before: Predictions | None
    after: Predictions
    tested: Tested
    count: int
    scored: str
    own: dict[str, float]


def judge(base: Side, head: Side, frames: Frames | None, known: bool, notes: list[str]) -> Judged:
    """Compare both models on head's test rows, but for those from which base's model learnt."""
    params, rows = models.params(head), models.test_rows(head)
    names, after = params.metrics, models.recorded(head, params.positive)
    own, total = {name: scores.value(name, after) for name in names}, len(rows)
    renamed = data.renamed(frames, base.schema, head.schema) if frames else {}
    tested = data.tested(frames, total) if known else data.unknown(total)
    notes += _questions(base, head, names, renamed)
    before, why = _of_base(base, head, rows, after, renamed, same=known and frames is None)
    unseen = ~tested.learnt
    if before is not None and not unseen.all():
        notes.append(
            f"Base's model learnt from {stage.plural(int(tested.learnt.sum()), 'test row')} of "
            "head, which would flatter it: they are left out of the comparison."
        )
        rows, before, after = rows[unseen], models.only(before, unseen), models.only(after, unseen)
    found, scored, count = _compare(names, base, (before, after, why), tested, notes)
    if count < total:
        notes.append(f"On all test rows of head, {names[0]} is {own[names[0]]:.4f}.")
    common = _common(names, before, after, tested)
    return Judged(found, common, rows, before, after, tested, count, scored, own)


def _questions(base: Side, head: Side, names: list[str], renamed: dict[str, str]) -> list[str]:
    """Say how the question that the model answers changed: its target, its metrics, its columns."""
    found = [f"Column '{old}' is now called '{new}'." for new, old in renamed.items()]
    before = base.params.get("evaluate")
    metrics = before.get("metrics") if isinstance(before, dict) else None
    if isinstance(metrics, list) and metrics and metrics[0] != names[0]:
        found.append(
            f"The primary metric was {metrics[0]} on {base.label}, and is {names[0]} now, which "
            "judges both."
        )
    entries = levels.columns(base).items()
    targets = [n for n, e in entries if isinstance(e, dict) and e.get("role") == "target"]
    target = head.schema.target.name
    if targets and target not in targets and target not in renamed:
        found.append(f"The target was '{targets[0]}' on {base.label}, and is '{target}' now.")
    return found


def _of_base(
    base: Side, head: Side, rows: pd.DataFrame, after: Predictions, renamed: dict[str, str],
    *, same: bool,
) -> tuple[Predictions | None, str]:  # fmt: skip
    """Return what base's model says of head's test rows, or why it cannot say anything.

    same: these are base's test rows too, of which it must say what it recorded.
    """
    try:
        said = models.predict(base, rows, head.schema.target.name, after.positive, renamed)
        if same and not models.agree(said, models.recorded(base, after.positive)):
            return None, "with the packages installed here it says other things than it recorded"
        return models.comparable(said, after), ""
    except UserError as error:
        return None, str(error).rstrip(".")


def _compare(
    names: list[str],
    base: Side,
    both: tuple[Predictions | None, Predictions, str],
    tested: Tested,
    notes: list[str],
) -> tuple[list[Comparison], str, int]:
    """Return the comparison, which rows it was made on, and how many these are."""
    before, after, why = both
    if before is not None:
        notes += compare.warnings(after)
        scored = "unseen test rows" if tested.learnt.any() else "head's test rows"
        return compare.compare(names, before, after), scored, len(after.truth)
    notes.append(f"Base's model cannot be scored on head's test rows: {why}.")
    try:
        own = models.recorded(base, after.positive)
        pairs = [models.only(p, at) for p, at in zip((own, after), tested.pairs, strict=True)]
        earlier = models.comparable(dataclasses.replace(pairs[0], truth=pairs[1].truth), after)
        notes.append(
            "What was recorded of the test rows that both sides share is compared instead."
        )
        notes += compare.warnings(pairs[1])
        found = compare.compare(names, earlier, pairs[1])
        return found, "common test rows", len(pairs[1].truth)
    except UserError as error:
        notes.append(f"Nor can what was recorded be compared: {str(error).rstrip('.')}.")
        return [compare.unknown(name, why, after) for name in names], "none", 0


def _common(
    names: list[str], before: Predictions | None, after: Predictions, tested: Tested
) -> list[Comparison]:
    """Compare on the rows that both test sets have, unless those are all of them, or too few."""
    both = np.isin(np.arange(len(tested.learnt)), tested.pairs[1])[~tested.learnt]
    if before is None or both.all() or both.sum() < compare.FEWEST_ROWS:
        return []
    return compare.compare(names, models.only(before, both), models.only(after, both))
