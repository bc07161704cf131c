"""Builds, saves and loads the model: one scikit-learn Pipeline from raw columns to prediction."""

import importlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.special
import sklearn.utils
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from pipeline.schema import Column, Schema
from pipeline.stage import UserError, brief, cut
from pipeline.strict import archive

# Loading refuses every type that is neither known to skops nor listed here. An estimator of another
# library needs its types added: that is a review of what may run when a model file is opened. Only
# from packages that are named here, and from scikit-learn, params.yaml may choose an estimator.
OURS = {"numpy", "pipeline"}  # of TRUSTED, but they have no estimators
TRUSTED = [
    "numpy.dtype",
    "pipeline.model.calendar",
    "pipeline.model.written",
    "scipy.sparse._csr.csr_matrix",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn._loss.loss.HalfTweedieLossIdentity",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._dist_metrics.ManhattanDistance64",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
]
CATEGORIES = 20  # one-hot columns per text column; rarer values share the last one


# Words that count of each column of text, the most frequent; fewer where a zero takes memory too.
# More gain little: of 5,000 texts of 8 words, ROC AUC 0.894, 0.914, 0.926, 0.931 with 500, 1,000,
# 2,000, 4,000 (LogisticRegression); 0.855 and 0.861 with 200 and 500 (histogram boosting). Pairs of
# words gain nothing: 0.919.
WORDS, WORDS_DENSE = 2000, 200


class ModelError(UserError):
    """The model cannot be built, or its file cannot be trusted."""


def estimator(path: str, options: dict[str, Any], seed: int) -> BaseEstimator:
    """Return the estimator at a dotted path, such as 'sklearn.linear_model.Ridge'.

    It gets `options`, and `seed` as random_state if it takes one. Raises ModelError.
    """
    where = "params.yaml, section 'train'"
    module, _, name = path.rpartition(".")
    packages = sorted({"sklearn", *(known.partition(".")[0] for known in TRUSTED)} - OURS)
    inner = [part for part in path.split(".") if part[:1] == "_" or part in ("conftest", "tests")]
    if path.partition(".")[0] not in packages or inner:
        raise ModelError(
            f"{where}: estimator {brief(path)} is of a package that is not trusted; expected one "
            f"of {', '.join(packages)}: one more is trusted once TRUSTED in src/pipeline/model.py "
            "names a type of it."
        )
    try:
        kind = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ModelError(
            f"{where}: estimator {brief(path)} cannot be imported ({error}); "
            "expected a dotted path such as sklearn.linear_model.LogisticRegression."
        ) from None
    if not (isinstance(kind, type) and hasattr(kind, "fit") and hasattr(kind, "predict")):
        raise ModelError(
            f"{where}: '{path}' is no estimator; expected a class with fit and predict."
        )
    try:
        made: Any = kind()
        known = made.get_params(deep=False)
        unknown = sorted(set(options) - set(known))
        if unknown:
            raise ModelError(
                f"{where}: '{path}' has no option {cut(unknown)}; expected some of {sorted(known)}."
            )
        seeded = {"random_state": seed} if "random_state" in known else {}
        return made.set_params(**seeded, **options)
    except TypeError as error:
        raise ModelError(
            f"{where}: '{path}' cannot be made from {brief(options)} ({error})."
        ) from None


def build(schema: Schema, path: str, options: dict[str, Any], seed: int) -> Pipeline:
    """Return the unfitted Pipeline: impute and scale numbers, encode the others, estimate.

    With text the matrix is sparse if the estimator takes one: most words are in few rows.
    """
    made, texts = estimator(path, options, seed), _of_type(schema.features, "text")
    sparse = bool(texts) and _takes_sparse(made)
    numbers = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    dates = Pipeline([("calendar", FunctionTransformer(calendar)), ("numbers", numbers)])
    strings = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=CATEGORIES, sparse_output=False
    )
    words = TfidfVectorizer(max_features=WORDS if sparse else WORDS_DENSE, sublinear_tf=True)
    text = Pipeline([("written", FunctionTransformer(written)), ("words", words)])
    columns = [
        ("numbers", numbers, _of_type(schema.features, "integer", "number", "boolean")),
        ("dates", dates, _of_type(schema.features, "date")),
        ("text", strings, _of_type(schema.features, "string")),
        *((f"words {i}", text, [name]) for i, name in enumerate(texts, start=1)),
    ]
    used = [entry for entry in columns if entry[2]]
    matrix = ColumnTransformer(used, sparse_threshold=1 if sparse else 0)
    return Pipeline([("columns", matrix), ("estimator", made)])


def _takes_sparse(made: BaseEstimator) -> bool:
    """Say whether an estimator says of itself that it can be fitted to a sparse matrix."""
    tags = getattr(made, "__sklearn_tags__", None)
    return tags is not None and tags().input_tags.sparse


def _of_type(columns: tuple[Column, ...], *types: str) -> list[str]:
    return [column.name for column in columns if column.type in types]


