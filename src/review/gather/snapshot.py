"""One side of a change as values: what its files say, read once."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.schema import Schema, read_schema
from pipeline.stage import UserError, brief, read_json, read_yaml
from review.gather import store

Content = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """What the files of one side say; a file that is not there, or not valid, says nothing.

    commit: None for uncommitted work. columns: the entries of data/schema.yaml, as written and in
    order. pipeline: the stages of dvc.yaml. stages: those of dvc.lock. raw: what data/raw.dvc says
    that data/raw holds. packages: version of each package that the pipeline runs on, by uv.lock.
    unlabelled: how many rows have no target, None if that is not known. stale: the stages that
    would run again. problems: a sentence for each file that is not valid.
    """

    commit: str | None
    label: str
    params: Content
    columns: Content
    pipeline: Content
    stages: Content
    raw: tuple[str | None, ...]
    packages: dict[str, str]
    unlabelled: int | None
    stale: tuple[str, ...]
    problems: dict[str, str]
    parsed: Schema | UserError

    @property
    def schema(self) -> Schema:
        """The columns, checked; raises the UserError that reading them gave."""
        if isinstance(self.parsed, UserError):
            raise self.parsed
        return self.parsed


def read(root: Path, commit: str | None, label: str) -> Snapshot:
    """Read one side."""
    problems: dict[str, str] = {}

    def content(name: str, reads: Callable[[Path], Any] = read_yaml) -> Content:
        try:
            found = reads(root / name) if (root / name).exists() else {}
        except UserError as error:
            problems[name] = str(error).replace(f"{root}/", "")
            return {}
        return found if isinstance(found, dict) else {}

    return Snapshot(
        commit,
        label,
        params=content("params.yaml"),
        columns=_mapping(content("data/schema.yaml"), "columns"),
        pipeline=content("dvc.yaml", _pipeline),
        stages=content("dvc.lock", _locked),
        raw=pointed(content("data/raw.dvc").get("outs")),
        packages=content("uv.lock", lambda path: packages(path.read_text(encoding="utf-8"))),
        unlabelled=_unlabelled(root / "metrics/data.json"),
        stale=store.stale(root),
        problems=problems,
        parsed=_parsed(root),
    )


def locked(root: Path) -> Content:
    """Return the stages of a folder's dvc.lock; raise UserError if it is not valid."""
    path = root / "dvc.lock"
    return _locked(path) if path.exists() else {}


def _locked(path: Path) -> Content:
    found = _pipeline(path)
    for name, entry in found.items():
        listed = [*entry.get("deps", []), *entry.get("outs", [])]
        named = all(isinstance(file, dict) and isinstance(file.get("path"), str) for file in listed)
        if not named or not isinstance(entry.get("params", {}), dict):
            raise UserError(
                f"{path}, stage {brief(name)}: found {brief(entry)}; expected files with their "
                "path: delete it, and run `dvc repro`."
            )
    return found


def _pipeline(path: Path) -> Content:
    """Return the stages of a file of DVC; raise UserError if they are none."""
    content = read_yaml(path)
    found = _mapping(content if isinstance(content, dict) else {}, "stages")
    for name, entry in found.items():
        inside = [entry.get(key, []) for key in ("deps", "outs")] if type(entry) is dict else [None]
        if not isinstance(name, str) or not all(isinstance(listed, list) for listed in inside):
            raise UserError(
                f"{path}, stage {brief(name)}: found {brief(entry)}; expected a mapping with lists "
                "of deps and outs, as DVC writes it."
            )
    return found


def piped(root: Path) -> Content:
    """Return the stages of a folder's dvc.yaml; raise UserError if it is not valid."""
    return _pipeline(root / "dvc.yaml")


def _mapping(content: Content, name: str) -> Content:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def pointed(outs: Any) -> tuple[str | None, ...]:
    """Return the hashes of the outputs that a .dvc file lists."""
    listed = outs if isinstance(outs, list) else []
    return tuple(str(out["md5"]) for out in listed if isinstance(out, dict) and "md5" in out)


def _parsed(root: Path) -> Schema | UserError:
    try:
        return read_schema(str(root / "data/schema.yaml"))
    except UserError as error:
        return UserError(str(error).replace(f"{root}/", ""))


def _unlabelled(path: Path) -> int | None:
    try:
        profile = read_json(path)
        count = profile.get("unlabelled", 0)  # before it was counted there could be none
    except (UserError, AttributeError):  # not there, or left in a conflict
        return None
    return count if type(count) is int and 0 <= count < 2**63 else None


@cache  # both sides mostly have the same text, and reading it takes a quarter of a second
def packages(text: str) -> dict[str, str]:
    """Return name and version of each package that project.dependencies leads to, by a uv.lock.

    Raises UserError if it is not one.
    """
    try:
        locked = {package["name"]: package for package in tomllib.loads(text)["package"]}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, RecursionError) as error:
        raise UserError(f"uv.lock: not valid ({error}); run `uv lock`.") from None
    waiting = [name for name, p in locked.items() if "editable" in p.get("source", {})]
    found: dict[str, str] = {}
    seen = set(waiting)
    while waiting:
        for dependency in locked[waiting.pop()].get("dependencies", []):
            name = dependency["name"]
            if name not in seen and name in locked:
                seen.add(name)
                waiting.append(name)
                found[name] = locked[name].get("version", "?")
    return dict(sorted(found.items()))
