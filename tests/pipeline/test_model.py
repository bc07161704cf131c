"""What the model file promises: its bytes depend on the model alone, and it loads as it was."""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import skops.io
from sklearn.base import is_classifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from conftest import ROOT, made_up, run
from pipeline import model
from pipeline.schema import Column, Schema, read_schema

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
FEATURES = ["size", "visits", "colour", "member", "joined"]
ESTIMATORS: dict[str, dict[str, object]] = {
    "calibration.CalibratedClassifierCV": {},
    "dummy.DummyClassifier": {},
    "dummy.DummyRegressor": {},
    "ensemble.AdaBoostClassifier": {"n_estimators": 3},
    "ensemble.BaggingRegressor": {"n_estimators": 3},
    "ensemble.ExtraTreesClassifier": {"n_estimators": 3},
    "ensemble.GradientBoostingClassifier": {"n_estimators": 3},
    "ensemble.GradientBoostingRegressor": {"n_estimators": 3, "loss": "huber"},
    "ensemble.HistGradientBoostingClassifier": {"max_iter": 3, "early_stopping": True},
    "ensemble.HistGradientBoostingRegressor": {"max_iter": 3, "loss": "quantile", "quantile": 0.5},
    "ensemble.RandomForestClassifier": {"n_estimators": 3},
    "ensemble.RandomForestRegressor": {"n_estimators": 3},
    "linear_model.ElasticNet": {},
    "linear_model.HuberRegressor": {},
    "linear_model.Lasso": {},
    "linear_model.LinearRegression": {},
    "linear_model.LogisticRegression": {},
    "linear_model.PoissonRegressor": {},
    "linear_model.Ridge": {},
    "linear_model.SGDClassifier": {},
    "linear_model.TweedieRegressor": {},
    "naive_bayes.GaussianNB": {},
    "neighbors.KNeighborsClassifier": {},
    "neighbors.KNeighborsRegressor": {"algorithm": "ball_tree", "p": 1},
    "neural_network.MLPClassifier": {"max_iter": 5, "hidden_layer_sizes": [4], "solver": "sgd"},
    "neural_network.MLPRegressor": {"max_iter": 5, "hidden_layer_sizes": [4]},
    "svm.SVC": {},
    "svm.SVR": {},
    "tree.DecisionTreeClassifier": {},
    "tree.DecisionTreeRegressor": {},
}


def rows() -> pd.DataFrame:
    """The made-up table as a stage reads it: what may be missing is a float."""
    return made_up().astype({"visits": "float64"})


def fit(name: str) -> Pipeline:
    """Fit one of ESTIMATORS to the made-up table; the schema is read from the current folder."""
    made = model.build(read_schema(), f"sklearn.{name}", ESTIMATORS[name], seed=0)
    target = rows()["bought" if is_classifier(made) else "size"]
    return made.fit(rows()[FEATURES], model.labels(target))


def digests() -> dict[str, str]:
    """Fit and save each of ESTIMATORS; return the hash of each file."""
    saved = {name: model.canonical(skops.io.dumps(fit(name))) for name in ESTIMATORS}
    return {name: hashlib.md5(content).hexdigest() for name, content in saved.items()}


def canonical(content: Any) -> bytes:
    """Return the canonical bytes of any object that skops can save."""
    return model.canonical(skops.io.dumps(content))


PATHS = ["os.system", "antigravity.X", "spy.Model", "spy", "", "sklearnx.Y", "sklearn"]