def calendar(dates: pd.DataFrame) -> np.ndarray:
    """Turn date columns into days since 1970, month and weekday: three float64 columns each."""
    numbers = []
    for name in dates:
        column = pd.to_datetime(dates[name])
        start = pd.Timestamp(0).as_unit("us")  # nanoseconds would end in 1677 and in 2262
        days = (column - start) / pd.Timedelta(days=1)
        numbers += [days, column.dt.month, column.dt.day_of_week]
    return np.column_stack([np.asarray(part, dtype="float64") for part in numbers])


def written(texts: pd.DataFrame) -> list[str]:
    """Turn one column of text into a list, what is missing into a text without words."""
    return texts.iloc[:, 0].fillna("").tolist()


def labels(target: pd.Series) -> np.ndarray:
    """Return the target as NumPy keeps it: text as fixed-width strings, numbers as they are."""
    return (
        target.to_numpy(dtype="str") if pd.api.types.is_string_dtype(target) else target.to_numpy()
    )


def _skops() -> Any:
    """Import skops.io without its walks through the modules of scikit-learn and SciPy.

    They list the estimators and ufuncs that may be loaded, and cost more than all of training a
    small model; `_is_trusted` says the same of one.
    """
    walk, sklearn.utils.all_estimators = sklearn.utils.all_estimators, list
    scipy.special.__dir__ = list  # a module that names nothing when asked for its names (PEP 562)
    try:
        return importlib.import_module("skops.io")
    finally:
        sklearn.utils.all_estimators = walk
        del scipy.special.__dir__


def _is_trusted(name: str) -> bool:
    """Say whether a type is in TRUSTED, or a public ufunc of SciPy or estimator of scikit-learn."""
    module, _, kind = name.rpartition(".")
    public = module.partition("._")[0]
    if public == "scipy.special":
        ufunc, said = getattr(scipy.special, kind, None), sys.modules.get(module)
        return isinstance(ufunc, np.ufunc) and getattr(said, kind, None) is ufunc
    if name in TRUSTED or not public.startswith("sklearn.") or ".tests" in public:
        return name in TRUSTED
    try:
        found = getattr(importlib.import_module(public), kind, None)
    except ImportError:
        return False
    estimates = isinstance(found, type) and issubclass(found, BaseEstimator)
    return estimates and found.__module__ == module


def save(fitted: Pipeline, path: str | Path) -> None:
    """Write a skops file whose bytes depend on the model alone."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(canonical(_skops().dumps(fitted)))


def canonical(content: bytes) -> bytes:
    """Return the same skops archive without what differs from process to process.

    skops numbers objects and names members by memory address, and stamps members with the time.
    Here both are numbered in the order of the document and times are fixed. Nothing is compressed,
    because zlib's bytes differ between systems (zlib, zlib-ng).
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(members.pop("schema.json"))
    ids: dict[int, int] = {}
    names: dict[str, str] = {}
    for node in _nodes(document):
        if node["__loader__"] == "JsonNode":  # a literal: which equal ones are one object is chance
            del node["__id__"]
        else:
            node["__id__"] = ids.setdefault(node["__id__"], len(ids) + 1)
        if isinstance(node.get("file"), str):
            name = names.setdefault(node["file"], f"{len(names)}{Path(node['file']).suffix}")
            node["file"] = name
        held = node.get("content")
        if isinstance(held, dict) and "_stop_words_id" in held:  # an address, which text keeps
            held["_stop_words_id"]["content"] = "null"
        if node["__loader__"] == "SetNode":
            node["content"].sort(key=lambda item: str(item.get("content")))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for old, new in names.items():
            archive.writestr(zipfile.ZipInfo(new), members[old])
        archive.writestr(zipfile.ZipInfo("schema.json"), json.dumps(document))
    return packed.getvalue()


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield each saved object in a skops document; `__id__` may also be a key of a saved dict."""
    if isinstance(value, dict):
        if isinstance(value.get("__id__"), int):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for child in value:
            yield from _nodes(child)


def load(path: str | Path) -> Pipeline:
    """Return the model in a skops file; raise ModelError, naming them, for types not in TRUSTED."""
    try:
        content = Path(path).read_bytes()
        archive.expect_pipeline(content)
        found = _skops().get_untrusted_types(data=content)
    except Exception as error:  # skops', Python's, NumPy's: whatever a file that lies leads to
        raise _no_model(path, error) from None
    unknown = [name for name in found if not _is_trusted(name)]
    if unknown:
        raise ModelError(
            f"{path}: holds types that are not trusted: {cut(unknown)}; expected those of skops "
            "and of TRUSTED in src/pipeline/model.py: add them there if you know the file's origin."
        )
    try:
        fitted = _skops().loads(content, trusted=found)
        if not (isinstance(fitted[-1], BaseEstimator) and hasattr(fitted, "predict")):
            raise TypeError("its last step is no estimator")
    except Exception as error:  # as above
        raise _no_model(path, error) from None
    return fitted


def _no_model(path: str | Path, error: Exception) -> ModelError:
    why = " ".join(str(error).split())[:200]
    return ModelError(f"{path}: no model file ({why}); run `dvc repro` or `dvc pull`.")
