"""How often a pull request that changes only the luck of training is called better or worse.

Each request draws its training rows and its test rows anew. Of forests and boosting head is base
with another seed; of a logistic regression it has one more row, drawn as all others are. Last, head
sees a column through noise, which costs 0.02 in ROC AUC, twice what the gate of the sample
tolerates: that is to be called worse.
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from pipeline.scores import Array, Predictions
from review.gather.predict import drawn
from review.methods import compare
from review.methods.refits import Refits

REFITS, SIZES, METRIC = 5, (500, 5000), "roc_auc"
WEIGHTS = np.array([1.2, -1.0, 0.8, 0.6, -0.5, 0.4, 0.3, 0.0])
ESTIMATORS: dict[str, Callable[[int], Any]] = {
    "forest": lambda seed: RandomForestClassifier(30, min_samples_leaf=3, random_state=seed),
    "boosting": lambda seed: GradientBoostingClassifier(
        n_estimators=40, subsample=0.7, random_state=seed
    ),
    "logistic": lambda _: LogisticRegression(max_iter=1000),
}


class Case(NamedTuple):
    """Pull requests of a kind: what head has more than base, rows or noise in a column."""

    title: str
    estimator: str
    learnt: int
    more: int = 0
    noise: float = 0.0


CASES = (
    Case("forest, another seed", "forest", 300),
    Case("boosting, another seed", "boosting", 300),
    Case("logistic, one more row", "logistic", 300, more=1),
    Case("logistic, a tenth more rows", "logistic", 300, more=30),
    Case("forest, worse by 0.02", "forest", 1000, noise=0.7),
    Case("logistic, worse by 0.02", "logistic", 1000, noise=0.8),
)


class Request(NamedTuple):
    """A pull request: training rows (head's are base's and more), their hashes, and test rows.

    seen: the training rows and the test rows, as head sees them.
    """

    case: Case
    learnt: Array
    target: Array
    hashed: Array
    tested: Array
    truth: Array
    seen: tuple[Array, Array]


def rows(random: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Return the features and the class of as many rows."""
    features = random.normal(size=(count, len(WEIGHTS)))
    score = features @ WEIGHTS + 0.5 * features[:, 0] * features[:, 1]
    return features, random.random(count) < 1 / (1 + np.exp(-score))


def request(case: Case, random: np.random.Generator) -> Request:
    """Return a pull request."""
    (learnt, target), (tested, truth) = (
        rows(random, count) for count in (case.learnt + case.more, max(SIZES))
    )
    noisy = np.arange(len(WEIGHTS)) == 1
    seen = [part + case.noise * noisy * random.normal(size=part.shape) for part in (learnt, tested)]
    hashed = random.integers(0, 2**64, len(target), dtype="uint64")
    return Request(case, learnt, target, hashed, tested, truth, (seen[0], seen[1]))


def pair(asked: Request, random: np.random.Generator, number: int) -> list[Predictions]:
    """Return what both models say: of all their rows (0), or of the n-th resample of them."""
    times = drawn(asked.hashed, number) if number else np.ones(len(asked.hashed), dtype=int)
    found, last = [], asked.case.learnt
    for learnt, tested, count in (
        (asked.learnt, asked.tested, last),
        (*asked.seen, last + asked.case.more),
    ):
        chosen = np.repeat(np.arange(count), times[:count])
        made = ESTIMATORS[asked.case.estimator](int(random.integers(2**31)))
        chances = made.fit(learnt[chosen], asked.target[chosen]).predict_proba(tested).round(6)
        said = chances[:, 1] >= 0.5
        found.append(Predictions(asked.truth, said, chances, np.array([False, True]), True))
    return found


def outcomes(case: Case, seed: int) -> list[str]:
    """Return what a pull request is called: per size of the test set, without and with refits."""
    random = np.random.default_rng([seed, CASES.index(case)])
    asked = request(case, random)
    models, *others = (pair(asked, random, number) for number in range(REFITS + 1))
    every = Refits(tuple((base, head) for base, head in others), REFITS)
    return [
        compare.compare([METRIC], *(p[:size] for p in models), training=spreads)[0].outcome
        for size in SIZES
        for spreads in ({}, every[np.arange(size)].spreads([METRIC]))
    ]


def table(requests: int = 400, cases: tuple[Case, ...] = CASES) -> list[tuple[str, ...]]:
    """Return per case the share that is called better or worse (of true losses: worse).

    On 500 test rows without and with refits, then on 5,000.
    """
    lines = []
    for case in cases:
        found = np.array([outcomes(case, seed) for seed in range(requests)])
        hits = np.isin(found, ["worse"] if case.noise else ["better", "worse"])
        lines.append((case.title, *(f"{share:.1%}" for share in hits.mean(axis=0))))
    return lines


def main() -> None:
    """Print the table."""
    print("case | 500: test rows alone | and refits | 5,000: test rows alone | and refits")
    for case in CASES:
        print(*table(*map(int, sys.argv[1:]), cases=(case,))[0], sep=" | ", flush=True)


if __name__ == "__main__":
    main()
