"""Reruns base with some levels of head: the one place besides gathering that touches the disk."""

import shutil
import time
from pathlib import Path

from review import revision
from review.methods.shapley import Levels, RerunError
from review.revision import Side

FILES = {
    "data": ("data/raw.dvc", "data/schema.yaml"),
    "params": ("params.yaml",),
    "code": ("src", "dvc.yaml"),
    "environment": ("pyproject.toml", "uv.lock"),
}


def rerun(base: Side, head: Side, chosen: Levels, folder: Path) -> Side:
    """Train in `folder`, a worktree of base, with the chosen levels' files taken from head.

    The DVC cache is shared, so that what was trained once is not trained again. Raises RerunError.
    """
    for path in (path for level in chosen for path in FILES[level]):
        source, target = head.root / path, folder / path
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target)
        else:
            target.unlink(missing_ok=True)
    done = revision.call(
        "dvc", "repro", "--quiet", "--pull", "--allow-missing", "train", cwd=folder, check=False
    )
    label = " and ".join(sorted(chosen)) + " of head with the rest of base"
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it printed nothing"]
        last = said[0][:300].rstrip(".")
        raise RerunError(f"{label[0].upper()}{label[1:]} cannot be run: {last}.")
    return Side(folder, None, label)


class Budget:
    """Seconds that reruns may take in all; a rerun is not started once they are over."""

    def __init__(self, seconds: float) -> None:
        """Start the clock."""
        self.seconds, self.end = seconds, time.monotonic() + seconds

    def check(self, chosen: Levels) -> None:
        """Raise RerunError if the time is over."""
        if time.monotonic() > self.end:
            names = " and ".join(sorted(chosen))
            raise RerunError(
                f"The rerun with {names} of head was skipped: its {self.seconds:g} s are over."
            )
