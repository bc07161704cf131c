"""Writes a report for a terminal of 100 columns; charts are left to the Markdown."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from report import words
from report.blocks import Alert, Block, Bullets, Chart, Paragraph, Section, Table, Text, shortened
from report.plain import RUN, clean, isolated, one_line

COLUMNS = 100
LONGEST, ROWS, ITEMS = 500, 20, 10


def line(text: Text) -> str:
    """Return text as one line with every hidden character made visible."""
    return "".join(clean(part, LONGEST) for part in ((text,) if isinstance(text, str) else text))


def wrapped(text: Text, first: str = "") -> str:
    """Return text over as many lines as it needs, the first led by `first`."""
    lines, indent = [first], " " * len(first)
    for word in pieces(line(text), COLUMNS - len(first)):
        if width(lines[-1] + word) > COLUMNS:
            lines.append(indent)
        lines[-1] += word + " "
    return "\n".join(line.rstrip() for line in lines)


def pieces(text: str, longest: int) -> Iterator[str]:
    """Yield the words of a line; what is wider than `longest` columns comes in pieces."""
    for word in text.split():
        step = max(longest * len(word) // max(width(word), 1), 1)
        yield from (word[i : i + step] for i in range(0, len(word), step))


def width(text: str) -> int:
    """Return how many columns a terminal needs for `text`."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def fitted(text: str, columns: int, side: str) -> str:
    """Return `text` cut or padded to `columns`; numbers are set right."""
    while width(text) > columns:
        text = text[: -2 if text.endswith("…") else -1] + "…"
    pad = " " * (columns - width(text))
    return pad + text if side == "r" else text + pad


def table(block: Table) -> str:
    """Return an aligned table; the widest columns give way until it fits."""
    more = len(block.rows) - ROWS
    last = [(f"and {more} more", *[""] * (len(block.sides) - 1))] * (more > 0)
    rows = [[line(cell) for cell in row] for row in [block.header, *block.rows[:ROWS], *last]]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + 2 * len(widths) - 2 > COLUMNS:
        widths[widths.index(max(widths))] -= 1
    rows.insert(1, ["─" * columns for columns in widths])
    lines = (map(fitted, row, widths, block.sides) for row in rows)
    return "\n".join("  ".join(line).rstrip() for line in lines)


def block(content: Block) -> str:
    """Return one block; nothing for a chart."""
    match content:
        case Paragraph(text):
            return wrapped(text)
        case Bullets(items):
            return "\n".join(wrapped(item, "  - ") for item in shortened(items, ITEMS))
        case Table():
            return table(content)
        case Alert(kind, items):
            return "\n".join(wrapped(item, f"{kind}: ") for item in shortened(items, ITEMS))
        case Chart():
            return ""


def section(content: Section) -> str:
    """Return a section under its underlined title; nothing if it holds only charts."""
    blocks = [written for written in map(block, content.blocks) if written]
    title = wrapped(content.title)
    rule = "─" * min(max(map(width, title.splitlines())), COLUMNS)
    return "\n\n".join([f"{title}\n{rule}", *blocks]) if blocks else ""


def report(review: dict[str, Any]) -> str:
    """Return the report of a review."""
    text = "\n\n".join(filter(None, map(section, words.sections(review))))
    # Last, since a word of the project's may come to stand first in a line, or be cut.
    return "\n".join(map(printed, text.split("\n"))) + "\n"


def printed(line: str) -> str:
    """Return a line on which GitHub's runner does not act, and in which nothing is turned round."""
    return RUN.sub(lambda found: isolated(found[0]), one_line(line))
