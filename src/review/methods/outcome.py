"""What the 95 % interval of a difference says, and what it could have said."""

from review.methods.interval import NORMAL_95, Interval, told

NORMAL_80 = 0.8416212335729143
SPARE = 1.1  # a model that lost something agrees less with base, so its interval is wider


def gain(interval: Interval, *, greater_is_better: bool) -> Interval:
    """Return what head gains, at worst and at best, by the interval of head minus base.

    >>> gain((-0.25, 0.5), greater_is_better=False)
    (-0.5, 0.25)
    """
    low, high = interval
    return (low, high) if greater_is_better else (0.0 - high, 0.0 - low)


def outcome(gain: Interval, margin: float | None = None) -> str:
    """Say what is shown of head by its gain, at worst and at best; a margin is what may be lost.

    Wholly within the margin, on either side of zero, is *no difference* (equivalence by two
    one-sided tests: Schuirmann, 1987, Journal of Pharmacokinetics and Biopharmaceutics 15); above
    its lower end is *no worse* (non-inferiority: Piaggio et al., 2012, JAMA 308). Without a margin
    the sign alone is judged, and there is no difference if the gain is nothing for certain.

    >>> gains = [(0.002, 0.03), (-0.03, -0.002), (-0.004, 0.008), (-0.004, 0.03), (-0.03, 0.004)]
    >>> [outcome(gain, 0.01) for gain in gains]
    ['better', 'worse', 'no difference', 'no worse', 'cannot tell']
    >>> [outcome(gain) for gain in gains]
    ['better', 'worse', 'cannot tell', 'cannot tell', 'cannot tell']
    >>> outcome((0.001, 0.002)), outcome((0.001, 0.002), 0.01), outcome((0.0, 0.0))
    ('better', 'no difference', 'no difference')
    """
    (worst, best), tolerated = gain, margin or 0.0
    if -tolerated <= worst and best <= tolerated:
        return "no difference"
    if worst > 0:
        return "better"
    if best < 0:
        return "worse"
    return "no worse" if margin is not None and worst >= -tolerated else "cannot tell"


def seen(interval: Interval) -> float | None:
    """Return the loss whose interval leaves out zero in 8 of 10 such test sets; None if unknown.

    The minimum detectable effect (Bloom, 1995, Evaluation Review 19) is 2.8 standard errors, which
    the interval tells by its width; and a tenth more, since the plain formula promises too much.

    >>> f"{seen((-0.01, 0.01)):.4f}"
    '0.0157'
    """
    return SPARE * (NORMAL_95 + NORMAL_80) * told(interval) or None
