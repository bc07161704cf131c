"""What training adds to the doubt about a difference, by hand and by simulation."""

import numpy as np
import pytest
import scipy.stats
from sklearn.linear_model import LogisticRegression

from pipeline.scores import Array, Predictions
from review.gather.predict import drawn
from review.methods import compare, refits
from review.methods.refits import Refits, Spread

CLASSES = np.array([False, True])


def said(score: list[float]) -> Predictions:
    """Return what a model says of 20 rows, of which the later ones are positive."""
    chances = np.tile(score, 20 // len(score))
    return Predictions(
        np.arange(20) >= 10, chances >= 0.5, np.c_[1 - chances, chances], CLASSES, True
    )


def test_only_what_moves_one_model_and_not_the_other_counts() -> None:
    """Both rise and fall together with the rows that they learnt from."""
    together = refits.spread([(0.5, 0.6), (0.7, 0.8), (0.9, 1.0)])

    assert together is not None and together.error == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("pairs", [[], [(0.5, 0.6)], [(0.5, 0.6), (float("nan"), 0.7)]])
def test_one_refit_has_no_spread(pairs: list[tuple[float, float]]) -> None:
    assert refits.spread(pairs) is None


@pytest.mark.parametrize("count", [2, 5, 20])
def test_the_interval_of_few_refits_is_that_of_student(count: int) -> None:
    """Were there no doubt about test rows."""
    differences = np.random.default_rng(count).normal(0, 0.01, count)
    spread = refits.spread([(0.0, d) for d in differences])
    assert spread is not None

    low, high = refits.widened(0.0, (0.0, 0.0), spread)

    student = scipy.stats.t(count - 1, 0, differences.std(ddof=1)).interval(0.95)
    assert (low, high) == pytest.approx(student)


def test_each_metric_has_its_own_spread_on_the_rows_that_are_left() -> None:
    one, other = said([0.1, 0.9]), said([0.2, 0.7])
    made = Refits(((one, other), (one, one)), asked=2)

    found = made[np.arange(10)].spreads(["accuracy", "log_loss"])

    losses = [-np.log(0.9) / 2 - np.log(0.1) / 2, -np.log(0.8) / 2 - np.log(0.3) / 2]
    assert found["accuracy"] == Spread(0.0, 1)
    assert found["log_loss"].error == pytest.approx(abs(losses[1] - losses[0]) / np.sqrt(2))


def test_a_metric_that_a_model_lacks_has_none() -> None:
    """Without probabilities there is no ROC AUC."""
    plain = Predictions(np.arange(4) >= 2, np.arange(4) >= 1, None, CLASSES, True)

    assert Refits(((plain, plain),) * 2).spreads(["roc_auc", "accuracy"]).keys() == {"accuracy"}


def test_a_comparison_says_what_training_adds() -> None:
    before, after = said([0.1, 0.9]), said([0.4, 0.6])
    alone = compare.compare(["log_loss"], before, after)[0]

    found = compare.compare(["log_loss"], before, after, training={"log_loss": Spread(0.5, 4)})[0]

    assert alone.training is None and found.training == 0.5
    assert (found.base, found.head, found.difference) == (alone.base, alone.head, alone.difference)
    assert found.low is not None and alone.low is not None and found.low < alone.low
    assert found.high is not None and alone.high is not None and found.high > alone.high


def rows(random: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Return rows of eight columns, and a class that hangs on half of them."""
    features = random.normal(size=(count, 8))
    chance = 1 / (1 + np.exp(-features[:, :4].sum(axis=1)))
    return features, random.random(count) < chance


def pair(learnt: Array, target: Array, times: Array, noise: Array, tested: Array) -> list[Array]:
    """Return the probabilities of a model of all rows but the last, and of one of all, blurred."""
    sides = [(len(target) - 1, np.zeros_like(noise)), (len(target), noise)]
    found = []
    for count, blur in sides:
        chosen = np.repeat(np.arange(count), times[:count])
        seen = learnt + blur[: len(learnt)]
        made = LogisticRegression().fit(seen[chosen], target[chosen])
        found.append(made.predict_proba(tested + blur[len(learnt) :])[:, 1])
    return found


def outcomes(seed: int, count: int, blur: float = 0.0) -> list[str]:
    """Return what one more random row is called: on 500 and 5,000 rows, without and with refits."""
    random = np.random.default_rng(seed)
    (learnt, target), (tested, truth) = rows(random, count + 1), rows(random, 5000)
    noise = blur * random.normal(size=(count + 5001, 8)) * (np.arange(8) == 0)
    hashed = random.integers(0, 2**64, count + 1, dtype="uint64")
    times = [np.ones(count + 1, dtype=int), *(drawn(hashed, number) for number in range(1, 6))]
    models, *others = (
        [Predictions(truth, s >= 0.5, np.c_[1 - s, s], CLASSES, True) for s in scores]
        for scores in (pair(learnt, target, t, noise, tested) for t in times)
    )
    made = Refits(tuple((base, head) for base, head in others), 5)
    return [
        compare.compare(["roc_auc"], *(p[:size] for p in models), training=spreads)[0].outcome
        for size in (500, 5000)
        for spreads in ({}, made[np.arange(size)].spreads(["roc_auc"]))
    ]


@pytest.mark.simulation
def test_one_more_random_row_is_nothing() -> None:
    """By test rows alone, the more of them, the more often it is called something."""
    found = np.array([outcomes(seed, count=300) for seed in range(100)])

    alone, refitted, alone_on_more, refitted_on_more = np.isin(found, ["better", "worse"]).mean(0)
    assert refitted <= 0.05 and refitted_on_more <= 0.05
    assert alone_on_more > 0.4 > alone


@pytest.mark.simulation
def test_a_true_loss_of_twice_what_is_tolerated_is_found() -> None:
    """A column seen through noise costs 0.02 in ROC AUC."""
    found = [outcomes(seed, count=1000, blur=0.75)[-1] for seed in range(40)]

    assert np.mean([called == "worse" for called in found]) >= 0.9
