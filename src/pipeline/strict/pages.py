"""What the pages of a Parquet file say of themselves, before any of them is unpacked.

The sizes in a file's metadata are read by nobody, so that they may lie; those in the header of a
page are what is unpacked. Both are Thrift's compact protocol, of which Arrow shows no page:
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.strict.texts import StrictError

DICTIONARY, DELTAS = 2, 7  # a type of page, and the encoding in which texts repeat their beginning
DEEPEST = 16  # structures inside each other; the format has no more than 8
FIXED = {3: 1, 7: 8, 13: 16}  # bytes of a byte, a float and a UUID
TRUE, FALSE, I32, I64, BINARY, LIST, SET, MAP, STRUCT = 1, 2, 5, 6, 8, 9, 10, 11, 12
INTEGERS, LAST = (4, I32, I64), 11  # the field of the largest number that is looked at
Fields = dict[tuple[int, int], Any]  # by number and kind: of another kind, a field is another's


@dataclass(frozen=True)
class Chunk:
    """The pages of one column in one group of rows, in bytes once they are unpacked.

    dictionary: of the page with the values that the others number. largest: of the largest page
    whose values repeat the beginnings of others. Zero where there is none.
    """

    column: str
    values: int
    unpacked: int
    dictionary: int
    largest: int


def chunks(path: Path) -> Iterator[Chunk]:
    """Yield each chunk of a Parquet file; raise StrictError for what is no such file."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = len(data) - 8
        start = end - int.from_bytes(data[end : end + 4], "little")
        try:
            footer, _ = _struct(data[max(start, 0) : end], 0)
            for group in footer[4, LIST]:
                yield from (_chunk(data, column[3, STRUCT]) for column in group[1, LIST])
        except (AttributeError, IndexError, KeyError, TypeError):
            raise StrictError("is damaged: its pages are not where it says") from None


def _chunk(data: mmap.mmap, said: Fields) -> Chunk:
    at, before = said[9, I64], said.get((11, I64), 0)
    at = before if 0 < before < at else at
    end, values, unpacked, dictionary, largest = at + said[7, I64], 0, 0, 0, 0
    while at < end and said[5, I64] > 0:  # Arrow reads no page where there are no values
        page, at = _struct(data, at)
        size, packed = page[2, I32], page[3, I32]
        if min(at, size, packed) < 0:
            raise StrictError("is damaged: it has a page of less than no bytes")
        at, unpacked = at + packed, unpacked + size
        if page[1, I32] == DICTIONARY:
            dictionary = max(dictionary, size)
            continue
        first, second = page.get((5, STRUCT), {}), page.get((8, STRUCT), {})  # versions of a page
        values += first.get((1, I32), 0) + second.get((1, I32), 0)
        if DELTAS in (first.get((2, I32)), second.get((4, I32))):
            largest = max(largest, size)
    return Chunk(b".".join(said[3, LIST]).decode(), values, unpacked, dictionary, largest)


def _struct(data: Any, at: int, depth: int = 0) -> tuple[Fields, int]:
    """Return the fields of the structure at a place, and the place behind it."""
    if depth > DEEPEST:
        raise StrictError(f"is damaged: its metadata is nested more than {DEEPEST} deep")
    fields: Fields = {}
    number = last = 0
    while head := data[at]:
        kind, at = head & 15, at + 1
        number, at = (number + (head >> 4), at) if head > 15 else _integer(data, at)
        if number <= last:
            raise StrictError("is damaged: its metadata is out of order")
        last = number
        if kind in INTEGERS and data[at] < 128:  # as most are: here, since it is faster
            value, at = (data[at] >> 1) ^ -(data[at] & 1), at + 1
        else:
            value, at = _value(data, at, kind, depth)
        if number <= LAST:
            fields[number, kind] = value
    return fields, at + 1


def _value(data: Any, at: int, kind: int, depth: int) -> tuple[Any, int]:
    if kind in (TRUE, FALSE):
        return kind == TRUE, at
    if kind in FIXED:
        return None, at + FIXED[kind]
    if kind == BINARY:
        size, at = _unsigned(data, at)
        return data[at : at + size], at + size
    if kind in (LIST, SET):
        return _list(data, at, depth)
    if kind == STRUCT:
        return _struct(data, at, depth + 1)
    if kind == MAP:
        raise StrictError("is damaged: its metadata holds what Parquet does not have")
    return _integer(data, at)


def _list(data: Any, at: int, depth: int) -> tuple[list[Any], int]:
    head, at = data[at], at + 1
    size, at = (head >> 4, at) if head >> 4 < 15 else _unsigned(data, at)
    found = []
    for _ in range(size):
        if head & 15 in (TRUE, FALSE):  # in a list each takes a byte
            value, at = data[at], at + 1
        else:
            value, at = _value(data, at, head & 15, depth)
        found.append(value)
    return found, at


def _unsigned(data: Any, at: int) -> tuple[int, int]:
    if (number := data[at]) < 128:  # as most are
        return number, at + 1
    number = shift = 0
    while (byte := data[at]) & 128 and shift < 63:
        number, shift, at = number | (byte & 127) << shift, shift + 7, at + 1
    return number | (byte & 127) << shift, at + 1


def _integer(data: Any, at: int) -> tuple[int, int]:
    number, at = _unsigned(data, at)
    return (number >> 1) ^ -(number & 1), at
