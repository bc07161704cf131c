"""Writes a report as GitHub Markdown, in which text from the project is never markup.

All text is escaped on its way out, our own included: a word is left as it is only if it holds
nothing that Markdown or GitHub could act on; any other is set as code. Tables escape their pipes.
"""

import re
from typing import Any

from report import words
from report.blocks import (
    Alert,
    Block,
    Bullets,
    Chart,
    Name,
    Paragraph,
    Section,
    Strong,
    Table,
    Text,
    shortened,
)
from report.plain import TURNED, clean, isolated

LARGEST_BYTES = 60_000  # GitHub takes 65,536 characters; in UTF-8 none is less than a byte
LONGEST_NAME, LONGEST_LIST, LONGEST_TEXT = 80, 200, 500
ROWS, ITEMS = 20, 10
EMPTY = "*empty*"
TOKEN = re.compile(r"`[^`]+`|\['[^\]]*\][.,;:]?|\S+")  # code, a list of quoted names, a word
SAFE = re.compile(
    r"""['"(]*
    (?: [^\W_]+ (?: ['-] [^\W\d_] [^\W_]* )*    # a word, such as base's
      | [+±-]? \d{1,6} (?:,\d{3})* (?:\.\d{1,6})? (?:e[+-]\d{2,3})? | [—→≈▲▼△█✅❌]+ )?
    ['")%.,;:!?…]*""",
    re.VERBOSE,
)
ACTIVE = re.compile(r"[0-9a-fA-F]{7,}")  # GitHub links what looks like a commit


def code(text: str, longest: int = LONGEST_NAME) -> str:
    """Return `text` as a code span, cut to `longest` characters; an empty one is named."""
    shown = clean(text, longest)
    if not shown:
        return EMPTY
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " * (shown[0] in " `" or shown[-1] in " `")
    return isolated(f"{fence}{pad}{shown}{pad}{fence}")


def prose(text: str) -> str:
    """Return a sentence with every word set as code that could be taken for markup."""

    def word(match: re.Match[str]) -> str:
        token, before = match[0], match.string[: match.start()]
        listed = not before.strip() and re.fullmatch(r"\d+[.)]", token)
        acting = ACTIVE.search(token) or TURNED.search(token) or listed
        if SAFE.fullmatch(token) and not acting:
            return token
        quoted = len(token) > 2 and token[0] == token[-1] == "`" and "`" not in token[1:-1]
        apart = " " * (before[-1:].strip() != "")  # two runs of backticks would be read as one
        longest = LONGEST_LIST if token.startswith("['") else LONGEST_NAME
        return apart + code(token[1:-1] if quoted else token, longest)

    return TOKEN.sub(word, clean(text, LONGEST_TEXT))


def inline(text: Text) -> str:
    """Return text as one line of Markdown."""
    written = ""
    for part in (text,) if isinstance(text, str) else text:
        piece = code(part) if isinstance(part, Name) else prose(part)
        if isinstance(part, Strong):
            piece = f"**{piece}**"
        touching = written.endswith("`") and piece.startswith("`")
        written += " " * touching + piece
    return written.strip()


def table(block: Table) -> str:
    """Return a table, each row on a line, cut to ROWS rows."""
    rules = tuple({"l": ":--", "r": "--:"}[side] for side in block.sides)
    more = len(block.rows) - ROWS
    last = [(f"and {more} more", *[""] * (len(rules) - 1))] * (more > 0)
    cells = [[inline(cell) for cell in row] for row in [block.header, *block.rows[:ROWS], *last]]
    lines = ["| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "|".join(rules) + "|", *lines[1:]])


def block(content: Block) -> str:
    """Return one block."""
    match content:
        case Paragraph(text):
            return inline(text)
        case Bullets(items):
            return "\n".join(f"- {inline(item)}" for item in shortened(items, ITEMS))
        case Table():
            return table(content)
        case Alert(kind, items):
            lead = "> - " if len(items) > 1 else "> "
            lines = [f"{lead}{inline(item) or EMPTY}" for item in shortened(items, ITEMS)]
            return "\n".join([f"> [!{kind}]", *lines])
        case Chart(caption, mermaid):
            return f"{inline(caption)}\n\n```mermaid\n{mermaid}\n```"


def section(content: Section, level: int = 3) -> str:
    """Return a section; a folded one as <details>, whose title must be plain words."""
    body = "\n\n".join(map(block, content.blocks))
    title = inline(content.title)
    if content.folded:
        return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"
    return f"{'#' * level} {title}\n\n{body}"


def report(review: dict[str, Any]) -> str:
    """Return the report of a review; the last sections are left out if it is too long."""
    sections = words.sections(review)
    written = list(map(section, sections))
    for kept in range(len(written), 0, -1):
        cut = "; ".join(str(content.title) for content in sections[kept:])
        note = [f"Left out, because the report is too long: {inline(cut)}."] * bool(cut)
        text = "\n\n".join([*written[:kept], *note]) + "\n"
        if len(text.encode()) <= LARGEST_BYTES:
            break
    return text
