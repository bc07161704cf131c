"""Asks remotes that are elsewhere for a folder object, by DVC; only if nothing nearer has it."""

from contextlib import suppress
from pathlib import Path

from pipeline.clone import config, credentials
from pipeline.clone.folders import LARGEST, Fetch, objects
from pipeline.clone.names import CloneError
from pipeline.clone.outputs import Out


def asks(root: Path, sections: config.Sections) -> Fetch:
    """Return what returns the bytes of an output's folder object, or None if nobody has it.

    It raises CloneError where a remote that only this branch names has not: it may have it later.
    """

    def fetch(out: Out) -> bytes | None:
        content = None
        for name in elsewhere(sections):
            content = content if content is not None else _read(root, name, out.oid)
        if content is None and out.imported:
            content = _imported(root, out)
        if content is None and credentials.moved(root, sections) & set(elsewhere(sections)):
            raise CloneError(
                f"{out.where}: folder object '{out.oid}' cannot be checked: it is neither in the "
                "cache nor in the remote, which is not that of the default branch; whoever made it "
                "needs to run `dvc push`."
            )
        return content

    return fetch


def elsewhere(sections: config.Sections) -> list[str]:
    """Return the remotes that are no folders of this machine."""
    return [
        config.remote(name)
        for name, options in sections.items()
        if config.remote(name) and "://" in options.get("url", "")
    ]


def _read(root: Path, remote: str, oid: str) -> bytes | None:
    """Return an object of a remote as it is there; None if it cannot be had."""
    from dvc.repo import Repo  # half a second, which only a clone without a cache pays

    with suppress(Exception), Repo(str(root), config=config.settings(root)) as repo:
        odb = repo.cloud.get_remote_odb(remote, "fetch", hash_name="md5")
        with odb.fs.open(odb.oid_to_path(oid), "rb") as file:
            return bytes(file.read(LARGEST))
    return None


def _imported(root: Path, out: Out) -> bytes | None:
    """Return the folder object of an import, which DVC makes from its source, in the cache."""
    from dvc.repo import Repo

    with suppress(Exception), Repo(str(root), config=config.settings(root)) as repo:
        repo.fetch([str(root / out.where)])
    path = objects(credentials.cache(root)) / out.oid[:2] / out.oid[2:]
    return path.read_bytes() if path.is_file() else None
