"""Text from the project is shown, and never acts, in GitHub Markdown."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from report import edits, markdown
from report.blocks import Alert, Bullets, Name, Section, Strong, Table
from report.plain import clean
from test_plain import hidden, turning

PARSER = MarkdownIt("gfm-like")
HOSTILE = [
    "|", "`", "``", "<", ">", "@octocat", "#1", "GH-1", "a/b#2", "[x](http://e.org)", "\\", "*",
    "![x](http://e.org/i.png)", "www.e.org", "https://e.org", "me@e.org", "<script>", "_", "~~",
    "<!--", "</details>", "\n", "\n\n# h\n", "\r", "\t", "\0", "\u202e", "\u200b", "\ud800",
    "```mermaid\n", "&lt;", "&#64;x", "4195eb6", ":tada:", "$x$", "[^1]", "- ", "1. ", "> ",
    "---", "===", "| a |\n|---|\n", "[ ] ", "<https://e.org>", " ", "  ", "é", "漢", "e\u0301",
    "[x] ", "$$", "$`x`$", "[^1]: y", "[a]: /u", "![a][a]", "mailto:a@e.org", "http:e", "&nbsp;",
    "\\(x\\)", "<b>", "<img src=x>", "<!ENTITY", "<?", "]]>", "~~~", "#", "##[error]",
    "::add-mask::", "\x1b[31m", "\x9b", "\x1b]8;;http://e.org\x1b\\", "\u00ad", "\u034f", "\u115f",
    "\u2800", "\u3164", "\uffa0", "\ufe0f", "\U000e0041", "\U000e0100", "\ufff9", "\u2067",
    "\u2068", "\u2069", "\u061c", "שלום", "عربي", "א → ב", "٣", "\u00a0", "\u3000",
]  # fmt: skip
hostile = (
    st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), min_size=1, max_size=8)
    .map(lambda parts: "".join(parts)[:500])
    .filter(str.strip)
)


def active(text: str) -> list[str]:
    """Return what GitHub would act on in text outside code: mentions, references, emoji, maths."""
    acting = (
        *(r"@\w", r"#\d", r"GH-\d", r"\b[0-9a-f]{7,40}\b", r":\w+:", r"www\.", "://", "mailto:"),
        *(r"\$", r"\\[(\[]", r"\[\^", r"^\[[ xX]\]", r"^!\[", "<"),
    )
    return re.findall("|".join(acting), text)


def spans(written: str) -> list[tuple[str, str]]:
    """Return type and content of what a line of Markdown holds."""
    (line,) = [t for t in PARSER.parse(f"x {written}") if t.type == "inline"]
    return [(child.type, child.content) for child in line.children or []]


@given(hostile)
def test_a_name_is_one_code_span_in_a_table_cell(text: str) -> None:
    written = markdown.table(Table(("a", "b"), "lr", [(Name(text), "1")]))

    cells = [t for t in PARSER.parse(written) if t.type == "inline"][2:]
    (shown,) = (child for child in cells[0].children or [] if child.content not in "\u2068\u2069")
    assert (len(cells), shown.type) == (2, "code_inline")
    assert shown.content.strip() == clean(text, markdown.LONGEST_NAME).strip()
    assert hidden(written) == ["\n"] * 2 and turning(written) == []


@given(hostile)
def test_a_sentence_holds_nothing_but_words_and_code(text: str) -> None:
    found = spans(markdown.prose(text))

    assert {kind for kind, _ in found} <= {"text", "code_inline"}
    assert [content for kind, content in found if kind == "text" and active(content)] == []
    assert hidden(markdown.prose(text)) == turning(markdown.prose(text)) == []


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
        ("base's model is ≈ as good (±0.01, 95 % interval -0.01 to +0.02).", None),
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


def test_base_stays_left_of_head_whatever_they_are_called() -> None:
    """Beside Hebrew an arrow turns, and the first strong letter turns the line: both isolated."""
    found = edits.edit({"name": "שם", "base": "אב", "head": "גד"})

    assert markdown.inline(found) == "\u2068`שם`\u2069: \u2068`אב`\u2069 → \u2068`גד`\u2069"
    assert markdown.prose("שם 0.8 → 0.9") == "\u2068`שם`\u2069 0.8 → 0.9"


def test_a_long_name_is_cut() -> None:
    assert markdown.code("x" * 500) == f"`{'x' * 79}…`"


def test_words_names_and_emphasis_make_a_line() -> None:
    text = (Strong("Note"), ": ", Name("a|b"), Name(""), Name("`"), Name("c"))

    assert markdown.inline(text) == "**Note**: `a|b`*empty*`` ` `` `c`"


def test_a_long_table_says_how_many_rows_are_left_out() -> None:
    written = markdown.table(Table(("n",), "r", [(str(n),) for n in range(25)]))

    assert written.splitlines()[-2:] == ["| 19 |", "| and 5 more |"]
