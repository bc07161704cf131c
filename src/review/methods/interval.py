"""The 95 % interval of a difference whose error is known, also where rows depend on each other.

Units are n codes from 0 on: rows with the same code, of one patient or of one week, depend on each
other; rows of different codes do not. None: no row depends on another.
"""

import math

import numpy as np
from scipy.special import ndtr, stdtrit

from pipeline.scores import Array

NORMAL_95 = 1.959963984540054
Interval = tuple[float, float]


def around(mean: float, error: float, units: Array | None = None) -> Interval:
    """Return the ends of the 95 % interval around a mean with this standard error.

    Normal where rows are independent; with units, Student's t of as many degrees as they leave.

    >>> for units in (None, np.arange(12)):
    ...     low, high = around(0.02, 0.005, units)
    ...     print(f"{low:.4f} to {high:.4f}")
    0.0102 to 0.0298
    0.0090 to 0.0310
    """
    reach = quantile(units) * error
    return float(mean - reach), float(mean + reach)


def told(interval: Interval) -> float:
    """Return the standard error that the width of a normal 95 % interval tells.

    >>> round(told(around(0.02, 0.005)), 6)
    0.005
    """
    return (interval[1] - interval[0]) / (2 * NORMAL_95)


def error(terms: Array, units: Array | None = None, more: float = 0.0) -> float:
    """Return the standard error of a sum of n terms that are zero on average.

    Those of a unit are added up first, since they go together (Obuchowski, 1997, Biometrics 53).
    more: variance that comes from elsewhere.

    Three rows of each of two patients, who differ more than their rows do:

    >>> terms, patients = np.repeat([0.1, -0.1], 3), np.repeat([0, 1], 3)
    >>> f"{error(terms):.2f}, by patient {error(terms, patients):.2f}"
    '0.24, by patient 0.60'
    """
    if units is None:
        return math.sqrt(terms @ terms + more)
    sums = np.bincount(units, terms)
    if len(sums) < 2:
        return math.nan
    return math.sqrt(len(sums) / (len(sums) - 1) * (sums @ sums) + more)


def effective(units: Array) -> float:
    """Return how many units of one size these are worth (Kish, 1965, Survey Sampling).

    Of ten, one of which has as many rows as all others together, hardly four:

    >>> effective(np.arange(10)), round(effective(np.append(np.arange(10), [0] * 8)), 1)
    (10.0, 3.6)
    """
    sizes = np.bincount(units)
    return float(len(units) ** 2 / (sizes @ sizes))


def quantile(units: Array | None) -> float:
    """Return how many standard errors a 95 % interval reaches to either side.

    >>> round(quantile(None), 2), round(quantile(np.arange(12)), 2)
    (1.96, 2.2)
    """
    return NORMAL_95 if units is None else float(stdtrit(effective(units) - 1, 0.975))


def tail(units: Array | None) -> float:
    """Return the share of bootstrap replicates to leave out at either end.

    Few units that are drawn anew vary less than new ones would: the expanded percentile interval
    (Hesterberg, 2015, The American Statistician 69).

    >>> f"{tail(None):.3f}, of 12 units {tail(np.arange(12)):.3f}"
    '0.025, of 12 units 0.011'
    """
    if units is None:
        return 0.025
    many = int(units.max()) + 1
    return float(ndtr(-quantile(units) * math.sqrt(many / (many - 1)))) if many > 1 else math.nan
