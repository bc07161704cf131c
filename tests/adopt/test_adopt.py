"""Any table can take the place of the data, and a failure changes nothing."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from adopt import task
from conftest import AUTHOR, made_up, run

ROOT = Path(__file__).parents[2]
OF_THE_PROJECT = ("adopt/test_defaults", "pipeline/test_reruns", "pipeline/test_traced")


def adopt(project: Path, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    src = str(project / "src")
    return run("python", "-m", "adopt", *words, cwd=project, check=check, PYTHONPATH=src)


def state(project: Path) -> dict[str, str]:
    """Return the hash of every file of the work tree and of Git's index, but for caches."""
    listed = [p for p in project.rglob("*") if p.is_file() and ".git/" not in str(p)]
    files = [p for p in listed if "__pycache__" not in str(p) and ".dvc/" not in str(p)]
    found = {str(p): hashlib.md5(p.read_bytes()).hexdigest() for p in files}
    return found | {"staged": run("git", "diff", "--cached", "--raw", cwd=project).stdout}


def table(kind: str) -> pd.DataFrame:
    """Return a table that is unlike the one the project has."""
    random, rows = np.random.default_rng(0), made_up(300)
    if kind == "regression":
        return rows.rename(columns={"size": "größe in cm"}).drop(columns="bought")
    if kind == "five classes":
        return rows.assign(bought=random.choice(list("abcde"), 300, p=[0.6, 0.2, 0.1, 0.09, 0.01]))
    return rows.assign(team=random.choice([f"t{i}" for i in range(40)], 300))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("regression", "my table.csv", ["--target", "größe in cm", "--key", "id"]),
        ("five classes", "semicolons.csv", ["--target", "bought"]),
        ("binary", "tabs.tsv", ["--target", "bought", "--group", "team"]),
        ("binary", "rows.parquet", ["--target", "member", "--time", "joined"]),
    ],
)
def test_a_table_is_adopted_and_runs(
    project: Path, tmp_path: Path, kind: str, name: str, words: list[str]
) -> None:
    """Whatever its shape and separator; and those fast tests pass that read the project's files.

    They are the ones at the top of tests/, and a few: the rest sees made-up tables alone. After the
    first table only, of numbers to predict: what they read is the same after any other.
    """
    path = tmp_path / name
    separator = {"semicolons.csv": ";", "tabs.tsv": "\t"}.get(name, ",")
    if name.endswith(".parquet"):
        table(kind).to_parquet(path)
    else:
        table(kind).to_csv(path, index=False, sep=separator)

    adopt(project, "--data", str(path), *words)

    env = {"PYTHONPATH": str(project / "src")}
    run("dvc", "repro", "-q", cwd=project, **env)
    assert json.loads((project / "metrics/test.json").read_text())
    assert (project / "data/raw" / name).read_bytes() == path.read_bytes()
    if kind != "regression":
        return
    tests = [*map(str, project.glob("tests/test_*.py")), *(f"tests/{n}.py" for n in OF_THE_PROJECT)]
    fast = ("-q", "-x", "-m", "not (slow or simulation or workflow)")
    run("python", "-m", "pytest", *fast, *tests, cwd=project, **env)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--target", "nothing"], "Column 'nothing' was not found"),
        (["--target", "id"], "no feature to learn from: 'a' ignored: constant"),
        (["--target", "bought", "--key", "colour"], "each key once"),
        (["--target", "bought", "--group", "visits"], "'visits', the group, is missing in"),
        (["--target", "never"], "Target 'never' is never given; expected two values or more"),
        (["--target", "bought", "--task", "regression"], "holds no numbers"),
        (["--target", "bought", "--key", "id", "--group", "id"], "asked for as key and as group"),
        (["--target", "bought", "--time", "always"], "the time, is always 2026-01-01"),
    ],
)
def test_a_failure_leaves_everything_as_it_was(
    project: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    path = tmp_path / "table.csv"
    rows = made_up(100).assign(always="2026-01-01", never=None)
    (rows[["id"]].assign(a="same") if words[1] == "id" else rows).to_csv(path, index=False)
    before = state(project)

    done = adopt(project, "--data", str(path), *words, check=False)

    assert done.returncode != 0
    assert said in done.stderr
    assert done.stderr.endswith("Nothing was changed.\n")
    assert "Traceback" not in done.stderr
    assert state(project) == before


COMMON = "the you to is and a of for on it we this are have in your now here just get"
WORDS = {
    "spam": "prize win free cash claim urgent offer call txt guaranteed winner award",
    "ham": "dinner home sorry later meeting train mum love tomorrow lunch office bus",
}


def messages(rows: int) -> pd.DataFrame:
    """Return messages, no two alike, and whether each is an advertisement; some are missing."""
    random = np.random.default_rng(0)
    label = random.choice(["ham", "spam"], rows, p=[0.7, 0.3])
    texts = [
        " ".join(
            [*random.choice(COMMON.split(), 8), *random.choice(WORDS[kind].split(), 3), f"no{i}"]
        )
        for i, kind in enumerate(label)
    ]
    kept = pd.Series(texts).where(random.random(rows) > 0.02, None)
    return pd.DataFrame({"message": kept, "label": label})


@pytest.mark.slow
def test_a_table_of_messages_is_told_apart_by_words(project: Path, tmp_path: Path) -> None:
    """From adopting to a review of later messages: other words of the same kind are no drift."""
    every = messages(600)
    every[:400].to_csv(tmp_path / "t.csv", index=False)

    done = adopt(project, "--data", str(tmp_path / "t.csv"), "--target", "label")

    env = {"PYTHONPATH": str(project / "src")}
    assert "'message' holds text" in done.stdout
    run("dvc", "repro", "-q", cwd=project, **env)
    assert json.loads((project / "metrics/test.json").read_text())["roc_auc"] > 0.95
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", "messages", cwd=project)
    run("git", "switch", "-qc", "more", cwd=project)
    every[400:].to_csv(project / "data/raw/later.csv", index=False)
    run("dvc", "add", "-q", "data/raw", cwd=project)
    run("dvc", "repro", "-q", cwd=project, **env)
    run("python", "-m", "review", "--base", "main", cwd=project, **env)
    found = json.loads((project / "review.json").read_text(encoding="utf-8"))
    assert found["changes"]["data"]["rows"]["added"] == 200
    assert {entry["size"] for entry in found["changes"]["data"]["drift"]} == {"none"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "suffix", "words"),
    [
        ("bought", "csv", ["--time", "joined"]),
        ("colour", "parquet", []),
        ("member", "csv", []),
        ("visits", "parquet", ["--task", "regression"]),
    ],
)
def test_rows_that_wait_for_their_target_are_adopted(
    project: Path, tmp_path: Path, target: str, suffix: str, words: list[str]
) -> None:
    """With the latest rows waiting, as they do; the day the test side begins is a known one's."""
    rows = made_up(300).astype({"member": "boolean"})
    rows.loc[240:, target] = None
    path = tmp_path / f"t.{suffix}"
    (rows.to_csv if suffix == "csv" else rows.to_parquet)(path, index=False)

    done = adopt(project, "--data", str(path), "--target", target, *words)

    missing = int(rows[target].isna().sum())
    assert f"{missing} rows without a target: on neither side" in done.stdout
    run("dvc", "repro", "-q", cwd=project, PYTHONPATH=str(project / "src"))
    assert json.loads((project / "metrics/data.json").read_text())["unlabelled"] == missing


