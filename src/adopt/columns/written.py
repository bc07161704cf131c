"""How a cell is written: the formats of dates and of numbers that it could be in."""

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.schema import AFTER, BEFORE, STYLES

# How a day is written, and its formats; {s} is the sign between the parts. ISO 8601 has no format.
DAYS: tuple[tuple[str, tuple[str | None, ...]], ...] = (
    (r"\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
    (r"\d{4}(?P<s>[/.])\d{1,2}(?P=s)\d{1,2}", ("%Y{s}%m{s}%d",)),
    (r"\d{8}", ("%Y%m%d",)),
    (r"\d{1,2}(?P<s>[/-])\d{1,2}(?P=s)\d{4}", ("%d{s}%m{s}%Y", "%m{s}%d{s}%Y")),
    (r"\d{1,2}(?P<s>[/-])\d{1,2}(?P=s)\d{2}", ("%d{s}%m{s}%y", "%m{s}%d{s}%y")),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    (r"\d{1,2}\.\d{1,2}\.\d{2}", ("%d.%m.%y",)),
    (r"\d{1,2}(?P<s>[ /.-]?)[A-Za-z]{3,9}(?P=s)\d{4}", ("%d{s}%b{s}%Y", "%d{s}%B{s}%Y")),
    (r"\d{1,2}(?P<s>[ /.-]?)[A-Za-z]{3}(?P=s)\d{2}", ("%d{s}%b{s}%y",)),
    (r"[A-Za-z]{3,9} \d{1,2}(?P<s>,?) \d{4}", ("%b %d{s} %Y", "%B %d{s} %Y")),
    (r"[A-Za-z]{3,9}(?P<s>[ /-])\d{4}", ("%b{s}%Y", "%B{s}%Y")),
    (r"[A-Za-z]{3}(?P<s>[ /-])\d{2}", ("%b{s}%y",)),
)
ISO = re.compile(r"\d{4}-\d{2}(-\d{2}.*)?")
DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
WEEKDAY = re.compile(rf"({DAY}[a-z]*)(,? )((?!{DAY}).+)")
CLOCK = re.compile(
    r"(?P<gap>T|,? |)(?P<hour>\d{1,2})(?P<minute>:\d{2})?(?P<second>:\d{2})?(?P<part>\.\d+)?"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone> ?(?:Z|[+-]\d{2}:?\d{2}|UTC|GMT))?"
)
NUMBER = re.compile(
    rf"\(?[-+\u2212]? ?(?P<before>(?:(?:{BEFORE}) ?)?)[-+\u2212]?[\d.,'\u2019 ]*\d[.,]?"
    rf"(?:[eE][+-]?\d+)?(?P<after>(?: ?(?:{AFTER}))?)\)?"
)


def date_formats(cell: str) -> Iterator[str | None]:
    """Yield the formats, as of strptime, that a date written like `cell` could be in."""
    if ISO.fullmatch(cell):
        yield None
    named = WEEKDAY.fullmatch(cell)
    if named:
        short = "%a" if len(named[1]) == 3 else "%A"
        yield from (f"{short}{named[2]}{rest}" for rest in date_formats(named[3]) if rest)
    for pattern, formats in (*DAYS, ("", ("",))):
        day = re.match(pattern, cell)
        clock = _clock(cell[day.end() :], alone=not pattern) if day else None
        if day is not None and clock is not None:
            yield from (f.format(**day.groupdict()) + clock for f in formats if f is not None)


def _clock(text: str, *, alone: bool) -> str | None:
    """Return the format of the time of day that follows a date; None if it is none."""
    if not text:
        return None if alone else ""
    said = CLOCK.fullmatch(text)
    if not said or not (said["minute"] or said["half"]) or bool(said["gap"]) == alone:
        return None
    half, zone = said["half"] or "", said["zone"] or ""
    return "".join(
        (
            said["gap"],
            "%I" if half else "%H",
            ":%M" if said["minute"] else "",
            ":%S" if said["second"] else "",
            ".%f" if said["part"] else "",
            half.replace(half.strip(), "%p") if half else "",
            zone.replace(zone.strip(), "%Z" if zone.strip() in ("UTC", "GMT") else "%z")
            if zone
            else "",
        )
    )


def number_formats(cell: str) -> list[str]:
    """Return the formats of data/schema.yaml that a number written like `cell` could be in."""
    said = NUMBER.fullmatch(re.sub(r"\s", " ", cell))
    return [f"{said['before']}{style}{said['after']}" for style in STYLES] if said else []


def alike(parts: list[pa.ChunkedArray]) -> list[pa.ChunkedArray]:
    """Return the deliveries of a column with dates of type date written as those that are text.

    A format in the schema holds for text alone, so that both can stand in one column.
    """
    cells = (c for part in parts if pa.types.is_string(part.type) for c in part.drop_null()[:1])
    form = next((form for cell in cells for form in date_formats(cell.as_py())), None)
    if form is None:
        return parts
    return [_dated(part, form) for part in parts]


def _dated(values: pa.ChunkedArray, form: str) -> pa.ChunkedArray:
    if not (pa.types.is_timestamp(values.type) or pa.types.is_date(values.type)):
        return values
    return pc.strftime(values.cast(pa.timestamp("s"), safe=False), form)


def is_short(form: str | None) -> bool:
    """Say whether dates in a format have years of two digits."""
    return bool(form) and "%y" in str(form)


def swapped(form: str | None) -> str | None:
    """Return the format that reads the same cells in another way, if there is one."""
    for one, other in (("%d/%m", "%m/%d"), ("%d-%m", "%m-%d"), (STYLES[0], STYLES[1])):
        if form and one in form:
            return form.replace(one, other)
    return None
