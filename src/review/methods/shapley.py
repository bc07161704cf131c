"""What caused a difference: the share of each level, by Shapley values."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.stage import UserError

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
            named = {" and ".join(n for n in levels if n in b): part for b, part in parts.items()}
            total = once(frozenset(levels)) - once(frozenset()) + shift
            return Causes(total, {"test rows": shift, **named}, notes)
    raise RerunError("The difference cannot be attributed: base or head itself cannot be scored.")
