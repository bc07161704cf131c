"""What is proposed for a table, and what is said of it; whatever fails names what was given."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from adopt.__main__ import arguments
from adopt.adopt import sources
from adopt.proposal import Proposal, propose
from adopt.summary import summary
from pipeline.stage import UserError
from runner import ATTACKS, commands


def proposed(folder: Path, rows: pd.DataFrame, *words: str) -> tuple[Proposal, str]:
    """Return what is proposed for a table with target y, and what is said of it."""
    path = folder / "mine.csv"
    rows.to_csv(path, index=False)
    asked = arguments(["--data", str(path), "--target", "y", *words])
    found = propose(sources(path), asked)
    return found, summary(found, asked, "stored")


def patients(rows: int = 900) -> pd.DataFrame:
    """Return rows of 30 patients, each ill or not, with a date and a number of the row."""
    random = np.random.default_rng(0)
    who = random.integers(0, 30, rows)
    return pd.DataFrame(
        {
            "patient": who,
            "weight": random.normal(size=rows).round(3),
            "seen": pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 90, rows), "D"),
            "RecordId": random.permutation(rows) * 7 + 1000,
            "y": np.where(random.integers(0, 2, 30)[who] == 1, "ill", "well"),
        }
    )


def role(found: Proposal, name: str) -> str:
    return str(found.columns.entries[name]["role"])


def test_what_a_table_suggests_is_said(tmp_path: Path) -> None:
    found, said = proposed(tmp_path, patients().assign(**{"E-Mail": "a@example.com"}))

    assert "'patient' repeats (30 values in 900 rows): rows of one patient may stand" in said
    assert "adopt again with GROUP=patient" in said
    assert "'seen' is a date: if the model predicts the future, adopt again with TIME=seen" in said
    assert "'RecordId' tells rows apart: adopt again with KEY=RecordId" in said
    assert "'E-Mail' looks like personal data" in said
    assert "leak" not in said
    assert {role(found, "patient"), role(found, "RecordId")} == {"ignored"}


def test_a_word_that_may_be_a_value_is_said(tmp_path: Path) -> None:
    rows = patients(60).assign(alley=["NA", "gravel", "paved"] * 20)

    _, said = proposed(tmp_path, rows)

    assert "'alley' holds 'NA' in 20 rows, read as missing: `present: ['NA']` in its entry" in said


def test_a_name_is_said_on_its_own_line_as_no_command(tmp_path: Path) -> None:
    """Some of these columns repeat, some are constant, some hold text."""
    rows = patients()
    csv = [attack for attack in ATTACKS if "\r:" not in attack]  # pandas leaves it unquoted
    kinds = (rows["patient"], "always", rows["y"], [f"a{i} b{i} c{i}" for i in range(len(rows))])
    hostile = {attack: kinds[i % len(kinds)] for i, attack in enumerate(csv)}

    said = proposed(tmp_path, rows.assign(**hostile))[1]

    assert commands(said) == [] and "add-mask" in said
    assert [line for line in said.splitlines() if not line.isprintable()] == []
    assert [line for line in said.splitlines() if line.lstrip().startswith((":", "error"))] == []


def test_what_was_asked_for_is_not_suggested(tmp_path: Path) -> None:
    words = ["--group", "patient", "--time", "seen", "--key", "RecordId"]

    found, said = proposed(tmp_path, patients(), *words)

    assert "adopt again" not in said
    assert [role(found, name) for name in words[1::2]] == ["group", "time", "key"]


def test_what_repeats_is_known_by_its_values_too(tmp_path: Path) -> None:
    """It tells the target, but as a person's number does: to ignore it would make a leak."""
    rows = patients().rename(columns={"patient": "p"})

    _, said = proposed(tmp_path, rows)

    assert "'p' repeats (30 values in 900 rows)" in said
    assert "leak" not in said


def test_a_key_that_comes_in_later_deliveries_again_is_no_group(tmp_path: Path) -> None:
    rows = patients(100)
    (tmp_path / "mine").mkdir()
    rows.to_csv(tmp_path / "mine/a.csv", index=False)
    rows.head(30).to_csv(tmp_path / "mine/b.csv", index=False)
    asked = arguments(["--data", str(tmp_path / "mine"), "--target", "y"])

    found = propose(sources(tmp_path / "mine"), asked)

    assert found.columns.keys == ["RecordId"]
    assert "RecordId" not in found.columns.repeated


