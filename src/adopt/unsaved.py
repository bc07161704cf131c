"""What adopting would lose for good: what neither Git nor DVC nor an earlier call can give back."""

import hashlib
import json
import subprocess
from pathlib import Path

from pipeline import stage
from pipeline.stage import UserError

RECORD = Path(".dvc/tmp/adopted.json")  # what the last call left for a person to commit
OBJECTS = "data/storage/files/md5/"
CHANGED = ("git", "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", ".")
OTHERS = ("git", "ls-files", "--others", "--exclude-standard", "-z")
RAW = ("dvc", "status", "--json", "data/raw.dvc")


class UnsavedError(UserError):
    """Work would be lost, or a program failed; nothing was changed."""


def expect_nothing_lost(folders: tuple[str, ...], force: bool) -> None:
    """Raise UnsavedError for work that nobody has committed, or that cannot be had back at all.

    What the last call wrote is nobody's work, nor is what the stages made of it since.
    """
    unknown = _without_copies([name for name in call(*OTHERS, *folders).split("\0") if name])
    if unknown:
        raise UnsavedError(
            f"Git does not know {stage.cut(unknown)}, which would be deleted; commit or move them."
        )
    own = sorted({str(path) for path in Path("data").rglob("*.dvc")} - {"data/raw.dvc"})
    if own and not force:
        raise UnsavedError(
            f"{stage.cut(own)}: other data sets lie in data/, which would be deleted with the "
            "sample; move them to another folder (dvc move), or add FORCE=1."
        )
    changed = [] if force else _changed()
    if changed:
        raise UnsavedError(
            f"The work tree has uncommitted changes, {stage.cut(changed)}; commit them first, or "
            "add FORCE=1."
        )
    if not force and Path("data/raw").exists() and json.loads(call(*RAW)):
        raise UnsavedError(
            "data/raw is not what data/raw.dvc says; `dvc add data/raw` first, or add FORCE=1."
        )


def record() -> None:
    """Write down what is uncommitted now, so that the next call can tell it from a person's."""
    stage.write_json(RECORD, _hashes())


def call(*words: str) -> str:
    """Run a program and return what it prints; raise UnsavedError, with its words, if it fails."""
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        told = done.stderr.strip() or done.stdout.strip()
        raise UnsavedError(f"`{' '.join(words[:2])}` failed: {told.removeprefix('ERROR: ')}")
    return done.stdout


def _without_copies(names: list[str]) -> list[str]:
    """Return the files but for those objects of the storage that DVC's cache holds as well."""
    if not any(name.startswith(OBJECTS) for name in names):
        return names
    cache = Path(call("dvc", "cache", "dir").strip()) / "files/md5"
    return [
        name
        for name in names
        if not (name.startswith(OBJECTS) and (cache / name.removeprefix(OBJECTS)).exists())
    ]


def _changed() -> list[str]:
    known = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    made = ("dvc.lock", "metrics/") if known else ()  # by the stages
    return [
        name
        for name, found in _hashes().items()
        if (name not in known or known[name] != found)
        and not name.startswith(made)
        and not name.startswith(OBJECTS)
    ]


def _hashes() -> dict[str, str | None]:
    """Return the hash of each file that is not as Git has it; None where there is none."""
    prefix = call("git", "rev-parse", "--show-prefix").strip()
    lines = [line for line in call(*CHANGED).split("\0") if line]
    paths = [Path(line[3:].removeprefix(prefix)) for line in lines]
    return {str(p): hashlib.md5(p.read_bytes()).hexdigest() if p.is_file() else None for p in paths}
