"""What each side of a merge delivered, by name and hash, and both together."""

import hashlib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from dvc.repo import Repo
from dvc_data.hashfile.hash_info import HashInfo

from pipeline import stage
from pipeline.clone import check
from pipeline.clone.outputs import Out
from pipeline.stage import UserError
from pipeline.strict import texts

Files = dict[str, str]  # the hash of each delivery, by its name


class ResolveError(UserError):
    """The sides cannot be put together."""


def union(base: Files, ours: Files, theirs: Files) -> Files:
    """Return what both sides made of `base`; raise ResolveError for names they disagree on."""
    found: Files = {}
    clashing = []
    for name in sorted({*base, *ours, *theirs}):
        past, one, other = base.get(name), ours.get(name), theirs.get(name)
        chosen = other if one == past else one
        if one != other and past not in (one, other):
            clashing.append(name)
        elif chosen is not None:
            found[name] = chosen
    if clashing:
        raise ResolveError(
            f"data/raw: {stage.cut(clashing)} came to be different on both sides (or was removed "
            "on one, and changed on the other); expected each delivery to have one content."
        )
    return found


def pointed(text: str, side: str) -> str:
    """Return the hash of the folder that a side's data/raw.dvc names; raise ResolveError."""
    try:
        content = texts.parse_yaml(text)
        (out,) = content["outs"]
        found, imported = f"{out.get('hash')} {out.get('md5')}", "deps" in content
    except (AttributeError, KeyError, TypeError, ValueError):
        found, imported = "", False
    if imported:
        raise ResolveError(
            f"data/raw.dvc of {side} is an import, which comes whole from its source: take one "
            "side's with `git checkout --ours data/raw.dvc`, then `dvc update data/raw.dvc`."
        )
    if not re.fullmatch(r"md5 [0-9a-f]{32}\.dir", found):
        raise ResolveError(f"data/raw.dvc of {side} names no folder, as `dvc add` would write it.")
    return found.removeprefix("md5 ")


def listed(repo: Repo, oid: str, side: str) -> Files:
    """Return the deliveries of a folder; raise ResolveError if it is nowhere, or names paths."""
    root, out = Path(repo.root_dir), Out(f"data/raw of {side}", "data/raw", oid, True, False)
    check.expect_plain(root, [out])  # before DVC follows it
    fetch(repo, [oid], side)
    entries = stage.read_json(repo.cache.local.oid_to_path(oid))
    found: Files = {entry["relpath"]: entry["md5"] for entry in entries}
    if folders := [name for name in found if "/" in name]:
        raise ResolveError(
            f"data/raw of {side} lists {stage.cut(folders)}; expected names of files."
        )
    return found


def fetch(repo: Repo, oids: Iterable[str], side: str) -> None:
    """Bring objects from the remote that are not in the cache; raise ResolveError for the rest."""
    cache = repo.cache.local
    if absent := sorted({oid for oid in oids if not cache.exists(oid)}):
        repo.cloud.pull([HashInfo("md5", oid) for oid in absent])
    if still := [oid for oid in absent if not cache.exists(oid)]:
        raise ResolveError(
            f"data/raw of {side}: {stage.plural(len(still), 'object')} neither in the cache nor in "
            "the remote; whoever made it needs to run `dvc push`, and to commit data/storage if "
            "that is the remote."
        )


def expect_known(known: Iterable[Files]) -> None:
    """Raise ResolveError if data/raw holds a file that no side has, which would be deleted."""
    hashes = {oid for files in known for oid in files.values()}
    here = [path for path in Path("data/raw").rglob("*") if path.is_file()]
    if own := [path.name for path in here if md5(path) not in hashes]:
        raise ResolveError(f"data/raw: {stage.cut(own)} is of neither side; move it away first.")


def write(repo: Repo, wanted: Files) -> None:
    """Make data/raw what is wanted, from the cache; raise ResolveError for a damaged file."""
    with stage.replacing("data/raw") as draft:
        for name, oid in wanted.items():
            path = repo.cache.local.oid_to_path(oid)
            shutil.copyfile(path, draft / name)
            if md5(draft / name) != oid:
                raise ResolveError(
                    f"data/raw: '{name}' is damaged in DVC's cache; delete {path}, and try again."
                )


def md5(path: Path) -> str:
    """Return the hash by which DVC knows a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
