"""What caused a difference, where the truth is known, by reruns in a real repository."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import AUTHOR, PARAMS, SCHEMA, Run, made_up, run
from pipeline import evaluate, model, split, stage, train, validate
from pipeline.dataset import read_parts
from pipeline.schema import read_schema
from pipeline.scores import METRICS
from test_review import change, edit, reviewed

__all__ = ["change"]
pytestmark = pytest.mark.slow
BASE = "sklearn.linear_model.LogisticRegression, options: {C: 1.0}"
HEAD = "sklearn.neighbors.KNeighborsClassifier, options: {n_neighbors: 1}"
LOGS = """
    import os

    with open(os.environ["TRAINED"], "a") as log:
        log.write("trained\\n")
"""


def write(folder: Path, rows: pd.DataFrame) -> None:
    rows.to_csv(folder / "data/raw/second.csv", index=False)


def noisy(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with 45 % of their labels turned around."""
    flipped = np.random.default_rng(0).random(len(rows)) < 0.45
    other = np.where(rows["bought"] == "yes", "no", "yes")
    return rows.assign(bought=np.where(flipped, other, rows["bought"]))


@pytest.fixture
def three_levels(change: Path, dvc: Run) -> Path:
    """A change of data that helps, of parameters that hurt, and of code that does nothing.

    Its training writes a line to the file $TRAINED, on base as on head.
    """
    module = change / "src/pipeline/train.py"
    edit(module, "def main() -> None:\n", f"def main() -> None:{LOGS}")
    trained = {"TRAINED": str(change.parent / "trained.txt")}
    rows = made_up(1500, start=5000)
    write(change, noisy(rows))
    dvc("repro", "-q", **trained)
    run("git", *AUTHOR, "commit", "-qam", "noisy labels", cwd=change)
    run("git", "branch", "-f", "main", cwd=change)
    write(change, rows)
    edit(change / "params.yaml", BASE, HEAD)
    module.write_text(module.read_text("utf-8") + "# neutral\n", "utf-8")
    dvc("repro", "-q", **trained)
    return change


def effects(project: Path) -> dict[str, float]:
    """Return each cause's share, as `python -m review` reports it; each lies in its interval."""
    causes = reviewed(project, "--no-gate", TRAINED=str(project.parent / "trained.txt"))["causes"]
    parts = {part["cause"]: part["value"] for part in causes["parts"]}
    assert all(part["low"] <= part["value"] <= part["high"] for part in causes["parts"])
    assert causes["low"] < causes["total"] < causes["high"]
    assert sum(parts.values()) == pytest.approx(causes["total"], abs=1e-12)
    return parts


def area(folder: Path, rows: pd.DataFrame, estimator: str, test: pd.DataFrame | None) -> float:
    """Return the ROC AUC on `test` (None: its own test rows) of a model made without DVC."""
    write(folder, rows)
    (folder / "params.yaml").write_text(PARAMS.replace(BASE, estimator))
    for module in (validate, split, train):
        module.main()
    test = pd.concat(read_parts("data/test").values()) if test is None else test
    params = stage.read_params("evaluate", evaluate.Params)
    fitted = model.load("models/model.skops")
    return METRICS["roc_auc"].compute(evaluate.predict(fitted, test, read_schema(), params))


def test_causes_have_the_signs_and_sizes_they_were_given(three_levels: Path, folder: Path) -> None:
    """Shapley's formula, written out for two players, on models made apart from DVC and review."""
    clean = made_up(1500, start=5000)
    write(folder, clean)
    (folder / "data/schema.yaml").write_text(SCHEMA)
    both = area(folder, clean, HEAD, None)
    test = pd.concat(read_parts("data/test").values())
    data_only, params_only = area(folder, clean, BASE, test), area(folder, noisy(clean), HEAD, test)
    neither, own = area(folder, noisy(clean), BASE, test), area(folder, noisy(clean), BASE, None)

    found = effects(three_levels)

    assert found == pytest.approx(
        {
            "test rows": neither - own,
            "data": ((data_only - neither) + (both - params_only)) / 2,
            "params": ((params_only - neither) + (both - data_only)) / 2,
            "code": 0.0,
        },
        abs=1e-9,
    )
    assert found["data"] > 0.05 and found["params"] < -0.05


def test_a_second_review_of_the_same_change_trains_nothing(three_levels: Path, dvc: Run) -> None:
    """Reruns share the DVC cache, so that what was made once is taken from it."""
    edit(three_levels / "src/pipeline/train.py", "# neutral\n", "")  # two levels: fewer reruns
    log = three_levels.parent / "trained.txt"
    dvc("repro", "-q", TRAINED=str(log))
    first, before = effects(three_levels), len(log.read_text().splitlines())

    second = effects(three_levels)

    assert first == second
    assert len(log.read_text().splitlines()) == before > 2


def test_reruns_over_the_budget_are_named(three_levels: Path) -> None:
    """Then the levels that could not be told apart are reported together."""
    edit(three_levels / "params.yaml", "budget: 600", "budget: 0")

    causes = reviewed(three_levels, "--no-gate")["causes"]

    assert [part["cause"] for part in causes["parts"]] == ["test rows", "data and params and code"]
    assert causes["notes"][0] == "The rerun with data of head was skipped: its 0 s are over."
