"""Gathers one review of two sides as the mapping that schema.json describes."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from pipeline import stage
from pipeline.scores import METRICS, Array, Predictions
from pipeline.stage import UserError
from review import causes, changes, compare, curves, data, gate, models, revision, slices
from review.compare import Comparison
from review.revision import Side


def review(base: Side, head: Side, ran: dict[str, Any], *, gated: bool) -> dict[str, Any]:
    """Return the review of `head` against `base`; raise UserError if head itself is not sound."""
    rules = stage.read_params("review", gate.Params, str(head.root / "params.yaml"))
    notes = _freshness(head)
    changed = _changes(base, head, ran, notes)
    rows = models.test_rows(head)
    before, after, why = models.both(base, head, rows)
    names = models.params(head).metrics
    found, scored = _compare(names, base, head, (before, after, why), notes)
    chosen, rows_of_base = _shared(base, head, rows)
    notes += compare.warnings(after)
    reasons = gate.failures(rules.gate, found) if gated else []
    caused = causes.causes(base, head, changed["levels"], rules.budget, before, after, notes)
    return {
        "version": 1,
        "base": {"commit": base.commit, "label": base.label},
        "head": {"commit": head.commit, "label": head.label},
        "verdict": {
            "outcome": found[0].outcome,
            "sentence": sentence(found[0], changed["levels"]),
            "gate": "off" if not gated else "failed" if reasons else "passed",
            "reasons": reasons,
        },
        "metrics": [dataclasses.asdict(comparison) for comparison in found],
        "common": list(map(dataclasses.asdict, _common(names, before, after, chosen))),
        "rows": {
            "base": rows_of_base,
            "head": len(rows),
            "common": int(chosen.sum()),
            "scored": scored,
        },
        "notes": [note[:500] for note in notes],
        "changes": changed,
        "causes": caused,
        "slices": slices.slices(rules.slices, names[0], rows, before, after, notes),
        "charts": curves.curves(names[0], before, after, base, head),
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


def _freshness(head: Side) -> list[str]:
    """Say whether the results belong to the files, and whether both are committed."""
    if head.commit is None:
        lock = revision.call(
            "git", "diff", "--quiet", "HEAD", "--", "dvc.lock", cwd=head.root, check=False
        )
        if lock.returncode:
            return [
                "dvc.lock is not committed up to date: run `make repro`, then "
                "`git commit -am 'Reproduce' && dvc push`."
            ]
    return []


def _changes(base: Side, head: Side, ran: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    found = {
        "levels": [],
        "data": {
            "deliveries": data.edits(base.files("data/raw"), head.files("data/raw")),
            "schema": changes.schema(base, head),
            **data.changes(base, head, notes),
        },
        "params": changes.params(base, head, changes.MODEL_SECTIONS),
        "code": changes.code(base, head),
        "environment": changes.environment(base, head),
        "stages": changes.stages(base, head, ran),
        "rules": changes.params(base, head, ("review",)),
    }
    return found | {"levels": changes.levels(found, base, head)}


def _compare(
    names: list[str],
    base: Side,
    head: Side,
    both: tuple[Predictions | None, Predictions, str],
    notes: list[str],
) -> tuple[list[Comparison], str]:
    before, after, why = both
    if before is not None:
        return compare.compare(names, before, after), "head's test rows"
    notes.append(f"Base's model cannot be scored on head's test rows: {why}.")
    try:
        common = models.on_common_rows(base, head, after.positive)
        notes.append("The stored predictions of the test rows that both sides share are compared.")
        return compare.compare(names, *common), "common test rows"
    except UserError as error:
        notes.append(f"Nor are there stored predictions to compare: {error}.")
        values = {name: METRICS[name].compute(after) for name in names}
        return [
            compare.unknown(n, why, round(v, 6) if v == v else None) for n, v in values.items()
        ], "none"


def _common(
    names: list[str], before: Predictions | None, after: Predictions, chosen: Array
) -> list[Comparison]:
    """Compare on the rows that both test sets have, unless those are all of them, or too few."""
    if before is None or chosen.all() or chosen.sum() < slices.ROWS:
        return []
    return compare.compare(names, models.only(before, chosen), models.only(after, chosen))


def _shared(base: Side, head: Side, rows: pd.DataFrame) -> tuple[Array, int]:
    """Return which of head's test rows base has too, and how many base has; none if unknown."""
    try:
        return models.shared(base, head), len(models.stored(base))
    except UserError:
        return np.zeros(len(rows), dtype=bool), 0
