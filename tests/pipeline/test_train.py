"""A model is fitted from rows, schema and parameters alone, or says why not."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import made_up
from pipeline import train as stage
from pipeline.schema import Column, Schema
from pipeline.train import Params, TrainError, train

FEATURES = (
    Column("size", "number", "feature"),
    Column("colour", "string", "feature"),
    Column("joined", "date", "feature"),
)
LINEAR, RIDGE = "sklearn.linear_model.LogisticRegression", "sklearn.linear_model.Ridge"
FOREST = "sklearn.ensemble.RandomForestClassifier"


def schema(target: str, kind: str) -> Schema:
    """The made-up table's features, and one of its columns as the target."""
    return Schema((*FEATURES, Column(target, kind, "target")))


@pytest.mark.parametrize(
    ("estimator", "target", "kind", "classes"),
    [
        (LINEAR, "bought", "string", ["no", "yes"]),
        (LINEAR, "member", "boolean", [False, True]),
        (LINEAR, "colour3", "string", ["blue", "green", "red"]),
        (RIDGE, "id", "integer", None),
    ],
)
def test_any_target_is_learnt(
    estimator: str, target: str, kind: str, classes: list[object] | None
) -> None:
    rows = made_up().assign(colour3=made_up(start=7)["colour"])

    fitted = train(rows, schema(target, kind), Params(estimator, {}, 0))

    found = getattr(fitted, "classes_", None)
    assert (found if found is None else found.tolist()) == classes
    assert len(fitted.predict(rows)) == len(rows)


def test_only_features_are_learnt_from() -> None:
    """Other columns may be absent, or hold anything."""
    rows, columns = made_up(), schema("bought", "string")
    spoilt = rows.assign(id=0, visits=np.nan, member="?")

    first, second = (train(r, columns, Params(LINEAR, {}, 0)) for r in (rows, spoilt))

    assert first[-1].coef_.tolist() == second[-1].coef_.tolist()


def test_rows_are_left_as_they_were() -> None:
    rows = made_up()

    train(rows, schema("bought", "string"), Params(LINEAR, {}, 0))

    pd.testing.assert_frame_equal(rows, made_up())


@pytest.mark.parametrize(("seed", "same"), [(0, True), (1, False)])
def test_the_seed_decides(seed: int, same: bool) -> None:
    rows, columns = made_up(), schema("bought", "string")

    first, second = (
        train(rows, columns, Params(FOREST, {"n_estimators": 5}, s)).predict_proba(rows)
        for s in (0, seed)
    )

    assert (first.tolist() == second.tolist()) is same


def test_how_many_processes_fitted_it_is_forgotten() -> None:
    options = {"n_estimators": 2, "n_jobs": 2}

    fitted = train(made_up(), schema("bought", "string"), Params(FOREST, options, 0))

    assert fitted[-1].n_jobs is None


def test_numbers_too_large_to_scale_are_refused() -> None:
    rows = made_up().assign(size=1e200)

    with pytest.raises(TrainError, match=r"columns \['size'\]: found numbers beyond 1e\+150"):
        train(rows, schema("bought", "string"), Params(FOREST, {}, 0))


@pytest.mark.parametrize("texts", [["?"] * 120, [None] * 120])
def test_texts_without_a_word_are_refused(texts: list) -> None:
    columns = Schema((Column("note", "text", "feature"), Column("bought", "string", "target")))

    with pytest.raises(TrainError, match=r"columns \['note'\]: found no value .*no word"):
        train(made_up().assign(note=texts), columns, Params(LINEAR, {}, 0))


def test_a_classifier_for_numbers_is_refused() -> None:
    columns = Schema((*FEATURES[1:], Column("size", "number", "target")))

    with pytest.raises(TrainError, match="is a classifier, but target 'size' is of type number"):
        train(made_up(), columns, Params(LINEAR, {}, 0))


@pytest.mark.parametrize(
    ("options", "size", "said"),
    [
        ("max_iter: 2", 1, "stopped before it converged"),
        ("max_iter: 900", 1, ""),
        ("penalty: l2", 1, "says: 'penalty' was deprecated"),
        ("C: 1.0", 1e147, ""),
    ],
)
def test_what_libraries_warn_of_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], options: str, size: float, said: str
) -> None:
    """No path, no line of code; and nothing of what does not touch the result."""
    (folder / "data/train").mkdir()
    rows = made_up(150).astype({"visits": "float64", "member": "float64"})
    rows.assign(size=rows["size"] * size).to_parquet(folder / "data/train/first.parquet")
    params = (folder / "params.yaml").read_text()
    (folder / "params.yaml").write_text(params.replace("C: 1.0", options))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stage.main()

    printed = capsys.readouterr().err
    assert printed.count("\n") == bool(said)
    assert printed.startswith("warning: LogisticRegression" if said else "") and said in printed
