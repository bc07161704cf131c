"""What caused the difference: each changed level's share, by Shapley values over reruns."""

import itertools
import math
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.stage import UserError
from review import revision
from review.revision import Side

FILES = {
    "data": ("data/raw.dvc", "data/schema.yaml"),
    "params": ("params.yaml",),
    "code": ("src", "dvc.yaml"),
    "environment": ("pyproject.toml", "uv.lock"),
}
Levels = frozenset[str]
Value = Callable[[Levels], float]


class RerunError(UserError):
    """A combination of base and head cannot be run, or there is no time left to run it."""


@dataclass(frozen=True)
class Causes:
    """Parts that add up to the total, and what could not be separated."""

    total: float
    parts: dict[str, float]
    notes: list[str]


def shapley(blocks: list[Levels], value: Value) -> dict[Levels, float]:
    """Return each block's mean contribution to `value` over all orders of adding the blocks.

    Shapley (1953), A value for n-person games. The values add up to value(all) - value(none).
    """
    found = dict.fromkeys(blocks, 0.0)
    for block in blocks:
        others = [other for other in blocks if other != block]
        for size in range(len(blocks)):
            weight = math.factorial(size) * math.factorial(len(others) - size)
            for chosen in itertools.combinations(others, size):
                before = frozenset[str]().union(*chosen)
                gain = value(before | block) - value(before)
                found[block] += weight * gain / math.factorial(len(blocks))
    return found


def partitions(levels: list[str]) -> Iterator[list[Levels]]:
    """Yield every way to put the levels into blocks, finest first."""
    found: list[list[Levels]] = [[]]
    for level in levels:
        found = [
            variant
            for blocks in found
            for variant in (
                [*blocks, frozenset([level])],
                *([*blocks[:i], blocks[i] | {level}, *blocks[i + 1 :]] for i in range(len(blocks))),
            )
        ]
    yield from sorted(found, key=lambda blocks: -len(blocks))


def attribute(levels: list[str], value: Value, shift: float) -> Causes:
    """Split the difference between value(none) and value(all), after the test set's own shift.

    Levels whose combinations cannot be run (RerunError) are reported together.
    """
    known: dict[Levels, float] = {}
    notes: list[str] = []

    def once(chosen: Levels) -> float:
        if chosen not in known:
            try:
                known[chosen] = value(chosen)
            except RerunError as error:
                known[chosen] = float("nan")
                notes.append(str(error))
        return known[chosen]

    for blocks in partitions(levels):
        parts = shapley(blocks, once)
        if not any(math.isnan(part) for part in parts.values()):
            named = {" and ".join(n for n in FILES if n in b): part for b, part in parts.items()}
            total = once(frozenset(levels)) - once(frozenset()) + shift
            return Causes(total, {"test rows": shift, **named}, notes)
    raise RerunError("The difference cannot be attributed: base or head itself cannot be scored.")


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
