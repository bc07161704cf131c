"""What to know of the test rows when reading intervals: how many, how rare, how far apart."""

import numpy as np

from pipeline.scores import Predictions

FEW_ROWS, FEW_OF_A_CLASS = 200, 100  # under which intervals are rough
SQUARED = (
    *("mean_squared_error", "root_mean_squared_error"),
    *("r2", "explained_variance"),
)
LARGE_SHARE = 0.2  # above which intervals of squared errors held the truth too rarely


def cautions(names: list[str], base: Predictions, head: Predictions) -> list[str]:
    """Return a sentence for each reason to read the intervals with care.

    >>> numbers = Predictions(np.arange(50.0), np.arange(50.0))
    >>> cautions(["mean_absolute_error"], numbers, numbers)
    ['Only 50 test rows: under 200, the intervals are rough.']
    """
    found, rows = [], len(head.truth)
    if rows < FEW_ROWS:
        found.append(f"Only {rows} test rows: under {FEW_ROWS}, the intervals are rough.")
    if head.classes is not None:
        counts = {str(c): int(np.count_nonzero(head.truth == c)) for c in head.classes}
        rarest = min(counts, key=lambda label: counts[label])
        if counts[rarest] < FEW_OF_A_CLASS:
            found.append(
                f"Class '{rarest}' has {counts[rarest]} test rows: under {FEW_OF_A_CLASS}, an "
                "interval can end too near, most of all where a model is almost perfect."
            )
    share = carried(base, head) if set(names) & set(SQUARED) else 0.0
    if share > LARGE_SHARE:
        found.append(
            f"1 % of the test rows carry {100 * share:.0f} % of the difference in squared errors: "
            "its interval can be too short, since other such rows may differ otherwise."
        )
    return found


def carried(base: Predictions, head: Predictions) -> float:
    """Return the share of the differences in squared errors that the largest 1 % of them carry.

    One row of 100 is off by 9 where base was right, the others by 1:

    >>> truth = np.zeros(100)
    >>> head = Predictions(truth, np.append(np.ones(99), 9))
    >>> carried(Predictions(truth, truth), head)
    0.45
    """
    sizes = np.abs((head.truth - head.predicted) ** 2 - (base.truth - base.predicted) ** 2)
    largest = np.sort(sizes)[-max(1, len(sizes) // 100) :]
    return float(largest.sum() / sizes.sum()) if sizes.any() else 0.0
