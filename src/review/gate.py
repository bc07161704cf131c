"""The gate: per metric a floor and a tolerated drop, from params.yaml."""

from dataclasses import dataclass
from typing import Any

from pipeline.scores import METRICS
from pipeline.stage import ParamsError
from review.compare import Comparison

WHERE = "params.yaml, section 'review'"


@dataclass(frozen=True)
class Params:
    """The gate (per metric `min` and `max_drop`), the slices, and the seconds reruns may take."""

    gate: dict[str, Any]
    slices: list[str]
    budget: float

    def __post_init__(self) -> None:
        if len(self.slices) > 3:
            raise ValueError(f"'slices' names {len(self.slices)} columns; expected at most three")
        if self.budget < 0:
            raise ValueError(f"'budget' is {self.budget}; expected seconds, zero or more")
        for metric, rule in self.gate.items():
            if metric not in METRICS:
                raise ValueError(
                    f"unknown metric '{metric}' in 'gate'; expected one of {list(METRICS)}"
                )
            if not isinstance(rule, dict) or not set(rule) <= {"min", "max_drop"}:
                raise ValueError(f"gate of '{metric}' is {rule!r}; expected some of min, max_drop")
            numbers = [v for v in rule.values() if isinstance(v, (int, float)) and v == v]
            if len(numbers) < len(rule) or rule.get("max_drop", 0) < 0:
                raise ValueError(
                    f"gate of '{metric}' is {rule!r}; expected numbers, max_drop from 0 on"
                )


def failures(rules: dict[str, Any], found: list[Comparison]) -> list[str]:
    """Return a sentence for each rule that head breaks.

    `min` is the worst value allowed (the largest, for a metric where less is better). `max_drop` is
    broken only when the whole 95 % interval lies beyond it: noise never fails a change.
    Raises ParamsError for a rule about a metric that is not evaluated.
    """
    known = {comparison.metric: comparison for comparison in found}
    reasons = []
    for metric, rule in rules.items():
        if metric not in known:
            raise ParamsError(f"{WHERE}: 'gate' names '{metric}'; expected one of {list(known)}.")
        reasons += _broken(known[metric], rule)
    return reasons


def _broken(c: Comparison, rule: dict[str, float]) -> list[str]:
    reasons, floor, drop = [], rule.get("min"), rule.get("max_drop")
    sign = 1 if c.greater_is_better else -1
    if floor is not None and c.head is None:
        reasons.append(f"{c.metric} is unknown, and at {floor:g} there is a limit to keep.")
    elif floor is not None and c.head is not None and sign * c.head < sign * floor:
        side = "below the least" if c.greater_is_better else "above the most"
        reasons.append(f"{c.metric} is {c.head:.4g}, {side} allowed, {floor:g}.")
    if drop is not None and c.low is not None and c.high is not None:
        best = max(sign * c.low, sign * c.high)
        if best < -drop:
            reasons.append(
                f"{c.metric} is worse by at least {-best:.4g} (95 % sure); {drop:g} is tolerated."
            )
    return reasons
