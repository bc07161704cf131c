"""A file of text that would take all memory or all time, or end the process, does not."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pipeline.tables import bounds, reading

MEGABYTES = 400  # that reading may take, beside what Python and its libraries do
PROGRAM = r"""
import re, sys
from pathlib import Path
from pipeline.tables import reading
try:
    print(reading.read(Path(sys.argv[1]), {}).shape)
except reading.UnreadableError as error:
    print(error)
print(re.search(r"VmHWM:\s+(\d+)\d{3} kB", Path("/proc/self/status").read_text())[1])
"""


def sparse(path: Path, beginning: bytes, size: int) -> None:
    """Write a file of one line that takes no disk: but for its beginning it is a hole."""
    with path.open("wb") as file:
        file.write(beginning)
        file.truncate(size)


def packed(path: Path, pieces: Iterable[bytes]) -> None:
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.writelines(pieces)


ATTACKS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "brackets": (
        "a.jsonl",
        lambda path: path.write_bytes(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"),
        "nests more than 64 deep; expected one object a line",
    ),
    "braces behind brackets that were never open": (
        "a.jsonl",
        lambda path: path.write_bytes(b"]" * 99_999 + b"\n" + b'{"a":' * 99_999 + b"\n"),
        "nests more than 64 deep; expected one object a line",
    ),
    "a name for each row": (
        "a.jsonl",
        lambda path: path.write_bytes(b"".join(b'{"k%d":1}\n' % i for i in range(20_000))),
        "has more than 1,599 names in its objects",
    ),
    "names that begin as others end": (
        "a.jsonl",
        lambda path: path.write_bytes(b"".join(b'{"a":"",":%d":1}\n' % i for i in range(20_000))),
        "has more than 1,599 names in its objects",
    ),
    "a million empty lines": (
        "a.jsonl",
        lambda path: path.write_bytes(b"\n" * 1_000_000),
        "(0, 0)",
    ),
    "very many names": (
        "a.jsonl",
        lambda path: path.write_text(json.dumps(dict.fromkeys(map(str, range(100_000)), 1))),
        "has more than 20,000 names in its objects",
    ),
    "very many columns": (
        "a.csv",
        lambda path: path.write_text(",".join(map("c{}".format, range(300_000))) + "\n1\n"),
        "has 300,000 columns; expected at most 20,000: deliver those that are used",
    ),
    "a name of nearly nothing but digits": (
        "a.csv",
        lambda path: path.write_bytes(b"1" * 100_000 + b"x,b\n1,2\n"),
        "(1, 2)",
    ),
    "a name of megabytes": (
        "a.csv",
        lambda path: path.write_bytes(b"a" * 9_000_000 + b"\n1\n"),
        "has a first line of more than 4,194,304 bytes; expected names",
    ),
    "one line of JSON": (
        "a.jsonl",
        lambda path: path.write_bytes(b'{"a": "' + b"x" * bounds.LINE + b'"}'),
        "has a line of more than 67,108,864 bytes",
    ),
    "one line": (
        "a.csv",
        lambda path: path.write_bytes(b"a,b\n" + b"x" * (bounds.LINE + 1)),
        "has a line of more than 67,108,864 bytes",
    ),
    "one line in two gigabytes of nothing": (
        "a.csv",
        lambda path: sparse(path, b"a" * 99, 2 << 30),
        "is not UTF-8 text",
    ),
    "cells without content": (
        "a.csv.gz",
        lambda path: packed(path, (b",\n" * 1_000_000 for _ in range(100))),
        "expected at most 256,000,000: 250 times those of its file",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_text_that_would_take_all_memory_or_time_does_not(tmp_path: Path, name: str) -> None:
    """In a process of its own, which may end, and of which the memory is known."""
    file, make, said = ATTACKS[name]
    make(tmp_path / file)
    words = [sys.executable, "-c", PROGRAM, str(tmp_path / file)]

    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)

    told, grown = done.stdout.rsplit("\n", 2)[:2]
    assert said in told
    assert int(grown) < MEGABYTES


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_are_counted_however_they_end(tmp_path: Path, end: str) -> None:
    (tmp_path / "a.csv").write_text(f"a,b{end}" + f"1,{'x' * 60_000}{end}" * 1200, newline="")

    assert reading.read(tmp_path / "a.csv", {}).num_rows == 1200


def test_what_stands_in_quotes_is_neither_nesting_nor_a_name(tmp_path: Path) -> None:
    texts = ['{"' * 100, "[" * 100, '\\": ', *(f'"{i}": ' for i in range(30_000))]
    rows = [{"a": text, "b": [i]} for i, text in enumerate(texts)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))

    assert reading.read(tmp_path / "a.jsonl", {})["a"].to_pylist() == texts


def test_a_wide_table_is_read(tmp_path: Path) -> None:
    names = [f"gene {i}" for i in range(20_000)]
    (tmp_path / "a.csv").write_text(",".join(names) + "\n" + ",".join(["1"] * 20_000) + "\n")

    assert reading.read(tmp_path / "a.csv", {}).column_names == names
