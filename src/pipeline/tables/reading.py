"""A delivery as a table, whatever kind of file, or folder of files, holds it."""

import codecs
import contextlib
import csv
import gzip
import io
import itertools
import mmap
import re
import shlex
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json

from pipeline import stage
from pipeline.strict import parquet, sizes
from pipeline.strict.texts import StrictError
from pipeline.tables import bounds

PARQUET, LINES = (".parquet", ".pq"), (".jsonl", ".ndjson")
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", *PARQUET, *LINES)
MARKS = ("_SUCCESS", "_metadata", "_common_metadata")  # what Spark and Dask write beside the parts
MISSING = ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "<NA>", "#N/A", "#NA"]
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
SAMPLE, ROWS = 1 << 16, 50  # characters read at a time, and rows compared, to find the separator
BEGINNING = 1 << 22  # characters, at most, that are read for it; the names stand on them
EXACT = 2.0**53  # from here on floats leave out whole numbers
MARKED = (  # the longer ones first: that of UTF-32 begins with that of UTF-16
    *((mark, "UTF-32") for mark in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)),
    *((mark, "UTF-16") for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)),
)
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # bytes that Windows-1252 has no character for
MIXED = re.compile(r"Column\(/(.*)\) changed from (\w+) to (\w+) in row (\d+)")
NOTHING = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|[\r\n])[ \t]*null")  # as a row, it crashes Arrow 26
NUMBER = re.compile(r"[+-]?(\d++(\.\d*+)?|\.\d++)([eE][+-]?\d++)?")


class UnreadableError(Exception):
    """A file holds no table; the message says the rest of a sentence that begins with its path."""


def suffix(path: Path) -> str:
    """Return the known ending of a path, such as .csv.gz; nothing if it has none."""
    return next((s for s in SUFFIXES if path.name.lower().endswith(s)), "")


def is_text(path: Path) -> bool:
    """Say whether a file is CSV, by its ending."""
    return suffix(path).startswith((".csv", ".tsv"))


