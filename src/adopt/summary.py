"""What was made of a table, and what a person should look at, the most important first."""

import argparse
import shlex

import pandas as pd

from adopt import repeating, task
from adopt.columns import names
from adopt.proposal import Proposal
from pipeline import dataset, stage
from pipeline.leaks import SCORE, Leak

MOST = 10  # columns of which it is told how they were read


def summary(found: Proposal, asked: argparse.Namespace, stored: str) -> str:
    """Return what was made of the table, and what to look at: a line for each kind of finding."""
    features = found.columns.schema.features
    text = len([column for column in features if column.type in ("string", "text")])
    target = dataset.labelled(found.rows, found.columns.schema.target)[asked.target]
    repeats = [
        leak
        for leak in found.leaks
        if not asked.group
        and len(leak.columns) == 1
        and repeating.groups(found.rows.loc[target.index], leak, target, found.task)
    ]
    others = [leak for leak in found.leaks if leak not in repeats]
    counted = {name: found.rows[name].nunique() for leak in repeats for name in leak.columns}
    lines = [
        *_leaks(others, asked.target),
        *_groups({} if asked.group else counted | found.columns.repeated, len(found.rows)),
        *_waiting(len(found.rows), len(target)),
        *_task(target, found.task, asked.task),
        *_times(found, asked.time),
        *_personal(found),
        *_keys(found, asked.key),
        *_read(found.columns.read),
        *_ignored(found.columns.ignored),
    ]
    told = map(
        stage.one_line,
        [
            f"Adopted {len(found.rows):,} rows: a {found.task} task with target '{asked.target}', "
            f"{stage.plural(len(features), 'feature')}, {text} of them words or text.",
            stored,
            "",
            "Please review:",
            *(f"  {line}" for line in lines),
            "  data/schema.yaml   type, role and allowed values of each column",
            "  params.yaml        split, estimator, metrics, and the gate: there is none yet",
            "  data/README.md     the datasheet: source, licence, meaning",
            "Then: `make repro`, `make test`, `.venv/bin/dvc push`, `git add -A && git commit`.",
        ],
    )
    return "\n".join(told)


def _listed(items: list[str]) -> str:
    return stage.cut(items)[1:-1]


def _typed(name: str) -> str:
    """Return a name as it is typed after an option of make in a shell."""
    return shlex.quote(name.replace("$", "$$"))


def _leaks(found: list[Leak], target: str) -> list[str]:
    alone = [(next(iter(leak.columns)), leak.score) for leak in found if len(leak.columns) == 1]
    sure = [name for name, score in alone if score >= SCORE]
    look = [f"'{name}' ({score:.3f} of 1)" for name, score in alone if score < SCORE]
    lines = []
    if sure:
        verb = "each alone determine" if len(sure) > 1 else "alone determines"
        lines.append(f"probable leak: {_listed(sure)} {verb} the target; to be ignored?")
    for leak in found:
        if len(leak.columns) > 1:
            lines.append(
                f"probable leak: '{target}' = {_sum(leak.columns)} (R² {leak.score:.4f}); "
                "ignore what is known only with it?"
            )
    if look:
        more = f" and {len(look) - stage.SHOWN} more" * (len(look) > stage.SHOWN)
        verb = "each alone nearly tell" if len(look) > 1 else "alone nearly tells"
        listed = ", ".join(look[: stage.SHOWN]) + more
        lines.append(f"look at this: {listed} {verb} the target; known when you predict?")
    return lines


def _sum(factors: dict[str, float]) -> str:
    """Return a sum as one writes it, what is added first: 'a' + 1.19 'b' - 'c'."""
    ordered = sorted(factors.items(), key=lambda item: item[1] < 0)
    parts = []
    for name, factor in ordered:
        size = f"{abs(factor):.3g}"
        parts.append(
            ("-" if factor < 0 else "+", ("" if size == "1" else f"{size} ") + f"'{name}'")
        )
    text = " ".join(f"{sign} {part}" for sign, part in parts)
    return text.removeprefix("+ ")


def _groups(counts: dict[str, int], rows: int) -> list[str]:
    """Say what repeats; identifiers by their name first, then what has most values."""
    order = sorted(counts, key=lambda name: (not names.is_entity(name), -counts[name]))
    lines = [
        f"'{name}' repeats ({counts[name]:,} values in {rows:,} rows): rows of one {name} may "
        f"stand on both sides; adopt again with GROUP={_typed(name)}"
        for name in order[:3]
    ]
    return lines + [f"so does {_listed(order[3:])}"] * bool(order[3:])


def _task(target: pd.Series, kind: str, asked: str | None) -> list[str]:
    """Say how an integer target was taken that could be taken otherwise."""
    values = target.nunique()
    if asked or not pd.api.types.is_integer_dtype(target) or not 2 < values <= task.LABELS:
        return []
    what = f"the target has {values} whole numbers, {target.min()} to {target.max()}"
    if kind == "regression":
        return [f"{what}: predicted as counts or grades; TASK=classification if they name classes"]
    return [f"{what}: predicted as classes; TASK=regression if they count or grade"]


def _times(found: Proposal, asked: str | None) -> list[str]:
    dates = [
        column.name
        for column in found.columns.schema.features
        if column.type == "date" and not names.is_personal(column.name)
    ]
    if asked or not dates:
        return []
    what = f"{_listed(dates)} {'is a date' if len(dates) == 1 else 'are dates'}"
    return [f"{what}: if the model predicts the future, adopt again with TIME={_typed(dates[0])}"]


def _personal(found: Proposal) -> list[str]:
    personal = [
        name
        for name, entry in found.columns.entries.items()
        if entry["type"] != "boolean" and names.is_personal(name)
    ]
    verb = "looks" if len(personal) == 1 else "look"
    return [f"{_listed(personal)} {verb} like personal data: may it be kept and used?"] * bool(
        personal
    )


def _keys(found: Proposal, asked: str | None) -> list[str]:
    named = [name for name in found.columns.keys if name and not names.is_personal(name)]
    keys = sorted(named, key=lambda name: not names.is_identifier(name))
    if asked or not keys:
        return []
    verb = "tells" if len(keys) == 1 else "tell"
    return [
        f"{_listed(keys)} {verb} rows apart: adopt again with KEY={_typed(keys[0])}, so that later "
        "deliveries can correct rows"
    ]


def _waiting(rows: int, labelled: int) -> list[str]:
    waiting = stage.plural(rows - labelled, "row")
    return [f"{waiting} without a target: on neither side until it is delivered"] * (
        rows > labelled
    )


def _read(read: dict[str, str]) -> list[str]:
    """Say how cells were read that are not plain: a line a column, the rest by name."""
    lines = [f"'{name}' {note}" for name, note in list(read.items())[:MOST]]
    rest = list(read)[MOST:]
    return lines + [f"look at how these were read too: {_listed(rest)}"] * bool(rest)


def _ignored(reasons: dict[str, str]) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for name, why in reasons.items():
        by_reason.setdefault(why, []).append(name)
    order = sorted(by_reason, key=lambda why: -len(by_reason[why]))
    lines = [f"ignored: {_listed(by_reason[why])} ({why})" for why in order[: stage.SHOWN]]
    rest = [name for why in order[stage.SHOWN :] for name in by_reason[why]]
    return lines + [f"ignored: {_listed(rest)} (other reasons)"] * bool(rest)
