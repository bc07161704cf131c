"""The whole report: what it says, that it stays short and harmless, and what it is made with."""

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from report import document, doubts, edits, markdown, terminal, words
from report.blocks import Alert, Paragraph, Table
from runner import commands
from test_markdown import PARSER, active, hostile
from test_plain import hidden, turning

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests/report/data/review.json"
REVIEW = document.load(SAMPLE)
INLINE = {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
NO_METRICS = {
    "metrics": [],
    "causes": None,
    "slices": [],
    "charts": {"curve": None, "calibration": None, "confusion": [], "history": []},
}


@pytest.mark.parametrize(("keyed", "words"), [(True, "all but their key"), (False, "every column")])
def test_rows_that_repeat_others_have_a_key_only_if_the_table_has(keyed: bool, words: str) -> None:
    found = REVIEW["changes"]["data"] | {"duplicates": 3, "keyed": keyed}

    last = edits.data_details(found)[-1]

    assert last == Paragraph(f"3 rows are alike in {words}.")


REFITTED = {"refits": 5, "asked": 5, "seconds": 3.2, "reason": None}


@pytest.mark.parametrize(
    ("training", "error", "words"),
    [
        (REFITTED, 0.01, "test rows and training: 5 refits of each side, 3 s."),
        (REFITTED | {"seconds": 0.0}, 0.01, "5 refits of each side, kept from an earlier review."),
        (
            REFITTED | {"refits": 3, "reason": "the 9 s of the budget were over"},
            0.01,
            "3 of 5 refits of each side, 3 s. There are no more: the 9 s of the budget were over.",
        ),
        (
            REFITTED | {"refits": 1, "reason": "main says: no luck"},
            None,
            "The intervals cover test rows alone, not training: main says: no luck.",
        ),
        (REFITTED, None, "test rows alone, not training: what was recorded is compared."),
    ],
)
def test_a_report_says_what_its_intervals_cover(
    training: dict[str, Any], error: float | None, words: str
) -> None:
    metrics = [found | {"training": error} for found in REVIEW["metrics"]]

    said = " ".join(terminal.report(REVIEW | {"training": training, "metrics": metrics}).split())

    assert words in said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            {"base": 9, "head": 9, "rekeyed": 9},
            "the keys of all 9 rows changed, their content did not",
        ),
        ({"base": 9, "head": 9, "rekeyed": 1}, "the keys of 1 row changed, their content did not"),
        ({"base": 9, "head": 9, "rekeyed": 9, "changed": 2}, "the keys of all 9 rows changed"),
        (
            {"base": 9, "head": 12, "added": 3, "repeated": 2},
            "2 of the added stood in base under another key",
        ),
    ],
)
def test_rows_under_other_keys_are_said(counts: dict[str, int], said: str) -> None:
    rows = dict.fromkeys(("added", "removed", "changed", "relabelled"), 0) | {"base": 9, "head": 9}
    found = REVIEW["changes"]["data"] | {"rows": rows | counts}

    assert said in edits.data(found)


