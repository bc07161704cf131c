"""A review of real changes, through the command line, in a real repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from conftest import AUTHOR, Run, made_up, run

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


def test_no_change_is_exactly_nothing(change: Path, dvc: Run) -> None:
    """Also with the hooks of DVC, which would check out data into each worktree."""
    dvc("install")

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


def test_rows_in_few_groups_are_no_reason_to_fail(change: Path, dvc: Run) -> None:
    """However bad the model is: rows of one colour depend on each other, and there are three."""
    before = "colour: {type: string, role: "
    edit(change / "data/schema.yaml", f"{before}feature", f"{before}group")
    edit(change / "params.yaml", "linear_model.LogisticRegression", "dummy.DummyClassifier")
    edit(change / "params.yaml", "{C: 1.0}", "{}")
    dvc("repro", "-q")

    found = reviewed(change)

    assert found["rows"]["units"] == {"kind": "groups", "count": 3}
    assert found["metrics"][0]["reason"] == (
        "too few groups: the test rows come in 3, and 10 are needed"
    )
    assert "rows in 3 groups" in (change / "report.md").read_text(encoding="utf-8")


def test_a_model_that_is_surely_worse_fails_with_one_sentence(change: Path, dvc: Run) -> None:
    edit(change / "params.yaml", "linear_model.LogisticRegression", "dummy.DummyClassifier")
    edit(change / "params.yaml", "{C: 1.0}", "{}")
    dvc("repro", "-q")

    found = reviewed(change, status=1)

    assert found["verdict"]["gate"] == "failed"
    assert found["verdict"]["reasons"][0].startswith("roc_auc is worse by at least 0.")


def test_what_cannot_be_told_fails_where_it_has_to_be_shown(change: Path, dvc: Run) -> None:
    """On so few test rows a small loss cannot be ruled out."""
    edit(change / "params.yaml", "C: 1.0", "C: 0.001")
    edit(change / "params.yaml", "max_drop: 0.02", "max_drop: 0.0001, require: no worse")
    dvc("repro", "-q")

    found = reviewed(change, status=1)

    (reason,) = found["verdict"]["reasons"]
    assert found["metrics"][0]["outcome"] not in ("better", "no difference", "no worse")
    assert found["metrics"][0]["margin"] == 0.0001
    assert reason.startswith("roc_auc is not shown to be no worse: it may be worse by 0.")


@pytest.mark.parametrize("commit", [True, False])
def test_results_of_other_files_are_not_judged(change: Path, commit: bool) -> None:
    """Whether or not the change was committed: nobody ran it."""
    edit(change / "params.yaml", "C: 1.0", "C: 0.001")
    if commit:
        run("git", *AUTHOR, "commit", "-qam", "not reproduced", cwd=change)

    said = refused(change)

    assert "do not belong to its files: train" in said and "run `make repro`" in said


def test_a_model_of_another_branch_is_not_judged(change: Path, dvc: Run) -> None:
    """Git changed branches, and nobody told DVC."""
    edit(change / "params.yaml", "C: 1.0", "C: 0.001")
    dvc("repro", "-q")
    run("git", *AUTHOR, "commit", "-qam", "reproduced", cwd=change)
    run("git", "checkout", "-q", "main", cwd=change)

    assert "do not belong to its files" in refused(change)


def refused(project: Path) -> str:
    """Return the one message of a review that is not made."""
    (project / "review.json").unlink(missing_ok=True)
    done = run(
        *("python", "-m", "review", "--base", "main"),
        cwd=project, check=False, PYTHONPATH=str(project / "src"),
    )  # fmt: skip
    assert done.returncode == 1 and not (project / "review.json").exists()
    assert "Traceback" not in done.stderr
    return done.stderr


def test_each_model_is_scored_by_its_own_code(change: Path, dvc: Run) -> None:
    """What a model file holds by name, such as `calendar`, is what it was when it was trained."""
    edit(
        change / "src/pipeline/model.py",
        "days = (column - start) / pd.Timedelta(days=1)",
        "days = (pd.Timestamp('2030-01-01') - column) / pd.Timedelta(days=7)",
    )
    dvc("repro", "-q")

    found = reviewed(change)

    assert found["verdict"]["outcome"] == "no difference"
    assert found["metrics"][0]["base"] == pytest.approx(recorded(change, "main"), abs=1e-6)


def test_a_mistake_in_the_evaluation_is_a_loss_by_code(change: Path, dvc: Run) -> None:
    edit(
        change / "src/pipeline/evaluate.py",
        "probabilities = fitted.predict_proba(features)",
        "probabilities = 1 - fitted.predict_proba(features)",
    )
    dvc("repro", "-q")

    found = reviewed(change, status=1)

    parts = {part["cause"]: part["value"] for part in found["causes"]["parts"]}
    assert found["verdict"]["outcome"] == "worse"
    assert parts["code"] == pytest.approx(found["causes"]["total"]) and parts["code"] < -0.3


def test_rows_that_taught_the_base_do_not_judge_the_head(change: Path, dvc: Run) -> None:
    """A tree knows its training rows by heart; with a larger test side it is scored on some."""
    edit(change / "params.yaml", "linear_model.LogisticRegression", "tree.DecisionTreeClassifier")
    edit(change / "params.yaml", "{C: 1.0}", "{}")
    made_up(500, start=1000).to_csv(change / "data/raw/second.csv", index=False)
    dvc("repro", "-q")
    run("git", *AUTHOR, "commit", "-qam", "a tree", cwd=change)
    run("git", "branch", "-f", "main", cwd=change)
    edit(change / "params.yaml", "test_share: 0.3", "test_share: 0.6")
    dvc("repro", "-q")

    found = reviewed(change)

    rows = found["rows"]
    assert rows["scored"] == "unseen test rows" and rows["compared"] == rows["common"]
    assert any("Base's model learnt from " in note for note in found["notes"])
    assert found["verdict"]["gate"] == "passed"


def test_a_renamed_column_is_said_and_served(change: Path, dvc: Run) -> None:
    """Base's model gets the column by the name that it knows."""
    edit(change / "data/schema.yaml", "size: {", "width: {")
    edit(change / "data/raw/first.csv", "size", "width")
    dvc("repro", "-q")

    found = reviewed(change)

    assert "Column 'size' is now called 'width'." in found["notes"]
    assert found["rows"]["scored"] == "head's test rows"
    assert found["metrics"][0]["base"] == pytest.approx(recorded(change, "main"), abs=1e-6)


