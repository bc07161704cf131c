"""A review.json that is not exactly what the schema says is refused in one sentence."""

import copy
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report import document
from report.document import DocumentError, load

SAMPLE = json.loads(Path(__file__).with_name("data").joinpath("review.json").read_text("utf-8"))
REFERENCE = jsonschema.Draft202012Validator(document.SCHEMA)
UNEVEN = {"kind": "ROC", "x": [0], "base": [], "head": []}
VALUES = [
    None, True, False, 0, 1, 1.0, -1, 0.5, 10**13, 1e301, "", "x" * 501, "passed", "abc", "f" * 40,
    "f" * 41, [], [1], ["a"] * 101, {}, {"a": 1}, [None] * 501,
]  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[tuple[Any, ...]] = []
    for key, item in inside:
        found += [(*at, key)]
        found += places(item, (*at, key)) if isinstance(item, (dict, list)) else []
    return found


@given(st.sampled_from(places(SAMPLE)), st.sampled_from([*VALUES, "remove", "add"]))
def test_it_judges_as_the_reference_validator_does(path: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(SAMPLE)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    if value == "remove":
        del parent[path[-1]]
    elif value == "add" and isinstance(parent, dict):
        parent["added"] = 1
    else:
        parent[path[-1]] = value

    found = list(document.problems(changed, document.SCHEMA, document.SCHEMA))

    assert (not found) == REFERENCE.is_valid(changed)


def test_every_keyword_of_the_schema_is_known() -> None:
    """A keyword that the validator ignores would be a rule that nobody checks."""
    known = {
        "$schema", "$defs", "$ref", "title", "description", "type", "properties", "required",
        "additionalProperties", "items", "maxItems", "maxLength", "pattern", "minimum", "maximum",
        "enum", "const", "oneOf",
    }  # fmt: skip

    def keywords(schema: dict[str, Any]) -> set[str]:
        inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
        inner += [*schema.get("oneOf", []), *([schema["items"]] if "items" in schema else [])]
        return set(schema).union(*map(keywords, inner))

    assert keywords(document.SCHEMA) <= known


def sample(**changes: Any) -> bytes:
    """Return the sample review as JSON, with other top-level entries."""
    return json.dumps(SAMPLE | changes).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff{}", "is not UTF-8 (byte 0)"),
        (b"{", "is not JSON (Expecting property name"),
        (b'{"version": NaN}', "is not JSON (found NaN; expected finite numbers)"),
        (b'{"version": -1e999}', "is not JSON (found -1e999; expected finite numbers)"),
        (b'{"version": 1, "version": 2}', "is not JSON ('version' is written twice)"),
        (b'{"verdict": {"gate": 1, "gate": 2}}', "is not JSON ('gate' is written twice)"),
        (rb'{"notes": ["\ud800"]}', "is not JSON ('utf-8' codec can't encode character"),
        (rb'{"\udfff": 1}', "is not JSON ('utf-8' codec can't encode character"),
        (b"9" * 5000, "is not JSON (Exceeds the limit"),
        (b"[" * 100_000, "is nested too deeply"),
        (b" " * 2_000_001, "has 2,000,001 bytes; expected at most 2,000,000"),
        (b"[]", "top: found []; expected object"),
        (sample(version=2), "version: found 2; expected one of [1]"),
        (sample(**{"a\nb": 1}), r"top: found unknown ['a\nb']; expected only ['version', "),
        (sample(notes=["x", "y" * 501]), "notes[1]: found 501 characters; expected at most 500"),
        (sample(notes=[3]), "notes[0]: found 3; expected string"),
        (
            sample(charts=SAMPLE["charts"] | {"curve": UNEVEN}),
            "charts.curve: found [1, 0, 0] points in x, base and head",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "review.json"
    path.write_bytes(content)

    with pytest.raises(DocumentError) as caught:
        load(path)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    """A link out of the artifact, or a pipe that never ends, is not followed."""
    (tmp_path / "real.json").write_bytes(sample())
    (tmp_path / "link.json").symlink_to("real.json")
    os.mkfifo(tmp_path / "pipe.json")

    for name in ("link.json", "pipe.json"):
        with pytest.raises(DocumentError, match="not a regular file"):
            load(tmp_path / name)
    assert load(tmp_path / "real.json") == SAMPLE


def test_what_is_too_much_is_cut_to_what_the_schema_allows() -> None:
    """Else the job that posts would refuse the review of any project with many columns."""
    review = copy.deepcopy(SAMPLE)
    entry = {**review["changes"]["data"]["drift"][0], "column": "x" * 900}
    review["changes"]["data"]["drift"] = [entry] * 305
    review["changes"]["data"]["deliveries"]["added"] = ["a.csv"] * 120

    found, cut = document.fitted(review)

    assert list(document.problems(found, document.SCHEMA, document.SCHEMA)) == []
    assert cut == [
        "Of the 120 entries in changes.data.deliveries.added the first 100 are kept.",
        "Of the 305 entries in changes.data.drift the first 200 are kept.",
    ]


def test_what_fits_stays_as_it_is() -> None:
    assert document.fitted(SAMPLE) == (SAMPLE, [])
