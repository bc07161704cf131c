"""The drafted schema says what a careful person would."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from adopt import draft
from adopt.columns import types
from pipeline import stage
from pipeline.schema import read_schema
from pipeline.tables import cells, delivery
from runner import ATTACKS, commands


def drafted(values: list[object], name: str = "x", role: str = "feature") -> dict[str, object]:
    """Return the entry drafted for a column of text, as CSV gives it."""
    text = pa.chunked_array([[None if v is None else str(v) for v in values]], pa.string())
    return draft.entry(name, text, role)[0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 2, 1], {"type": "integer", "role": "feature", "min": 0}),
        ([-1, 2, 2, 1], {"type": "integer", "role": "feature"}),
        ([0, 1, 1, 0], {"type": "integer", "role": "feature", "min": 0}),
        ([1.5, 2, None], {"type": "number", "role": "feature", "nullable": True, "min": 0}),
        (["True", "false"], {"type": "boolean", "role": "feature"}),
        (["2026-01-31", "2026-02-28"], {"type": "date", "role": "feature"}),
        (["31.01.2026", "28.02.2026"], {"type": "date", "role": "feature", "format": "%d.%m.%Y"}),
        (["31/01/2026", "28/02/2026"], {"type": "date", "role": "feature", "format": "%d/%m/%Y"}),
        (["01/31/2026", "02/28/2026"], {"type": "date", "role": "feature", "format": "%m/%d/%Y"}),
        (["a", "b", "a"], {"type": "string", "role": "feature", "values": ["a", "b"]}),
        (["007", "008", "007"], {"type": "string", "role": "feature", "values": ["007", "008"]}),
    ],
)
def test_the_type_is_the_narrowest_that_fits(
    values: list[object], expected: dict[str, object]
) -> None:
    assert drafted(values) == expected


def test_dates_of_a_delivery_that_has_a_type_for_them_fit_those_that_are_text(
    tmp_path: Path,
) -> None:
    """A format holds for text alone: Parquet, and JSON with ISO 8601, have dates of their own."""
    (tmp_path / "a.csv").write_text("day,y\n31.01.2026,1\n28.02.2026,2\n")
    (tmp_path / "b.jsonl").write_text('{"day": "2026-03-01T10:00:00", "y": 1}\n')
    files = [tmp_path / "a.csv", tmp_path / "b.jsonl"]

    values, everywhere = draft.columns(files)["day"]
    entry, _ = draft.entry("day", values, everywhere=everywhere)
    column = types.column_of("day", entry)
    read = [cells.convert(delivery.read_table(file)["day"], column)[0] for file in files]

    assert entry == {"type": "date", "role": "feature", "format": "%d.%m.%Y"}
    assert pd.concat(read).tolist() == [
        datetime(2026, 1, 31), datetime(2026, 2, 28), datetime(2026, 3, 1, 10)
    ]  # fmt: skip


def test_words_that_are_read_as_missing_are_counted(tmp_path: Path) -> None:
    """Of text in CSV: among numbers nobody doubts it, and elsewhere they are text."""
    rows = pd.DataFrame({"land": ["NA", "DE", "", "NA"], "size": ["NA", "1", "2", "3"]})
    rows.to_csv(tmp_path / "a.csv", index=False)
    rows.to_parquet(tmp_path / "b.parquet")
    files = [tmp_path / "a.csv", tmp_path / "b.parquet"]
    found = draft.columns(files)

    said = dict(draft.words(files, found, {n: draft.entry(n, v)[0] for n, (v, _) in found.items()}))

    assert said == {
        "land": "holds 'NA' in 2 rows, read as missing: `present: ['NA']` in its entry keeps what "
        "is a value"
    }


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (["same"] * 50, "constant"),
        ([None] * 50, "empty"),
        ([f"u{i}" for i in range(50)], "name"),
        (list(range(1, 51)), "number"),
        ([i * 1000 for i in range(50)], "customer_id"),
        ([f"1{i} 2{i} 3{i} 4{i} 5{i}" for i in range(50)], "phone"),
        ([f"{i:08x}-e29b-41d4-a716-44665544abcd" for i in range(50)], "token"),
        ([f"Jan{i} van Dam{i}" for i in range(50)], "person"),
        ([f"half of {i % 30}" for i in range(50)], "share"),
    ],
)
def test_columns_that_teach_nothing_are_ignored(values: list[object], name: str) -> None:
    assert drafted(values, name)["role"] == "ignored"


@pytest.mark.parametrize(
    "texts",
    [
        [f"this is the message number {i}" for i in range(50)],
        [f"dies ist für Müller über Öl {i}" for i in range(50)],
        [
            f"this is one of few messages, the very longest one of them all, {i % 25}"
            for i in range(500)
        ],
        [*[f"and some of them are missing {i}" for i in range(50)], None],
    ],
)
def test_texts_of_many_words_are_told_from_names(texts: list[object]) -> None:
    nullable = {"nullable": True} if None in texts else {}

    assert drafted(texts) == {"type": "text", "role": "feature", **nullable}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (pa.array([[1], [2]]), "values of type list<item: int64> cannot be used"),
        (pa.array([b"a", b"b"]), "values of type binary cannot be used"),
    ],
)
def test_the_reason_to_ignore_a_column_is_true(values: pa.Array, why: str) -> None:
    assert draft.entry("x", pa.chunked_array([values]))[1] == why


def test_a_column_that_some_deliveries_lack_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.csv").write_text("x\n1\n")

    found = draft.columns(sorted(tmp_path.iterdir()))

    values, everywhere = found["y"]
    assert (everywhere, found["x"][1]) == (False, True)
    assert draft.entry("y", values, everywhere=everywhere)[1] == "not in every delivery"


def test_one_cell_among_many_decides_the_type() -> None:
    """The type holds for all rows, not for a sample."""
    assert drafted([1, 2] * 5000 + ["x"])["type"] == "string"


@pytest.mark.parametrize(
    "name", ["a: b", "#", "no", "2026-99-99", "1", "größe", "a\nb", "'", '"', "- x", "{y}"]
)
def test_any_name_survives_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / "schema.yaml"

    draft.write({name: {"type": "integer", "role": "feature"}}, path)

    assert list(stage.read_yaml(path)["columns"]) == [name]


def test_decisions_are_kept_and_new_columns_added(folder: Path) -> None:
    decided = (folder / "data/schema.yaml").read_text()
    before = read_schema()
    rows = (folder / "data/raw/first.csv").read_text().splitlines()
    lines = [rows[0] + ",new", *(f"{row},{i % 7}" for i, row in enumerate(rows[1:]))]
    (folder / "data/raw/first.csv").write_text("\n".join(lines))

    draft.main()

    after = read_schema()
    assert "new" not in decided
    assert after.columns[:-1] == before.columns
    assert (after.columns[-1].name, after.columns[-1].type) == ("new", "integer")


def test_a_new_column_is_said_on_its_own_line_as_no_command(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = folder / "data/raw/first.csv"
    pd.read_csv(raw).assign(**dict.fromkeys(ATTACKS, 1)).to_csv(raw, index=False, quoting=1)

    draft.main()

    lines = capsys.readouterr().out.split("\n")[:-1]
    assert len([line for line in lines if line.startswith("added   ")]) == len(ATTACKS)
    assert len(lines) == len(ATTACKS) + 1 and commands("\n".join(lines)) == []