def test_another_primary_metric_is_said(change: Path, dvc: Run) -> None:
    """And a file whose name is not ASCII is counted."""
    edit(change / "params.yaml", "[roc_auc, accuracy]", "[accuracy, roc_auc]")
    (change / "src/pipeline/é.py").write_text("ONE = 1\n")
    dvc("repro", "-q")

    found = reviewed(change)

    assert any(
        note.startswith("The primary metric was roc_auc on main, and is accuracy now")
        for note in found["notes"]
    )
    assert [entry["file"] for entry in found["changes"]["code"]] == ["src/pipeline/é.py"]


def test_a_base_without_probabilities_leaves_what_needs_none(change: Path, dvc: Run) -> None:
    """Its estimator has no predict_proba, and the metric that decides now needs one."""
    params = change / "params.yaml"
    good = params.read_text("utf-8")
    edit(params, "LogisticRegression, options: {C: 1.0}", "RidgeClassifier, options: {}")
    edit(params, "[roc_auc, accuracy]", "[accuracy]")
    edit(params, "{roc_auc: {min: 0.5, max_drop: 0.02}}", "{}")
    dvc("repro", "-q")
    run("git", *AUTHOR, "commit", "-qam", "no probabilities", cwd=change)
    run("git", "branch", "-f", "main", cwd=change)
    params.write_text(good, "utf-8")
    dvc("repro", "-q")

    found = reviewed(change)

    decides, other = found["metrics"]
    assert decides["reason"] == "base's estimator gives no probabilities"
    assert other["low"] is not None and found["causes"] is None


def test_the_first_change_of_a_repository_has_nothing_to_be_compared_with(change: Path) -> None:
    """The base has neither results nor DVC: what changed is shown all the same."""
    tree = run("git", *["hash-object", "-w", "-t", "tree", "/dev/null"], cwd=change).stdout.strip()
    first = run("git", *AUTHOR, "commit-tree", tree, "-m", "first", cwd=change).stdout.strip()
    run("git", "branch", "-f", "main", first, cwd=change)

    found = reviewed(change)

    assert found["verdict"]["outcome"] == "cannot tell"
    assert found["metrics"][0]["head"] == pytest.approx(recorded(change, "HEAD"), abs=1e-6)
    assert any("has no results" in note for note in found["notes"])
    assert any("max_drop of roc_auc cannot be checked" in note for note in found["notes"])
    assert found["changes"]["data"]["deliveries"]["added"] == ["first.csv"]