@pytest.mark.parametrize("path", PATHS)
def test_a_module_that_nobody_trusts_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Not even one of the standard library, or one that lies in the folder that is worked in."""
    (tmp_path / "spy.py").write_text("class Model: fit = predict = get_params = print\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(model.ModelError, match=f"estimator '{path}' (is of a package|cannot be)"):
        model.estimator(path, {}, seed=0)

    assert {"antigravity", "spy"} & set(sys.modules) == set()


def test_a_file_in_the_folder_does_not_pass_for_a_library(folder: Path) -> None:
    for name in ("numpy", "pandas", "platform", "yaml"):
        (folder / f"{name}.py").write_text("open('imported', 'w')\n")

    run(sys.executable, "-m", "pipeline.validate", cwd=folder)

    assert not (folder / "imported").exists()


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_saved_model_is_trusted_and_predicts_the_same(folder: Path, name: str) -> None:
    fitted = fit(name)

    model.save(fitted, "model.skops")
    loaded = model.load("model.skops")

    assert np.array_equal(loaded.predict(rows()[FEATURES]), fitted.predict(rows()[FEATURES]))


TEXTS = {
    "ensemble.HistGradientBoostingClassifier": np.ndarray,
    "ensemble.RandomForestClassifier": scipy.sparse.csr_matrix,
    "linear_model.LogisticRegression": scipy.sparse.csr_matrix,
    "linear_model.Ridge": scipy.sparse.csr_matrix,
    "naive_bayes.GaussianNB": np.ndarray,
    "neighbors.KNeighborsClassifier": scipy.sparse.csr_matrix,
    "svm.SVC": scipy.sparse.csr_matrix,
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_become_words_beside_other_columns(tmp_path: Path, name: str) -> None:
    """As a sparse matrix for an estimator that takes one; a text that is missing has no words."""
    said = pd.Series(["win a prize now", "see you at noon", None, "a prize", "noon then"] * 8)
    table = pd.DataFrame({"said": said, "size": range(40), "again": said.shift()})
    columns = [Column(n, "text", "feature", nullable=True) for n in ("said", "again")]
    schema = Schema((*columns, Column("size", "number", "feature"), Column("y", "b", "target")))
    fitted = model.build(schema, f"sklearn.{name}", {}, seed=0).fit(table, said == said[0])

    model.save(fitted, tmp_path / "model.skops")
    loaded = model.load(tmp_path / "model.skops")

    assert isinstance(fitted[0].transform(table), TEXTS[name])
    assert fitted[0].transform(table).shape == (40, 1 + 2 * 8)
    assert np.array_equal(loaded.predict(table), fitted.predict(table))


@pytest.mark.slow
def test_another_process_saves_the_same_bytes(folder: Path) -> None:
    """Neither the hash seed, nor addresses, nor what fresh memory holds is in the file."""
    printed = run(
        *(sys.executable, "-W", "ignore", "-c"),
        "import json, test_model; print(json.dumps(test_model.digests()))",
        cwd=folder,
        PYTHONPATH=os.pathsep.join([str(Path(__file__).parent), str(ROOT / "tests")]),
        PYTHONHASHSEED="7",
        MALLOC_PERTURB_="77",
    ).stdout

    assert json.loads(printed) == digests()


def test_equal_literals_need_not_be_one_object() -> None:
    """Whether Python keeps one copy of an equal text or number is chance, so it is not saved."""
    word = "a text"

    assert canonical([word, word]) == canonical([word, "".join(list(word))])


def test_where_a_vectorizer_found_its_stop_words_is_not_saved() -> None:
    """It keeps their address."""
    one, other = (TfidfVectorizer().fit(["a text"]) for _ in range(2))
    other._stop_words_id = 7

    assert canonical(one) == canonical(other)
    loaded = skops.io.loads(canonical(one))
    assert loaded.transform(["a text"]).toarray().tolist() == [[1.0]]


def test_an_object_used_twice_is_loaded_once() -> None:
    shared = np.arange(3.0)

    first, second = skops.io.loads(canonical([shared, shared]))

    assert first is second


def test_keys_that_look_like_the_format_are_kept() -> None:
    odd = {"__id__": 3, "__loader__": "JsonNode", "file": "0.npy", "x": '"__id__": 1', "n": [1.5]}

    assert skops.io.loads(canonical(odd)) == odd


def test_a_set_is_saved_in_one_order() -> None:
    """0 and 8 fall into the same slot of a small set, so that the first to come comes first."""
    assert list({0, 8}) != list({8, 0})
    assert canonical({0, 8}) == canonical({8, 0})


def test_loading_refuses_a_type_that_is_not_trusted(tmp_path: Path) -> None:
    """Opening a model file calls nothing that TRUSTED and skops do not name."""
    odd = Pipeline([("call", FunctionTransformer(os.getcwd))])
    skops.io.dump(odd, tmp_path / "model.skops")

    with pytest.raises(model.ModelError, match=r"posix\.getcwd"):
        model.load(tmp_path / "model.skops")


NAMES = """
import sys, sklearn.utils
if sys.argv[1] == "walk":
    import skops.io._trusted_types as known
    print(*known.SKLEARN_ESTIMATOR_TYPE_NAMES, *known.SCIPY_UFUNC_TYPE_NAMES)
else:
    from pipeline import model
    print(*filter(model._is_trusted, sys.argv[1:]))
"""
REFUSED = (
    *("sklearn.utils._mocking.CheckingClassifier", "sklearn.utils.Bunch", "sklearn.nothing.A"),
    *("scipy.special._ufuncs.errstate", "scipy.special._ufuncs.nothing"),
    *("scipy.special._nothing.expit", "scipy.special._basic.factorial", "scipy.io._fortran.expit"),
)


def test_what_skops_trusts_of_scikit_learn_and_scipy_is_trusted_without_its_walks() -> None:
    """What they do not offer publicly, or is neither an estimator nor a ufunc, is not."""
    known = run(sys.executable, "-W", "ignore", "-c", NAMES, "walk", cwd=ROOT).stdout.split()

    told = run(sys.executable, "-W", "ignore", "-c", NAMES, *known, *REFUSED, cwd=ROOT).stdout

    assert told.split() == known


SAVED = """
import sys, scipy.special
from pathlib import Path
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from pipeline import model
steps = make_pipeline(FunctionTransformer(scipy.special.expit), LinearRegression())
model.save(steps, sys.argv[1])
print(model.load(sys.argv[1])[0].func is scipy.special.expit, "expit" in dir(scipy.special))
"""


def test_a_model_may_hold_a_ufunc_of_scipy(tmp_path: Path) -> None:
    """In a process of its own: this one has imported skops with its walks."""
    path = str(tmp_path / "model.skops")

    assert run(sys.executable, "-c", SAVED, path, cwd=ROOT).stdout == "True True\n"


def test_dates_of_any_century_become_days() -> None:
    """Nanoseconds, in which pandas counts otherwise, end in 1677 and in 2262."""
    dates = pd.DataFrame({"day": pd.to_datetime(["1500-01-02", "9999-12-31"], format="ISO8601")})

    found = model.calendar(dates)

    assert found.tolist() == [[-171663.0, 1.0, 1.0], [2932896.0, 12.0, 4.0]]
