"""The paired interval of any metric, by drawing the rows anew."""

from collections.abc import Callable

import numpy as np

from pipeline.scores import Array
from review.methods.interval import Interval

REPLICATES = 1000
Statistic = Callable[[Array], float]  # a metric of how often each of n rows was drawn


def intervals(
    pairs: dict[str, tuple[Statistic, Statistic]],
    rows: int,
    seed: int,
    replicates: int = REPLICATES,
) -> dict[str, Interval]:
    """Return the paired percentile interval of each difference head minus base.

    The same rows are drawn for both models and all metrics. With the same generator it equals
    scipy.stats.bootstrap(method='percentile') of the same statistic. Replicates that leave a metric
    undefined are left out.

    Head's error is smaller in each of 20 rows, by 0.5 or by 1.5; so it is in whatever is drawn:

    >>> base = np.full(20, 2.0)
    >>> head = np.where(np.arange(20) % 2, 1.5, 0.5)
    >>> def mean(errors: Array) -> Statistic:
    ...     return lambda weights: weights @ errors / weights.sum()
    >>> low, high = intervals({"error": (mean(base), mean(head))}, 20, seed=0)["error"]
    >>> f"{low:.2f} to {high:.2f}"
    '-1.25 to -0.75'
    """
    generator, drawn = np.random.default_rng(seed), np.empty((replicates, len(pairs)))
    for replicate in drawn:
        weights = np.bincount(generator.integers(0, rows, rows), minlength=rows)
        replicate[:] = [head(weights) - base(weights) for base, head in pairs.values()]
    ends, defined = np.full((2, len(pairs)), np.nan), ~np.isnan(drawn).all(axis=0)
    ends[:, defined] = np.nanpercentile(drawn[:, defined], [2.5, 97.5], axis=0)
    return {name: (float(ends[0, i]), float(ends[1, i])) for i, name in enumerate(pairs)}
