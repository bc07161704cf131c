"""What Git tracks in a project, and whether some of it leads elsewhere."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pipeline.clone.names import CloneError
from pipeline.stage import brief

LINK = "120000"  # the mode of one, as Git writes it
NAMES = ("remotes/origin/HEAD", "remotes/origin/main", "remotes/origin/master")
DEFAULTS = [f"refs/{name}" for name in (*NAMES, "heads/main", "heads/master")]
OF_DVC = re.compile(r"\.dvc/(config|\.gitignore|plots/.*)")


def git(root: Path, *words: str) -> str:
    """Return what Git answers about a project; nothing if it cannot."""
    done = subprocess.run(["git", *words], cwd=root, capture_output=True)
    return done.stdout.decode(errors="surrogateescape") if not done.returncode else ""


def tracked(root: Path) -> dict[str, str]:
    """Return what Git tracks in a project, by path: its mode."""
    lines = git(root, "ls-files", "-z", "--stage", "--", ".").split("\0")
    return {path: about[:6] for about, _, path in (line.partition("\t") for line in lines if line)}


def expect_own(root: Path, index: Mapping[str, str]) -> None:
    """Raise CloneError for files of DVC's own that Git brought, and for links that lead away."""
    for path, mode in index.items():
        inside = path.casefold().startswith(".dvc/") or path.casefold() == ".dvc"
        if inside and (mode == LINK or not OF_DVC.fullmatch(path)):
            raise CloneError(
                f"{brief(path)} is in Git; expected of DVC's own files none but .dvc/config, "
                ".dvc/.gitignore and .dvc/plots, and no link: what it keeps is of one machine."
            )
    for path in (".dvc", ".dvc/config", ".dvc/config.local"):
        if (root / path).is_symlink():
            raise CloneError(f"{path} is a link; expected it to be what it stands for.")
    top = os.path.realpath(root / (git(root, "rev-parse", "--show-cdup").strip() or "."))
    for path in (path for path, mode in index.items() if mode == LINK):
        if os.path.commonpath([top, os.path.realpath(root / path)]) != top:
            raise CloneError(f"{brief(path)} is a link out of the repository; expected none.")
