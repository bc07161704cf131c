"""YAML and JSON that somebody else wrote are read within bounds, or refused in one sentence."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline import stage
from pipeline.schema import read_schema
from pipeline.strict.texts import StrictError, parse_json, parse_yaml

LAUGHS = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
CHAIN = "".join(f"b{i}: &b{i} [*b{i - 1}]\n" for i in range(1, 200))
COLLIDING = "".join(f"{(2**61 - 1) * i}{'0' * 30}: x\n" for i in range(1, 4))
NESTED = {
    "brackets": "[" * 50_000,
    "braces": "{a: " * 50_000,
    "dashes": "- " * 50_000,
    "keys": "? " * 50_000,
    "pairs": "[a: " * 50_000,
}
YAML = {
    **{name: (text, "is nested more than 64 deep") for name, text in NESTED.items()},
    "an alias of itself": ("a: &a [*a]", "too large or too deep once its aliases"),
    "a mapping in itself": ("a: &a {b: *a}", "too large or too deep once its aliases"),
    "a billion laughs": (f"a0: &a0 [ha]\n{LAUGHS}", "too large or too deep once its aliases"),
    "a long text, often": (
        f"a: &a {'x' * 9999}\nb: [{', '.join(['*a'] * 500)}]",
        "too large or too deep once its aliases",
    ),
    "a chain of aliases": (f"b0: &b0 [x]\n{CHAIN}", "too large or too deep once its aliases"),
    "very many values": (f"[{'x,' * 300_001}]", "holds more than 300,000 values"),
    "a very long text": ("x" * 4_000_001, "has 4,000,001 characters; expected at most 4,000,000"),
    "a control character": ("a: 1\nb: \x07", r"holds the character '\x07'"),
    "a date that is none": ("a: 2026-99-99", "'2026-99-99' is no date"),
    "a zone that is none": ("a: 2026-01-01 00:00:00 +99:99", "is no date"),
    "a long integer": (f"a: {'9' * 6000}", "is too long for a number"),
    "a long sexagesimal": (f"a: 1{':1' * 9000}", "is too long for a number"),
    "text said to be an integer": ("a: !!int x", "'x' is no int"),
    "nothing said to be an integer": ("a: !!int ''", "'' is no int"),
    "text said to be a number": ("a: !!float x", "'x' is no float"),
    "text said to be true": ("a: !!bool x", "'x' is no bool"),
    "text said to be a date": ("a: !!timestamp x", "'x' is no date"),
    "bytes": ("a: !!binary x", "has the type 'binary', which is not read"),
    "a set": ("a: !!set {x, y}", "has the type 'set', which is not read"),
    "an ordered mapping": ("a: !!omap [x: 1]", "has the type 'omap', which is not read"),
    "a text said to be a list": ("a: !!seq x", "has the type 'seq', which is not read"),
    "an object of Python": ("a: !!python/name:os.system x", "has the type 'python/name:os.system'"),
    "a merge": ("a: &a {x: 1}\nb: {<<: *a}", "has the type 'merge', which is not read"),
    "a list as key": ("? [x]\n: 1", "a key is a list or a mapping"),
    "a mapping as key": ("? {x: 1}\n: 1", "a key is a list or a mapping"),
    "keys that collide": (COLLIDING, "is long; write it in quotes"),
    "one key twice": ("a: 1\na: 2", "'a' is written twice"),
    "equal keys": ("1: a\ntrue: b", "'True' is written twice"),
    "two documents": ("a\n---\nb", "but found another document"),
    "an alias of nothing": ("a: *b", "found undefined alias"),
}


@pytest.mark.parametrize("name", YAML)
def test_yaml_that_would_surprise_or_exhaust_is_refused(name: str) -> None:
    text, expected = YAML[name]

    with pytest.raises(StrictError) as raised:
        parse_yaml(text)

    assert expected in str(raised.value)
    assert len(str(raised.value)) < 200
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &a [1, 2.5]\nb: [*a, *a]", {"a": [1, 2.5], "b": [[1, 2.5], [1, 2.5]]}),
        ("[" * 63 + "]" * 63, 63),
        (f"[{'x,' * 9999}]", ["x"] * 9999),
        ("0: no such\n1: x", {0: "no such", 1: "x"}),
        ("", None),
    ],
)
def test_other_yaml_is_read_as_it_is(text: str, value: Any) -> None:
    read = parse_yaml(text)

    assert (str(read).count("[") if isinstance(value, int) else read) == value


JSON = {
    "nesting": ("[" * 100_000, "is nested more than 64 deep"),
    "nesting that Python still reads": ("[" * 65 + "]" * 65, "is nested more than 64 deep"),
    "a name twice": ('{"a": 1, "a": 2}', "'a' is written twice"),
    "a name twice, after many": (
        "{" + "".join(f'"{i}":1,' for i in range(250_000)) + '"249999":2}',
        "'249999' is written twice",
    ),
    "no number": ('{"a": NaN}', "found NaN; expected finite numbers"),
    "a number that is too large": ('{"a": 1e999}', "found 1e999; expected finite numbers"),
    "a long integer": ("9" * 5000, "Exceeds the limit"),
    "half a character": (r'{"a": "\ud800"}', "surrogates not allowed"),
    "half a character as name": (r'{"\uDFFF": 1}', "surrogates not allowed"),
    "no JSON": ("{", "Expecting property name"),
    "a very long text": (" " * 4_000_001, "has 4,000,001 characters; expected at most 4,000,000"),
}


@pytest.mark.parametrize("name", JSON)
def test_json_that_would_surprise_or_exhaust_is_refused(name: str) -> None:
    text, expected = JSON[name]

    with pytest.raises(StrictError, match=expected):
        parse_json(text)


def test_a_pair_of_halves_is_a_character() -> None:
    assert parse_json(r'["\ud83d\ude00"]') == ["😀"]


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_nesting_does_not_end_the_interpreter(tmp_path: Path, text: str) -> None:
    """The library recurses in C: read by another process, which says a sentence and no more."""
    (tmp_path / "params.yaml").write_text(text)
    program = (
        "import sys; from pipeline import stage; stage.run(lambda: stage.read_yaml(sys.argv[1]))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, "params.yaml"], cwd=tmp_path, capture_output=True, text=True
    )

    assert (done.returncode, len(done.stderr) < 400) == (1, True)
    assert done.stderr.startswith(
        "params.yaml, line 1: not valid YAML (is nested more than 64 deep)"
    )


@pytest.mark.parametrize("kind", ["a folder", "a device", "too large", "not UTF-8"])
def test_only_text_of_a_regular_file_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "params.yaml"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a device":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b"#" * 4_000_001 if kind == "too large" else b"\xff")

    with pytest.raises(stage.UserError, match=r"params.yaml: cannot be read \("):
        stage.read_yaml(path)


def test_values_in_messages_are_cut(tmp_path: Path) -> None:
    """Also where a schema holds a text of a million characters instead of a column."""
    (tmp_path / "schema.yaml").write_text(f"columns:\n  {'n' * 900}: {'x' * 1_000_000}\n")

    with pytest.raises(stage.UserError, match=r"column 'n+…: found 'x+…; expected") as raised:
        read_schema(str(tmp_path / "schema.yaml"))

    assert len(str(raised.value)) < 300
