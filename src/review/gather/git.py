"""Asks Git: which commits, which files differ, what was recorded; and lays out worktrees."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.clone.config import database
from pipeline.strict import texts
from review import ReviewError

ENDING: tuple[int, ...] = (signal.SIGINT, signal.SIGTERM)
CODE = ("--", "src", "dvc.yaml")


class Edited(NamedTuple):
    """A file that differs, by its path in the project, and how many lines came and went."""

    path: str
    added: int
    removed: int


def environment(folder: str | Path) -> dict[str, str]:
    """Return this environment with its own programs first, the folder's src/ and DVC's database.

    What lies in the folder itself, such as a json.py, is not taken for Python's own.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    there = Path(folder).resolve()
    own = {"PYTHONPATH": str(there / "src"), "DVC_SITE_CACHE_DIR": database(there)}
    return {**os.environ, "PATH": path, **own, "PYTHONSAFEPATH": "1"}


def call(
    *words: str, cwd: str | Path, check: bool = True, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program, with `given` as its input, in the folder's environment.

    Raises ReviewError, with the program's last words, if it fails and `check` is set.
    """
    done = subprocess.run(
        words, cwd=cwd, env=environment(cwd), input=given, capture_output=True, text=True
    )
    if check and done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing was printed"]
        raise ReviewError(f"`{' '.join(words)}` failed in {cwd}: {said[-1]}")
    return done


def git(*words: str, cwd: str | Path = ".") -> str:
    """Return what a git command prints; raise ReviewError if it fails."""
    return call("git", *words, cwd=cwd).stdout.strip()


def holds(*words: str, cwd: str | Path) -> bool:
    """Say whether a git command that answers by its exit code says yes."""
    return not call("git", *words, cwd=cwd, check=False).returncode


def dirty(root: Path) -> bool:
    """Say whether files of the project that Git knows differ from the commit checked out."""
    return bool(git("status", "--porcelain", "--untracked-files=no", "--", ".", cwd=root))


def project() -> Path:
    """Return the project around the current folder: where DVC was set up, or else Git's root."""
    top = Path(git("rev-parse", "--show-toplevel"))
    here = Path.cwd().resolve()
    inside = [p for p in (here, *here.parents) if p == top or top in p.parents]
    return next((p for p in inside if (p / ".dvc").is_dir()), top)


def inside(root: str | Path) -> str:
    """Return where in its repository a folder lies: '' at the top, else as in 'models/churn/'."""
    return git("rev-parse", "--show-prefix", cwd=root)


@contextmanager
def worktree(commit: str, root: Path) -> Iterator[Path]:
    """Yield the project as it was at `commit`, in a Git worktree of its own."""
    with tempfile.TemporaryDirectory(prefix="threefold-") as parent:
        top = Path(parent).resolve() / "project"
        try:
            # Without hooks: those of `dvc install` would check out data before the cache is shared.
            no = ("-c", "core.hooksPath=/dev/null", "-c", "submodule.recurse=false")
            add = (*no, "worktree", "add", "--detach", "--quiet")
            with unbroken():
                git(*add, str(top), commit, cwd=root)
            folder = top / inside(root)
            folder.mkdir(parents=True, exist_ok=True)  # a commit from before there was a project
            yield folder
        finally:
            with unbroken():
                call("git", "worktree", "remove", "--force", str(top), cwd=root, check=False)


@contextmanager
def unbroken() -> Iterator[None]:
    """Hold signals back until the block is over, for what is short and must not be cut off.

    Half a worktree cannot be removed; DVC that is killed while it writes its lock will not start.
    Programs started here inherit the mask. This process may have threads that do not, so that its
    own handlers are put off too.
    """
    came: list[int] = []
    usual = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        signal.signal(number, lambda number, _: came.append(number))
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        for number, handler in usual.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(came):
            signal.raise_signal(number)


def commit_of(revision: str, root: Path) -> str:
    """Return the full hash of a revision; raise ReviewError if there is none."""
    words = ("git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    done = call(*words, cwd=root, check=False)
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


def edited(base: str, head: str | None, root: Path) -> list[Edited]:
    """Return the files of the pipeline that differ from base: in `head`, or None for the folder."""
    diff = ("diff", "--numstat", "--relative", "--no-renames", "-z")
    lines = git(*diff, base, *filter(None, [head]), *CODE, cwd=root).split("\0")
    counts = [line.split("\t", 2) for line in lines if line]
    if head is None:
        new = git("ls-files", "--others", "--exclude-standard", "-z", *CODE, cwd=root).split("\0")
        counts += [[str((root / n).read_bytes().count(b"\n")), "0", n] for n in new if n]
    return [
        Edited(name, int(added) if added.isdigit() else 0, int(removed) if removed.isdigit() else 0)
        for added, removed, name in counts
    ]


def history(metric: str, commit: str, root: Path) -> list[dict[str, Any]]:
    """Return the metric as the last 20 commits of a branch recorded it, oldest first."""
    last = git("log", "-20", "--first-parent", "--format=%h", commit, cwd=root).split()
    found = []
    for name, text in zip(last, versions("metrics/test.json", last, root), strict=True):
        try:
            value = texts.parse_json(text)[metric]
        except (ValueError, KeyError, TypeError):  # not there, or left in a conflict
            continue
        if isinstance(value, (int, float)) and abs(value) <= sys.float_info.max:
            found.append({"commit": name, "value": value})
    return found[::-1]


def versions(path: str, commits: list[str], root: str | Path) -> list[str]:
    """Return the text of a file of the project at each commit; empty where it is not there."""
    where = inside(root) + path
    asked = "".join(f"{commit}:{where}\n" for commit in commits).encode()
    words = ["git", "cat-file", "--batch"]
    rest = subprocess.run(words, cwd=root, input=asked, capture_output=True).stdout
    found = []
    for _ in commits:
        header, _, rest = rest.partition(b"\n")
        kind, _, size = header.rpartition(b" ")
        length = int(size) if kind.endswith(b" blob") else None
        found.append(rest[:length].decode(errors="replace") if length is not None else "")
        rest = rest[length + 1 :] if length is not None else rest
    return found
