"""Text from the project is shown, and never acts, in GitHub Markdown."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from report import markdown
from report.blocks import Alert, Bullets, Name, Section, Strong, Table
from report.plain import clean

PARSER = MarkdownIt("gfm-like")
HOSTILE = [
    "|", "`", "``", "<", ">", "@octocat", "#1", "GH-1", "a/b#2", "[x](http://e.org)", "\\", "*",
    "![x](http://e.org/i.png)", "www.e.org", "https://e.org", "me@e.org", "<script>", "_", "~~",
    "<!--", "</details>", "\n", "\n\n# h\n", "\r", "\t", "\0", "\u202e", "\u200b", "\ud800",
    "```mermaid\n", "&lt;", "&#64;x", "4195eb6", ":tada:", "$x$", "[^1]", "- ", "1. ", "> ",
    "---", "===", "| a |\n|---|\n", "[ ] ", "<https://e.org>", " ", "  ", "é", "漢", "e\u0301",
]  # fmt: skip
hostile = (
    st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), min_size=1, max_size=8)
    .map(lambda parts: "".join(parts)[:500])
    .filter(str.strip)
)


def active(text: str) -> list[str]:
    """Return what GitHub would act on in text outside code: mentions, references, emoji, maths."""
    return re.findall(r"@\w|#\d|GH-\d|\b[0-9a-f]{7,40}\b|:\w+:|\$|\[\^|www\.|://", text)


def spans(written: str) -> list[tuple[str, str]]:
    """Return type and content of what a line of Markdown holds."""
    (line,) = [t for t in PARSER.parse(f"x {written}") if t.type == "inline"]
    return [(child.type, child.content) for child in line.children or []]


@given(hostile)
def test_a_name_is_one_code_span_in_a_table_cell(text: str) -> None:
    written = markdown.table(Table(("a", "b"), "lr", [(Name(text), "1")]))

    cells = [t for t in PARSER.parse(written) if t.type == "inline"][2:]
    (shown,) = cells[0].children or []
    assert (len(cells), shown.type) == (2, "code_inline")
    assert shown.content.strip() == clean(text, markdown.LONGEST_NAME).strip()


@given(hostile)
def test_a_sentence_holds_nothing_but_words_and_code(text: str) -> None:
    found = spans(markdown.prose(text))

    assert {kind for kind, _ in found} <= {"text", "code_inline"}
    assert [content for kind, content in found if kind == "text" and active(content)] == []


@given(hostile, hostile)
@example(" 1. x", "     x  ")
def test_a_list_and_an_alert_keep_their_shape(one: str, two: str) -> None:
    """Whatever the items say, they neither end the block nor start another."""

    def shape(*items: str) -> list[str]:
        blocks = [Bullets(list(items)), Alert("NOTE", list(items))]
        return [t.type for t in PARSER.parse(markdown.section(Section("t", list(blocks))))]

    assert shape(one, two) == shape("one", "two")


def test_an_alert_that_starts_with_nothing_stays_one() -> None:
    """A lone hyphen under its first line would make that a heading."""
    assert "heading_open" not in {t.type for t in PARSER.parse(markdown.block(Alert("NOTE", [""])))}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("base's model is within noise (95 % interval -0.01 to +0.02).", None),
        ("size_m2 rose", "`size_m2` rose"),
        ("run `make repro`, then push", "run `make repro`, then push"),
        ("1. first", "`1.` first"),
        ("see 4195eb6 by @octocat", "see `4195eb6` by `@octocat`"),
        ("a `b", "a `` `b ``"),
        ("needs ['mean radius', 'x' and 2 more].", "needs `['mean radius', 'x' and 2 more].`"),
    ],
)
def test_plain_words_stay_and_others_become_code(text: str, written: str | None) -> None:
    assert markdown.prose(text) == (written or text)


def test_hidden_characters_are_shown() -> None:
    assert clean("a\nb\u202ec\ud800\u2028", 80) == "a␊b\ufffdc\ufffd\ufffd"


def test_a_long_name_is_cut() -> None:
    assert markdown.code("x" * 500) == f"`{'x' * 79}…`"


def test_words_names_and_emphasis_make_a_line() -> None:
    text = (Strong("Note"), ": ", Name("a|b"), Name(""), Name("`"), Name("c"))

    assert markdown.inline(text) == "**Note**: `a|b`*empty*`` ` `` `c`"


def test_a_long_table_says_how_many_rows_are_left_out() -> None:
    written = markdown.table(Table(("n",), "r", [(str(n),) for n in range(25)]))

    assert written.splitlines()[-2:] == ["| 19 |", "| and 5 more |"]
