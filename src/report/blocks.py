"""What a report is made of, before it is written as Markdown or for a terminal."""

from dataclasses import dataclass


class Name(str):
    """Text that stands for itself, such as a column, a file or a value."""

    __slots__ = ()


class Strong(str):
    """Words that catch the eye."""

    __slots__ = ()


Text = str | tuple[str, ...]  # plain words, names and strong words, one after the other


@dataclass(frozen=True)
class Paragraph:
    """Some sentences."""

    text: Text


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: list[Text]


@dataclass(frozen=True)
class Table:
    """Rows under a header; `sides` says per column whether it is set left (l) or right (r)."""

    header: tuple[Text, ...]
    sides: str
    rows: list[tuple[Text, ...]]


@dataclass(frozen=True)
class Alert:
    """Sentences in a box; kind is one of GitHub's: NOTE, IMPORTANT, WARNING, CAUTION."""

    kind: str
    items: list[Text]


@dataclass(frozen=True)
class Chart:
    """A caption and a Mermaid diagram, which holds no text from the project."""

    caption: Text
    mermaid: str


Block = Paragraph | Bullets | Table | Alert | Chart


@dataclass(frozen=True)
class Section:
    """Blocks under a title; a folded section shows its title until it is opened."""

    title: Text
    blocks: list[Block]
    folded: bool = False


def shortened(items: list[Text], most: int) -> list[Text]:
    """Return at most `most` items, the last of which says how many are left out."""
    if len(items) <= most:
        return items
    return [*items[: most - 1], f"and {len(items) - most + 1} more"]
