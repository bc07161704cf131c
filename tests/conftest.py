"""A tiny made-up table, and projects made of it: no test but the sample's knows the sample.

Fixtures: `table` is the made-up rows; `folder` holds them as a delivery, with schema and
parameters, for stages called in this process; `project` is a Git repository that ran on them, and
`dvc` runs DVC in it. `run` starts any program; after `project`, dvc and `python -m` start warm.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

import warm

ROOT = Path(__file__).parents[1]
os.environ.pop("DVC_SITE_CACHE_DIR", None)  # that of make: each project of a test has its own
settings.register_profile("threefold", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("threefold")
SCHEMA = """\
columns:
  id: {type: integer, role: key}
  size: {type: number, role: feature, min: 0, max: 100}
  visits: {type: integer, role: feature, nullable: true}
  colour: {type: string, role: feature, values: [red, green, blue]}
  member: {type: boolean, role: feature}
  joined: {type: date, role: feature}
  bought: {type: string, role: target, values: ['no', 'yes']}
"""
PARAMS = """\
split: {by: row, test_share: 0.3, test_from: null}
train: {estimator: sklearn.linear_model.LogisticRegression, options: {C: 1.0}, seed: 0}
evaluate: {metrics: [roc_auc, accuracy], positive: 'yes', threshold: 0.5}
review: {gate: {roc_auc: {min: 0.5, max_drop: 0.02}}, slices: [colour], budget: 600, seeds: 0}
"""


LONGEST = "test_the_commands_of_the_readme_work_in_a_fresh_clone"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest test first, so that no worker waits for it at the end."""
    items.sort(key=lambda item: item.name != LONGEST)


def made_up(rows: int = 120, start: int = 1) -> pd.DataFrame:
    """Return rows with a key, one column of each type, and a target that depends on them."""
    random = np.random.default_rng(start)
    size = random.uniform(0, 100, rows).round(2)
    visits = pd.Series(random.integers(0, 9, rows), dtype="Int64")
    visits[random.random(rows) < 0.1] = pd.NA
    return pd.DataFrame(
        {
            "id": range(start, start + rows),
            "size": size,
            "visits": visits,
            "colour": random.choice(["red", "green", "blue"], rows),
            "member": random.random(rows) < 0.5,
            "joined": pd.Timestamp("2026-01-01") + pd.to_timedelta(range(rows), unit="D"),
            "bought": np.where(size + random.normal(0, 20, rows) > 50, "yes", "no"),
        }
    )


@pytest.fixture
def table() -> pd.DataFrame:
    """The made-up table."""
    return made_up()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: pd.DataFrame) -> Path:
    """A folder with deliveries, schema and parameters, and nothing else; tests run inside it."""
    (tmp_path / "data/raw").mkdir(parents=True)
    table.to_csv(tmp_path / "data/raw/first.csv", index=False)
    (tmp_path / "data/schema.yaml").write_text(SCHEMA)
    (tmp_path / "params.yaml").write_text(PARAMS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


Run = Callable[..., "subprocess.CompletedProcess[str]"]


WARM: list[str] = []  # the folder of programs that start warm, once a test asked for a project


def programs(*before: str) -> str:
    """Return PATH with the programs of this environment first."""
    return os.pathsep.join([*before, str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """From here on, programs start warm."""
    with warm.programs(tmp_path_factory.mktemp("programs")) as folder:
        WARM.append(folder)
        yield
        WARM.clear()


def run(
    *words: str, cwd: Path, check: bool = True, **env: str
) -> "subprocess.CompletedProcess[str]":
    """Run a program of this environment, such as dvc, and return what it printed."""
    path = programs(*(WARM if words[0] in ("dvc", "python") else ()))
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, "PATH": path, **env}, capture_output=True, text=True
    )
    assert not check or done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, started: None) -> Path:
    """A Git repository with the files of this one and the made-up table as its data, run once.

    It holds what is on disk, committed or not, so that a change is tested before it is committed.
    Stages import `pipeline` from the copy's own src/ (PYTHONPATH comes before the environment).
    """
    copy = tmp_path_factory.mktemp("template") / "project"
    listed = run("git", "ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT).stdout
    ours = ("data/raw.dvc", "data/storage/", "dvc.lock", "metrics/", "data/schema.yaml")
    for name in filter(None, listed.split("\0")):
        if not name.startswith(ours) and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    (copy / "data/raw").mkdir(parents=True)
    made_up().to_csv(copy / "data/raw/first.csv", index=False)
    (copy / "data/schema.yaml").write_text(SCHEMA)
    (copy / "params.yaml").write_text(PARAMS)
    run("git", "init", "-q", "-b", "main", cwd=copy)
    run("dvc", "add", "-q", "data/raw", cwd=copy)
    run("dvc", "repro", "-q", cwd=copy, PYTHONPATH=str(copy / "src"))
    run("dvc", "push", "-q", cwd=copy)
    run("git", "add", "-A", cwd=copy)
    run("git", *AUTHOR, "commit", "-qm", "start", cwd=copy)
    return copy


AUTHOR = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy of the template, for one test to change."""
    return Path(shutil.copytree(template, tmp_path / "project", symlinks=True))


@pytest.fixture
def dvc(project: Path) -> Run:
    """Run dvc in the project, with the project's own src/."""

    def call(*words: str, check: bool = True, **env: str) -> "subprocess.CompletedProcess[str]":
        return run(
            "dvc", *words, cwd=project, check=check, **{"PYTHONPATH": str(project / "src"), **env}
        )

    return call
