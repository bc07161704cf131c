"""The gate: per metric a floor, a tolerated drop and what has to be shown, from params.yaml."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.scores import METRICS
from pipeline.stage import ParamsError
from report.numbers import number
from review.methods import outcome, refits
from review.methods.compare import Comparison

MOST_SEEDS = 100
WHERE = "params.yaml, section 'review'"
SINCE, REQUIRE, NO_WORSE = "since_release", "require", "no worse"
LIMITS = ("min", "max_drop", SINCE)
SHOW_IT = ("better", "no difference", NO_WORSE)  # outcomes


@dataclass(frozen=True)
class Params:
    """The gate (per metric min, max_drop, require, since_release), slices, seconds, refits."""

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
            _check(metric, rule)

    @property
    def margins(self) -> dict[str, float]:
        """Return the loss that does not matter, for each metric of which it is said."""
        return {m: float(rule["max_drop"]) for m, rule in self.gate.items() if "max_drop" in rule}


def _check(metric: str, rule: Any) -> None:
    """Raise ValueError unless a metric's rule makes sense."""
    start = f"gate of '{metric}' is {rule!r}; expected"
    if not isinstance(rule, dict) or not set(rule) <= {*LIMITS, REQUIRE}:
        raise ValueError(f"{start} some of min, max_drop, require, {SINCE}")
    limits = [rule[key] for key in LIMITS if key in rule]
    numbers = [v for v in limits if type(v) in (int, float) and math.isfinite(v)]
    if len(numbers) < len(limits) or min(rule.get("max_drop", 0), rule.get(SINCE, 0)) < 0:
        raise ValueError(f"{start} numbers, max_drop and {SINCE} from 0 on")
    if REQUIRE in rule and (rule[REQUIRE] != NO_WORSE or "max_drop" not in rule):
        raise ValueError(f"{start} 'require: no worse' with max_drop, which says than what")


@dataclass(frozen=True)
class Verdict:
    """Whether the gate passed, failed or is off; why it failed; and what it could not check."""

    gate: str
    reasons: tuple[str, ...]
    unchecked: tuple[str, ...]


def verdict(
    rules: dict[str, Any], found: list[Comparison], own: dict[str, float],
    label: str = "", since: Sequence[Comparison] = (), *, gated: bool,
) -> Verdict:  # fmt: skip
    """Apply the rules, if they are to be applied and there are any; see `failures` and `slides`."""
    if not gated or not rules:
        return Verdict("off", (), ())
    each = failures(rules, found, own), slides(rules, found, label, since)
    reasons, unchecked = (tuple(itertools.chain(*said)) for said in zip(*each, strict=True))
    return Verdict("failed" if reasons else "passed", reasons, unchecked)


def failures(
    rules: dict[str, Any], found: list[Comparison], own: dict[str, float]
) -> tuple[list[str], list[str]]:
    """Return a sentence for each rule that head breaks, and for each that cannot be checked.

    `min` is the worst value allowed (the largest, for a metric where less is better) of `own`,
    head's metrics on all of its test rows. `max_drop` is broken only when the whole 95 % interval
    lies beyond it: noise never fails a change. With `require: no worse` it is broken unless the
    whole interval lies on this side of it. Raises ParamsError for a rule about a metric that is not
    evaluated.

    ROC AUC fell by 0.05, and by 0.04 at the least; then the same with an interval that holds 0:

    >>> sure = Comparison("roc_auc", True, 0.9, 0.85, -0.05, -0.06, -0.04, "DeLong", "worse")
    >>> failures({"roc_auc": {"max_drop": 0.01}}, [sure], {})[0]
    ['roc_auc is worse by at least 0.04 (95 % sure); 0.01 is tolerated.']
    >>> noise = Comparison("roc_auc", True, 0.9, 0.85, -0.05, -0.11, 0.01, "DeLong", "cannot tell")
    >>> failures({"roc_auc": {"max_drop": 0.01}}, [noise], {})[0]
    []
    >>> failures({"roc_auc": {"max_drop": 0.01, "require": "no worse"}}, [noise], {})[0]
    ['roc_auc is not shown to be no worse: it may be worse by 0.11; 0.01 is tolerated.']
    """
    known = {comparison.metric: comparison for comparison in found}
    reasons: list[str] = []
    unchecked: list[str] = []
    for metric, rule in rules.items():
        if metric not in known:
            raise ParamsError(f"{WHERE}: 'gate' names '{metric}'; expected one of {list(known)}.")
        c = known[metric]
        if "min" in rule:
            reasons += _below(c, own[metric], rule["min"])
        if "max_drop" in rule and (c.low is None or c.high is None):
            which = reasons if REQUIRE in rule else unchecked
            which.append(f"The gate's max_drop of {metric} cannot be checked: {c.reason}.")
        elif "max_drop" in rule:
            reasons += _lost(c, rule["max_drop"], required=REQUIRE in rule)
    return reasons, unchecked


