"""A schema says what each column means, or says in one sentence why it does not."""

from pathlib import Path

import pytest

from pipeline.schema import Column, SchemaError, read_schema

GOOD = {
    "id": "{type: integer, role: key}",
    "team": "{type: string, role: group}",
    "day": "{type: date, role: time, format: '%d.%m.%Y', min: 2026-01-31}",
    "size": "{type: number, role: feature, nullable: true, min: 0, max: 1.5}",
    "note": "{type: string, role: ignored}",
    "y": "{type: string, role: target, values: ['no', 'yes']}",
}


def write(folder: Path, **changed: str) -> str:
    """Write the good schema with some entries changed; an empty one is left out."""
    entries = {name: entry for name, entry in {**GOOD, **changed}.items() if entry}
    lines = [f"  {name}: {entry}\n" for name, entry in entries.items()]
    (folder / "schema.yaml").write_text("columns:\n" + "".join(lines))
    return str(folder / "schema.yaml")


def test_columns_are_read_in_order(tmp_path: Path) -> None:
    schema = read_schema(write(tmp_path))

    assert [column.name for column in schema.columns] == list(GOOD)
    assert schema.target == Column("y", "string", "target", values=("no", "yes"))
    assert schema.features == (Column("size", "number", "feature", nullable=True, min=0, max=1.5),)
    assert [column.name for column in schema.used] == ["id", "team", "day", "size", "y"]


@pytest.mark.parametrize(("key", "expected"), [(GOOD["id"], ["id"]), ("", ["team", "day", "size"])])
def test_a_row_is_its_key_or_all_but_its_target(
    tmp_path: Path, key: str, expected: list[str]
) -> None:
    """So that relabelling a row leaves it the same row."""
    assert read_schema(write(tmp_path, id=key)).identity == expected


@pytest.mark.parametrize(
    ("column", "entry", "said"),
    [
        ("size", "number", "found 'number'; expected type and role"),
        ("size", "{type: number, role: feature, maximum: 3}", "unknown ['maximum']"),
        ("size", "{type: number, role: input}", "role is 'input'"),
        ("size", "{type: number, role: ignored}", "found no feature"),
        ("size", "{type: string, role: group}", "found ['team', 'size'] as group"),
        ("id", "{type: integer, role: key, nullable: true}", "a key is never missing"),
        ("team", "{type: string, role: group, nullable: true}", "a group is never missing"),
        ("y", "{type: date, role: target}", "cannot be predicted"),
        ("y", "{type: text, role: target}", "a target is of type 'text'"),
        ("team", "{type: text, role: group}", "a group is of type 'text'"),
        ("note", "{type: text, role: feature, max: 3}", "for numbers and dates alone"),
        ("day", "{type: string, role: time}", "expected integer, number or date (with a 'format'"),
        ("y", "{type: string, role: target, values: a}", "expected a list"),
        ("y", "{type: string, role: target, values: []}", "expected a list"),
        ("y", "{type: string, role: target, values: [false, true]}", "allows [False, True]"),
        ("y", "{type: string, role: target, values: [[a]]}", "allows [['a']]"),
        ("size", "{type: number, role: feature, min: low}", "allows ['low']"),
        ("size", "{type: number, role: feature, max: [1]}", "allows [[1]]"),
        ("note", "{type: string, role: feature, min: 3}", "for numbers and dates alone"),
        ("note", "{type: string, role: feature, values: [3]}", "type string, in quotes"),
        ("size", "{type: number, role: feature, min: true}", "allows [True]"),
        ("size", "{type: number, role: feature, min: .nan}", "allows [nan]"),
        ("size", "{type: number, role: feature, min: 2, max: 1}", "min is 2 and max is 1"),
        ("size", "{type: number, role: feature, format: '%d'}", "expected one of 1,234.5"),
        ("note", "{type: string, role: feature, format: '%d'}", "for numbers and dates alone"),
        ("size", "{type: number, role: feature, format: [1]}", "format is [1]"),
        ("size", "{type: number, role: feature, missing: '?'}", "missing is '?'"),
        ("size", "{type: number, role: feature, missing: [true]}", "missing is [True]"),
        ("size", "{type: number, role: feature, present: ['NA']}", "for type string alone"),
        ("note", "{type: string, role: feature, present: NA}", "present is 'NA'"),
        ("day", "{type: date, role: time, min: 2026-02-01, max: '2026-01-01'}", "min first"),
        ("day", "{type: date, role: time, min: soon}", "allows ['soon']"),
        ("day", "{type: date, role: time, max: 5}", "allows [5]"),
        ("day", "{type: date, role: time, format: 5}", "format is 5"),
        ("day", "{type: date, role: time, format: '%Q'}", "format is '%Q'"),
        ("size", "{type: number, role: feature, nullable: no}", "expected true or false"),
    ],
)
def test_a_wrong_entry_is_said(tmp_path: Path, column: str, entry: str, said: str) -> None:
    with pytest.raises(SchemaError) as raised:
        read_schema(write(tmp_path, **{column: entry}))

    assert said in str(raised.value)


@pytest.mark.parametrize("text", ["", "columns:", "columns: [a]", "- a"])
def test_a_schema_without_columns_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "schema.yaml").write_text(text)

    with pytest.raises(SchemaError, match="found no columns"):
        read_schema(str(tmp_path / "schema.yaml"))
