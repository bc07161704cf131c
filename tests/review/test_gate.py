"""The gate fails what is surely worse, and nothing else."""

import numpy as np
import pytest

from pipeline.scores import Array, Predictions, value
from pipeline.stage import ParamsError
from review.gate import Params, failures, verdict
from review.methods.compare import Comparison, compare
from review.methods.outcome import gain, outcome

SHOWN = {"max_drop": 0.01, "require": "no worse"}


def found(metric: str, head: float, low: float, high: float) -> list[Comparison]:
    better = metric != "log_loss"
    said = outcome(gain((low, high), greater_is_better=better), 0.01)
    return [Comparison(metric, better, 0.9, head, head - 0.9, low, high, "DeLong", said)]


@pytest.mark.parametrize(
    ("rule", "comparison", "fails"),
    [
        ({"max_drop": 0.01}, found("roc_auc", 0.85, -0.06, -0.04), True),
        ({"max_drop": 0.01}, found("roc_auc", 0.85, -0.06, -0.005), False),
        ({"max_drop": 0.05}, found("roc_auc", 0.85, -0.06, -0.04), False),
        ({"min": 0.9}, found("roc_auc", 0.89, -0.1, 0.1), True),
        ({"min": 0.8}, found("roc_auc", 0.89, -0.1, 0.1), False),
        ({"max_drop": 0.01}, found("log_loss", 0.95, 0.04, 0.06), True),
        ({"max_drop": 0.01}, found("log_loss", 0.85, -0.06, -0.04), False),
        ({"min": 0.5}, found("log_loss", 0.6, -0.1, 0.1), True),
    ],
)
def test_a_rule_is_broken_beyond_the_tolerance_or_the_floor(
    rule: dict[str, float], comparison: list[Comparison], fails: bool
) -> None:
    """The whole interval has to lie beyond `max_drop`; `min` is the most for a loss."""
    metric, head = comparison[0].metric, comparison[0].head
    assert head is not None

    reasons, unchecked = failures({metric: rule}, comparison, {metric: head})

    assert (bool(reasons), unchecked) == (fails, [])


def test_the_floor_is_for_all_test_rows_of_head() -> None:
    """However good head is on the rows that could be compared."""
    few = found("roc_auc", 1.0, 0.05, 0.15)

    reasons, _ = failures({"roc_auc": {"min": 0.95}}, few, {"roc_auc": 0.949996})

    assert reasons == ["roc_auc is 0.949996, below the least allowed, 0.95."]


def test_a_drop_that_cannot_be_told_is_not_passed_in_silence() -> None:
    unknown = Comparison(
        "roc_auc", True, None, 0.9, None, None, None, "none", "cannot tell", "base has none"
    )

    reasons, unchecked = failures({"roc_auc": {"max_drop": 0.01}}, [unknown], {"roc_auc": 0.9})

    assert reasons == []
    assert unchecked == ["The gate's max_drop of roc_auc cannot be checked: base has none."]


@pytest.mark.parametrize(
    ("comparison", "reason"),
    [
        (found("roc_auc", 0.92, 0.001, 0.04), None),
        (found("roc_auc", 0.9, -0.004, 0.004), None),
        (found("roc_auc", 0.91, -0.004, 0.04), None),
        (found("log_loss", 0.9, -0.04, 0.004), None),
        (found("roc_auc", 0.9, -0.03, 0.03), "it may be worse by 0.03; 0.01 is tolerated."),
        (found("log_loss", 0.9, -0.04, 0.03), "it may be worse by 0.03; 0.01 is tolerated."),
        (found("roc_auc", 0.88, -0.03, -0.005), "it may be worse by 0.03; 0.01 is tolerated."),
        (
            found("roc_auc", 0.8, -0.12, -0.08),
            "worse by at least 0.08 (95 % sure); 0.01 is tolerated.",
        ),
    ],
)
def test_what_is_required_fails_unless_it_is_shown(
    comparison: list[Comparison], reason: str | None
) -> None:
    reasons, unchecked = failures({comparison[0].metric: SHOWN}, comparison, {})

    expected = [reason] if reason else []
    assert [said[-len(reason or "") :] for said in reasons] == expected
    assert unchecked == []


