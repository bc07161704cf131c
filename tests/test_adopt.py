"""Any table can take the place of the data, and a failure changes nothing."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from conftest import AUTHOR, made_up, run
from pipeline import leaks, task

ROOT = Path(__file__).parents[1]


def adopt(project: Path, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    src = str(project / "src")
    return run("python", "-m", "pipeline.adopt", *words, cwd=project, check=check, PYTHONPATH=src)


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
    """Whatever its shape and separator; the fast tests of the project pass with it."""
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
    run(
        "python",
        "-m",
        "pytest",
        "-q",
        "-m",
        "not slow and not workflow",
        "-x",
        "tests",
        cwd=project,
        **env,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--target", "nothing"], "Column 'nothing' was not found"),
        (["--target", "id"], "no feature"),
        (["--target", "bought", "--key", "colour"], "each key once"),
        (["--target", "visits"], "is missing in"),
        (["--target", "bought", "--task", "regression"], "holds no numbers"),
    ],
)
def test_a_failure_leaves_everything_as_it_was(
    project: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    path = tmp_path / "table.csv"
    rows = made_up(100)
    (rows[["id"]].assign(a="same") if words[1] == "id" else rows).to_csv(path, index=False)
    before = state(project)

    done = adopt(project, "--data", str(path), *words, check=False)

    assert done.returncode != 0
    assert said in done.stderr
    assert done.stderr.endswith("Nothing was changed.\n")
    assert "Traceback" not in done.stderr
    assert state(project) == before


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
def test_adopting_again_works(project: Path, tmp_path: Path) -> None:
    made_up(200).to_csv(tmp_path / "t.csv", index=False)
    words = ("--data", str(tmp_path / "t.csv"), "--target", "bought", "--key", "id")
    adopt(project, *words)
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", "adopted", cwd=project)

    adopt(project, "--data", "data/raw", "--target", "member")

    assert "member: {type: boolean, role: target}" in (project / "data/schema.yaml").read_text()


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


def test_a_column_that_alone_tells_the_target_is_named() -> None:
    rows = made_up(400)
    rows["refund"] = np.where(rows["bought"] == "yes", 3.5, 0.0)

    found = leaks.leaks(rows, ["size", "colour", "refund"], rows["bought"], "binary")

    assert found == ["refund"]
