"""Whatever is proposed for a table runs: validate, split, train and evaluate, in this process."""

import contextlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adopt.__main__ import arguments
from adopt.adopt import write
from adopt.proposal import propose
from conftest import PARAMS
from pipeline import evaluate, split, train, validate

ROOT = Path(__file__).parents[2]
SHAPES = ["number", "count", "text", "many texts", "boolean", "date", "huge", "late", "mixed"]
TARGETS = ["two", "words", "boolean", "rare", "many", "number", "count", "float classes"]


def run_stages(rows: pd.DataFrame, *words: str) -> dict[str, float]:
    """Return the metrics of what is proposed for a table that a Parquet or CSV file holds."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("data/raw").mkdir(parents=True)
        rows.to_csv("data/raw/table.csv", index=False)
        Path("params.yaml").write_text(PARAMS, encoding="utf-8")
        shutil.copy(ROOT / "dvc.yaml", "dvc.yaml")
        options = ["--data", "data/raw/table.csv", "--target", "y", *words]
        write(propose([Path("data/raw/table.csv")], arguments(options)), 1)
        for stage in (validate, split, train, evaluate):
            stage.main()
        found: dict[str, float] = json.loads(Path("metrics/test.json").read_text("utf-8"))
        return found


def column(shape: str, rows: int, random: np.random.Generator) -> pd.Series:
    """Return a column of the shape; 'late' has values only in its last rows."""
    made: dict[str, Any] = {
        "number": random.normal(size=rows),
        "count": random.poisson(3, rows),
        "text": random.choice(["red", "green", "a, b", "ü"], rows),
        "many texts": [f"t{i}" for i in random.integers(0, max(2, rows // 3), rows)],
        "boolean": random.random(rows) < 0.5,
        "date": pd.Timestamp("1850-01-01") + pd.to_timedelta(random.integers(0, 1e5, rows), "D"),
        "huge": random.normal(size=rows) * 1e140,
        "late": np.where(np.arange(rows) < rows * 0.9, np.nan, 1.5),
        "mixed": random.choice(["1", "x", "2026-01-01"], rows),
    }
    return pd.Series(made[shape])


def target(kind: str, rows: int, random: np.random.Generator) -> pd.Series:
    """Return a target; 'rare' has a class of one row, 'many' more than a hundred if it can."""
    few = random.integers(0, 2, rows)
    made: dict[str, Any] = {
        "two": few + 1,
        "words": np.where(few == 1, "yes", "no"),
        "boolean": few == 1,
        "rare": np.where(np.arange(rows) == rows // 2, "rare", np.where(few == 1, "b", "a")),
        "many": [f"c{i}" for i in random.integers(0, min(150, rows // 3), rows)],
        "number": random.normal(size=rows) * 1e100,
        "count": random.poisson(4, rows),
        "float classes": few + 0.0,
    }
    return pd.Series(made[kind])


def table(rows: int, shapes: list[str], kind: str, missing: float, seed: int) -> pd.DataFrame:
    """Return a table with a column of normal numbers, those asked for, and a target."""
    random = np.random.default_rng(seed)
    made = pd.DataFrame({"base": random.normal(size=rows)})
    for number, shape in enumerate(shapes):
        values = column(shape, rows, random)
        made[f"{shape} {number}"] = values.mask(random.random(rows) < missing)
    return made.assign(y=target(kind, rows, random))


drawn = {
    "shapes": st.lists(st.sampled_from(SHAPES), max_size=5),
    "kind": st.sampled_from(TARGETS),
    "missing": st.sampled_from([0.0, 0.3, 0.99]),
    "seed": st.integers(0, 99),
}
quiet = settings(
    max_examples=4,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # an example runs the pipeline: none to make smaller
    suppress_health_check=list(HealthCheck),
)


@quiet
@given(rows=st.integers(25, 300), **drawn)
def test_what_is_proposed_for_a_small_table_runs(
    rows: int, shapes: list[str], kind: str, missing: float, seed: int
) -> None:
    assert run_stages(table(rows, shapes, kind, missing, seed))


@pytest.mark.slow
@settings(quiet, max_examples=5)
@given(rows=st.sampled_from([1000, 12_000, 50_001, 60_000]), **drawn)
def test_what_is_proposed_for_a_large_table_runs(
    rows: int, shapes: list[str], kind: str, missing: float, seed: int
) -> None:
    assert run_stages(table(rows, shapes, kind, missing, seed))


@pytest.mark.parametrize("kind", TARGETS)
def test_what_is_proposed_runs_for_each_kind_of_target(kind: str) -> None:
    assert run_stages(table(150, ["date", "text"], kind, 0.1, 1))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rare", "many"])
def test_what_is_proposed_for_classes_of_a_large_table_runs(kind: str) -> None:
    """Boosting would hold rows of each class back, which one row cannot be; or take minutes."""
    assert run_stages(table(60_000, ["text", "late"], kind, 0.1, 1))
