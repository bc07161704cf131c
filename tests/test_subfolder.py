"""A project in a folder of a larger repository: everything runs inside that folder."""

import json
import shutil
from pathlib import Path

import pytest

from conftest import AUTHOR, made_up, run

pytestmark = pytest.mark.slow


@pytest.fixture
def inner(project: Path, tmp_path: Path) -> Path:
    """The project in the folder `ml`, with a file beside it that somebody else is editing."""
    (tmp_path / "above").mkdir()
    shutil.move(project / ".git", tmp_path / "above")
    moved = Path(shutil.move(project, tmp_path / "above/ml"))
    (moved.parent / "other.txt").write_text("before")
    commit(moved)
    (moved.parent / "other.txt").write_text("after")
    return moved


def commit(inner: Path) -> None:
    """Commit everything in the repository."""
    run("git", "add", "-A", ":/", cwd=inner)
    run("git", *AUTHOR, "commit", "-qm", "change", cwd=inner)


def python(inner: Path, *words: str) -> str:
    return run("python", "-m", *words, cwd=inner, PYTHONPATH=str(inner / "src")).stdout


def test_a_table_is_adopted_whatever_goes_on_elsewhere(inner: Path, tmp_path: Path) -> None:
    made_up(200, start=5).to_csv(tmp_path / "mine.csv", index=False)

    said = python(inner, "adopt", "--data", str(tmp_path / "mine.csv"), "--target", "bought")

    assert said.startswith("Adopted 200 rows")
    assert (inner.parent / "other.txt").read_text() == "after"


def test_an_edit_in_the_folder_itself_is_not_overwritten(inner: Path, tmp_path: Path) -> None:
    made_up(200, start=5).to_csv(tmp_path / "mine.csv", index=False)
    (inner / "params.yaml").write_text((inner / "params.yaml").read_text() + "# mine\n")
    words = ("python", "-m", "adopt", "--data", str(tmp_path / "mine.csv"), "--target", "bought")

    done = run(*words, cwd=inner, check=False, PYTHONPATH=str(inner / "src"))

    assert "uncommitted changes" in done.stderr


def test_an_experiment_runs_in_a_copy(inner: Path) -> None:
    env = {"PYTHONPATH": str(inner / "src")}
    params = inner / "params.yaml"
    params.write_text(params.read_text().replace("C: 1.0", "C: 0.1"))

    run("dvc", "exp", "run", "-q", "--temp", "-n", "shy", cwd=inner)
    run("git", "checkout", "-q", "params.yaml", cwd=inner)
    run("dvc", "exp", "apply", "shy", cwd=inner, **env)

    assert "C: 0.1" in params.read_text()
    assert "up to date" in run("dvc", "status", cwd=inner, **env).stdout


def test_what_is_pushed_arrives_in_a_clone(inner: Path, tmp_path: Path) -> None:
    """With CRLF, and nothing reruns."""
    rows = made_up(30, start=1000).to_csv(index=False, lineterminator="\r\n")
    (inner / "data/raw/second.csv").write_text(rows, newline="")
    run("dvc", "add", "-q", "data/raw", cwd=inner)
    run("dvc", "repro", "-q", cwd=inner, PYTHONPATH=str(inner / "src"))
    run("dvc", "push", "-q", cwd=inner)
    commit(inner)

    run("git", "clone", "-q", str(inner.parent), str(tmp_path / "clone"), cwd=tmp_path)
    clone = tmp_path / "clone/ml"
    run("dvc", "pull", "-q", cwd=clone)

    assert (clone / "data/raw/second.csv").read_bytes() == rows.encode()
    python(clone, "ci.reproduce", "--output", str(tmp_path / "stages.json"))
    ran = json.loads((tmp_path / "stages.json").read_text())
    assert {found["result"] for found in ran.values()} == {"unchanged"}
