"""A table that is written as text and read by the schema drafted of it is the same table."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adopt import draft
from pipeline import stage, validate
from pipeline.schema import Schema, read_schema
from pipeline.tables import delivery
from pipeline.tables.delivery import DeliveryError

DECIMALS = st.decimals(-10_000_000, 10_000_000, places=2).map(float)
GROUPED = {",": "1,234.5", ".": "1.234,5", " ": "1 234,5", "'": "1'234.5"}
DATES = ("%d %b %Y", "%B %d, %Y", "%Y/%m/%d", "%d.%m.%Y %H:%M", "%Y-%m-%d %I:%M %p", "%d-%b-%y")
CODES = ("?", "-", "--", ".", "#N/A", "None", "n.a.", " ")


def drafted(folder: Path, cells: list[str]) -> tuple[Schema, pd.DataFrame]:
    """Write cells as a column x of a CSV, draft its schema, and read it by that."""
    others = {"z": ["1", "2"] * len(cells), "y": ["no", "yes"] * len(cells)}
    frame = pd.DataFrame({"x": cells, **{n: v[: len(cells)] for n, v in others.items()}})
    frame.to_csv(folder / "a.csv", index=False)
    found = draft.columns([folder / "a.csv"])
    entries = {
        name: draft.entry(name, values, "target" if name == "y" else "feature")[0]
        for name, (values, _) in found.items()
    }
    draft.write(entries, folder / "schema.yaml")
    schema = read_schema(str(folder / "schema.yaml"))
    return schema, checked(folder / "a.csv", schema)


def checked(path: Path, schema: Schema) -> pd.DataFrame:
    """Read a delivery as the stage `validate` does."""
    rows = delivery.typed(path, delivery.read_table(path), schema)
    validate.check(path, rows, schema, validate.checks(schema))
    return rows


def written(number: float, group: str, before: str, after: str) -> str:
    """Write a number with two decimals, its thousands apart by `group`."""
    point = "." if group in ",'" else ","
    plain = f"{abs(number):,.2f}".translate(str.maketrans({",": group, ".": point}))
    return "-" * (number < 0) + before + plain + after


@given(
    numbers=st.lists(DECIMALS, min_size=3, max_size=30, unique=True),
    group=st.sampled_from(sorted(GROUPED)),
    before=st.sampled_from(["", "$", "€ ", "EUR "]),
    after=st.sampled_from(["", "%", " kg", " €"]),
    code=st.sampled_from(CODES),
)
def test_numbers_come_back_however_they_were_written(
    tmp_path_factory: pytest.TempPathFactory,
    numbers: list[float],
    group: str,
    before: str,
    after: str,
    code: str,
) -> None:
    """In cents, with a sign for thousands, with a currency or a unit, and gaps with a code."""
    folder = tmp_path_factory.mktemp("t")
    cells = [written(number, group, before, after) for number in numbers]

    _, rows = drafted(folder, [*cells, code])

    assert rows["x"].tolist()[:-1] == numbers and rows["x"].isna().tolist()[-1]


@given(
    days=st.lists(
        st.datetimes(datetime(1970, 1, 1), datetime(2029, 12, 31)), min_size=2, max_size=20,
        unique_by=lambda day: day.date(),
    ),
    form=st.sampled_from(DATES),
    code=st.sampled_from(CODES),
)  # fmt: skip
def test_dates_come_back_however_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, days: list[datetime], form: str, code: str
) -> None:
    folder = tmp_path_factory.mktemp("t")
    cells = [day.strftime(form) for day in days]

    _, rows = drafted(folder, [*cells, code])

    assert rows["x"].tolist()[:-1] == [datetime.strptime(cell, form) for cell in cells]


@pytest.mark.parametrize(
    ("cells", "later", "found"),
    [
        (["1", "2", "?", "1"], ["1", "!"], "1 row [2]: found ['!']; expected type integer"),
        (["15", "7", "1,200"], ["3", "4.5"], "found ['4.5']; expected whole numbers written"),
        (["31-Jan-26", "1-Feb-25"], ["31-Jan-45"], "expected at most 2029-12-31"),
        (["1", "2", "1"], ["01067", "1"], "found ['01067']; expected type integer, without"),
        (["31 Jan 2026", "1 Feb 2026"], ["31.1.2026"], "expected dates written as %d %b %Y"),
        (["a", "b", "?", "a"], ["-", "a"], "found ['-']; expected one of ['a', 'b']"),
    ],
)
def test_a_later_delivery_is_held_to_what_was_drafted(
    tmp_path: Path, cells: list[str], later: list[str], found: str
) -> None:
    """A code that is not listed is no missing value, but a wrong cell."""
    schema, _ = drafted(tmp_path, cells)
    frame = pd.DataFrame({"x": later, "z": "1", "y": "no"})
    frame.to_csv(tmp_path / "b.csv", index=False)

    with pytest.raises(DeliveryError) as raised:
        checked(tmp_path / "b.csv", schema)

    assert found in str(raised.value)


def test_a_drafted_schema_says_what_it_decided(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make schema` prints it beside the new column; names without the spaces around them."""
    lines = (folder / "data/raw/first.csv").read_text().splitlines()
    cells = ["?", "$1,200.5", "$7", "$-3"]
    added = [f'{line},"{cells[i % 4]}"' for i, line in enumerate(lines[1:])]
    text = "\n".join([f"{lines[0]}, new ", *added])
    (folder / "data/raw/first.csv").write_text(text)

    draft.main()

    said = capsys.readouterr().out
    assert (
        "added   new: number, feature; is numbers, but for '?' in 30 rows: read as missing" in said
    )
    assert "is numbers written $1,234.5" in said
    stage.run(validate.main)