@pytest.mark.slow
def test_uncommitted_changes_are_not_overwritten(project: Path, tmp_path: Path) -> None:
    """Unless asked to with --force."""
    made_up(100).to_csv(tmp_path / "t.csv", index=False)
    (project / "params.yaml").write_text((project / "params.yaml").read_text() + "# mine\n")
    words = ("--data", str(tmp_path / "t.csv"), "--target", "bought")

    refused = adopt(project, *words, check=False)

    assert "uncommitted changes" in refused.stderr
    assert adopt(project, *words, "--force").returncode == 0


@pytest.mark.slow
def test_another_data_set_is_not_deleted_unasked(project: Path, tmp_path: Path) -> None:
    """It is committed, and can be had back; but nobody asked for it to go."""
    made_up(100).to_csv(tmp_path / "t.csv", index=False)
    (project / "data/more.txt").write_text("more")
    run("dvc", "add", "-q", "data/more.txt", cwd=project)
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", "more", cwd=project)
    words = ("--data", str(tmp_path / "t.csv"), "--target", "bought")

    refused = adopt(project, *words, check=False)

    assert "['data/more.txt.dvc']: other data sets lie in data/" in refused.stderr
    assert (project / "data/more.txt").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["data/mine.csv", "data/raw/second.csv"])
