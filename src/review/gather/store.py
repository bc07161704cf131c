"""What DVC keeps of one side: is it up to date, fetch what is not there, read rows."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from dvc.repo import Repo

from pipeline import dataset
from pipeline.clone import check, config, credentials
from pipeline.clone.names import CloneError
from review import ReviewError
from review.gather import git

for name in ("dvc", "dvc_data", "dvc_objects"):  # what they say is said in our words
    logging.getLogger(name).setLevel(logging.CRITICAL)


def opened(root: Path) -> Repo:
    """Return the DVC of a folder, whose database lies there, wherever this process runs."""
    return Repo(str(root), config=config.settings(root))


@dataclass(frozen=True)
class Store:
    """The folder of one side, which nobody else knows, and the outputs that its lock records."""

    root: Path
    label: str
    hashes: Mapping[str, str | None]

    def need(self, *paths: str) -> None:
        """Fetch what is not there from the cache or the remote; raise ReviewError for the rest."""
        self.fetch(*paths)
        still = self._absent(paths)
        never = [path for path in still if self.hashes.get(path) is None]
        if never:
            raise ReviewError(f"{self.label} never made {', '.join(never)}: its dvc.lock has none")
        if still:
            raise ReviewError(
                f"{', '.join(still)} of {self.label} is neither in the cache nor in the remote: "
                "whoever made it needs to run `dvc push`"
            )

    def fetch(self, *paths: str) -> None:
        """Fetch what is not there, as far as it can be had; at once is faster than one by one."""
        absent = self._absent(paths)
        if absent:
            with suppress(Exception), opened(self.root) as repo:
                repo.pull([str(self.root / path) for path in absent], run_cache=False)

    def _absent(self, paths: Sequence[str]) -> list[str]:
        return [path for path in paths if not (self.root / path).exists()]

    def parts(self, folder: str) -> dict[str, pd.DataFrame]:
        """Return the parts of an output by delivery; raise UserError if they cannot be had."""
        self.need(folder)
        return dataset.read_parts(self.root / folder)

    def rows(self, folder: str) -> pd.DataFrame:
        """Return the rows of an output, in order; raise UserError if they cannot be had."""
        return pd.concat(self.parts(folder).values(), ignore_index=True)


def outputs(stages: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the hash of each output that the stages of a dvc.lock record, by path."""
    return {
        out["path"]: out.get("md5") for entry in stages.values() for out in entry.get("outs", [])
    }


def stale(root: Path) -> tuple[str, ...]:
    """Return the stages that `dvc repro` would run: their results do not belong to the files.

    In this process, since starting DVC takes longer than what it does here.
    """
    try:
        with git.unbroken(), opened(root) as repo:
            ran = repo.reproduce(str(root / "dvc.yaml"), dry=True, allow_missing=True)
    except Exception:  # DVC's own, YAML's, the graph's: it cannot say, so that all is in doubt
        return ("every stage",)
    return tuple(stage.name for stage in ran if stage.cmd)


def changed(root: Path) -> set[str]:
    """Return the stages with another command, parameter or dependency than dvc.lock records.

    What is only not there, as in a worktree in which nothing was pulled, is no change.
    """
    with suppress(Exception), git.unbroken(), opened(root) as repo:
        found = repo.status().items()  # named by file, from where this process runs, and stage
        return {n.rpartition(":")[2] for n, reasons in found if any(map(_is_change, reasons))}
    return set()


def _is_change(reason: str | dict[str, dict[str, Any]]) -> bool:
    if isinstance(reason, str):
        return True
    return any(state != "deleted" for state in reason.get("changed deps", {}).values())


def deliveries(root: Path) -> dict[str, str]:
    """Return the hash of each file or folder of data/raw by name, without downloading them."""
    try:
        entries = Repo.ls(str(root), "data/raw", recursive=True, config=config.settings(root))
    except Exception:  # there is no such folder, or nobody can say what is in it
        return {}
    found: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: str(entry["path"])):
        name = str(entry["path"]).partition("/")[0]  # a folder of parts is one delivery
        found[name] = found.get(name, "") + str(entry.get("md5"))
    return found


@contextmanager
def checkout(commit: str, root: Path, label: str) -> Iterator[Path]:
    """Yield the project at `commit` in a worktree of its own that shares the DVC cache.

    Raises ReviewError if it is not to be followed, or would get credentials that are not its own.
    """
    with git.worktree(commit, root) as folder:
        if withheld := share_cache(root, folder):
            raise ReviewError(f"{label} is not reviewed: {kept(withheld)}")
        expect_sound(folder, label)
        yield folder


def expect_sound(folder: Path, label: str) -> None:
    """Raise ReviewError, before DVC does anything in a folder, if it is not to be followed."""
    try:
        check.expect_sound(folder)
    except CloneError as error:
        said = str(error).replace(f"{folder}/", "")
        raise ReviewError(f"{label} is not reviewed: {said}") from None


def share_cache(root: Path, folder: Path) -> list[str]:
    """Make the DVC of `folder`, if any, use the cache, and the remotes' credentials, of `root`.

    Returns the remotes whose credentials it does not get, since it has them at another place than
    the default branch. Raises CloneError if it brought settings, or a link, for where they go.
    """
    if not (folder / ".dvc").is_dir():
        return []
    settings = credentials.local(root / ".dvc/config.local")
    withheld = sorted(credentials.moved(folder, config.read(folder)) & credentials.own(root))
    for section in settings.sections():
        if config.remote(section) in withheld:
            settings.remove_section(section)
    if not settings.has_section("cache"):
        settings.add_section("cache")
    with opened(root) as repo:
        settings["cache"]["dir"] = repo.cache.local_cache_dir
    credentials.write_local(folder, settings)
    return withheld


def kept(remotes: Sequence[str]) -> str:
    """Return why a side does not get the credentials of these remotes, and what to do."""
    return (
        f"its .dvc/config has remote {', '.join(remotes)} otherwise than the default branch, and "
        "your credentials are not sent there; if they may go there, say so in .dvc/config.local: "
        f"`dvc remote modify --local {remotes[0]} url URL`."
    )
