"""What training adds to the doubt about a difference: both models were fitted again, in pairs.

The n-th refit of base and of head learns from the same resample of the rows, but by seeds of its
own: how far the differences of the pairs lie apart is what the luck of seeds and of training rows
does to the difference. Bouthillier et al. (2021, Accounting for Variance in Machine Learning
Benchmarks, MLSys 3) vary all sources at once, as here; the rows are drawn by the Poisson bootstrap
(Oza and Russell, 2001, Online Bagging and Boosting, AISTATS).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy.special import stdtrit

from pipeline import scores
from pipeline.scores import METRICS, Array, Predictions
from review.methods.interval import Interval

FEWEST = 2  # of which there is a spread


class Spread(NamedTuple):
    """The standard error that training adds to a difference, and its degrees of freedom."""

    error: float
    freedom: int


@dataclass(frozen=True)
class Refits:
    """What each pair of refits, of base and of head, says of the same n rows.

    asked: how many pairs there should be. seconds: what training them took, now. reason: why there
    are fewer, None if there are not, or if there is nothing to be told by them.
    """

    pairs: tuple[tuple[Predictions, Predictions], ...] = ()
    asked: int = 0
    seconds: float = 0.0
    reason: str | None = None

    def __getitem__(self, rows: Array) -> "Refits":
        """Return the same of some of the n rows: n truth values, or positions."""
        return replace(self, pairs=tuple((base[rows], head[rows]) for base, head in self.pairs))

    @property
    def entry(self) -> dict[str, Any] | None:
        """What a review says of them; None if there is nothing to be told by them."""
        if not self.pairs and self.reason is None:
            return None
        told = {"refits": len(self.pairs), "asked": self.asked, "seconds": round(self.seconds, 1)}
        return {**told, "reason": self.reason}

    def spreads(self, names: Sequence[str]) -> dict[str, Spread]:
        """Return what training adds to the difference of each metric of which that is known."""
        found = {name: spread([_values(name, pair) for pair in self.pairs]) for name in names}
        return {name: each for name, each in found.items() if each is not None}


def _values(name: str, pair: tuple[Predictions, Predictions]) -> tuple[float, float]:
    if METRICS[name].needs_probabilities and any(p.probabilities is None for p in pair):
        return math.nan, math.nan
    return scores.value(name, pair[0]), scores.value(name, pair[1])


def spread(pairs: Sequence[tuple[float, float]]) -> Spread | None:
    """Return the spread of the differences head minus base; None if less than FEWEST are known.

    Each pair moves up and down with the rows that both learnt from, so that only what moves one
    and not the other counts:

    >>> error, freedom = spread([(0.80, 0.81), (0.84, 0.87), (0.82, 0.84)])
    >>> f"{error:.3f}, {freedom}"
    '0.010, 2'
    """
    differences = [head - base for base, head in pairs if math.isfinite(head - base)]
    if len(differences) < FEWEST:
        return None
    return Spread(float(np.std(differences, ddof=1)), len(differences) - 1)


def widened(difference: float, interval: Interval, training: Spread) -> Interval:
    """Return the 95 % interval with the doubt about training added to that about test rows.

    The two are independent: each side is the root of the sum of both squares, of training by
    Student's t, since it is known from few refits.

    >>> low, high = widened(0.02, (0.01, 0.03), Spread(0.004, 4))
    >>> f"{low:.4f} to {high:.4f}"
    '0.0051 to 0.0349'
    """
    low, high = interval
    added = float(stdtrit(training.freedom, 0.975)) * training.error
    below, above = max(difference - low, 0), max(high - difference, 0)
    return (
        min(low, difference - math.hypot(below, added)),
        max(high, difference + math.hypot(above, added)),
    )
