"""Which outputs the files of DVC name, and whether each lies where one may be written."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.clone.names import CloneError, misplaced
from pipeline.clone.tracked import LINK, git
from pipeline.stage import brief, cut, read_yaml

OBJECT = re.compile(r"[0-9a-f]{32}(\.dir)?")
PLACES = {"data", "metrics", "models"}  # of this template, whatever program lies beside the data
CODE = {".cfg", ".ini", ".ipynb", ".mk", ".py", ".pyi", ".sh", ".toml"}
OUT = {"path", "md5", "hash", "size", "nfiles", "isexec", "cache", "metric", "persist", "remote",
       "push", "desc", "type", "labels", "meta", "plot"}  # fmt: skip
SOURCE = {"path", "md5", "etag", "checksum", "hash", "size", "nfiles", "mtime", "isexec", "repo"}
REPOSITORY = {"url", "rev", "rev_lock"}
EXPECTED = "expected a path of its own in data/, or in a folder without code and links"


@dataclass(frozen=True)
class Out:
    """An output by its path in the project, and the object that it is, if that is recorded."""

    where: str
    path: str
    oid: str
    cached: bool
    imported: bool


def named(root: Path, index: Mapping[str, str]) -> list[Out]:
    """Return the outputs that a project names; raise CloneError for one that is not followed.

    index: what Git tracks, by path.
    """
    return read(root, sorted(files(root)), index)


def read(root: Path, names: Sequence[str], index: Mapping[str, str]) -> list[Out]:
    """Return the outputs that these files of DVC name; raise UserError, as `named` does."""
    found: list[Out] = []
    for name in names:
        if (root / name).is_symlink():
            raise CloneError(f"{name}: it is a link; expected a file of DVC's.")
        content = read_yaml(root / name)
        found += _pointed(name, content) if name.endswith(".dvc") else _piped(name, content)
    kept = {(posixpath.dirname(out.where), out.path) for out in found if _is_kept_by_git(out)}
    for out in found:
        known = posixpath.basename(out.where) == "dvc.lock"  # which does not say what Git keeps
        own = not out.cached or (known and (posixpath.dirname(out.where), out.path) in kept)
        _expect_own_place(root, out, {} if own else index)
    return found


def _is_kept_by_git(out: Out) -> bool:
    return not out.cached and posixpath.basename(out.where) == "dvc.yaml"


def files(root: Path) -> set[str]:
    """Return the files that DVC reads: each .dvc, dvc.yaml and dvc.lock that is not ignored."""
    patterns = ("--", "*.dvc", "*dvc.yaml", "*dvc.lock")
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns)
    return {
        name
        for name in listed.split("\0")
        if (name.endswith(".dvc") or posixpath.basename(name) in ("dvc.yaml", "dvc.lock"))
        and ((root / name).is_file() or (root / name).is_symlink())
    }


def _pointed(name: str, content: Any) -> Iterator[Out]:
    """Yield the outputs of a .dvc file."""
    known = content if isinstance(content, dict) else {}
    sources = list(_entries(name, known.get("deps")))
    for source in sources:
        _expect_source(name, known, source)
    for out in _entries(name, known.get("outs")):
        yield _out(name, str(known.get("wdir") or "."), out, imported=bool(sources))


def _piped(name: str, content: Any) -> Iterator[Out]:
    """Yield the outputs of a dvc.yaml, or those of a dvc.lock with what they are."""
    stages = content.get("stages") if isinstance(content, dict) else None
    for stage in (stages if isinstance(stages, dict) else {}).values():
        entry = stage.get("do", stage) if isinstance(stage, dict) else None
        entry = entry if isinstance(entry, dict) else {}
        if entry.get("wdir", ".") != ".":
            raise CloneError(
                f"{name}: a stage's wdir is {brief(entry['wdir'])}; expected it to run where "
                "that file is."
            )
        for kind in ("outs", "metrics", "plots"):
            for out in _entries(name, entry.get(kind)):
                if "${" not in str(out["path"]):  # a template writes nothing: dvc.lock says what
                    yield _out(name, ".", out)


def _entries(name: str, listed: Any) -> Iterator[dict[str, Any]]:
    """Yield outputs or sources as mappings with their path, in whatever form they are written."""
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, str):
            yield {"path": each}
        elif isinstance(each, dict) and "path" in each:
            yield each
        elif isinstance(each, dict):
            for path, flags in each.items():
                cached = flags.get("cache", True) if isinstance(flags, dict) else True
                yield {"path": path, "cache": cached}
        else:
            raise CloneError(f"{name}: found {brief(each)}; expected the path of an output.")


def _out(name: str, wdir: str, entry: dict[str, Any], *, imported: bool = False) -> Out:
    """Return an output, by its path in the project; raise CloneError if it may not be there."""
    path, folder = str(entry["path"]), posixpath.dirname(name)
    whole = posixpath.normpath(posixpath.join(folder, wdir, path))
    oid, unknown = str(entry.get("md5") or ""), sorted(map(str, entry.keys() - OUT))
    if wrong := misplaced(whole):
        raise CloneError(f"{name}: output {brief(path)} is not followed: {wrong}; {EXPECTED}.")
    # Without `hash: md5` it is of DVC 2, which looks for objects in another place.
    if unknown or (oid and not (OBJECT.fullmatch(oid) and entry.get("hash") == "md5")):
        raise CloneError(
            f"{name}: output {brief(path)} is {brief(oid)}, with {cut(unknown) or 'no more'}; "
            "expected `hash: md5` and the MD5 of one object, as `dvc add` of DVC 3 writes them."
        )
    return Out(name, whole, oid, entry.get("cache", True) is True, imported)


def _expect_source(name: str, content: dict[str, Any], source: dict[str, Any]) -> None:
    """Raise CloneError unless an import is frozen, whole, and told where to go by its URL alone."""
    repository = source.get("repo", {})
    plain = isinstance(repository, dict) and repository.keys() <= REPOSITORY
    url = str(repository.get("url", "")) if plain else ""
    whole = all("md5" in out for out in _entries(name, content.get("outs")))
    if not plain or source.keys() - SOURCE or url.startswith("-") or "::" in url:
        raise CloneError(
            f"{name}: it imports from {brief(source)}; expected a path or a repository's URL, "
            "without settings of its own."
        )
    if content.get("frozen") is not True or not whole:
        raise CloneError(
            f"{name}: it imports data that is not recorded, so that nobody could check it; "
            "expected `frozen: true` and the md5 of each output, as `dvc import` writes them."
        )


def _expect_own_place(root: Path, out: Out, index: Mapping[str, str]) -> None:
    """Raise CloneError if an output lies over or under a link, or over files that Git tracks."""
    above = [part.as_posix() for part in PurePosixPath(out.path).parents][:-1]
    linked = [path for path in above if (root / path).is_symlink()]
    linked += [path for path in (*above, out.path) if index.get(path) == LINK]
    if linked:
        raise CloneError(
            f"{out.where}: output {brief(out.path)} is not followed: {brief(linked[0])} is a "
            f"link; {EXPECTED}."
        )
    place = out.path.casefold()  # as systems that take no notice of case
    inside = [p for p in index if f"{p.casefold()}/".startswith(f"{place}/")]
    inside = inside or _code(out, index)
    if inside:
        raise CloneError(
            f"{out.where}: output {brief(out.path)} is not followed: Git tracks "
            f"{brief(inside[0])} there or near it; {EXPECTED}."
        )
    if index and "/" not in out.path:
        raise CloneError(
            f"{out.where}: output {brief(out.path)} is not followed: programs read what lies at "
            f"the top of a project; {EXPECTED}."
        )


def _code(out: Out, index: Mapping[str, str]) -> list[str]:
    """Return what is code in the folder at the top of the project that an output lies in.

    What it brings could be imported there, whether beside a module or beside a package.
    """
    top = out.path.partition("/")[0].casefold()
    if top in PLACES:
        return []
    inside = [path for path in index if path.casefold().startswith(f"{top}/")]
    return [path for path in inside if PurePosixPath(path).suffix in CODE]


def parameters(root: Path) -> set[str]:
    """Return the files of parameters that DVC reads: params.yaml, and what dvc.yaml names."""
    content = read_yaml(root / "dvc.yaml") if (root / "dvc.yaml").exists() else None
    content = content if isinstance(content, dict) else {}
    stages = content.get("stages")
    entries = [e for e in (stages if isinstance(stages, dict) else {}).values() if type(e) is dict]
    lists = [content.get("vars"), content.get("params")]
    lists += [entry.get(key) for entry in entries for key in ("vars", "params")]
    each = [one for listed in lists if isinstance(listed, list) for one in listed]
    named = [str(name) for one in each for name in (one if isinstance(one, dict) else [one])]
    return {"params.yaml", *(n.partition(":")[0] for n in named if n.endswith((".yaml", ".yml")))}
