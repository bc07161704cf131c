"""What changed, by level: data, params, code, environment; and which stages that touches."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from review.revision import Side, git

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
    """Return the names whose values differ, with both values as text; None where there is none."""
    names = list(dict.fromkeys([*base, *head]))
    return [
        {"name": str(n)[:SHOWN], "base": _text(base, n), "head": _text(head, n)}
        for n in names
        if (n in base) != (n in head) or base.get(n) != head.get(n)
    ]


def _text(values: dict[str, Any], name: str) -> str | None:
    if name not in values:
        return None
    value = values[name]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text[:SHOWN]


def params(base: Side, head: Side, sections: tuple[str, ...]) -> list[Change]:
    """Return the parameters of these sections that differ."""
    before, after = (
        dict(flat({name: side.params[name] for name in sections if name in side.params}))
        for side in (base, head)
    )
    return differing(before, after)


def schema(base: Side, head: Side) -> list[Change]:
    """Return the columns whose entry in data/schema.yaml differs."""
    return differing(*map(columns, (base, head)))


def columns(side: Side) -> dict[str, Any]:
    """Return the entries of data/schema.yaml as they are written, in order; none if it has none."""
    found = side.yaml("data/schema.yaml").get("columns")
    return found if isinstance(found, dict) else {}


def code(base: Side, head: Side) -> list[dict[str, Any]]:
    """Return the files of the pipeline that differ, lines added and removed, and stages touched."""
    paths = ("--", "src", "dvc.yaml")
    revisions = [base.commit or "HEAD", *([head.commit] if head.commit else [])]
    numbers = ("diff", "--numstat", "--no-renames", "-z")
    lines = git(*numbers, *revisions, *paths, cwd=head.root).split("\0")
    found = [line.split("\t", 2) for line in lines if line]
    if not head.commit:
        others = ("ls-files", "--others", "--exclude-standard", "-z")
        new = filter(None, git(*others, *paths, cwd=head.root).split("\0"))
        found += [[str((head.root / n).read_bytes().count(b"\n")), "0", n] for n in new]
    entries = [
        {
            "file": name[:SHOWN],
            "added": int(added) if added.isdigit() else 0,
            "removed": int(removed) if removed.isdigit() else 0,
            "stages": touched(name, base, head),
        }
        for added, removed, name in found
    ]
    return sorted(entries, key=lambda entry: not entry["stages"])  # what matters comes first


def touched(path: str, base: Side, head: Side) -> list[str]:
    """Return the stages, of either side, that depend on a file."""
    stages: dict[str, None] = {}
    for side in (head, base):
        for name, stage in side.yaml("dvc.yaml").get("stages", {}).items():
            if path in stage.get("deps", []):
                stages[name] = None
    if path == "dvc.yaml":
        before, after = (side.yaml("dvc.yaml").get("stages", {}) for side in (base, head))
        stages |= {n: None for n in {**before, **after} if before.get(n) != after.get(n)}
    return list(stages)


def environment(base: Side, head: Side) -> list[Change]:
    """Return the packages that the pipeline runs on whose versions differ."""
    return differing(packages(base.root), packages(head.root))


def packages(root: Path) -> dict[str, str]:
    """Return name and version of each package that project.dependencies leads to, from uv.lock."""
    path = root / "uv.lock"
    locked = tomllib.loads(path.read_text(encoding="utf-8"))["package"] if path.exists() else []
    by_name = {package["name"]: package for package in locked}
    waiting = [name for name, p in by_name.items() if "editable" in p.get("source", {})]
    found: dict[str, str] = {}
    seen = set(waiting)
    while waiting:
        for dependency in by_name[waiting.pop()].get("dependencies", []):
            name = dependency["name"]
            if name not in seen and name in by_name:
                seen.add(name)
                waiting.append(name)
                found[name] = by_name[name].get("version", "?")
    return dict(sorted(found.items()))


def stages(base: Side, head: Side, ran: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each stage of head: whether it ran, why, and how long it took when `ran` knows."""
    found = []
    for name, entry in head.stages.items():
        because = _because(base.stages.get(name), entry)
        known = ran.get(name, {})
        result = known.get("result", "ran" if because else "unchanged")
        found.append(
            {"stage": name, "result": result, "because": because, "seconds": known.get("seconds")}
        )
    return found


def _because(base: dict[str, Any] | None, head: dict[str, Any]) -> list[str]:
    if base is None:
        return ["new stage"]
    before, after = (
        {d["path"]: d.get("md5") for d in e.get("deps", [])} | dict(flat(e.get("params", {})))
        for e in (base, head)
    )
    names = [change["name"].removeprefix("params.yaml.") for change in differing(before, after)]
    return names + ["command"] * (base.get("cmd") != head.get("cmd"))


def levels(found: dict[str, Any], base: Side, head: Side) -> list[str]:
    """Return which of the four levels changed in a way that the pipeline sees."""
    changed = {
        "data": raw(base) != raw(head)
        or list(columns(base).items()) != list(columns(head).items()),
        "params": bool(found["params"]),
        "code": any(entry["stages"] for entry in found["code"]),
        "environment": bool(found["environment"]),
    }
    return [level for level, yes in changed.items() if yes]


def raw(side: Side) -> Any:
    """Return what data/raw.dvc says that data/raw holds."""
    return [out.get("md5") for out in side.yaml("data/raw.dvc").get("outs", [])]
