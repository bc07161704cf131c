"""The report for a terminal fits 100 columns and cannot drive the terminal."""

import copy
import json
from pathlib import Path

from hypothesis import given

from report import terminal
from report.blocks import Name, Table
from runner import commands
from test_markdown import hostile

SAMPLE = json.loads(Path(__file__).with_name("data").joinpath("review.json").read_text("utf-8"))


def test_every_line_fits_100_columns() -> None:
    lines = terminal.report(SAMPLE).splitlines()

    assert [line for line in lines if terminal.width(line) > terminal.COLUMNS] == []


def test_a_table_is_aligned_and_its_widest_column_gives_way() -> None:
    rows = [(Name("x" * 99), "1"), (Name("漢字"), "+10")]

    written = terminal.table(Table(("name", "n"), "lr", list(rows)))

    assert written.splitlines() == [
        f"name{' ' * 91}    n",
        f"{'─' * 95}  ───",
        f"{'x' * 94}…    1",
        f"漢字{' ' * 91}  +10",
    ]


def test_a_command_is_broken_wherever_a_word_comes_to_stand() -> None:
    """First in a row, or first in a line since what was before it filled the line."""
    review = copy.deepcopy(SAMPLE)
    review["verdict"]["reasons"] = [f"{'x' * (terminal.COLUMNS - 9)}::add-mask::verdict"]
    review["changes"]["data"]["drift"][0]["column"] = "::set-output name=a::b"

    assert commands(terminal.report(review)) == []


def test_base_stays_left_of_head_in_a_terminal() -> None:
    assert terminal.printed("שם טוב: אב → גד") == (
        "\u2068שם טוב\u2069: \u2068אב\u2069 → \u2068גד\u2069"
    )


@given(hostile)
def test_no_control_character_reaches_the_terminal(text: str) -> None:
    written = terminal.line(("a ", Name(text), text))

    assert written.isprintable()
