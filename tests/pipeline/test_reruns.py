"""For each kind of change, exactly the stages that depend on it run; taking it back runs none."""

import dataclasses
import importlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from conftest import Run, made_up, run

ROOT = Path(__file__).parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
ALL = list(STAGES)
Change = Callable[[Path], None]


def add_a_delivery(project: Path) -> None:
    made_up(30, start=1000).to_csv(project / "data/raw/second.csv", index=False)


def correct_a_cell(project: Path) -> None:
    rows = pd.read_csv(project / "data/raw/first.csv")
    rows.assign(size=rows["size"].replace(rows["size"].max(), 99.5)).to_csv(
        project / "data/raw/first.csv", index=False
    )


def replace(path: str, old: str, new: str) -> Change:
    """Return a change that puts `new` where `old` is in a file."""

    def change(project: Path) -> None:
        text = (project / path).read_text(encoding="utf-8")
        assert old in text
        (project / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def append(path: str) -> Change:
    """Return a change that adds a comment to the end of a file."""

    def change(project: Path) -> None:
        with (project / path).open("a", encoding="utf-8") as file:
            file.write("# a comment\n")

    return change


def parameter(section: str, **values: Any) -> Change:
    """Return a change of values in one section of params.yaml."""

    def change(project: Path) -> None:
        params = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))
        params.setdefault(section, {}).update(values)
        (project / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")

    return change


def readers(module: str) -> list[str]:
    """Return the stages that declare a module."""
    return [stage for stage in STAGES if module in STAGES[stage]["deps"]]


# What is expected is written out, not derived, wherever a stage may rerun because its input did.
FROM_SPLIT, FROM_TRAIN = ["split", "train", "evaluate"], ["train", "evaluate"]
PARAMETERS = {
    "split.by": (parameter("split", by="time", test_from="2026-03-15"), FROM_SPLIT),
    "split.test_share": (parameter("split", test_share=0.5), FROM_SPLIT),
    "split.test_from": (parameter("split", test_from="2026-04-01", by="time"), FROM_SPLIT),
    "train.estimator": (
        parameter("train", estimator="sklearn.naive_bayes.GaussianNB", options={}),
        FROM_TRAIN,
    ),
    "train.options": (parameter("train", options={"C": 0.5}), FROM_TRAIN),
    "train.seed": (parameter("train", seed=7), FROM_TRAIN),
    "evaluate.metrics": (parameter("evaluate", metrics=["roc_auc"]), ["evaluate"]),
    "evaluate.positive": (parameter("evaluate", positive="no"), ["evaluate"]),
    "evaluate.threshold": (parameter("evaluate", threshold=0.7), ["evaluate"]),
}
OTHERS = {
    "a delivery added": (add_a_delivery, ALL),
    "a cell corrected": (correct_a_cell, ALL),
    "the schema": (replace("data/schema.yaml", "max: 100", "max: 101"), ALL),
    "a runtime pin": (replace("pyproject.toml", '"scipy==', '"scipy==9.'), FROM_TRAIN),
    "a tool pin": (replace("pyproject.toml", '"ruff==', '"ruff==9.'), []),
    "the rules of a review": (parameter("review", budget=1), []),
    "the README": (append("README.md"), []),
    "the lock of the environment": (append("uv.lock"), []),
}
CODE = {
    path: (append(path), readers(path))
    for path in sorted(str(p.relative_to(ROOT)) for p in (ROOT / "src/pipeline").rglob("*.py"))
}
CHANGES: dict[str, tuple[Change, list[str]]] = {**OTHERS, **PARAMETERS, **CODE}


@pytest.fixture(scope="session")
def timed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with a column of times, as `split.by: time` needs; run."""
    copy = shutil.copytree(template, tmp_path_factory.mktemp("timed") / "project", symlinks=True)
    replace("data/schema.yaml", "date, role: feature", "date, role: time")(copy)
    run("dvc", "repro", "-q", cwd=copy, PYTHONPATH=str(copy / "src"))
    return copy


@pytest.fixture
def project(timed: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test to change."""
    return Path(shutil.copytree(timed, tmp_path / "project", symlinks=True))


def reproduce(dvc: Run) -> list[str]:
    """Run `dvc repro` and return the stages that it ran."""
    return re.findall(r"^Running stage '(\w+)'", dvc("repro").stdout, re.M)


def sources(project: Path) -> dict[Path, bytes]:
    """Return what a person edits: the deliveries, the schema, code, parameters and papers."""
    found = [
        *project.glob("*.*"),
        *project.glob("data/raw/*"),
        *project.glob("src/pipeline/**/*.py"),
    ]
    found = [path for path in found if path.name != "dvc.lock" and path.is_file()]
    return {path: path.read_bytes() for path in [*found, project / "data/schema.yaml"]}


def restore(before: dict[Path, bytes], project: Path) -> None:
    """Make the sources what they were."""
    for path in sources(project).keys() - before.keys():
        path.unlink()
    for path, content in before.items():
        path.write_bytes(content)


@pytest.mark.slow
@pytest.mark.parametrize("kind", CHANGES)
def test_exactly_what_depends_on_a_change_reruns(project: Path, dvc: Run, kind: str) -> None:
    """Then the change is taken back: no stage runs, and dvc.lock is what it was."""
    change, expected = CHANGES[kind]
    before, lock = sources(project), (project / "dvc.lock").read_bytes()

    change(project)
    ran = reproduce(dvc)
    restore(before, project)
    ran_again = reproduce(dvc)

    assert (ran, ran_again) == (expected, [])
    assert (project / "dvc.lock").read_bytes() == lock


def test_every_parameter_has_a_row() -> None:
    """A parameter that a stage reads cannot be added without saying what it reruns."""
    kinds = [getattr(importlib.import_module(f"pipeline.{s}"), "Params", None) for s in STAGES]
    fields = {
        f"{stage}.{field.name}"
        for stage, kind in zip(STAGES, kinds, strict=True)
        for field in (dataclasses.fields(kind) if kind else ())
    }

    assert set(PARAMETERS) == fields
