"""What changed, by level: data, params, code, environment; and which stages that touches."""

import json
from collections.abc import Iterator
from typing import Any

from review import data
from review.drift import drifted, telling
from review.gather.git import Edited
from review.gather.sides import Sides
from review.gather.snapshot import Content, Snapshot

MODEL_SECTIONS = ("split", "train", "evaluate")
SHOWN = 490  # characters of one value
Change = dict[str, Any]


def flat(content: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each leaf of nested mappings by its dotted name."""
    if isinstance(content, dict) and content:
        for name, value in content.items():
            yield from flat(value, f"{prefix}.{name}" if prefix else str(name))
    else:
        yield prefix, content


def differing(base: dict[str, Any], head: dict[str, Any]) -> list[Change]:
    """Return the names whose values differ, with both values as text; None where there is none.

    A mapping that is empty on one side says nothing that what it holds on the other does not.
    """
    names = list(dict.fromkeys([*base, *head]))
    return [
        {"name": str(n)[:SHOWN], "base": _text(base, n), "head": _text(head, n)}
        for n in names
        if ((n in base) != (n in head) or base.get(n) != head.get(n)) and not _filled(n, base, head)
    ]


def _filled(name: str, base: dict[str, Any], head: dict[str, Any]) -> bool:
    empty = {} in (base.get(name), head.get(name))
    return empty and any(str(other).startswith(f"{name}.") for other in [*base, *head])


def _text(values: dict[str, Any], name: str) -> str | None:
    if name not in values:
        return None
    value = values[name]
    if value == {}:
        return "empty"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text[:SHOWN]


def params(base: Content, head: Content, sections: tuple[str, ...]) -> list[Change]:
    """Return the parameters of these sections that differ."""
    before, after = (
        dict(flat({name: side[name] for name in sections if name in side})) for side in (base, head)
    )
    return differing(before, after)


def code(edited: list[Edited], base: Content, head: Content) -> list[dict[str, Any]]:
    """Return the files that differ, lines added and removed, and the stages that depend on them.

    `base` and `head` are the stages of their dvc.yaml.
    """
    entries = [
        {
            "file": file.path[:SHOWN],
            "added": file.added,
            "removed": file.removed,
            "stages": touched(file.path, base, head),
        }
        for file in edited
    ]
    return sorted(entries, key=lambda entry: not entry["stages"])  # what matters comes first


def touched(path: str, base: Content, head: Content) -> list[str]:
    """Return the stages, of either side, that depend on a file."""
    found = [
        name
        for side in (head, base)
        for name, stage in side.items()
        if path in stage.get("deps", [])
    ]
    if path == "dvc.yaml":
        found += [n for n in {**base, **head} if base.get(n) != head.get(n)]
    return list(dict.fromkeys(found))


def stages(base: Content, head: Content, ran: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each stage of head: whether it ran, why, and how long it took when `ran` knows.

    `base` and `head` are the stages of their dvc.lock.
    """
    found = []
    for name, entry in head.items():
        because = _because(base.get(name), entry)
        known = ran.get(name, {})
        result = known.get("result", "ran" if because else "unchanged")
        found.append(
            {"stage": name, "result": result, "because": because, "seconds": known.get("seconds")}
        )
    return found


def _because(base: Content | None, head: Content) -> list[str]:
    if base is None:
        return ["new stage"]
    before, after = (
        {d["path"]: d.get("md5") for d in e.get("deps", [])} | dict(flat(e.get("params", {})))
        for e in (base, head)
    )
    names = [change["name"].removeprefix("params.yaml.") for change in differing(before, after)]
    return names + ["command"] * (base.get("cmd") != head.get("cmd"))


def changes(sides: Sides, ran: dict[str, Any]) -> dict[str, Any]:
    """Return what changed on each level, and which levels the pipeline sees a change on."""
    base, head = sides.base, sides.head
    pairs = drifted.paired(sides.frames, head.schema, sides.renamed)
    found: dict[str, Any] = {
        "levels": [],
        "data": {
            "deliveries": data.edits(*sides.deliveries),
            "schema": differing(base.columns, head.columns),
            **data.changes(sides.frames, base, head, sides.waited),
            **drifted.changes(pairs, head.schema),
            "leaks": telling.found(sides, pairs),
        },
        "params": params(base.params, head.params, MODEL_SECTIONS),
        "code": code(sides.edited, base.pipeline, head.pipeline),
        "environment": differing(base.packages, head.packages),
        "stages": stages(base.stages, head.stages, ran),
        "rules": params(base.params, head.params, ("review",)),
    }
    return found | {"levels": levels(found, base, head)}


def levels(found: dict[str, Any], base: Snapshot, head: Snapshot) -> list[str]:
    """Return which of the four levels changed in a way that the pipeline sees."""
    reordered = list(base.columns.items()) != list(head.columns.items())
    changed = {
        "data": base.raw != head.raw or reordered,
        "params": bool(found["params"]),
        "code": any(entry["stages"] for entry in found["code"]),
        "environment": bool(found["environment"]),
    }
    return [level for level, yes in changed.items() if yes]
