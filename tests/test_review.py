"""A review of real changes, through the command line, in a real repository."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Run, made_up, run

pytestmark = pytest.mark.slow


def reviewed(project: Path, *words: str, status: int = 0, **env: str) -> dict[str, Any]:
    """Run `python -m review` in the project and return review.json."""
    done = run(
        "python", "-m", "review", "--base", "main", *words,
        cwd=project, check=False, PYTHONPATH=str(project / "src"), **env,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return json.loads((project / "review.json").read_text(encoding="utf-8"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def change(project: Path) -> Path:
    """A project on a branch of its own."""
    run("git", "switch", "-qc", "change", cwd=project)
    return project


def test_no_change_is_exactly_nothing(change: Path) -> None:
    found = reviewed(change)

    assert found["changes"]["levels"] == []
    assert {(c["difference"], c["low"], c["high"]) for c in found["metrics"]} == {(0.0, 0.0, 0.0)}


def test_a_parameter_is_named_with_both_values(change: Path, dvc: Run) -> None:
    edit(change / "params.yaml", "C: 1.0", "C: 0.001")
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")

    assert found["changes"]["levels"] == ["params"]
    assert found["changes"]["params"] == [
        {"name": "train.options.C", "base": "1.0", "head": "0.001"}
    ]
    assert [s["result"] for s in found["changes"]["stages"]] == [
        "unchanged", "unchanged", "ran", "ran",
    ]  # fmt: skip
    assert {s["column"] for s in found["slices"]} == {"colour"}


def test_a_model_that_is_surely_worse_fails_with_one_sentence(change: Path, dvc: Run) -> None:
    edit(change / "params.yaml", "linear_model.LogisticRegression", "dummy.DummyClassifier")
    edit(change / "params.yaml", "{C: 1.0}", "{}")
    dvc("repro", "-q")

    found = reviewed(change, status=1)

    assert found["verdict"]["gate"] == "failed"
    assert found["verdict"]["reasons"][0].startswith("roc_auc is worse by at least 0.")


def test_new_rows_are_scored_and_so_are_the_old_ones(change: Path, dvc: Run) -> None:
    """A second comparison keeps to the test rows that both sides have."""
    made_up(200, start=1000).to_csv(change / "data/raw/second.csv", index=False)
    dvc("add", "-q", "data/raw")
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")

    rows = found["rows"]
    assert rows["common"] == rows["base"] < rows["head"]
    assert [c["metric"] for c in found["common"]] == [c["metric"] for c in found["metrics"]]
    assert found["common"][0]["base"] == pytest.approx(recorded(change, "main"), abs=1e-6)


def recorded(project: Path, revision: str) -> float:
    """Return the primary metric that a revision recorded."""
    shown = run("git", "show", f"{revision}:metrics/test.json", cwd=project).stdout
    return float(json.loads(shown)["roc_auc"])


def test_a_column_that_is_not_available_any_more(change: Path, dvc: Run) -> None:
    """Base's model needs the column: the rows' stored predictions are compared instead."""
    edit(
        change / "data/schema.yaml",
        "member: {type: boolean, role: feature}",
        "member: {type: boolean, role: ignored}",
    )
    dvc("repro", "-q")

    found = reviewed(change)

    assert found["rows"]["scored"] == "common test rows"
    assert any("needs columns ['member']" in note for note in found["notes"])
    assert found["metrics"][0]["low"] is not None


def test_another_task_cannot_be_compared_and_says_so(change: Path, dvc: Run) -> None:
    edit(
        change / "data/schema.yaml",
        "size: {type: number, role: feature",
        "size: {type: number, role: target",
    )
    edit(
        change / "data/schema.yaml",
        "bought: {type: string, role: target",
        "bought: {type: string, role: feature",
    )
    (change / "params.yaml").write_text(
        "split: {by: row, test_share: 0.3, test_from: null}\n"
        "train: {estimator: sklearn.linear_model.Ridge, options: {}, seed: 0}\n"
        "evaluate: {metrics: [r2], positive: null, threshold: null}\n"
        "review: {gate: {}, slices: [], budget: 60}\n"
    )
    dvc("repro", "-q")

    found = reviewed(change)

    assert found["verdict"]["outcome"] == "cannot tell"
    assert found["metrics"][0]["head"] is not None
