"""Writes numbers with the digits that mean something, whatever their magnitude."""

import math
from collections.abc import Sequence
from typing import NamedTuple

MOST = 6  # digits of a number, and decimals; beyond them it is written with an exponent
LARGE = 12  # the power of ten from which on it is, too
ARITHMETIC = 12  # digits of a value; a difference beyond them is what computing made of zero
Numbers = Sequence[float | None]


class Figures(NamedTuple):
    """A comparison as it is written."""

    base: str
    head: str
    difference: str
    low: str
    high: str


def figures(
    base: float | None, head: float | None, difference: float | None,
    low: float | None, high: float | None,
) -> Figures:  # fmt: skip
    """Write both values, their difference and its interval to the digits that the interval knows.

    Two of half its width, as is usual for an uncertainty (JCGM 100:2008, 7.2.6), and up to two more
    where an end would else be written as zero.

    >>> figures(0.907123, 0.912345, 0.005222, -0.001234, 0.011678)
    Figures(base='0.9071', head='0.9123', difference='+0.0052', low='-0.0012', high='+0.0117')
    >>> figures(1.2341e-9, 1.1341e-9, -1e-10, -1.5e-10, -0.5e-10)[:3]
    ('1.234e-09', '1.134e-09', '-1.00e-10')
    """
    values, place = (base, head), _known(low, high)
    compared = together((difference, low, high), place, "+", values)
    return Figures(*together(values, place), *compared)


def together(
    numbers: Numbers, place: int | None = None, sign: str = "", of: Numbers = ()
) -> tuple[str, ...]:
    """Write numbers that stand beside each other to the same power of ten, `place`.

    of: the values whose differences they are; what computing alone makes of equal ones is zero.

    >>> together((0.1234567, -0.00002, None, 0.0))
    ('0.1235', '0', '—', '0')
    >>> together((1e-17, 2e-17), sign="+", of=(0.5,))
    ('0', '0')
    """
    size, least = _largest(numbers), _largest(of) / 10**ARITHMETIC
    if size <= least:
        return tuple("—" if value is None else "0" for value in numbers)
    power = _power(size)
    if place is None:
        place = max(power - MOST + 1, -4) if -4 < power < LARGE else power - 3
    if least:
        place = max(place, _power(least))
    place = max(place, power - MOST + 1, -MOST if power > -4 else power - MOST)
    exponent = place < -MOST or power >= LARGE
    return tuple("—" if v is None else _written(v, place, sign, exponent) for v in numbers)


def number(value: float | None, sign: str = "") -> str:
    """Write a number with four decimals: fewer when it is large, four digits when it is tiny.

    >>> number(3455.6), number(-0.00001234), number(0.98125, "+")
    ('3,455.60', '-1.234e-05', '+0.9812')
    """
    return together((value,), sign=sign)[0]


def exact(value: float) -> str:
    """Write a number as a person wrote it.

    >>> exact(0.01), exact(1500)
    ('0.01', '1,500')
    """
    return f"{value:,.15g}"


def _largest(numbers: Numbers) -> float:
    return max((abs(value) for value in numbers if value is not None), default=0.0)


def _power(value: float) -> int:
    return math.floor(math.log10(abs(value)))


def _known(low: float | None, high: float | None) -> int | None:
    """Return the power of ten of the last digit that an interval knows; None without one."""
    half = 0.0 if low is None or high is None else high / 2 - low / 2
    if half <= 0:
        return None
    place = _power(half) - 1
    return max(min([place, *(_power(end) for end in (low, high) if end)]), place - 2)


def _written(value: float, place: int, sign: str, exponent: bool) -> str:
    shown = round(value, -place)
    if not shown:
        return "0"
    if exponent:
        return f"{shown:{sign}.{max(_power(shown) - place, 0)}e}"
    return f"{shown:{sign},.{max(-place, 0)}f}"