def test_many_columns_are_few_lines(tmp_path: Path) -> None:
    rows = patients(60)
    same = {f"same{i}": 1 for i in range(100)}
    dates = {f"day{i}": rows["seen"] for i in range(50)}
    leaks = {f"leak{i}": rows["y"] for i in range(50)}

    _, said = proposed(tmp_path, pd.concat([rows, pd.DataFrame(same | dates | leaks)], axis=1))

    assert len(said.splitlines()) < 20
    assert "'leak4' and 45 more" in said
    assert said.index("leak") < said.index("GROUP=") < said.index("TIME=") < said.index("ignored:")


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (["31.01.2026 08:15", "01.02.2026 09:00"], []),
        (["Jan 31, 2026", "Feb 1, 2026"], []),
        (["31-Jan-26", "01-Feb-26"], []),
        (["2026/01/31", "2026/02/01"], []),
        (["01/31/2026 08:15:00 AM", "02/01/2026 09:00:00 PM"], []),
        (["01/02/2026", "02/03/2026"], ["--time-format", "%m/%d/%Y"]),
        (["2026 week 05 day 1", "2026 week 06 day 1"], ["--time-format", "%G week %V day %u"]),
        (["20260131", "20260201"], ["--time-format", "%Y%m%d"]),
    ],
)
def test_time_may_be_written_in_any_clear_way(
    tmp_path: Path, times: list[str], words: list[str]
) -> None:
    rows = patients(100).assign(seen=times * 50)

    found, _ = proposed(tmp_path, rows, "--time", "seen", *words)

    days = found.rows["seen"].dt.normalize().unique()
    assert found.columns.entries["seen"]["type"] == "date"
    assert len(days) == 2 and all(day.year == 2026 for day in days)


FAILURES = {
    "the same date in two ways": (
        {"seen": ["01/02/2026", "03/04/2026"] * 50}, ["--time", "seen"], "TIME_FORMAT=%d/%m/%Y"),
    "no date": ({"seen": ["early", "late"] * 50}, ["--time", "seen"], "TIME_FORMAT=%d.%m.%Y"),
    "another format": ({}, ["--time", "seen", "--time-format", "%d.%m.%Y"], "written as %d.%m.%Y"),
    "no format": ({}, ["--time", "seen", "--time-format", "%Q"], "TIME_FORMAT is '%Q'"),
    "a format without time": ({}, ["--time-format", "%Y"], "expected TIME=column"),
    "a key that repeats": ({}, ["--key", "patient"], "GROUP=patient"),
    "a target of dates": ({"y": "2026-01-01"}, [], "the target, holds dates"),
    "one group": ({"site": 1}, ["--group", "site"], "the group, is always 1"),
    "one class": ({"y": "a"}, [], "is always 'a'"),
    "one moment": ({"seen": "2026-01-01"}, ["--time", "seen"], "the time, is always 2026-01-01"),
    "numbers as classes": ({"y": np.arange(100) + 0.5}, ["--task", "classification"], "decimals"),
    "a huge target": ({"y": np.arange(100) * 1e160}, [], "write them in another unit"),
    "two roles": ({}, ["--key", "seen", "--time", "seen"], "asked for as key and as time"),
    "an unknown column": ({}, ["--group", "nobody"], "Column 'nobody' was not found"),
    "a time that is missing": (
        {"seen": ["2026-01-01", None] * 50}, ["--time", "seen"], "is missing in 50 rows"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_names_what_was_given(tmp_path: Path, kind: str) -> None:
    """And no file of the project: those are as they were, and hold something else."""
    columns, words, said = FAILURES[kind]

    with pytest.raises(UserError) as failed:
        proposed(tmp_path, patients(100).assign(**columns), *words)

    assert said in str(failed.value)
    assert "data/schema.yaml" not in str(failed.value) and "data/raw" not in str(failed.value)


@pytest.mark.parametrize(
    ("columns", "words", "said"),
    [
        (["RecordId", "y"], [], "'RecordId' ignored: identifier: every value is different"),
        (["RecordId", "y"], ["--key", "RecordId"], "'RecordId' is the key; 'y' is the target"),
    ],
)
def test_no_feature_is_explained(
    tmp_path: Path, columns: list[str], words: list[str], said: str
) -> None:
    with pytest.raises(UserError, match="no feature to learn from") as failed:
        proposed(tmp_path, patients(100)[columns], *words)

    assert said in str(failed.value)


def test_a_number_that_is_infinite_is_ignored(tmp_path: Path) -> None:
    rows = patients(100).assign(ratio=[float("inf"), *np.arange(0.5, 99)])

    found, said = proposed(tmp_path, rows)

    assert role(found, "ratio") == "ignored"
    assert "ignored: 'ratio' (infinite" in said


def test_a_column_without_training_values_is_ignored(tmp_path: Path) -> None:
    """A model learns nothing from it: the stage train would refuse it."""
    rows = patients(100).sort_values("seen")
    rows["new"] = [None] * 90 + [1.5, 2.5] * 5

    found, said = proposed(tmp_path, rows, "--time", "seen")

    assert role(found, "new") == "ignored"
    assert "ignored: 'new' (empty in all training rows)" in said
