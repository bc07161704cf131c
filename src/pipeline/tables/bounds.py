"""What a file of text would become, looked at before Arrow reads it: lines, names and nesting."""

import mmap
import re

from pipeline import stage
from pipeline.strict import sizes
from pipeline.strict.texts import DEEPEST, StrictError

Text = bytes | mmap.mmap
LINE = 1 << 26  # bytes: Arrow reads no longer row, and others would keep all of it in memory
STEP = 1 << 20
TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"\s*+:?+|[\[\]{}]', re.DOTALL)
NAME, OPEN, CLOSE = ord(":"), b"[{", b"]}"  # by which a token ends


def count(data: Text, byte: bytes) -> int:
    """Return how often a byte is in a file, which is not copied."""
    return sum(data[at : at + STEP].count(byte) for at in range(0, len(data), STEP))


def expect_lines(data: Text) -> None:
    """Raise StrictError for a line that no table has."""
    start = 0
    while len(data) - start > LINE:
        end = max(data.rfind(sign, start, start + LINE) for sign in (b"\n", b"\r"))
        if end < 0:
            raise StrictError(
                f"has a line of more than {LINE:,} bytes; expected a row on each: is it a table?"
            )
        start = end + 1


def expect_cells(data: Text, columns: int, packed: int) -> None:
    """Raise StrictError if a file of `packed` bytes holds too many cells, however few are in it."""
    limit, cells = sizes.allowed(packed), columns * count(data, b"\n")
    if sizes.CELL * cells > limit:
        raise StrictError(f"unpacks to {cells * sizes.CELL:,} bytes; {sizes.expected(limit)}")


def expect_objects(data: Text) -> None:
    """Raise StrictError for JSON Lines that nest too deeply, or name a column for each row.

    Arrow recurses for each bracket until the process ends, and keeps a cell for each name in each
    row. Only what stands outside of quotes counts.
    """
    names: set[bytes] = set()
    depth, cells = 0, sizes.allowed(len(data)) // sizes.CELL
    most = min(sizes.COLUMNS, cells // (count(data, b"\n") + 1))
    for match in TOKEN.finditer(data):
        token = match[0]
        if token[-1] == NAME:
            names.add(token)
            if len(names) > most:
                raise StrictError(
                    f"has more than {stage.plural(most, 'name')} in its objects; expected the same "
                    "ones in each: deliver fewer columns, or in parts."
                )
        elif token in OPEN:
            depth += 1
            if depth > DEEPEST:
                raise StrictError(f"nests more than {DEEPEST} deep; expected one object a line.")
        elif token in CLOSE:
            depth = max(depth - 1, 0)
