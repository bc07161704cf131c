"""Gathers one review of two sides as the mapping that schema.json describes."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline import scores, stage
from pipeline.scores import Predictions
from pipeline.stage import UserError
from review import causes, changes, compare, curves, data, gate, models, revision, slices
from review.compare import Comparison
from review.data import Frames, Tested
from review.revision import ReviewError, Side


@dataclass(frozen=True)
class Judged:
    """The comparison by each metric, and what it was made on.

    rows: head's test rows from which base's model did not learn. before, after: what both models
    say of them. count: how many rows are behind `found`, and `scored` which. own: head's metrics on
    all of its test rows, which are `total`.
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
    total: int


def review(base: Side, head: Side, ran: dict[str, Any], *, gated: bool) -> dict[str, Any]:
    """Return the review of `head` against `base`; raise UserError if head itself is not sound."""
    rules = stage.read_params("review", gate.Params, str(head.root / "params.yaml"))
    _expect_results(head)
    base, notes = revision.readable(base)
    notes += _doubts(base, head)
    frames, known = _frames(base, head, notes)
    changed = _changes(base, head, frames, ran, notes)
    judged = _judged(base, head, frames, known, notes)
    primary, levels = judged.found[0], changed["levels"]
    reasons, unchecked = gate.failures(rules.gate, judged.found, judged.own) if gated else ([], [])
    notes += unchecked
    both = (judged.rows, judged.before, judged.after)
    caused = causes.causes(base, head, levels, rules.budget, *both, notes)
    sliced = slices.slices(rules.slices, primary.metric, *both, notes)
    return {
        "version": 1,
        "base": {"commit": base.commit, "label": base.label},
        "head": {"commit": head.commit, "label": head.label},
        "verdict": {
            "outcome": primary.outcome,
            "sentence": sentence(primary, levels),
            "gate": "failed" if reasons else "passed" if gated and rules.gate else "off",
            "reasons": reasons,
        },
        "metrics": list(map(dataclasses.asdict, judged.found)),
        "common": list(map(dataclasses.asdict, judged.common)),
        "rows": {
            "base": judged.tested.base,
            "head": judged.total,
            "common": len(judged.tested.pairs[1]),
            "compared": judged.count,
            "scored": judged.scored,
        },
        "notes": [_tidy(note, base, head) for note in notes],
        "changes": changed,
        "causes": caused,
        "slices": sliced,
        "charts": curves.curves(primary.metric, judged.before, judged.after, base, head),
    }


def _judged(base: Side, head: Side, frames: Frames | None, known: bool, notes: list[str]) -> Judged:
    """Compare both models on head's test rows, but for those from which base's model learnt."""
    names, rows = models.params(head).metrics, models.test_rows(head)
    after = models.recorded(head, models.params(head).positive)
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
    return Judged(found, common, rows, before, after, tested, count, scored, own, total)


def sentence(primary: Comparison, levels: list[str]) -> str:
    """Say for a stakeholder what happened to the primary metric."""
    what = " and ".join(levels) if levels else "nothing the model depends on"
    start = f"This change ({what})"
    if primary.difference is None or primary.low is None or primary.high is None:
        return f"{start}: whether the model is better cannot be told, because {primary.reason}."
    numbers = (
        f"{primary.metric} goes from {primary.base:.4f} to {primary.head:.4f} "
        f"({primary.difference:+.4f}, 95 % interval {primary.low:+.4f} to {primary.high:+.4f})"
    )
    ends = {
        "better": "makes the model better",
        "worse": "makes the model worse",
        "within noise": "makes no difference that can be told from noise",
    }
    return f"{start} {ends[primary.outcome]}: {numbers}."


def _tidy(note: str, base: Side, head: Side) -> str:
    """Leave out where this machine keeps the two sides for the time of the review."""
    return note.replace(f"{base.root}/", "").replace(f"{head.root}/", "")


def _expect_results(head: Side) -> None:
    """Raise ReviewError if head's results do not belong to its files."""
    stale = revision.stale(head)
    if stale:
        raise ReviewError(
            f"The results of {head.label} do not belong to its files: {', '.join(stale)} would run "
            "again, so there is nothing to judge yet; run `make repro`, then review again."
        )


def _doubts(base: Side, head: Side) -> list[str]:
    """Say what makes the comparison less than it seems: an open lock, a base that is not a past."""
    found = []
    git = ("git", "diff", "--quiet", "HEAD", "--", "dvc.lock")
    if head.commit is None and revision.call(*git, cwd=head.root, check=False).returncode:
        found.append(
            "dvc.lock is not committed up to date: run `make repro`, then "
            "`git commit -am 'Reproduce' && dvc push`."
        )
    past = ("git", "merge-base", "--is-ancestor", str(base.commit), head.commit or "HEAD")
    if revision.call(*past, cwd=head.root, check=False).returncode:
        found.append(
            f"{base.label} went on since head left it: what it did since then shows in reverse. "
            "Without a base, the commit where head left it is taken."
        )
    if not base.stages:
        found.append(f"{base.label} has no results, so that there is nothing to compare with.")
    elif stale := revision.stale(base):
        found.append(
            f"The results of {base.label} do not belong to its files ({', '.join(stale)} would run "
            "again): part of the difference may be that."
        )
    return found


def _frames(base: Side, head: Side, notes: list[str]) -> tuple[Frames | None, bool]:
    """Return all rows of both sides, None if they are the same; and whether that is known."""
    try:
        return data.load(base, head), True
    except UserError as error:
        notes.append(
            f"The rows could not be compared, so that test rows of head may have taught base's "
            f"model: {str(error).rstrip('.')}."
        )
        return None, False


def _changes(
    base: Side, head: Side, frames: Frames | None, ran: dict[str, Any], notes: list[str]
) -> dict[str, Any]:
    found = {
        "levels": [],
        "data": {
            "deliveries": data.edits(*_deliveries(base, head)),
            "schema": changes.schema(base, head),
            **data.changes(frames, base.schema if frames else None, head.schema),
        },
        "params": changes.params(base, head, changes.MODEL_SECTIONS),
        "code": changes.code(base, head),
        "environment": changes.environment(base, head),
        "stages": changes.stages(base, head, ran),
        "rules": changes.params(base, head, ("review",)),
    }
    return found | {"levels": changes.levels(found, base, head)}


def _deliveries(base: Side, head: Side) -> tuple[dict[str, str], dict[str, str]]:
    if changes.raw(base) == changes.raw(head):
        return {}, {}
    return base.files("data/raw"), head.files("data/raw")


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
    entries = base.yaml("data/schema.yaml").get("columns")
    columns = entries.items() if isinstance(entries, dict) else ()
    targets = [
        n for n, entry in columns if isinstance(entry, dict) and entry.get("role") == "target"
    ]
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
