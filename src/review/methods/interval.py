"""The 95 % interval of a mean whose error is known."""

NORMAL_95 = 1.959963984540054
Interval = tuple[float, float]


def around(mean: float, error: float) -> Interval:
    """Return the ends of the normal 95 % interval around a mean with this standard error.

    >>> low, high = around(0.02, 0.005)
    >>> f"{low:.4f} to {high:.4f}"
    '0.0102 to 0.0298'
    """
    return float(mean - NORMAL_95 * error), float(mean + NORMAL_95 * error)