def test_a_change_that_mends_the_base_can_be_reviewed(change: Path) -> None:
    good = (change / "params.yaml").read_text("utf-8")
    (change / "params.yaml").write_text(good + "broken: [\n", "utf-8")
    run("git", *AUTHOR, "commit", "-qam", "broken", cwd=change)
    run("git", "branch", "-f", "main", cwd=change)
    (change / "params.yaml").write_text(good, "utf-8")

    found = reviewed(change)

    assert any("main is compared without params.yaml" in note for note in found["notes"])
    assert str(change.parent) not in json.dumps(found["notes"])


def test_a_review_that_is_ended_leaves_no_worktree(change: Path, dvc: Run) -> None:
    edit(change / "params.yaml", "C: 1.0", "C: 0.5")
    dvc("repro", "-q")
    words = [sys.executable, "-m", "review", "--base", "main"]
    env = {**os.environ, "PYTHONPATH": str(change / "src")}
    with subprocess.Popen(words, cwd=change, env=env, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and worktrees(change) < 2:
            time.sleep(0.05)
        process.terminate()

    assert process.returncode == 143
    assert worktrees(change) == 1


def test_a_project_in_a_folder_of_its_repository(change: Path, dvc: Run) -> None:
    """Beside other things that change, too, and are none of its business."""
    root = change.parent / "many/models/churn"
    moved(change, root)
    edit(root / "params.yaml", "C: 1.0", "C: 0.001")
    (root / "src/pipeline/new.py").write_text("ONE = 1\n")
    (root.parent / "other.txt").write_text("changed\n")
    run("dvc", "repro", "-q", cwd=root, PYTHONPATH=str(root / "src"))

    found = reviewed(root, "--no-gate")

    assert found["changes"]["levels"] == ["params"]
    assert [entry["file"] for entry in found["changes"]["code"]] == ["src/pipeline/new.py"]
    assert found["metrics"][0]["base"] == pytest.approx(recorded(root, "main"), abs=1e-6)
    assert [entry["value"] for entry in found["charts"]["history"]] == [recorded(root, "main")]
    assert worktrees(root) == 1


def moved(project: Path, folder: Path) -> None:
    """Make a project part of a repository that holds something else besides."""
    top = folder.parents[1]
    folder.parent.mkdir(parents=True)
    shutil.move(project, folder)
    shutil.rmtree(folder / ".git")
    (folder.parent / "other.txt").write_text("as it was\n")
    run("git", "init", "-q", "-b", "main", cwd=top)
    run("git", "add", "-A", cwd=top)
    run("git", *AUTHOR, "commit", "-qm", "two things", cwd=top)


def worktrees(project: Path) -> int:
    """Return how many worktrees Git knows."""
    return len(run("git", "worktree", "list", cwd=project).stdout.splitlines())


def test_new_rows_are_scored_and_so_are_the_old_ones(change: Path, dvc: Run) -> None:
    """A second comparison keeps to the test rows that both sides have; repeats are said."""
    again = made_up().head(50).assign(id=range(5000, 5050))
    new = pd.concat([made_up(200, start=1000), again])
    new.to_csv(change / "data/raw/second.csv", index=False)
    dvc("add", "-q", "data/raw")
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")

    rows = found["rows"]
    assert rows["common"] == rows["base"] < rows["head"]
    assert [c["metric"] for c in found["common"]] == [c["metric"] for c in found["metrics"]]
    assert sum(rows["left_out"].values()) == rows["head"] - rows["compared"] > 0
    assert (
        "20 % of delivery 'second.csv' was already there: rows of base that are alike in every "
        "column but the key." in found["notes"]
    )


@pytest.fixture
def memory(change: Path, dvc: Run) -> Path:
    """A project whose model knows its training rows by heart, with enough of them; on a branch."""
    edit(
        change / "params.yaml", "linear_model.LogisticRegression", "neighbors.KNeighborsClassifier"
    )
    edit(change / "params.yaml", "{C: 1.0}", "{n_neighbors: 1}")
    made_up(600).to_csv(change / "data/raw/first.csv", index=False)
    dvc("repro", "-q")
    run("git", *AUTHOR, "commit", "-qam", "by heart", cwd=change)
    run("git", "branch", "-f", "main", cwd=change)
    return change


@pytest.mark.parametrize("decimals", [2, 1])
def test_new_keys_for_the_same_rows_make_no_model_worse(
    memory: Path, dvc: Run, decimals: int
) -> None:
    """Though base's model knows most rows of the new test set by heart; also with fewer digits."""
    rows = made_up(600).assign(id=range(9001, 9601)).round({"size": decimals})
    rows.to_csv(memory / "data/raw/first.csv", index=False)
    dvc("repro", "-q")

    found = reviewed(memory)

    rows, counts = found["rows"], found["changes"]["data"]["rows"]
    assert found["verdict"]["gate"] == "passed" and found["verdict"]["outcome"] != "worse"
    assert 100 < rows["left_out"]["like_base"] == rows["head"] - rows["compared"]
    assert (counts["rekeyed"], counts["added"], counts["removed"]) == (600, 0, 0)
    said = (memory / "report.md").read_text("utf-8")
    assert "the keys of all 600 rows changed" in said
    assert ("their content did not" in said) == (decimals == 2)


def test_old_rows_under_new_keys_make_no_model_better(memory: Path, dvc: Run) -> None:
    """Though head's model knows by heart what base's had not seen."""
    old = made_up(600).head(300).assign(id=range(9001, 9301))
    old.to_csv(memory / "data/raw/second.csv", index=False)
    edit(memory / "params.yaml", "n_neighbors: 1", "n_neighbors: 1, weights: uniform")
    dvc("repro", "-q")

    found = reviewed(memory)

    rows, parts = found["rows"], {p["cause"]: p["value"] for p in found["causes"]["parts"]}
    assert parts["params"] == 0  # the option that is the default anyway
    assert found["verdict"]["outcome"] != "better"
    assert sum(rows["left_out"].values()) == rows["head"] - rows["compared"] > 100
    assert found["changes"]["data"]["rows"]["repeated"] == 300
    assert any("test rows are like a training row of head" in note for note in found["notes"])


def test_a_copy_of_the_target_and_another_unit_stand_on_the_first_screen(
    change: Path, dvc: Run
) -> None:
    """A leak makes the model better, so that it would else be praised."""
    for name, rows in {"first": made_up(), "second": made_up(12, start=1000)}.items():
        copied = rows.assign(refund=rows["bought"].map({"yes": 3.5, "no": 0.0}))
        copied.loc[copied["id"] >= 1000, "size"] *= 1000
        copied.to_csv(change / f"data/raw/{name}.csv", index=False)
    edit(
        change / "data/schema.yaml",
        ", min: 0, max: 100}",
        "}\n  refund: {type: number, role: feature}",
    )
    dvc("add", "-q", "data/raw")
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")["changes"]["data"]

    first_screen = (change / "report.md").read_text(encoding="utf-8").partition("### Metrics")[0]
    assert found["leaks"] == [{"columns": ["refund"], "score": 1, "rows": 132, "base": None}]
    assert [(e["column"], e["rows"], e["of"]) for e in found["outside"]] == [("size", 12, 12)]
    assert (found["drift"][0]["column"], found["drift"][0]["size"]) == ("size", "large")
    assert "`refund` alone tells the target almost for sure (1.000 of 1): look at" in first_screen
    assert "Column `size`: 12 of 12 new values lie far outside those of base" in first_screen


def test_rows_that_wait_for_their_target_are_counted(change: Path, dvc: Run) -> None:
    """And once it is delivered, that is what is said of them, and not that they were added."""
    edit(change / "data/schema.yaml", "role: target,", "role: target, nullable: true,")
    raw = change / "data/raw"
    waiting = made_up(50, start=500)
    waiting.assign(bought=None).to_csv(raw / "second.csv", index=False)
    waiting[:20].to_csv(raw / "third.csv", index=False)
    dvc("add", "-q", "data/raw")
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")["changes"]["data"]

    assert found["unlabelled"] == {"base": 0, "head": 30}
    assert found["rows"]["added"] == 20
    assert "0 → 30 rows wait for their target" in (change / "report.md").read_text()
    run("git", "add", "-A", cwd=change)
    run("git", *AUTHOR, "commit", "-qm", "waiting", cwd=change)
    waiting[20:25].to_csv(raw / "update.csv", index=False)
    dvc("add", "-q", "data/raw")
    dvc("repro", "-q")

    rows = reviewed(change, "--base", "HEAD", "--no-gate")["changes"]["data"]["rows"]

    assert (rows["added"], rows["labelled"], rows["removed"]) == (0, 5, 0)
    assert "5 rows got their target" in (change / "report.md").read_text()


def commit(project: Path, message: str) -> None:
    """Commit everything, and let main be that commit."""
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", message, cwd=project)
    run("git", "branch", "-f", "main", cwd=project)


def release(project: Path, dvc: Run) -> None:
    """Make main a release, and then merge a weaker model."""
    run("git", "tag", "model@v1.0.0", "main", cwd=project)
    edit(project / "params.yaml", "C: 1.0", "C: 0.001")
    dvc("repro", "-q")
    dvc("push", "-q")
    commit(project, "weaker")


def test_head_is_held_against_the_last_release(change: Path, dvc: Run) -> None:
    """By what was recorded then; two results were made with this test set."""
    release(change, dvc)
    edit(change / "params.yaml", "C: 0.001", "C: 0.0001")
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")

    since, primary = found["since"], found["metrics"][0]
    assert (since["label"], since["rows"]) == ("model@v1.0.0", found["rows"]["head"])
    assert since["metrics"][0]["base"] == pytest.approx(recorded(change, "model@v1.0.0"), rel=1e-5)
    assert since["metrics"][0]["head"] == primary["head"]
    assert found["rows"]["judged"] == 2


def test_a_release_of_other_rows_is_named(change: Path, dvc: Run) -> None:
    """After another table was put in, no row is a test row of both."""
    run("git", "tag", "model@v1.0.0", "main", cwd=change)
    made_up(start=1001).to_csv(change / "data/raw/first.csv", index=False)
    dvc("add", "-q", "data/raw")
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")

    start = "Head is not compared with model@v1.0.0: only 0 test rows of both"
    assert found["since"] is None
    assert any(note.startswith(start) for note in found["notes"])


def test_a_release_that_was_never_pushed_is_named(change: Path, dvc: Run) -> None:
    lock = (change / "dvc.lock").read_text()
    entry = re.search(r"path: data/predictions\n +hash: md5\n +md5: (..)(\S+)", lock)
    assert entry
    (change / "data/storage/files/md5" / entry[1] / entry[2]).unlink()
    commit(change, "forgotten")
    release(change, dvc)
    (change / ".dvc/cache/files/md5" / entry[1] / entry[2]).unlink()

    found = reviewed(change, "--no-gate")

    assert found["since"] is None
    start = "Head is not compared with model@v1.0.0: data/predictions of model@v1.0.0 is neither "
    assert any(note.startswith(start) for note in found["notes"])


def recorded(project: Path, revision: str) -> float:
    """Return the primary metric that a revision recorded."""
    shown = run("git", "show", f"{revision}:./metrics/test.json", cwd=project).stdout
    return float(json.loads(shown)["roc_auc"])


def ignore_member(project: Path) -> None:
    """Do without a column: the README's second situation."""
    kept = "member: {type: boolean, role: "
    edit(project / "data/schema.yaml", f"{kept}feature}}", f"{kept}ignored}}")


def test_a_column_that_head_does_without_is_given_to_base(change: Path, dvc: Run) -> None:
    """From the deliveries, also for new rows: both are compared, and causes told apart."""
    ignore_member(change)
    edit(change / "params.yaml", "C: 1.0", "C: 0.001")
    made_up(200, start=1000).to_csv(change / "data/raw/second.csv", index=False)
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")

    note = "Head's model does without ['member']: base's got it from the deliveries."
    assert note in found["notes"] and found["rows"]["scored"] == "head's test rows"
    assert found["common"][0]["base"] == pytest.approx(recorded(change, "main"), abs=1e-6)
    assert [part["cause"] for part in found["causes"]["parts"]] == ["test rows", "data", "params"]


def test_a_column_that_is_gone_from_the_files_is_taken_from_the_rows_of_base(
    change: Path, dvc: Run
) -> None:
    ignore_member(change)
    made_up().drop(columns="member").to_csv(change / "data/raw/first.csv", index=False)
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")

    assert found["rows"]["scored"] == "head's test rows"
    assert found["metrics"][0]["base"] == pytest.approx(recorded(change, "main"), abs=1e-6)


def test_new_rows_without_a_column_leave_the_rows_of_both(change: Path, dvc: Run) -> None:
    """Base's model cannot be asked about them: what was recorded of common rows is compared."""
    ignore_member(change)
    new = made_up(50, start=1000).drop(columns="member")
    new.to_csv(change / "data/raw/second.csv", index=False)
    dvc("repro", "-q")

    found = reviewed(change, "--no-gate")

    assert found["rows"]["scored"] == "common test rows"
    assert any("test rows came without it." in note for note in found["notes"])
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
        "review: {gate: {}, slices: [], budget: 60, seeds: 0}\n"
    )
    dvc("repro", "-q")

    found = reviewed(change)

    assert found["verdict"]["outcome"] == "cannot tell"
    assert found["metrics"][0]["head"] is not None