def _below(c: Comparison, value: float, floor: float) -> list[str]:
    if not math.isfinite(value):
        return [f"{c.metric} is unknown, and at {floor:g} there is a limit to keep."]
    sign = 1 if c.greater_is_better else -1
    side = "below the least" if c.greater_is_better else "above the most"
    return [f"{c.metric} is {value:.6g}, {side} allowed, {floor:g}."] * (
        sign * value < sign * floor
    )


def _lost(c: Comparison, tolerated: float, *, required: bool) -> list[str]:
    """Say that too much is lost for certain, or that it may be, if the opposite is required."""
    assert c.low is not None and c.high is not None
    worst, best = outcome.gain((c.low, c.high), greater_is_better=c.greater_is_better)
    end = f"{tolerated:g} is tolerated."
    if best < -tolerated:
        return [f"{c.metric} is worse by at least {-best:.4g} (95 % sure); {end}"]
    if required and c.outcome not in SHOW_IT:
        return [f"{c.metric} is not shown to be no worse: it may be worse by {-worst:.4g}; {end}"]
    return []


def since_release(rules: dict[str, Any]) -> dict[str, float]:
    """Return, by metric, what may be lost since the last release."""
    return {metric: rule[SINCE] for metric, rule in rules.items() if SINCE in rule}


def slides(
    rules: dict[str, Any], found: list[Comparison], label: str, since: Sequence[Comparison]
) -> tuple[list[str], list[str]]:
    """Return a sentence for each loss since a release that is too large, and for each unknown one.

    As with `max_drop` the whole interval has to lie beyond what is tolerated. A change that is not
    itself a loss, by `found`, is not held up for those before it. A hundred small losses, each in
    the noise, are a large one: this is what the Ladder of Blum and Hardt (2015, ICML) is for, which
    also keeps a reference that moves rarely; no noise is added.

    >>> now = Comparison("roc_auc", True, 0.861, 0.86, -0.001, -0.01, 0.01, "DeLong", "cannot tell")
    >>> then = Comparison("roc_auc", True, 0.9, 0.86, -0.04, -0.05, -0.03, "DeLong", "worse")
    >>> slides({"roc_auc": {"since_release": 0.02}}, [now], "model@v1.0", [then])[0]
    ['roc_auc is worse than that of model@v1.0 by at least 0.0300 (95 % sure); 0.02 is tolerated.']
    """
    known, now = ({c.metric: c for c in each} for each in (since, found))
    reasons, unchecked = [], []
    for metric, tolerated in since_release(rules).items():
        then = known.get(metric)
        best = _best(then) if then else None
        if best is None:
            why = then.reason if then else "there is no older version"
            unchecked.append(f"The gate's since_release of {metric} cannot be checked: {why}.")
        elif best < -tolerated and _is_loss(now[metric]):
            reasons.append(
                f"{metric} is worse than that of {label} by at least {number(-best)} (95 % sure); "
                f"{tolerated:g} is tolerated."
            )
    return reasons, unchecked


def _best(c: Comparison) -> float | None:
    """Return the most that may have been gained; None without an interval."""
    if c.low is None or c.high is None:
        return None
    return outcome.gain((c.low, c.high), greater_is_better=c.greater_is_better)[1]


def _is_loss(c: Comparison) -> bool:
    """Say whether a change made it worse by however little; what is not known may have."""
    return c.difference is None or (c.difference < 0 if c.greater_is_better else c.difference > 0)