def test_what_is_required_and_cannot_be_told_fails() -> None:
    unknown = Comparison(
        "roc_auc", True, None, 0.9, None, None, None, "none", "cannot tell", "base has none"
    )

    reasons, unchecked = failures({"roc_auc": SHOWN}, [unknown], {})

    assert reasons == ["The gate's max_drop of roc_auc cannot be checked: base has none."]
    assert unchecked == []


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (found("roc_auc", 0.89, -0.03, 0.01), found("roc_auc", 0.85, -0.06, -0.03), True),
        (found("roc_auc", 0.89, -0.03, 0.01), found("roc_auc", 0.85, -0.06, -0.01), False),
        (found("roc_auc", 0.91, -0.01, 0.03), found("roc_auc", 0.85, -0.06, -0.03), False),
        (found("log_loss", 0.91, -0.01, 0.03), found("log_loss", 0.95, 0.03, 0.06), True),
        (found("log_loss", 0.89, -0.03, 0.01), found("log_loss", 0.95, 0.03, 0.06), False),
    ],
)
def test_what_was_lost_since_the_release_is_held_up_by_the_next_loss(
    now: list[Comparison], then: list[Comparison], said: bool
) -> None:
    """But not by a change that loses nothing."""
    rules = {now[0].metric: {"since_release": 0.02}}

    result = verdict(rules, now, {}, "model@v1.0.0", then, gated=True)

    assert result.gate == ("failed" if said else "passed")


def test_a_release_that_cannot_be_compared_is_not_passed_in_silence() -> None:
    rules = {"roc_auc": {"since_release": 0.02}}

    result = verdict(rules, found("roc_auc", 0.85, -0.1, 0.0), {}, gated=True)

    assert result.unchecked == (
        "The gate's since_release of roc_auc cannot be checked: there is no older version.",
    )


NO_YES = np.array([False, True])


def said(truth: Array, logits: Array) -> Predictions:
    """Return predictions of True with these log odds."""
    chance = 1 / (1 + np.exp(-logits))
    return Predictions(truth, chance > 0.5, np.column_stack([1 - chance, chance]), NO_YES, True)


def slid(rule: dict[str, float], seed: int) -> float:
    """Return what a hundred random changes lose on unseen rows, merged when the gate passes."""
    random, judging = np.random.default_rng(seed), slice(0, 1000)
    inputs, weights = random.normal(size=(11_000, 20)), np.full(20, 0.5)
    truth = inputs @ weights + random.logistic(size=11_000) > 0
    first = merged = said(truth[judging], inputs[judging] @ weights)
    before = value("roc_auc", said(truth[1000:], inputs[1000:] @ weights))
    for _ in range(100):
        changed = weights + 0.1 * random.normal(size=20)
        head = said(truth[judging], inputs[judging] @ changed)
        now, then = (compare(["roc_auc"], base, head) for base in (merged, first))
        if verdict({"roc_auc": rule}, now, {}, "first", then, gated=True).gate == "passed":
            weights, merged = changed, head
    return before - value("roc_auc", said(truth[1000:], inputs[1000:] @ weights))


@pytest.mark.simulation
def test_a_slide_of_random_changes_is_stopped() -> None:
    """Each within the noise: together they lose twice as much without a limit since the release."""
    loose, limited = {"max_drop": 0.01}, {"max_drop": 0.01, "since_release": 0.02}

    lost = [np.mean([slid(rule, seed) for seed in range(2)]) for rule in (loose, limited)]

    assert lost[0] > 0.09 and lost[1] < 0.06


def test_a_rule_about_an_unknown_metric_is_an_error() -> None:
    with pytest.raises(ParamsError, match=r"'gate' names 'f1'; expected one of \['roc_auc'\]"):
        failures({"f1": {"min": 0.5}}, found("roc_auc", 0.9, -0.1, 0.1), {"roc_auc": 0.9})


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ({"nothing": {"min": 1}}, "unknown metric 'nothing'"),
        ({"roc_auc": {"most": 1}}, "expected some of min, max_drop, require, since"),
        ({"roc_auc": {"max_drop": 0.1, "require": "better"}}, "expected 'require: no worse' with"),
        ({"roc_auc": {"require": "no worse"}}, "expected 'require: no worse' with max_drop"),
        ({"roc_auc": {"max_drop": True, "require": "no worse"}}, "expected numbers"),
        ({"roc_auc": {"max_drop": -1}}, "expected numbers, max_drop and since_release from 0 on"),
        ({"roc_auc": {"since_release": -1}}, "expected numbers, max_drop and since_release"),
        ({"roc_auc": {"since_release": "1 %"}}, "expected numbers"),
        ({"roc_auc": {"min": "high"}}, "expected numbers"),
        ({"roc_auc": {"min": True}}, "expected numbers"),
        ({"roc_auc": {"min": float("inf")}}, "expected numbers"),
    ],
)
def test_a_gate_that_makes_no_sense_is_refused(gate: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Params(gate, [], 1.0, 0)


@pytest.mark.parametrize("budget", [-1.0, float("nan"), float("inf")])
def test_a_budget_is_a_number_of_seconds(budget: float) -> None:
    with pytest.raises(ValueError, match="expected seconds"):
        Params({}, [], budget, 0)


def test_the_margin_of_a_metric_is_its_max_drop() -> None:
    gate = {"roc_auc": {"min": 0.9}, "accuracy": {"max_drop": 0}, "log_loss": {"max_drop": 0.1}}

    assert Params(gate, [], 1.0, 0).margins == {"accuracy": 0.0, "log_loss": 0.1}
