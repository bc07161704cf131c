"""Gathers one review of two sides as the mapping that schema.json describes."""

import dataclasses
from typing import Any

from pipeline import stage
from pipeline.stage import UserError
from review import causes, data, gate, judge, levels, revision, series, slices
from review.data import Frames
from review.methods.compare import Comparison
from review.revision import ReviewError, Side


def review(base: Side, head: Side, ran: dict[str, Any], *, gated: bool) -> dict[str, Any]:
    """Return the review of `head` against `base`; raise UserError if head itself is not sound."""
    rules = stage.read_params("review", gate.Params, str(head.root / "params.yaml"))
    _expect_results(head)
    base, notes = revision.readable(base)
    notes += _doubts(base, head)
    frames, known = _frames(base, head, notes)
    changed = _changes(base, head, frames, ran, notes)
    judged = judge.judge(base, head, frames, known, notes)
    primary, touched = judged.found[0], changed["levels"]
    reasons, unchecked = gate.failures(rules.gate, judged.found, judged.own) if gated else ([], [])
    notes += unchecked
    both = (judged.rows, judged.before, judged.after)
    caused = causes.causes(base, head, touched, rules.budget, *both, notes)
    sliced = slices.slices(rules.slices, primary.metric, *both, notes)
    return {
        "version": 1,
        "base": {"commit": base.commit, "label": base.label},
        "head": {"commit": head.commit, "label": head.label},
        "verdict": {
            "outcome": primary.outcome,
            "sentence": sentence(primary, touched),
            "gate": "failed" if reasons else "passed" if gated and rules.gate else "off",
            "reasons": reasons,
        },
        "metrics": list(map(dataclasses.asdict, judged.found)),
        "common": list(map(dataclasses.asdict, judged.common)),
        "rows": {
            "base": judged.tested.base,
            "head": len(judged.tested.learnt),
            "common": len(judged.tested.pairs[1]),
            "compared": judged.count,
            "scored": judged.scored,
        },
        "notes": [_tidy(note, base, head) for note in notes],
        "changes": changed,
        "causes": caused,
        "slices": sliced,
        "charts": series.curves(primary.metric, judged.before, judged.after, base, head),
    }


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
            "`dvc push && git add -A && git commit -m 'Reproduce'`."
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
            "schema": levels.schema(base, head),
            **data.changes(frames, base, head),
        },
        "params": levels.params(base, head, levels.MODEL_SECTIONS),
        "code": levels.code(base, head),
        "environment": levels.environment(base, head),
        "stages": levels.stages(base, head, ran),
        "rules": levels.params(base, head, ("review",)),
    }
    return found | {"levels": levels.levels(found, base, head)}


def _deliveries(base: Side, head: Side) -> tuple[dict[str, str], dict[str, str]]:
    if levels.raw(base) == levels.raw(head):
        return {}, {}
    return base.files("data/raw"), head.files("data/raw")
