"""The gate: per metric a floor and a tolerated drop, from params.yaml."""

import math
from dataclasses import dataclass
from typing import Any

from pipeline.scores import METRICS
from pipeline.stage import ParamsError
from review.methods import refits
from review.methods.compare import Comparison

MOST_SEEDS = 100
WHERE = "params.yaml, section 'review'"


@dataclass(frozen=True)
class Params:
    """The gate (per metric `min` and `max_drop`), slices, seconds that reruns may take, refits."""

    gate: dict[str, Any]
    slices: list[str]
    budget: float
    seeds: int

    def __post_init__(self) -> None:
        if len(self.slices) > 3:
            raise ValueError(f"'slices' names {len(self.slices)} columns; expected at most three")
        if not 0 <= self.budget < math.inf:
            raise ValueError(f"'budget' is {self.budget}; expected seconds, zero or more")
        if self.seeds != 0 and not refits.FEWEST <= self.seeds <= MOST_SEEDS:
            raise ValueError(
                f"'seeds' is {self.seeds}; expected 0, or from {refits.FEWEST} to {MOST_SEEDS}"
            )
        for metric, rule in self.gate.items():
            if metric not in METRICS:
                raise ValueError(
                    f"unknown metric '{metric}' in 'gate'; expected one of {list(METRICS)}"
                )
            if not isinstance(rule, dict) or not set(rule) <= {"min", "max_drop"}:
                raise ValueError(f"gate of '{metric}' is {rule!r}; expected some of min, max_drop")
            numbers = [v for v in rule.values() if type(v) in (int, float) and math.isfinite(v)]
            if len(numbers) < len(rule) or rule.get("max_drop", 0) < 0:
                raise ValueError(
                    f"gate of '{metric}' is {rule!r}; expected numbers, max_drop from 0 on"
                )


@dataclass(frozen=True)
class Verdict:
    """Whether the gate passed, failed or is off; why it failed; and what it could not check."""

    gate: str
    reasons: tuple[str, ...]
    unchecked: tuple[str, ...]


def verdict(
    rules: dict[str, Any], found: list[Comparison], own: dict[str, float], *, gated: bool
) -> Verdict:
    """Apply the rules, if they are to be applied and there are any; see `failures`."""
    if not gated or not rules:
        return Verdict("off", (), ())
    reasons, unchecked = failures(rules, found, own)
    return Verdict("failed" if reasons else "passed", tuple(reasons), tuple(unchecked))


def failures(
    rules: dict[str, Any], found: list[Comparison], own: dict[str, float]
) -> tuple[list[str], list[str]]:
    """Return a sentence for each rule that head breaks, and for each that cannot be checked.

    `min` is the worst value allowed (the largest, for a metric where less is better) of `own`,
    head's metrics on all of its test rows. `max_drop` is broken only when the whole 95 % interval
    lies beyond it: noise never fails a change. Raises ParamsError for a rule about a metric that is
    not evaluated.

    ROC AUC fell by 0.05, and by 0.04 at the least; then the same with an interval that holds 0:

    >>> sure = Comparison("roc_auc", True, 0.9, 0.85, -0.05, -0.06, -0.04, "DeLong", "worse")
    >>> failures({"roc_auc": {"max_drop": 0.01}}, [sure], {})[0]
    ['roc_auc is worse by at least 0.04 (95 % sure); 0.01 is tolerated.']
    >>> noise = Comparison("roc_auc", True, 0.9, 0.85, -0.05, -0.11, 0.01, "DeLong", "within noise")
    >>> failures({"roc_auc": {"max_drop": 0.01}}, [noise], {})[0]
    []
    """
    known = {comparison.metric: comparison for comparison in found}
    reasons, unchecked = [], []
    for metric, rule in rules.items():
        if metric not in known:
            raise ParamsError(f"{WHERE}: 'gate' names '{metric}'; expected one of {list(known)}.")
        c = known[metric]
        if "min" in rule:
            reasons += _below(c, own[metric], rule["min"])
        if "max_drop" in rule and (c.low is None or c.high is None):
            unchecked.append(f"The gate's max_drop of {metric} cannot be checked: {c.reason}.")
        elif "max_drop" in rule:
            reasons += _dropped(c, rule["max_drop"])
    return reasons, unchecked


def _below(c: Comparison, value: float, floor: float) -> list[str]:
    if not math.isfinite(value):
        return [f"{c.metric} is unknown, and at {floor:g} there is a limit to keep."]
    sign = 1 if c.greater_is_better else -1
    side = "below the least" if c.greater_is_better else "above the most"
    return [f"{c.metric} is {value:.6g}, {side} allowed, {floor:g}."] * (
        sign * value < sign * floor
    )


def _dropped(c: Comparison, tolerated: float) -> list[str]:
    assert c.low is not None and c.high is not None
    best = c.high if c.greater_is_better else -c.low
    said = f"{c.metric} is worse by at least {-best:.4g} (95 % sure); {tolerated:g} is tolerated."
    return [said] * (best < -tolerated)
