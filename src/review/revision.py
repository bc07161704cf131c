"""One side of a comparison: a folder with the project as it was, beside the user's work tree."""

import configparser
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pipeline.schema import Schema, read_schema
from pipeline.stage import UserError, read_yaml

ENDING = {signal.SIGINT, signal.SIGTERM}


class ReviewError(UserError):
    """The change cannot be reviewed."""


def call(*words: str, cwd: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program with this environment's programs first, and the folder's own src/ importable.

    Raises ReviewError, with the program's last words, if it fails and `check` is set.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(Path(cwd) / "src")}
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True)
    if check and done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing was printed"]
        raise ReviewError(f"`{' '.join(words)}` failed in {cwd}: {said[-1]}")
    return done


def git(*words: str, cwd: str | Path = ".") -> str:
    """Return what a git command prints; raise ReviewError if it fails."""
    return call("git", *words, cwd=cwd).stdout.strip()


@dataclass(frozen=True)
class Side:
    """A project folder, the commit it holds (None for uncommitted work), and how to call it."""

    root: Path
    commit: str | None
    label: str
    unreadable: frozenset[str] = frozenset()  # files that count as not there

    @cached_property
    def schema(self) -> Schema:
        """The columns; raises SchemaError."""
        return read_schema(str(self.root / "data/schema.yaml"))

    @cached_property
    def params(self) -> dict[str, Any]:
        """The parameters, as written."""
        return self.yaml("params.yaml")

    @cached_property
    def stages(self) -> dict[str, Any]:
        """What dvc.lock says of each stage; empty when nothing was run yet."""
        return self.yaml("dvc.lock").get("stages", {})

    def yaml(self, name: str) -> dict[str, Any]:
        """Return a YAML file of this side; an empty mapping when it is not there."""
        path = self.root / name
        content = read_yaml(path) if path.exists() and name not in self.unreadable else {}
        return content if isinstance(content, dict) else {}

    def output(self, path: str) -> str | None:
        """Return the hash that dvc.lock records for an output."""
        outs = [out for stage in self.stages.values() for out in stage.get("outs", [])]
        return next((out.get("md5") for out in outs if out["path"] == path), None)

    def need(self, *paths: str) -> None:
        """Fetch what is not there from the cache or the remote; raise ReviewError for the rest."""
        absent = [path for path in paths if not (self.root / path).exists()]
        if not absent:
            return
        call("dvc", "pull", "--quiet", "--no-run-cache", *absent, cwd=self.root, check=False)
        still = [path for path in absent if not (self.root / path).exists()]
        never = [path for path in still if self.output(path) is None]
        if never:
            raise ReviewError(f"{self.label} never made {', '.join(never)}: its dvc.lock has none")
        if still:
            raise ReviewError(
                f"{', '.join(still)} of {self.label} is neither in the cache nor in the remote: "
                "whoever made it needs to run `dvc push`"
            )

    def files(self, path: str) -> dict[str, str]:
        """Return the hash of each file in a tracked folder, by name, without downloading them."""
        done = call(
            "dvc",
            "list",
            ".",
            path,
            "--recursive",
            "--show-hash",
            "--json",
            cwd=self.root,
            check=False,
        )
        entries = json.loads(done.stdout) if not done.returncode else []
        return {entry["path"]: str(entry.get("hash") or entry.get("md5")) for entry in entries}


def readable(side: Side) -> tuple[Side, list[str]]:
    """Return the side without the files that are not valid YAML, and a sentence for each."""
    broken: dict[str, str] = {}
    for name in ("params.yaml", "data/schema.yaml", "data/raw.dvc", "dvc.yaml", "dvc.lock"):
        try:
            side.yaml(name)
        except UserError as error:
            broken[name] = f"{side.label} is compared without {name}: {error}"
    return replace(side, unreadable=frozenset(broken)), list(broken.values())


def stale(side: Side) -> list[str]:
    """Return the stages that `dvc repro` would run: their results do not belong to the files."""
    with unbroken():
        done = call("dvc", "repro", "--dry", "--allow-missing", cwd=side.root, check=False)
    names = re.findall(r"^Running stage '([^']+)'", done.stdout, re.MULTILINE)
    return names or ["every stage"] * bool(done.returncode)


@contextmanager
def checkout(commit: str, label: str, root: Path) -> Iterator[Side]:
    """Yield the project at `commit` in a Git worktree of its own that shares the DVC cache."""
    with tempfile.TemporaryDirectory(prefix="threefold-") as parent:
        folder = Path(parent) / "project"
        try:
            # Without hooks: those of `dvc install` would check out data before the cache is shared.
            add = ("-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", "--quiet")
            with unbroken():
                git(*add, str(folder), commit, cwd=root)
            if (folder / ".dvc").is_dir():
                share_cache(root, folder)
            yield Side(folder, git("rev-parse", commit, cwd=root), label)
        finally:
            with unbroken():
                call("git", "worktree", "remove", "--force", str(folder), cwd=root, check=False)


@contextmanager
def unbroken() -> Iterator[None]:
    """Hold signals back until the block is over, for what is short and must not be cut off.

    Half a worktree cannot be removed; DVC that is killed while it writes its lock will not start.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def share_cache(root: Path, folder: Path) -> None:
    """Make the DVC of `folder` use the cache, and the remotes' credentials, of `root`."""
    config = configparser.RawConfigParser()
    config.read(root / ".dvc/config.local", encoding="utf-8")
    if not config.has_section("cache"):
        config.add_section("cache")
    config["cache"]["dir"] = _cache(root)
    with (folder / ".dvc/config.local").open("w", encoding="utf-8") as file:
        config.write(file)


@cache
def _cache(root: Path) -> str:
    """Return the folder of DVC's cache; asked once, since every call of DVC takes half a second."""
    return str((root / call("dvc", "cache", "dir", cwd=root).stdout.strip()).resolve())


def commit_of(revision: str, root: Path) -> str:
    """Return the full hash of a revision; raise ReviewError if there is none."""
    done = call(
        "git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", cwd=root, check=False
    )
    if done.returncode:
        raise ReviewError(
            f"'{revision}' is no revision of this repository; expected a branch, tag or hash."
        )
    return done.stdout.strip()


def default_base(head: str, root: Path) -> str:
    """Return the merge base of `head` and the default branch; raise ReviewError without one."""
    names = ("remotes/origin/HEAD", "remotes/origin/main", "remotes/origin/master")
    for branch in (*names, "heads/main", "heads/master"):
        found = call("git", "merge-base", f"refs/{branch}", head, cwd=root, check=False)
        if not found.returncode:
            return found.stdout.strip()
    raise ReviewError("No default branch found to compare with; name a base, as in `--base main`.")
