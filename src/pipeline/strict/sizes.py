"""How much a packed file may unpack to: a real one gains little, one that is made to harm all."""

from pipeline.strict.texts import StrictError

CELL = 8  # bytes of a number; a text takes more
COLUMNS = 20_000  # of a table; each costs more than its cells
FLOOR, RATIO = 256_000_000, 250  # bytes that any file may take unpacked; beyond, times its own


def allowed(packed: int) -> int:
    """Return how many bytes a file of `packed` bytes may unpack to.

    Tables of which most cells repeat reach a ratio of 100; a bomb has a thousand, or a million.

    >>> allowed(1_000), allowed(2_000_000)
    (256000000, 500000000)
    """
    return max(FLOOR, RATIO * packed)


def expect_columns(found: int) -> None:
    """Raise StrictError for more columns than a table may have."""
    if found > COLUMNS:
        raise StrictError(
            f"has {found:,} columns; expected at most {COLUMNS:,}: deliver those that are used."
        )


def expected(limit: int) -> str:
    """Return what a file of which `limit` is allowed should be, and what to do."""
    return (
        f"expected at most {limit:,}: {RATIO} times those of its file, or {FLOOR // 10**6} MB; "
        "if it is real, deliver it in parts."
    )
