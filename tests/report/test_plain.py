"""Whatever a text holds: it is seen as it is, on its own line, and nothing acts on it."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import stage
from report import plain
from runner import ATTACKS, commands

EVERY = list(map(chr, range(sys.maxunicode + 1)))
# Default_Ignorable_Code_Point, whole, from DerivedCoreProperties.txt of Unicode 17.0.
IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
texts = st.text(st.characters(), max_size=40) | st.lists(
    st.sampled_from(["##", "[", "::", "vso[", " ", "\n", "\\", "a", "\u200b", "\ufe0f"])
).map("".join)


def hidden(text: str) -> list[str]:
    """Return the characters that nobody sees, spaces and whole isolates aside."""
    shown = ISOLATED.sub(lambda found: found[0][1:-1], text)
    return [c for c in shown if not c.isprintable() or IGNORABLE.match(c)]


def turning(text: str) -> list[str]:
    """Return the characters outside isolates that are read from right to left."""
    around = ISOLATED.sub("", text)
    return [c for c in around if unicodedata.bidirectional(c) in ("R", "AL", "AN")]


@pytest.mark.parametrize("attack", ATTACKS, ids=ascii)
def test_a_text_stays_one_line_that_nothing_acts_on(attack: str) -> None:
    shown = plain.one_line(attack)

    assert commands(shown) == hidden(shown) == []


def test_what_nobody_would_see_is_written_as_an_escape() -> None:
    text = "a\nb\u202ec\ud800\u2028\u3164\u2800\ufe0f\U000e0041\u00a0\x9b"

    assert plain.clean(text, 80) == (r"a\nb\u202ec\ud800\u2028\u3164\u2800\ufe0f\U000e0041\xa0\x9b")


def test_no_invisible_character_of_unicode_is_left() -> None:
    """Nor a space but the usual one: two names that differ would look alike."""
    kinds = ("C", "Z")
    unseen = [c for c in EVERY if IGNORABLE.match(c) or unicodedata.category(c)[0] in kinds]

    assert [c for c in unseen if c != " " and plain.clean(c, 80) == c] == []


def test_every_letter_stays_as_it_is() -> None:
    shown = [c for c in EVERY if unicodedata.category(c)[0] in "LNPS"]

    assert {c for c in shown if plain.clean(c, 80) != c} == set(
        "\u115f\u1160\u3164\uffa0\u2800\U0001d159\U00013441\U00013442"
    ) & set(shown)


@given(texts)
def test_the_stages_say_a_text_as_the_reports_do(text: str) -> None:
    """Neither package may import the other, so each has its own."""
    assert stage.one_line(text) == plain.one_line(text)


def test_the_stages_show_the_same_characters() -> None:
    assert [c for c in EVERY if stage.one_line(c) != plain.one_line(c)] == []


@given(texts)
def test_a_text_that_was_made_plain_stays_as_it_is(text: str) -> None:
    """An error is quoted by another, and both by a report."""
    once = plain.one_line(text)

    assert plain.one_line(once) == once
    assert commands(once) == hidden(once) == []


@given(texts, st.integers(1, 20))
def test_a_text_is_cut_after_it_was_made_visible(text: str, longest: int) -> None:
    shown = plain.clean(text, longest)

    assert len(shown) <= longest and hidden(shown) == []


def test_whatever_is_read_from_right_to_left_is_isolated() -> None:
    turned = [c for c in EVERY if unicodedata.bidirectional(c) in ("R", "AL", "AN")]

    assert [c for c in turned if turning(plain.isolated(plain.clean(c, 80)))] == []
    assert plain.isolated("size → 3") == "size → 3"
