"""Every kind of bad input ends in one clear sentence, and loses nothing."""

import hashlib
import importlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
import yaml

from conftest import Run, made_up
from pipeline import stage
from pipeline.schema import Schema

STAGES = ("validate", "split", "train", "evaluate")
RAW, SCHEMA, PARAMS = "data/raw/first.csv", "data/schema.yaml", "params.yaml"
Spoil = Callable[[Path], None]


class Case(NamedTuple):
    """A kind of bad input: how to make it, which stage says so, and what it has to say."""

    spoil: Spoil
    stage: str
    words: tuple[str, ...]


def edit(name: str, old: str, new: str) -> Spoil:
    """Replace text in a file; the text has to be there."""

    def spoil(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return spoil


def cells(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Spoil:
    """Change the delivery as a table of text."""

    def spoil(folder: Path) -> None:
        rows = pd.read_csv(folder / RAW, dtype="str", keep_default_na=False)
        change(rows).to_csv(folder / RAW, index=False)

    return spoil


def cell(column: str, value: str, row: int = 7) -> Spoil:
    """Put a value into one cell; rows count from 1 below the header."""

    def change(rows: pd.DataFrame) -> pd.DataFrame:
        rows.loc[row - 1, column] = value
        return rows

    return cells(change)


def content(data: bytes, name: str = RAW) -> Spoil:
    """Write these bytes in place of a file."""
    return lambda folder: (folder / name).write_bytes(data) and None


def truncated(folder: Path) -> None:
    (folder / RAW).unlink()
    made_up().to_parquet(folder / "data/raw/first.parquet")
    whole = (folder / "data/raw/first.parquet").read_bytes()
    (folder / "data/raw/first.parquet").write_bytes(whole[:-200])


def dangling(folder: Path) -> None:
    (folder / "data/raw/second.csv").symlink_to(folder / "nowhere")


def a_folder(folder: Path) -> None:
    (folder / "data/raw/more.csv").mkdir()
    (folder / "data/raw/more.csv/rows.csv").write_text("id\n")  # DVC does not see empty folders


def constant(folder: Path) -> None:
    """Make a number the target, and always the same."""
    cells(lambda rows: rows.assign(size="5"))(folder)
    edit(SCHEMA, "size: {type: number, role: feature", "size: {type: number, role: target")(folder)
    edit(SCHEMA, "string, role: target", "string, role: feature")(folder)
    edit(PARAMS, "linear_model.LogisticRegression", "linear_model.Ridge")(folder)
    edit(PARAMS, "C: 1.0", "alpha: 1.0")(folder)


def foreign_model(folder: Path) -> None:
    import skops.io
    from sklearn.pipeline import Pipeline

    (folder / "models").mkdir(exist_ok=True)
    fitted = Pipeline([("estimator", Schema(columns=()))])  # of a type that nobody listed
    skops.io.dump(fitted, folder / "models/model.skops")


CASES = {
    "empty file": Case(content(b""), "validate", (RAW, "is empty", "expected a header")),
    "header only": Case(
        cells(lambda rows: rows[:0]), "validate", (RAW, "no rows", "at least one row")
    ),
    "missing column": Case(
        cells(lambda rows: rows.drop(columns="size")), "validate", (RAW, "missing ['size']")
    ),
    "extra column": Case(
        cells(lambda rows: rows.assign(new=1)), "validate", (RAW, "unknown ['new']", "make schema")
    ),
    "renamed column": Case(
        cells(lambda rows: rows.rename(columns={"size": "Size"})),
        "validate",
        ("missing ['size']", "unknown ['Size']"),
    ),
    "wrong type in a row": Case(
        cell("size", "big"), "validate", (RAW, "'size', 1 row [7]", "found ['big']", "type number")
    ),
    "unseen category": Case(
        cell("colour", "pink"), "validate", ("'colour', 1 row [7]", "'pink'", "one of ['red'")
    ),
    "out of range": Case(cell("size", "101"), "validate", ("'size', 1 row [7]", "at most 100")),
    "missing target": Case(
        cell("bought", ""), "validate", ("'bought', 1 row [7]", "no missing value")
    ),
    "one class only": Case(
        cells(lambda rows: rows.assign(bought="no")), "train", ("only 'no'", "two different values")
    ),
    "constant target": Case(constant, "train", ("'size': found only 5.0", "two different values")),
    "all-missing column": Case(
        cells(lambda rows: rows.assign(visits="")), "train", ("['visits']", "no value", "'ignored'")
    ),
    "test side empty": Case(
        cells(lambda rows: rows[:1]), "split", ("side empty", "expected rows on both sides")
    ),
    "duplicate keys": Case(cell("id", "1"), "validate", ("'id'", "[1, 7]", "each key once")),
    "missing keys": Case(cell("id", ""), "validate", ("'id', 1 row [7]", "no missing value")),
    "infinite values": Case(cell("size", "inf"), "validate", ("'size', 1 row [7]", "finite")),
    "mixed date formats": Case(
        cell("joined", "31/01/2026"), "validate", ("'joined'", "'31/01/2026'", "ISO 8601")
    ),
    "fraction in an integer": Case(cell("visits", "1.5"), "validate", ("'visits'", "type integer")),
    "not UTF-8": Case(content("größe\n1\n".encode("latin-1")), "validate", (RAW, "not UTF-8")),
    "truncated Parquet": Case(
        truncated, "validate", ("first.parquet", "cannot be read", "deliver the file again")
    ),
    "ragged rows": Case(
        edit(RAW, "\n5,", "\n5,1,"), "validate", (RAW, "ragged row", "Expected 7 columns, got 8")
    ),
    "column named twice": Case(edit(RAW, "size", "id"), "validate", ("'id' appears twice",)),
    "folder instead of a file": Case(a_folder, "validate", ("more.csv", "is a folder")),
    "unknown kind of file": Case(
        content(b"x", "data/raw/notes.txt"), "validate", ("notes.txt", "expected .csv")
    ),
    "two deliveries of one name": Case(
        content(b"x", "data/raw/first.parquet"), "validate", ("two deliveries are called 'first'",)
    ),
    "no deliveries": Case(
        lambda folder: (folder / RAW).unlink(), "validate", ("data/raw: empty", "at least one")
    ),
    "unknown parameter": Case(
        edit(PARAMS, "seed: 0", "sed: 0"), "train", ("unknown ['sed']", "missing ['seed']")
    ),
    "missing parameter": Case(
        edit(PARAMS, ", test_from: null", ""),
        "split",
        ("missing ['test_from']", "expected exactly"),
    ),
    "parameter of the wrong type": Case(
        edit(PARAMS, "test_share: 0.3", "test_share: many"), "split", ("'many'", "expected float")
    ),
    "parameter out of range": Case(
        edit(PARAMS, "test_share: 0.3", "test_share: 1.3"), "split", ("1.3", "between 0 and 1")
    ),
    "split by a role no column has": Case(
        edit(PARAMS, "by: row", "by: group"), "split", ("role 'group'", "expected one")
    ),
    "unknown estimator": Case(
        edit(PARAMS, "LogisticRegression", "Magic"), "train", ("Magic'", "cannot be imported")
    ),
    "estimator of another package": Case(
        edit(PARAMS, "sklearn.linear_model.LogisticRegression", "json.JSONDecoder"),
        "train",
        ("'json.JSONDecoder' is of a package that is not trusted",),
    ),
    "no estimator": Case(
        edit(PARAMS, "sklearn.linear_model.LogisticRegression", "sklearn.metrics.r2_score"),
        "train",
        ("'sklearn.metrics.r2_score' is no estimator",),
    ),
    "unknown option": Case(
        edit(PARAMS, "C: 1.0", "Z: 1.0"), "train", ("has no option ['Z']", "'C'")
    ),
    "option of the wrong value": Case(
        edit(PARAMS, "C: 1.0", "C: -1.0"), "train", ("cannot be fitted", "'C'")
    ),
    "regressor for classes": Case(
        edit(
            PARAMS,
            "linear_model.LogisticRegression, options: {C: 1.0}",
            "linear_model.Ridge, options: {}",
        ),
        "train",
        ("is a regressor", "of type string"),
    ),
    "unknown metric": Case(
        edit(PARAMS, "accuracy", "acuracy"), "evaluate", ("unknown metric 'acuracy'", "'accuracy'")
    ),
    "metric that does not fit": Case(
        edit(PARAMS, "accuracy", "r2"), "evaluate", ("'r2' does not fit a binary task",)
    ),
    "positive class that does not exist": Case(
        edit(PARAMS, "positive: 'yes'", "positive: maybe"), "evaluate", ("'maybe'", "['no', 'yes']")
    ),
    "broken YAML in the schema": Case(
        edit(SCHEMA, "columns:", "columns: ["), "validate", (SCHEMA, "not valid YAML")
    ),
    "schema naming a column twice": Case(
        edit(SCHEMA, "visits:", "size:"), "validate", (SCHEMA, "'size' is written twice")
    ),
    "schema with an unknown type": Case(
        edit(SCHEMA, "type: boolean", "type: bool"), "validate", ("'member'", "'bool'", "boolean")
    ),
    "schema with two targets": Case(
        edit(SCHEMA, "boolean, role: feature", "boolean, role: target"),
        "validate",
        ("exactly one column",),
    ),
}
BEFORE_DVC = {  # what `dvc repro` says itself, or mends, before the stage would see it
    "unreadable file": Case(dangling, "validate", ("second.csv", "cannot be read")),
    "model of an untrusted type": Case(
        foreign_model, "evaluate", ("not trusted", "pipeline.schema.Schema", "TRUSTED")
    ),
    "model that is no model": Case(
        content(b"no model", "models/model.skops"), "evaluate", ("no model file", "dvc repro")
    ),
}


def run_until(name: str) -> None:
    """Run the stages before `name`, in this process."""
    for earlier in STAGES[: STAGES.index(name)]:
        importlib.import_module(f"pipeline.{earlier}").main()


@pytest.mark.parametrize("name", CASES | BEFORE_DVC)
def test_bad_input_ends_in_a_sentence(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Non-zero exit, what was found and expected, how to go back, and no half-written folder."""
    case = (CASES | BEFORE_DVC)[name]
    if name in CASES:
        case.spoil(folder)
    run_until(case.stage)
    if name in BEFORE_DVC:
        case.spoil(folder)

    with pytest.raises(SystemExit) as ended:
        stage.run(importlib.import_module(f"pipeline.{case.stage}").main)

    message = str(ended.value)
    assert [words for words in case.words if words not in message] == []
    assert message.endswith(stage.RESTORE)
    assert list(folder.glob("**/.*.part")) == []


def state(project: Path) -> dict[str, bytes]:
    """Return what a failure must not touch: lock and raw data as they are, and the cache."""
    files = [p for p in (project / ".dvc/cache/files").rglob("*") if p.is_file()]
    files += [p for p in (project / "data/raw").glob("*") if p.is_file()]
    return {str(p): hashlib.md5(p.read_bytes()).digest() for p in files}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_dvc_reports_bad_input_and_loses_nothing(project: Path, dvc: Run, name: str) -> None:
    """Through `dvc repro`: the sentence, no traceback; undone, the old lock is back.

    Meanwhile the lock says nothing new of the stage that failed, nor of those after it.
    """
    lock, later = (project / "dvc.lock").read_bytes(), STAGES[STAGES.index(CASES[name].stage) :]
    good = {file: (project / file).read_bytes() for file in (RAW, SCHEMA, PARAMS)}
    CASES[name].spoil(project)
    before = state(project)

    failed = dvc("repro", check=False)

    assert failed.returncode != 0
    assert "Traceback" not in failed.stdout + failed.stderr
    assert [words for words in CASES[name].words if words not in failed.stderr] == []
    assert before.items() <= state(project).items()
    entries = [
        yaml.safe_load(text)["stages"] for text in (lock, (project / "dvc.lock").read_bytes())
    ]
    assert [entries[0][stage] for stage in later] == [entries[1][stage] for stage in later]
    shutil.rmtree(project / "data/raw")
    for file, content_ in good.items():
        (project / file).parent.mkdir(exist_ok=True)
        (project / file).write_bytes(content_)
    dvc("repro", "-q")
    assert (project / "dvc.lock").read_bytes() == lock


@pytest.mark.slow
def test_an_unreadable_file_is_said_by_dvc(project: Path, dvc: Run) -> None:
    """DVC reads every delivery before any stage runs, and names the file itself."""
    dangling(project)

    failed = dvc("repro", check=False)

    assert failed.returncode != 0
    assert "data/raw/second.csv" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.slow
def test_broken_yaml_in_the_parameters_is_said_by_dvc(project: Path, dvc: Run) -> None:
    """DVC reads params.yaml before any stage runs, and names file and line itself."""
    edit(PARAMS, "split:", "split: [")(project)

    failed = dvc("repro", check=False)

    assert failed.returncode != 0
    assert "params.yaml" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_million_bad_cells_make_a_short_message(folder: Path) -> None:
    rows = pd.DataFrame({"id": range(200_000)}).assign(
        size="x" * 300, visits=1, colour="red", member=True, joined="2026-01-01", bought="no"
    )
    rows.to_csv(folder / RAW, index=False)

    with pytest.raises(SystemExit) as ended:
        stage.run(importlib.import_module("pipeline.validate").main)

    assert "200,000 rows [1, 2, 3, 4, 5 and 199,995 more]" in str(ended.value)
    assert len(str(ended.value)) < 1000


def test_every_problem_of_a_delivery_is_listed(folder: Path) -> None:
    cell("size", "101")(folder)
    cell("colour", "pink", row=9)(folder)

    with pytest.raises(SystemExit) as ended:
        stage.run(importlib.import_module("pipeline.validate").main)

    assert [line.split(",")[1] for line in str(ended.value).splitlines()[:2]] == [
        " column 'size'",
        " column 'colour'",
    ]
