"""Both models are trained again when a change is reviewed, so that luck is not taken for skill."""

from pathlib import Path

import pytest

from conftest import AUTHOR, Run, made_up, run
from test_review import change, edit, reviewed

__all__ = ["change"]
pytestmark = pytest.mark.slow
FOREST = "ensemble.RandomForestClassifier, options: {n_estimators: 10}"


@pytest.fixture
def forest(change: Path, dvc: Run) -> Path:
    """A project whose model is a forest, and is trained again for each review."""
    edit(change / "params.yaml", "linear_model.LogisticRegression, options: {C: 1.0}", FOREST)
    edit(change / "params.yaml", "seeds: 0", "seeds: 5")
    made_up(1500, start=1000).to_csv(change / "data/raw/second.csv", index=False)
    dvc("repro", "-q")
    run("git", *AUTHOR, "commit", "-qam", "a forest", cwd=change)
    run("git", "branch", "-f", "main", cwd=change)
    return change


def test_another_seed_is_neither_better_nor_worse(forest: Path, dvc: Run) -> None:
    """A second review trains nothing, and says the same."""
    edit(forest / "params.yaml", "seed: 0", "seed: 1")
    dvc("repro", "-q")

    first = reviewed(forest)
    kept = {path.name: path.read_bytes() for path in (forest / ".dvc/tmp/refits").iterdir()}
    second = reviewed(forest)

    assert first["verdict"]["outcome"] not in ("better", "worse")
    assert all(c["training"] > 0 for c in first["metrics"])
    assert first["training"].pop("seconds") > 0 == second["training"].pop("seconds")
    assert first["training"] == {"refits": 5, "asked": 5, "reason": None}
    assert first["metrics"] == second["metrics"] and first["slices"] == second["slices"]
    assert len(kept) == 10 and kept == {
        path.name: path.read_bytes() for path in (forest / ".dvc/tmp/refits").iterdir()
    }
    assert "test rows and training: 5 refits of each side, kept from" in said(forest)


def said(project: Path) -> str:
    """Return the report on one line."""
    return " ".join((project / "report.md").read_text("utf-8").split())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("budget: 600", "budget: 0", "the 0 s of the budget were over"),
        ("seeds: 5", "seeds: 0", "'seeds' of section 'review' in `params.yaml` is 0"),
    ],
)
def test_what_is_not_trained_again_is_said(
    forest: Path, dvc: Run, old: str, new: str, words: str
) -> None:
    edit(forest / "params.yaml", "seed: 0", "seed: 1")
    edit(forest / "params.yaml", old, new)
    dvc("repro", "-q")

    found = reviewed(forest, "--no-gate")

    assert {c["training"] for c in found["metrics"]} == {None}
    assert f"The intervals cover test rows alone, not training: {words}." in said(forest)


def test_the_same_model_is_not_trained_again(forest: Path, dvc: Run) -> None:
    """Though its code was touched: the difference is nothing, whatever else could have been."""
    module = forest / "src/pipeline/train.py"
    module.write_text(module.read_text("utf-8") + "# neutral\n", "utf-8")
    dvc("repro", "-q")

    found = reviewed(forest)

    assert found["training"] is None
    assert {(c["low"], c["high"], c["training"]) for c in found["metrics"]} == {(0.0, 0.0, None)}


def test_a_model_that_cannot_be_trained_again_is_said(forest: Path, dvc: Run) -> None:
    """Here since head's code takes no seed but the one that it was tried with."""
    refusal = 'if params.seed != 1:\n        raise TrainError("no luck.")\n    features, target'
    edit(forest / "src/pipeline/train.py", "features, target", refusal)
    edit(forest / "params.yaml", "seed: 0", "seed: 1")
    dvc("repro", "-q")

    found = reviewed(forest, "--no-gate")

    assert found["training"]["refits"] == 0
    assert found["training"]["reason"] == "the work tree says: no luck."