def texts(schema: dict[str, Any], value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield container and key of every free text in a review."""
    schema = resolved(schema)
    places = list(value.items()) if isinstance(value, dict) else list(enumerate(value or []))
    for key, item in places:
        inner = resolved(schema["properties"][key] if isinstance(value, dict) else schema["items"])
        if inner == document.SCHEMA["$defs"]["text"] and item is not None:
            yield value, key
        elif isinstance(item, (dict, list)):
            yield from texts(inner, item)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow references, and take what a value is when it is not null."""
    while "$ref" in schema or "oneOf" in schema:
        if "oneOf" in schema:
            schema = schema["oneOf"][-1]
        else:
            schema = document.SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def with_text(review: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the review with `text` in the place of every free text that it has."""
    changed = copy.deepcopy(review)
    for container, key in list(texts(document.SCHEMA, changed)):
        container[key] = text
    return changed


def largest(schema: dict[str, Any], text: str) -> Any:
    """Return a value as large as the schema allows, with `text` in every place for text."""
    schema = resolved(schema)
    if "properties" in schema:
        return {name: largest(inner, text) for name, inner in schema["properties"].items()}
    if "items" in schema:
        return [largest(schema["items"], text)] * schema["maxItems"]
    if "enum" in schema or "const" in schema:
        return max(schema.get("enum", [schema.get("const")]))
    if "pattern" in schema:
        return "f" * 40
    simple = {"string": text, "boolean": False, "integer": 10**12, "number": -1e300}
    return simple[schema["type"]]


def shape(report: str) -> list[str]:
    """Return the blocks that GitHub would see."""
    return [token.type for token in PARSER.parse(report)]


def test_the_first_line_is_the_verdict_and_the_gate() -> None:
    assert markdown.report(REVIEW).splitlines()[0] == (
        "### ❌ This change (data and params) makes the model better: `roc_auc` goes from 0.841 "
        "to 0.860 (+0.019, 95 % interval +0.007 to +0.030). The gate failed."
    )


def test_the_report_holds_all_parts_in_order() -> None:
    lines = markdown.report(REVIEW).splitlines()

    assert [line for line in lines if line.startswith(("###", "<summary>", "> [!"))][1:] == [
        "> [!CAUTION]",
        "> [!IMPORTANT]",
        "> [!WARNING]",
        "> [!WARNING]",
        "### Metrics",
        "<summary>Metrics on the rows of both test sets</summary>",
        "<summary>Metrics against an older version</summary>",
        "### What changed",
        "### What caused the difference",
        "### Charts",
        "### Slices: 1 of 3 worse",
        "<summary>Confusion: test rows, base → head</summary>",
        "<summary>Data in detail</summary>",
        "<summary>Stages</summary>",
    ]


def test_a_review_without_metrics_still_says_what_changed() -> None:
    """The first pull request of a repository, or a base whose model cannot be scored."""
    review = REVIEW | NO_METRICS | {"notes": []}

    titles = [line for line in markdown.report(review).splitlines() if line.startswith("###")]

    assert titles[1:] == ["### What changed"]


@given(hostile)
def test_hostile_text_changes_nothing_but_words(text: str) -> None:
    """No link, image, mention or markup of its own; every table and fold keeps its shape."""
    report = markdown.report(with_text(REVIEW, text))

    tokens = PARSER.parse(report)
    children = [child for token in tokens for child in token.children or []]
    assert [token.type for token in tokens] == shape(markdown.report(with_text(REVIEW, "x")))
    assert {child.type for child in children} <= INLINE
    assert [c.content for c in children if c.type == "text" and active(c.content)] == []
    assert set(hidden(report)) <= {"\n"} and turning(report) == []


@given(hostile)
def test_a_report_in_a_log_gives_the_runner_no_command(text: str) -> None:
    review = with_text(REVIEW, text)

    assert commands(markdown.report(review)) == commands(terminal.report(review)) == []


@given(hostile)
def test_a_report_in_a_terminal_hides_and_turns_nothing(text: str) -> None:
    report = terminal.report(with_text(REVIEW, text))

    assert set(hidden(report)) <= {"\n"} and turning(report) == []


@given(hostile)
def test_only_our_own_html_and_diagrams_are_written(text: str) -> None:
    def raw(report: str) -> list[str]:
        return [t.content for t in PARSER.parse(report) if t.type in ("html_block", "fence")]

    assert raw(markdown.report(with_text(REVIEW, text))) == raw(markdown.report(REVIEW))


@pytest.mark.parametrize("text", ["x" * 500, "😀" * 500, "`|" * 250, "@ " * 250, "<" * 500])
def test_the_largest_review_fits_a_comment(text: str) -> None:
    """The end is cut if need be, and says so; the verdict and the metrics stay."""
    report = markdown.report(largest(document.SCHEMA, text))

    assert len(report.encode()) <= markdown.LARGEST_BYTES
    assert "### Metrics" in report
    is_cut = "<summary>Stages</summary>" not in report
    assert is_cut == ("\nLeft out, because the report is too long: " in report)


def test_it_runs_on_the_standard_library_alone() -> None:
    """The privileged job installs nothing, and must not run the project's own pipeline."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[2]);"
        "from report import document, markdown, terminal;"
        "review = document.load(sys.argv[1]); markdown.report(review); terminal.report(review);"
        "print({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    )

    done = subprocess.run(
        [sys.executable, "-S", "-I", "-c", script, str(SAMPLE), str(ROOT / "src")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout in ("{'__main__', 'report'}\n", "{'report', '__main__'}\n")


def command(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run `python -m report`."""
    return subprocess.run([sys.executable, "-m", "report", *words], capture_output=True, text=True)


def test_the_command_writes_what_the_functions_return(tmp_path: Path) -> None:
    command(str(SAMPLE), "--output", str(tmp_path / "report.md"))

    assert (tmp_path / "report.md").read_text("utf-8") == markdown.report(REVIEW)
    assert command(str(SAMPLE), "--terminal").stdout == terminal.report(REVIEW)


def test_a_file_that_is_no_review_ends_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "review.json").write_text(json.dumps({"version": 1}))

    done = command(str(tmp_path / "review.json"))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and "found no ['base', " in done.stderr


@pytest.mark.parametrize(
    ("changed", "written"),
    [
        ({"outcome": "better"}, "▲ better"),
        ({"outcome": "worse"}, "▼ worse"),
        ({"outcome": "no difference"}, "≈ no difference (±0.01)"),
        ({"outcome": "no difference", "low": 0.0, "high": 0.0}, "≈ no difference"),
        ({"outcome": "no worse"}, "△ no worse than -0.01"),
        ({"outcome": "no worse", "greater_is_better": False}, "△ no worse than +0.01"),
        ({"outcome": "no worse", "margin": 0.0}, "△ no worse"),
        ({"outcome": "no worse", "margin": 1500.0}, "△ no worse than -1,500"),
        ({"outcome": "cannot tell"}, "? cannot tell"),
        ({"outcome": "cannot tell", "reason": "too few rows"}, "? cannot tell: too few rows"),
    ],
)
def test_a_table_says_what_an_outcome_is_measured_by(changed: dict[str, Any], written: str) -> None:
    found = REVIEW["metrics"][0] | {"margin": 0.01, **changed}

    assert words.comparison(found, "x")[-1] == written
    assert markdown.inline(written) == written


@pytest.mark.parametrize(
    ("changed", "written"),
    [
        ({}, "Had this change lowered `roc_auc` by 0.018, 8 of 10 such test sets would show it."),
        (
            {"metric": "mean_squared_error", "greater_is_better": False, "seen": 12345.6},
            "Had this change raised `mean_squared_error` by 12,000, 8 of 10 such test sets would "
            "show it.",
        ),
        (
            {"margin": None},
            "Had this change lowered `roc_auc` by 0.018, 8 of 10 such test sets would show it. "
            "Only the sign of a difference is judged: with `max_drop` of `roc_auc` in the gate, "
            "one that is too small to matter would be told, too.",
        ),
    ],
)
def test_what_could_have_been_seen_is_said(changed: dict[str, Any], written: str) -> None:
    (said,) = words.could_be_seen(REVIEW["metrics"][0] | changed)

    assert markdown.block(said) == written


def test_without_an_interval_nothing_is_said_of_what_could_be_seen() -> None:
    assert words.could_be_seen(REVIEW["metrics"][0] | {"seen": None, "margin": None}) == []


def test_many_classes_become_a_list_of_the_largest_errors() -> None:
    names = "abcdefg"
    pairs = [(actual, predicted) for actual in names for predicted in names]
    found = [
        {"actual": a, "predicted": p, "base": None, "head": 100 if a == p else i}
        for i, (a, p) in enumerate(pairs)
    ]

    (table,) = words.confusion({"confusion": found})

    assert isinstance(table, Table)
    assert table.rows[:2] == [("g", "f", "— → 47"), ("g", "e", "— → 46")]


@pytest.mark.parametrize(
    ("change", "written"),
    [
        ({"name": "C", "base": "1", "head": "2"}, "`C`: `1` → `2`"),
        ({"name": "C", "base": None, "head": "2"}, "`C` added: `2`"),
        ({"name": "C", "base": "1", "head": None}, "`C` removed; it was `1`"),
    ],
)
def test_an_edit_says_what_was_and_what_is(change: dict[str, Any], written: str) -> None:
    assert markdown.inline(edits.edit(change)) == written


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("new rows", "9 new rows with 1,000 of base"),
        ("changed cells", "9 changed cells with what they held"),
        ("rows left", "the 9 rows left with 1,000 of base"),
    ],
)
def test_it_says_what_a_drift_is_between(what: str, said: str) -> None:
    entry = {"column": "a", "psi": 0.4, "chance": 0.2, "size": "large", "compared": what}
    found = REVIEW["changes"]["data"] | {"drift": [entry | {"base": 1000, "head": 9}]}

    (table, *_), told = edits.data_details(found), [str(item) for item in edits.data(found)]

    assert isinstance(table, Table)
    assert table.rows == [("a", "0.400", "0.200", "large", said)]
    assert any(said in item for item in told)


def test_leaks_and_values_outside_come_before_other_warnings() -> None:
    """Of many, the first are told, and how many there are, so that others keep their place."""
    data = REVIEW["changes"]["data"]
    outside, leaks = data["outside"] * 20, data["leaks"] * 20
    changed = REVIEW["changes"] | {"data": data | {"outside": outside, "leaks": leaks}}

    alert, notes = words.verdict(REVIEW | {"changes": changed}).blocks[-2:]

    assert isinstance(alert, Alert) and notes == Alert("WARNING", REVIEW["notes"])
    said = list(map(markdown.inline, alert.items))
    assert said[0].startswith(
        "Column `delivered` alone tells the target almost for sure (0.998 of 1)"
    )
    assert "in the 249 rows that are new or changed (0.971 of 1, 0.541 in base)" in said[1]
    assert (said[3], len(said)) == ("37 more leaks like these.", 8)
    assert said[7] == "New values of 37 more columns lie outside."


def test_columns_that_add_up_to_the_target_are_told_together() -> None:
    entry = {"columns": ["a", "b"], "score": 1, "rows": 90, "base": None}

    (said,) = map(markdown.inline, doubts.leaks([entry]))

    assert said.startswith("Columns `a`, `b` add up to the target (1.000 of 1): look at them")


def test_a_list_of_names_is_cut() -> None:
    assert markdown.inline(edits.listed(list("abc"))) == "`a`, `b`, `c`"
    assert markdown.inline(edits.listed(list("abcdefg"))) == "`a`, `b`, `c`, `d`, `e` and 2 more"


def test_a_loss_in_one_slice_is_not_folded_away() -> None:
    worse = words.slices(REVIEW["slices"])
    fine = words.slices([s for s in REVIEW["slices"] if s["comparison"]["outcome"] != "worse"])

    assert (worse.title, worse.folded) == ("Slices: 1 of 3 worse", False)
    assert (fine.title, fine.folded) == ("Slices: none of 2 worse", True)
