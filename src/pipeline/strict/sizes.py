"""How much a packed file may unpack to: a real one gains little, one that is made to harm all."""

FLOOR, RATIO = 256_000_000, 250  # bytes that any file may take unpacked; beyond, times its own


def allowed(packed: int) -> int:
    """Return how many bytes a file of `packed` bytes may unpack to.

    Tables of which most cells repeat reach a ratio of 100; a bomb has a thousand, or a million.

    >>> allowed(1_000), allowed(2_000_000)
    (256000000, 500000000)
    """
    return max(FLOOR, RATIO * packed)
