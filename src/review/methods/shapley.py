"""What caused a difference: the share of each level, by Shapley values."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.stage import UserError

ROUNDING = 1e-9  # of variances that are added up and leave nothing
Levels = frozenset[str]
Value = Callable[[Levels], float]
Weights = dict[Levels, float]  # how much of each combination is in a sum; together nothing


class RerunError(UserError):
    """A combination of base and head cannot be run, or there is no time left to run it."""


@dataclass(frozen=True)
class Causes:
    """Parts that add up to the total, and what could not be separated.

    blocks: levels that have a part of their own, or share one.
    """

    total: float
    parts: dict[str, float]
    blocks: list[Levels]
    notes: list[str]


def weights(block: Levels, blocks: Sequence[Levels]) -> Weights:
    """Return how much of each combination is in a block's Shapley value.

    Half of what data add alone, and half of what they add after code:

    >>> data, code = frozenset({"data"}), frozenset({"code"})
    >>> found = weights(data, [data, code])
    >>> {" and ".join(sorted(levels)): weight for levels, weight in found.items()}
    {'data': 0.5, '': -0.5, 'code and data': 0.5, 'code': -0.5}
    """
    others = [other for other in blocks if other != block]
    found: Weights = {}
    for size in range(len(blocks)):
        orders = math.factorial(size) * math.factorial(len(others) - size)
        for chosen in itertools.combinations(others, size):
            before = frozenset[str]().union(*chosen)
            share = orders / math.factorial(len(blocks))
            found |= {before | block: share, before: -share}
    return found


def shapley(blocks: list[Levels], value: Value) -> dict[Levels, float]:
    """Return each block's mean contribution to `value` over all orders of adding the blocks.

    Shapley (1953), A value for n-person games. The values add up to value(all) - value(none).

    Data alone is worth 2, code alone nothing, both together 4: the 2 that need both are shared.

    >>> worth = {(): 0, ("data",): 2, ("code",): 0, ("code", "data"): 4}
    >>> data, code = frozenset({"data"}), frozenset({"code"})
    >>> parts = shapley([data, code], lambda levels: worth[tuple(sorted(levels))])
    >>> parts[data], parts[code]
    (3.0, 1.0)
    """
    return {block: total(weights(block, blocks), value) for block in blocks}


def total(weights: Weights, value: Value) -> float:
    """Return a weighted sum of values.

    >>> total({frozenset({"data"}): 1.0, frozenset(): -1.0}, lambda levels: 2.0 * len(levels))
    2.0
    """
    return math.fsum(weight * value(levels) for levels, weight in weights.items())


def interaction(block: Levels, blocks: Sequence[Levels]) -> Weights:
    """Return the weights of what a block adds after all others less what it adds alone.

    >>> data, code = frozenset({"data"}), frozenset({"code"})
    >>> worth = {(): 0.0, ("data",): 2.0, ("code",): 0.0, ("code", "data"): 4.0}
    >>> total(interaction(data, [data, code]), lambda levels: worth[tuple(sorted(levels))])
    2.0
    """
    every = frozenset[str]().union(*blocks)
    return {every: 1.0, every - block: -1.0, block: -1.0, frozenset(): 1.0}


def variance(weights: Weights, of_pair: Callable[[Levels, Levels], float]) -> float:
    """Return the variance of a weighted sum from those of the differences of two.

    Since the weights add up to zero, no other is needed: of three means a, b and c, whose errors do
    not depend on each other and have a variance of 1, two differ with 2, and a - (b + c) / 2 has

    >>> a, b, c = (frozenset({name}) for name in "abc")
    >>> variance({a: 1.0, b: -0.5, c: -0.5}, lambda one, other: 2.0)
    1.5
    """
    pairs = itertools.combinations(sorted(weights, key=sorted), 2)
    terms = [-weights[one] * weights[other] * of_pair(one, other) for one, other in pairs]
    found = math.fsum(terms)
    return 0.0 if abs(found) <= ROUNDING * max(map(abs, terms)) else found


def partitions(levels: list[str]) -> Iterator[list[Levels]]:
    """Yield every way to put the levels into blocks, finest first.

    >>> for blocks in partitions(["data", "code"]):
    ...     print([sorted(block) for block in blocks])
    [['data'], ['code']]
    [['code', 'data']]
    """
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

    The metric rose from 0.75 to 0.875 by data alone, and base's model scored 0.0625 less on head's
    test rows:

    >>> attribute(["data", "code"], lambda chosen: 0.875 if "data" in chosen else 0.75, -0.0625)
    Causes(total=0.0625, parts={'test rows': -0.0625, 'data': 0.125, 'code': 0.0}, ...
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
            change = once(frozenset(levels)) - once(frozenset())
            return Causes(change + shift, {"test rows": shift, **named}, blocks, notes)
    raise RerunError("The difference cannot be attributed: base or head itself cannot be scored.")
