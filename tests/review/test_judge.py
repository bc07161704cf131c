"""The first sentence of a review is true and plain, whatever is found."""

from dataclasses import replace

import pytest

from report import markdown, terminal
from report.blocks import Paragraph
from review.judge import sentence
from review.methods.compare import Comparison
from review.methods.outcome import gain, outcome

Ends = tuple[float, float]


def compared(ends: Ends, margin: float | None, *, greater_is_better: bool = True) -> Comparison:
    """Return a comparison with these ends of the interval, in the middle of which it lies."""
    middle, name = sum(ends) / 2, "roc_auc" if greater_is_better else "log_loss"
    said = outcome(gain(ends, greater_is_better=greater_is_better), margin)
    values = (0.8, 0.8 + middle, middle, *ends)
    return Comparison(name, greater_is_better, *values, "closed form", said, margin=margin)


@pytest.mark.parametrize(
    ("ends", "margin", "start"),
    [
        ((0.01, 0.03), None, "This change (data) makes the model better: roc_auc goes from 0.800 "),
        ((-0.03, -0.01), None, "This change (data) makes the model worse: roc_auc goes from"),
        ((-0.03, 0.01), None, "Whether this change (data) makes the model better or worse cannot"),
        ((0.0, 0.0), None, "This change (data) makes no difference: roc_auc stays at 0.8000."),
        ((0.001, 0.03), 0.01, "This change (data) makes the model better: roc_auc"),
        ((-0.04, -0.02), 0.01, "This change (data) makes the model worse, by more than the tole"),
        ((-0.04, -0.002), 0.01, "This change (data) makes the model worse, perhaps by no more th"),
        ((-0.04, -0.002), 0.0, "This change (data) makes the model worse: roc_auc"),
        ((-0.004, 0.008), 0.01, "This change (data) makes no difference that matters, at most 0."),
        ((-0.004, 0.08), 0.01, "This change (data) does not make the model worse by more than th"),
        ((0.0, 0.08), 0.0, "This change (data) does not make the model worse, and may make it b"),
        ((-0.04, 0.008), 0.01, "Whether this change (data) makes the model better or worse cannot"),
    ],
)
def test_each_outcome_has_its_sentence(ends: Ends, margin: float | None, start: str) -> None:
    assert sentence(compared(ends, margin), ["data"]).startswith(start)


def test_where_less_is_better_a_rise_is_a_loss_and_the_sentence_says_so() -> None:
    found = compared((0.02, 0.04), 0.01, greater_is_better=False)

    assert sentence(found, ["data", "code"]) == (
        "This change (data and code) makes the model worse, by more than the tolerated 0.01: "
        "log_loss (lower is better) goes from 0.800 to 0.830 (+0.030, 95 % interval +0.020 to "
        "+0.040)."
    )


def test_a_fall_of_a_loss_within_the_margin_does_not_matter() -> None:
    found = compared((-0.009, -0.001), 0.01, greater_is_better=False)

    assert sentence(found, []) == (
        "This change (nothing the model depends on) makes no difference that matters, at most "
        "0.01 either way: log_loss (lower is better) goes from 0.8000 to 0.7950 (-0.0050, 95 % "
        "interval -0.0090 to -0.0010)."
    )


def test_a_small_end_of_an_interval_is_not_written_as_zero() -> None:
    """As in the table: what is better by little is not better by nothing."""
    assert "95 % interval +0.00002 to +0.02000" in sentence(compared((2e-5, 0.02), None), [])


def test_without_an_interval_the_reason_is_said() -> None:
    found = replace(compared((0.0, 0.0), None), low=None, high=None, reason="base has no results")

    assert sentence(found, ["data"]) == (
        "Whether this change (data) makes the model better or worse cannot be told, because base "
        "has no results."
    )


@pytest.mark.parametrize("ends", [(0.01, 0.03), (-0.03, -0.01), (-0.004, 0.008), (-0.004, 0.08)])
@pytest.mark.parametrize("greater_is_better", [True, False])
@pytest.mark.parametrize("margin", [None, 0.01, 1e-9])
def test_a_sentence_is_plain_words_wherever_it_is_read(
    ends: Ends, greater_is_better: bool, margin: float | None
) -> None:
    """Nothing in it but the metric is set as code, and nothing is cut."""
    found = compared(ends, margin, greater_is_better=greater_is_better)

    said = sentence(found, ["data", "params", "code", "environment"])

    name = found.metric
    assert markdown.block(Paragraph(said)) == said.replace(name, f"`{name}`")
    assert terminal.block(Paragraph(said)).split() == said.split()
