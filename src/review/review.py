"""One review: gather both sides, judge them, say what is found as schema.json describes it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from review import causes, gate, judge, levels, series, slices
from review.gather.reruns import Budget
from review.gather.sides import Sides, gather
from review.judge import Since
from review.rows import repeats


def review(
    base: tuple[str, str], head: str | None, root: Path, ran: dict[str, Any], *, gated: bool
) -> dict[str, Any]:
    """Return the review of `head`, a revision or None for the work tree, against a base.

    base: its commit, and what it is called. ran: what each stage did, as far as that is known.
    Raises UserError if head itself is not sound.
    """
    with gather(*base, head, root) as sides:
        return judged(sides, ran, gated=gated)


def judged(sides: Sides, ran: dict[str, Any], *, gated: bool) -> dict[str, Any]:
    """Judge both sides, and return what is found."""
    changed = levels.changes(sides, ran)
    repeated = _repeated(sides, changed["data"]["deliveries"]["added"])
    budget = Budget(sides.rules.budget)
    refits = sides.refit(budget)
    found = judge.judge(sides, refits)
    primary, rows = found.found[0], found.tested
    since = judge.since(sides, found.tested)
    older = (since.label, since.metrics) if since else ("", [])
    verdict = gate.verdict(sides.rules.gate, found.found, found.own, *older, gated=gated)
    caused = causes.causes(sides, found, changed["levels"], budget)
    sliced = slices.slices(sides.rules.slices, primary.metric, found)
    charts = series.curves(found.before, found.after)
    notes = (
        *(sides.doubts, repeated, found.notes, verdict.unchecked, caused.notes, sliced.notes),
        since.notes if since else (),
    )
    return {
        "version": 1,
        "base": {"commit": sides.base.commit, "label": sides.base.label},
        "head": {"commit": sides.head.commit, "label": sides.head.label},
        "verdict": {
            "outcome": primary.outcome,
            "sentence": judge.sentence(primary, changed["levels"]),
            "gate": verdict.gate,
            "reasons": list(verdict.reasons),
        },
        "metrics": list(map(asdict, found.found)),
        "common": list(map(asdict, found.common)),
        "rows": {
            "base": rows.base,
            "head": len(rows.learnt),
            "common": len(rows.pairs[1]),
            "left_out": rows.reasons,
            "compared": found.count,
            "scored": found.scored,
            "units": found.apart and {"kind": found.apart.kind, "count": found.apart.count},
            "judged": sides.judged,
        },
        "since": _since(since),
        "training": refits.entry,
        "notes": [note for part in notes for note in part],
        "changes": changed,
        "causes": caused.entry,
        "slices": list(sliced.entries),
        "charts": charts | {"history": sides.history},
    }


def _repeated(sides: Sides, names: list[str]) -> tuple[str, ...]:
    if not names or not isinstance(sides.frames, tuple):
        return ()
    return repeats.sentences(sides.frames, sides.base.schema, sides.head.schema, names)


def _since(found: Since | None) -> dict[str, Any] | None:
    if found is None or not found.rows:
        return None
    told = {"commit": found.commit, "label": found.label, "rows": found.rows}
    return told | {"metrics": list(map(asdict, found.metrics))}
