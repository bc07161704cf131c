"""Folder objects: lists of files, by path, that DVC writes as they stand; so they are read first.

DVC (3.67) joins each path of such a list to the output's, `..` included.
What was checked is kept in the cache, where DVC looks before it asks a remote.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipeline.clone.names import CloneError, flaw
from pipeline.clone.outputs import OBJECT, Out
from pipeline.stage import brief

LARGEST = 50_000_000  # bytes of a folder object: about half a million files
ENTRY = 60  # bytes of the shortest entry: what holds more brackets for its size is no list of files
READ_ONLY = 0o444  # what DVC makes of an object that it has checked
Fetch = Callable[[Out], bytes | None]


def expect_plain(outs: Sequence[Out], cache: Path, remotes: Sequence[Path], fetch: Fetch) -> None:
    """Bring every folder object that is named into the cache; raise CloneError for a bad one.

    remotes: those that are folders of this machine. fetch: asks all others for an object.
    """
    for oid, out in {out.oid: out for out in outs if out.oid.endswith(".dir")}.items():
        copies = [place / oid[:2] / oid[2:] for place in map(objects, (cache, *remotes))]
        found = [read(copy, out.where) for copy in copies if copy.is_file()]
        if not found and (fetched := fetch(out)) is not None:
            found = [fetched]
        for content in found:
            check(content, oid, out.where)
        if found and not copies[0].is_file():
            keep(copies[0], found[0])


def objects(place: Path) -> Path:
    """Return the folder of a cache or remote that objects lie in."""
    return place / "files/md5"


def read(path: Path, where: str) -> bytes:
    """Return the bytes of a folder object; raise CloneError if it is larger than any should be."""
    if path.stat().st_size > LARGEST:
        raise CloneError(f"{where}: folder object {path.parent.name}{path.name} is over "
                         f"{LARGEST // 10**6} MB; expected a list of files.")  # fmt: skip
    return path.read_bytes()


def check(content: bytes, oid: str, where: str) -> None:
    """Raise CloneError unless these bytes are the folder object `oid`, and name plain paths."""
    start = f"{where}: folder object '{oid}'"
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != oid.removesuffix(".dir"):
        raise CloneError(
            f"{start} is not what its name says; delete it from the cache and the remote, and ask "
            "who made it to run `dvc push`."
        )
    for entry in _listed(content, start):
        path, each = entry.get("relpath"), str(entry.get("md5"))
        plain = set(entry) == {"relpath", "md5"} and OBJECT.fullmatch(each)
        if wrong := flaw(path) or ("" if plain and not each.endswith(".dir") else "it is no file"):
            raise CloneError(
                f"{start} is not followed: it names {brief(path)}, and {wrong}; expected files "
                "in that folder. Whoever made it may mean harm: do not pull it."
            )


def _listed(content: bytes, start: str) -> list[dict[str, Any]]:
    try:
        if content.count(b"{") + content.count(b"[") > 2 + len(content) // ENTRY:
            raise ValueError("more brackets than entries would have")
        entries = json.loads(content.decode())
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise CloneError(f"{start} cannot be read; expected a list of files, as DVC writes it.")
    return entries


def keep(path: Path, content: bytes) -> None:
    """Write an object that was checked into the cache, whole, as DVC would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(draft).chmod(READ_ONLY)
    Path(draft).replace(path)
