"""The paired interval of any metric, by drawing the rows, or the units they come in, anew."""

from collections.abc import Callable

import numpy as np

from pipeline.scores import Array, Predictions
from review.methods.interval import Interval, tail

REPLICATES = 1000
Statistic = Callable[[Array], float]  # a metric of how often each of n rows was drawn


def intervals(
    pairs: dict[str, tuple[Statistic, Statistic]],
    rows: int,
    seed: int,
    replicates: int = REPLICATES,
    units: Array | None = None,
) -> dict[str, Interval]:
    """Return the paired percentile interval of each difference head minus base.

    The same rows are drawn for both models and all metrics; with units, whole units (see
    `interval.tail`). With the same generator it equals scipy.stats.bootstrap(method='percentile')
    of the same statistic. Replicates that leave a metric undefined are left out.

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
    many = rows if units is None else int(units.max()) + 1
    for replicate in drawn:
        weights = np.bincount(generator.integers(0, many, many), minlength=many)
        weights = weights if units is None else weights[units]
        replicate[:] = [head(weights) - base(weights) for base, head in pairs.values()]
    ends, defined = np.full((2, len(pairs)), np.nan), ~np.isnan(drawn).all(axis=0)
    beyond = 100 * tail(units)
    ends[:, defined] = np.nanpercentile(drawn[:, defined], [beyond, 100 - beyond], axis=0)
    return {name: (float(ends[0, i]), float(ends[1, i])) for i, name in enumerate(pairs)}


def ordered(
    base: Predictions, head: Predictions, units: Array | None = None
) -> tuple[Predictions, Predictions, Array | None]:
    """Return the same rows, and codes of the same units, in an order that is theirs alone.

    By truth and what the models say, so that what is drawn depends neither on where a row or a unit
    stands, nor on which model is called base. Of scores their order counts, as for ranks.

    >>> truth, said = np.array([5.0, 5.0, 4.0]), np.array([2.0, 1.0, 1.0])
    >>> one, other = Predictions(truth, said), Predictions(truth, truth)
    >>> base, head, units = ordered(one, other, units=np.arange(3))
    >>> base.truth, base.predicted, units
    (array([4., 5., 5.]), array([1., 1., 2.]), array([0, 1, 2]))
    """
    scored = head.probabilities is not None
    truth = head.is_positive.astype(float) if scored else head.truth
    one, other = (_ranks(p.score) if scored else p.predicted for p in (base, head))
    rows, positions = _sorted(np.column_stack([truth, one, other]))
    swapped = _sorted(np.column_stack([truth, other, one]))
    apart = np.flatnonzero((rows != swapped[0]).any(axis=1))[:1]
    if swapped[0][apart].tolist() < rows[apart].tolist():
        rows, positions = swapped
    if units is not None:
        contents = np.cumsum(np.append(False, (rows[1:] != rows[:-1]).any(axis=1)))
        units = _sorted_units(units[positions], contents)
    return base[positions], head[positions], units


def _ranks(score: Array) -> Array:
    return np.unique(score, return_inverse=True)[1].astype(float)


def _sorted(rows: Array) -> tuple[Array, Array]:
    positions = np.lexsort(rows.T[::-1])
    return rows[positions], positions


def _sorted_units(units: Array, contents: Array) -> Array:
    """Return codes of the same units in the order of what their rows hold."""
    ends = np.cumsum(np.bincount(units))[:-1]
    parts = np.split(contents[np.lexsort((contents, units))], ends)
    ranked = sorted(range(len(parts)), key=lambda code: parts[code].tolist())
    return np.argsort(ranked)[units]