def parts(folder: Path) -> list[Path]:
    """Return the files of a Parquet folder in order, without what begins with a dot or a line."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [p for p in found if not any(n[0] in "._" for n in p.relative_to(folder).parts)]


def is_dataset(folder: Path) -> bool:
    """Say whether a folder is one table of Parquet parts, as Spark, Dask and pandas write it."""
    inside = [path for path in folder.iterdir() if path.name[0] not in "._"]
    meant = (
        suffix(folder) in PARQUET
        or any((folder / mark).exists() for mark in MARKS)
        or all(path.name.startswith("part") or "=" in path.name for path in inside)
    )
    return meant and {suffix(file) in PARQUET for file in parts(folder)} == {True}


def read(path: Path, present: Mapping[str, Sequence[str]]) -> pa.Table:
    """Return the table: every CSV cell as text, the columns of the others in their own types.

    Spaces around the names of columns are no part of them. present: by column, words that do not
    stand for a missing value there. Raises UnreadableError.
    """
    kind = suffix(path)
    try:
        if path.is_dir() or kind in PARQUET:
            table = _parquet(path)
        elif kind in LINES:
            table = _lines(path)
        else:
            table = _csv(path, kind, present)
        names = [name.strip() for name in table.column_names]
        table.validate(full=True)  # Arrow takes a text for UTF-8 without looking
    except UnicodeDecodeError:
        raise UnreadableError("holds names that are not UTF-8; write the file again.") from None
    except (pa.ArrowException, OSError, EOFError, zlib.error) as error:
        raise UnreadableError(_problem(str(error))) from None
    except StrictError as error:
        raise UnreadableError(str(error)) from None
    return table.rename_columns(names)


def _lines(path: Path) -> pa.Table:
    """Return the objects of a file as rows; whole numbers that no float holds with every digit."""
    data = _content(path, "")
    bounds.expect_lines(data)
    if NOTHING.search(data):
        raise UnreadableError("has a line that begins with null; expected one object a line.")
    bounds.expect_objects(data)
    options = pyarrow.json.ReadOptions(block_size=bounds.LINE)
    table = pyarrow.json.read_json(path, read_options=options)
    for name in [name for name in table.column_names if _is_rounded(table[name])]:
        whole = pyarrow.json.ParseOptions(
            explicit_schema=pa.schema([(name, pa.decimal256(76, 0))]),
            unexpected_field_behavior="ignore",
        )
        with contextlib.suppress(pa.ArrowInvalid):  # there are decimals among them
            exact = pyarrow.json.read_json(path, read_options=options, parse_options=whole)
            table = table.set_column(table.column_names.index(name), name, exact[name])
    return table


def _is_rounded(values: pa.ChunkedArray) -> bool:
    if not pa.types.is_floating(values.type):
        return False
    return bool(pc.any(pc.greater_equal(pc.abs(values), EXACT)).as_py())


def _parquet(path: Path) -> pa.Table:
    if not path.is_dir():
        return parquet.read(path)
    return pa.concat_tables(
        [_part(path, file) for file in parts(path)], promote_options="permissive"
    )


def _part(folder: Path, file: Path) -> pa.Table:
    """Return a part with the columns that the names of its folders hold, such as year=2026."""
    table = parquet.read(file)
    for column, equals, value in (n.partition("=") for n in file.relative_to(folder).parts[:-1]):
        if not equals:
            continue
        cell = None if value == NO_VALUE else unquote(value)
        table = table.append_column(column, pa.array([cell] * len(table), pa.string()))
    return table


def _csv(path: Path, kind: str, present: Mapping[str, Sequence[str]]) -> pa.Table:
    data = _content(path, kind)
    if data.find(b"\0") >= 0:
        raise UnreadableError(_not_text(path, data))
    bounds.expect_lines(data)
    try:
        names, separator = _header(_beginning(data), "\t" if kind.startswith(".tsv") else ";\t|,")
        sizes.expect_columns(len(names))
        bounds.expect_cells(data, len(names), path.stat().st_size)
        _expect_names(names)
        table = _parsed(data, names, separator, MISSING)
        for at, name in enumerate(table.column_names if present else ()):
            absent = [word for word in MISSING if word not in present.get(name.strip(), ())]
            if absent != MISSING and table[at].null_count and names.count(name) == 1:
                again = _parsed(data, names, separator, absent, [name])
                table = table.set_column(at, name, again[name])
        return table
    except (UnicodeDecodeError, pa.ArrowInvalid) as error:
        if isinstance(error, UnicodeDecodeError) or "UTF8" in str(error):
            raise UnreadableError(_not_text(path, data)) from None
        raise


def _content(path: Path, kind: str) -> bytes | mmap.mmap:
    if kind.endswith(".gz"):
        with gzip.open(path) as packed:
            content = packed.read((limit := sizes.allowed(path.stat().st_size)) + 1)
        if len(content) > limit:
            raise StrictError(f"unpacks to over {limit:,} bytes; {sizes.expected(limit)}")
        return content
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.peek(1) else b""


def _beginning(data: bytes | mmap.mmap) -> str:
    """Return the text of the first rows; raise UnicodeDecodeError if it is not UTF-8."""
    decoder, read, lines = codecs.getincrementaldecoder("utf-8-sig")(), [], 0
    for start in range(0, min(len(data), BEGINNING), SAMPLE):
        final = start + SAMPLE >= len(data)
        read.append(decoder.decode(data[start : start + SAMPLE], final=final))
        lines += read[-1].count("\n")
        if lines > ROWS:
            break
    text = "".join(read)
    if len(data) > BEGINNING and not set("\r\n") & set(text):
        raise StrictError(f"has a first line of more than {BEGINNING:,} bytes; expected names.")
    return text


def _header(text: str, separators: str) -> tuple[list[str], str]:
    """Return the names and the separator by which most of the first rows are as wide as the header.

    Of those that part them alike, the one that makes the most names.
    """
    found = {separator: _rows(text, separator) for separator in separators}

    def fits(separator: str) -> tuple[bool, float, int]:
        widths = [len(row) for row in found[separator]] or [0]
        return widths[0] > 1, widths.count(widths[0]) / len(widths), widths[0]

    best = max(separators, key=fits)
    return (found[best] or [[]])[0], best


def _rows(text: str, separator: str) -> list[list[str]]:
    rows = []
    try:
        for row in itertools.islice(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator), ROWS
        ):
            rows += [row] * bool(row)
    except csv.Error:  # a quote that is never closed, or a very long cell
        pass
    return rows


def _expect_names(names: list[str]) -> None:
    """Raise UnreadableError if the first line holds values: numbers that count nothing."""
    numbers = [float(name) for name in names if NUMBER.fullmatch(name.strip())]
    steps = {round(b - a, 6) for a, b in itertools.pairwise(numbers)}
    counted = len(steps) == 1 and 0 not in steps and (len(numbers) > 2 or steps <= {1, -1})
    if len(numbers) > 1 and 3 * len(numbers) >= len(names) and not counted:
        raise UnreadableError(
            f"its names look like values: {len(numbers)} of {len(names)} are numbers, in "
            f"{stage.cut(names)}; expected a first line with the names of the columns: add one."
        )


def _parsed(
    data: bytes | mmap.mmap,
    names: list[str],
    separator: str,
    missing: list[str],
    only: Sequence[str] = (),
) -> pa.Table:
    options = {
        "parse_options": pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        "convert_options": pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=missing,
            include_columns=only,
            strings_can_be_null=True,
        ),
    }
    _expect_closed_quotes(data, separator)
    content = pa.py_buffer(data)
    try:
        return pyarrow.csv.read_csv(pa.BufferReader(content), **options)
    except pa.ArrowInvalid:  # again: one thread knows the row number, a large block a long row
        again = pyarrow.csv.ReadOptions(use_threads=False, block_size=bounds.LINE)
        return pyarrow.csv.read_csv(pa.BufferReader(content), read_options=again, **options)


def _expect_closed_quotes(data: bytes | mmap.mmap, separator: str) -> None:
    """Raise UnreadableError if the last rows are inside of a quote: Arrow would take them for one.

    Only an odd number of quotes makes that possible, and only then each row is looked at.
    """
    if bounds.count(data, b'"') % 2 == 0:
        return
    text = io.TextIOWrapper(pa.BufferReader(pa.py_buffer(data)), "utf-8-sig", newline="")
    begun = 0  # the header is row 0
    try:
        for _ in csv.reader(text, delimiter=separator, strict=True):
            begun += 1
    except csv.Error as error:
        if "unexpected end of data" in str(error) or "field larger" in str(error):
            raise UnreadableError(
                f"has a quote in row {begun} that is never closed, and takes in all that follows; "
                "close it, or write it twice inside of quotes."
            ) from None


def _not_text(path: Path, data: bytes | mmap.mmap) -> str:
    """Say in which encoding a file probably is, and the command that makes UTF-8 of it."""
    encoding = _encoding(data)
    if encoding is None:
        return "holds NUL bytes, which no text has; it is damaged: deliver the file again."
    kind = suffix(path)
    name, old = path.name[: -len(kind)], shlex.quote(str(path))
    new = shlex.quote(str(path.with_name(f"{name}.utf8{kind.removesuffix('.gz')}")))
    make = f"iconv -f {encoding} -t UTF-8 {old} > {new}"
    if kind.endswith(".gz"):
        make = f"gunzip -c {old} | iconv -f {encoding} -t UTF-8 > {new}"
    return f"is not UTF-8 text but probably {encoding}; run `{make}`, and deliver the new file."


def _encoding(data: bytes | mmap.mmap) -> str | None:
    for mark, name in MARKED:
        if data[: len(mark)] == mark:
            return name
    some = data[:SAMPLE]
    for start, name in ((1, "UTF-16LE"), (0, "UTF-16BE")):  # the other half of each ASCII letter
        if some[start::2].count(0) > len(some) / 4:
            return name
    if data.find(b"\0") >= 0:
        return None
    return "ISO-8859-1" if UNDEFINED.search(data) else "WINDOWS-1252"


def _problem(message: str) -> str:
    if "Empty CSV" in message or "Empty JSON" in message:
        return "is empty; expected a header line and rows."
    if "CSV parse error" in message:
        return (
            f"has a ragged row ({message.split('error: ')[1]}); mend that row, or quote its cells."
        )
    if mixed := MIXED.search(message):
        name, first, other, row = mixed.groups()
        return (
            f"has {first}s in column '{name}', and a {other} in row {int(row) + 1}; expected one "
            "kind of value in each column: correct that row."
        )
    if "JSON parse error" in message:
        return f"is no JSON Lines ({message.split('error: ')[1]}); expected one object a line."
    return f"cannot be read as a table ({message}); deliver the file again."
