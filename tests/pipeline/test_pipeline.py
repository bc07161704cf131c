"""The pipeline as a whole, under real DVC and Git."""

import json
from pathlib import Path

import pandas as pd
import pytest

from conftest import AUTHOR, PARAMS, SCHEMA, Run, made_up, run
from pipeline import evaluate, split, train, validate

TASKS = {
    "two classes": ("bought: {type: string", ""),
    "booleans": ("member: {type: boolean", "[accuracy], positive: true, threshold: 0.5"),
    "three classes": ("colour: {type: string", "[accuracy], positive: null, threshold: null"),
    "whole numbers": ("visits: {type: integer", "[r2], positive: null, threshold: null"),
    "numbers": ("size: {type: number", "[r2], positive: null, threshold: null"),
}


def ask(task: str) -> str:
    """Make schema and parameters of the made-up table those of a task; return its target."""
    entry, evaluated = TASKS[task]
    schema = SCHEMA.replace("role: target", "role: ignored")
    start = schema.index(entry)
    line = schema[start : schema.index("\n", start)]
    Path("data/schema.yaml").write_text(
        schema.replace(line, f"{entry}, role: target, nullable: true}}")
    )
    params = PARAMS
    if evaluated:
        usual = "[roc_auc, accuracy], positive: 'yes', threshold: 0.5"
        params = params.replace(usual, evaluated)
    if "r2" in evaluated:
        params = params.replace("LogisticRegression, options: {C: 1.0}", "Ridge, options: {}")
    Path("params.yaml").write_text(params)
    return entry.partition(":")[0]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("task", TASKS)
def test_rows_may_wait_for_their_target(folder: Path, task: str, suffix: str) -> None:
    """Whatever the task: blanks of CSV and nulls of Parquet alike."""
    target = ask(task)
    rows = made_up(200).astype({"member": "boolean"})
    rows.loc[::4, target] = None
    (folder / "data/raw/first.csv").unlink()
    write = rows.to_csv if suffix == "csv" else rows.to_parquet
    write(folder / f"data/raw/first.{suffix}", index=False)

    for stage in (validate, split, train, evaluate):
        stage.main()

    known = int(rows[target].notna().sum())
    sides = [pd.read_parquet(folder / "data" / side) for side in ("train", "test")]
    assert sum(map(len, sides)) == known
    assert json.loads(Path("metrics/data.json").read_text())["unlabelled"] == 200 - known
    assert json.loads(Path("metrics/test.json").read_text())


@pytest.mark.slow
def test_a_second_run_does_nothing(project: Path, dvc: Run) -> None:
    assert "up to date" in dvc("repro").stdout


@pytest.mark.slow
def test_a_fresh_clone_gets_everything_from_the_embedded_storage(
    project: Path, tmp_path: Path
) -> None:
    """`git clone` and `dvc pull` are enough: no account, no network, and nothing left to run."""
    clone = tmp_path / "clone"
    run("git", *AUTHOR, "clone", "-q", str(project), str(clone), cwd=tmp_path)

    run("dvc", "pull", "-q", cwd=clone)

    assert json.loads(run("dvc", "status", "--json", cwd=clone).stdout) == {}