def test_what_nobody_keeps_is_not_deleted(project: Path, tmp_path: Path, name: str) -> None:
    """Not even with --force, if Git does not know it; in data/raw DVC does not."""
    made_up(100).to_csv(tmp_path / "t.csv", index=False)
    made_up(100, start=900).to_csv(project / name, index=False)
    before = state(project)
    force = ["--force"] if name == "data/mine.csv" else []

    done = adopt(
        project, "--data", str(tmp_path / "t.csv"), "--target", "bought", *force, check=False
    )

    assert done.returncode == 1
    assert ("data/mine.csv" if force else "not what data/raw.dvc says") in done.stderr
    assert state(project) == before


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_an_adoption_that_is_cut_off_is_undone(
    project: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """At once, though the signal comes twice; or, after a kill, by the next call."""
    made_up(20_000).to_csv(tmp_path / "t.csv", index=False)
    before, saved = state(project), project / ".dvc/tmp/before-adopt"
    words = ("-m", "adopt", "--data", str(tmp_path / "t.csv"), "--target", "bought")
    env = {**os.environ, "PYTHONPATH": str(project / "src")}
    with subprocess.Popen([sys.executable, *words], cwd=project, env=env) as process:
        while process.poll() is None and (project / "dvc.lock").exists():
            time.sleep(0.01)
        process.send_signal(number)
        process.send_signal(number)
    assert process.returncode != 0 and saved.exists() == (number == signal.SIGKILL)

    if number == signal.SIGKILL:
        failed = adopt(project, "--data", "nothing", "--target", "bought", check=False)
        assert "was cut off; what it had changed was put back" in failed.stderr
    assert state(project) == before


@pytest.mark.slow
def test_make_hands_on_what_it_was_given(project: Path, tmp_path: Path) -> None:
    """Neither the shell nor make reads it: no command runs, no character is lost."""
    (project / ".venv").mkdir()
    (project / ".venv/.synced").touch()
    (project / ".tools/bin").mkdir(parents=True)
    uv = project / ".tools/bin/uv"
    uv.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    uv.chmod(0o755)
    data, target = f"`touch {tmp_path}/ran` $HOME $(shell id)", 'the target: "x" | y\'s'

    done = run(
        "make", "-o", ".venv/.synced", "adopt", f"DATA={data}", f"TARGET={target}", cwd=project
    )

    assert f"--data={data}" in done.stdout.splitlines()
    assert f"--target={target}" in done.stdout.splitlines()
    assert not (tmp_path / "ran").exists()


@pytest.mark.slow
def test_adopting_again_works(project: Path, tmp_path: Path) -> None:
    made_up(200).to_csv(tmp_path / "t.csv", index=False)
    words = ("--data", str(tmp_path / "t.csv"), "--target", "bought", "--key", "id")
    adopt(project, *words)
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", "adopted", cwd=project)

    adopt(project, "--data", "data/raw", "--target", "member")

    assert "member: {type: boolean, role: target}" in (project / "data/schema.yaml").read_text()


@pytest.mark.slow
def test_adopting_again_before_a_commit_works(project: Path, tmp_path: Path) -> None:
    """With other options, after a run, and from data/raw: nothing of it is a person's work yet."""
    made_up(200).to_csv(tmp_path / "t.csv", index=False)
    words = ("--data", str(tmp_path / "t.csv"), "--target", "bought")
    adopt(project, *words)
    run("dvc", "repro", "-q", cwd=project, PYTHONPATH=str(project / "src"))

    adopt(project, *words, "--key", "id")
    done = adopt(project, "--data", "data/raw", "--target", "bought", "--key", "id")

    assert "id: {type: integer, role: key}" in (project / "data/schema.yaml").read_text()
    assert "Adopted 200 rows" in done.stdout


@pytest.mark.slow
def test_what_a_person_edited_since_is_not_overwritten(project: Path, tmp_path: Path) -> None:
    """It is named; what the call before wrote is not."""
    made_up(200).to_csv(tmp_path / "t.csv", index=False)
    words = ("--data", str(tmp_path / "t.csv"), "--target", "bought")
    adopt(project, *words)
    (project / "data/README.md").write_text("mine\n")

    refused = adopt(project, *words, "--key", "id", check=False)

    assert "uncommitted changes, ['data/README.md']; commit them first" in refused.stderr
    assert (project / "data/README.md").read_text() == "mine\n"


@pytest.mark.slow
def test_an_object_that_only_the_storage_holds_is_not_deleted(
    project: Path, tmp_path: Path
) -> None:
    """What DVC's cache holds as well is nobody's loss."""
    made_up(200).to_csv(tmp_path / "t.csv", index=False)
    words = ("--data", str(tmp_path / "t.csv"), "--target", "bought")
    alone = project / "data/storage/files/md5/00/00000000000000000000000000000a"
    alone.parent.mkdir(parents=True, exist_ok=True)
    alone.write_text("the only copy")

    refused = adopt(project, *words, "--force", check=False)

    assert f"Git does not know ['{str(alone.relative_to(project))[:40]}" in refused.stderr
    assert alone.exists()


@pytest.mark.slow
def test_a_program_that_fails_says_why(project: Path, tmp_path: Path) -> None:
    made_up(200).to_csv(tmp_path / "t.csv", index=False)
    (project / ".dvcignore").write_text("raw\n")
    before = state(project)

    done = adopt(
        project, "--data", str(tmp_path / "t.csv"), "--target", "bought", "--force", check=False
    )

    assert done.returncode == 1
    assert "`dvc add` failed: " in done.stderr and ".dvcignore" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert state(project) == before


@pytest.mark.parametrize(
    ("target", "asked", "expected"),
    [
        (["a", "b"] * 50, None, "binary"),
        ([True, False] * 50, None, "binary"),
        ([0, 1] * 50, None, "binary"),
        (list("abc") * 50, None, "multiclass"),
        ([1.5, 2.5] * 50, None, "regression"),
        (list(range(100)), None, "regression"),
        ([0, 1, 2] * 50, "regression", "regression"),
        ([1, 2, 3, 4, 5] * 20 + [5] * 90, None, "multiclass"),
        (list(range(10)) * 50 + [3, 4], None, "multiclass"),  # digits
        ([1] * 70 + [2] * 76 + [3] * 17 + [5] * 13 + [6] * 9 + [7] * 29, None, "multiclass"),
        (
            [0] * 400 + [1] * 250 + [2] * 130 + [3] * 60 + [4] * 9 + [5] * 11 + [15],
            None,
            "regression",
        ),  # children
        ([3] * 10 + [4] * 53 + [5] * 681 + [6] * 638 + [7] * 199 + [8] * 18, None, "regression"),
        ([0, 1, 2] * 50 + [9], "classification", "multiclass"),
    ],
)
def test_the_task_follows_from_the_target(
    target: list[object], asked: str | None, expected: str
) -> None:
    assert task.task_of(pd.Series(target, name="y"), asked) == expected


def test_parameters_keep_their_comments() -> None:
    text = "train:\n  estimator: old.Thing   # why\nreview:\n  gate: {a: {}}   # how\n"

    found = task.parameters(text, "binary", pd.Series(["no", "yes"] * 5), {"by": "row"})

    assert re.search(r"  estimator: sklearn.linear_model.LogisticRegression +# why\n", found)
    assert re.search(r"  gate: {} +# how\n", found)


@pytest.mark.parametrize(
    "pair", [("no", "yes"), ("off", "on"), ("0", "1"), ("x", "null"), ("a", "b: c")]
)
def test_the_positive_class_is_read_back_as_it_is(pair: tuple[str, str]) -> None:
    """YAML 1.1, which the stages read, takes yes, on and 1 for no text unless they are quoted."""
    target = pd.Series([pair[0], *pair] * 5)

    found = task.parameters("evaluate: {}\n", "binary", target, {"by": "row"})

    assert yaml.safe_load(found)["evaluate"]["positive"] == pair[1]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ([1, 1, 1, 2], 2),
        ([2, 2, 2, 1], 1),
        ([0, 1, 1, 1], 1),
        ([-1, 1, 1, 1], 1),
        (["no", "yes", "yes"], "yes"),
        (["yes", "yes", "maybe"], "maybe"),
        ([True, True, False], True),
    ],
)
def test_the_positive_class_is_the_usual_one_or_the_rarer(
    target: list[object], expected: object
) -> None:
    found = task.parameters("evaluate: {}\n", "binary", pd.Series(target), {"by": "row"})

    assert yaml.safe_load(found)["evaluate"]["positive"] == expected


@pytest.mark.parametrize(
    ("rows", "classes", "expected"),
    [
        (1000, 3, "LogisticRegression"),
        (60_000, 2, "HistGradientBoostingClassifier"),
        (60_000, 150, "LinearDiscriminantAnalysis"),
    ],
)
def test_the_first_estimator_takes_no_minutes(rows: int, classes: int, expected: str) -> None:
    target = pd.Series(np.arange(rows) % classes)

    found = yaml.safe_load(task.parameters("train: {}\n", "multiclass", target, {"by": "row"}))

    assert found["train"]["estimator"].endswith(expected)
