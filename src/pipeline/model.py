"""Builds, saves and loads the model: one scikit-learn Pipeline from raw columns to prediction."""

import importlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from pipeline.dataset import Column, Schema
from pipeline.stage import UserError

# Loading refuses every type that is neither known to skops nor listed here. An estimator of another
# library needs its types added: that is a review of what may run when a model file is opened.
TRUSTED = [
    "numpy.dtype",
    "pipeline.model.calendar",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
]
CATEGORIES = 20  # one-hot columns per text column; rarer values share the last one


class ModelError(UserError):
    """The model cannot be built, or its file cannot be trusted."""


def estimator(path: str, options: dict[str, Any], seed: int) -> BaseEstimator:
    """Return the estimator at a dotted path, such as 'sklearn.linear_model.Ridge'.

    It gets `options`, and `seed` as random_state if it takes one. Raises ModelError.
    """
    where = "params.yaml, section 'train'"
    module, _, name = path.rpartition(".")
    try:
        kind = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ModelError(
            f"{where}: estimator '{path}' cannot be imported ({error}); "
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
                f"{where}: '{path}' has no option {unknown}; expected some of {sorted(known)}."
            )
        seeded = {"random_state": seed} if "random_state" in known else {}
        return made.set_params(**seeded, **options)
    except TypeError as error:
        raise ModelError(f"{where}: '{path}' cannot be made from {options} ({error}).") from None


def build(schema: Schema, path: str, options: dict[str, Any], seed: int) -> Pipeline:
    """Return the unfitted Pipeline: impute and scale numbers, encode text and dates, estimate."""
    numbers = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    dates = Pipeline([("calendar", FunctionTransformer(calendar)), ("numbers", numbers)])
    text = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=CATEGORIES, sparse_output=False
    )
    columns = [
        ("numbers", numbers, _of_type(schema.features, "integer", "number", "boolean")),
        ("dates", dates, _of_type(schema.features, "date")),
        ("text", text, _of_type(schema.features, "string")),
    ]
    used = [entry for entry in columns if entry[2]]
    return Pipeline(
        [
            ("columns", ColumnTransformer(used, sparse_threshold=0)),
            ("estimator", estimator(path, options, seed)),
        ]
    )


def _of_type(columns: tuple[Column, ...], *types: str) -> list[str]:
    return [column.name for column in columns if column.type in types]


def calendar(dates: pd.DataFrame) -> np.ndarray:
    """Turn date columns into days since 1970, month and weekday: three float64 columns each."""
    numbers = []
    for name in dates:
        column = pd.to_datetime(dates[name])
        days = (column - pd.Timestamp(0)) / pd.Timedelta(days=1)
        numbers += [days, column.dt.month, column.dt.weekday]
    return np.column_stack([np.asarray(part, dtype="float64") for part in numbers])


def labels(target: pd.Series) -> np.ndarray:
    """Return the target as NumPy keeps it: text as fixed-width strings, numbers as they are."""
    return (
        target.to_numpy(dtype="str") if pd.api.types.is_string_dtype(target) else target.to_numpy()
    )


def save(fitted: Pipeline, path: str | Path) -> None:
    """Write a skops file whose bytes depend on the model alone.

    skops numbers objects by memory address and stamps members with the time; here ids and member
    names are numbered in the order in which the document mentions them, and times are fixed.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(canonical(skops.io.dumps(fitted)))


def canonical(content: bytes) -> bytes:
    """Return the same skops archive with canonical ids, member names and times."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = members.pop("schema.json").decode()
    order: dict[str, str] = {}
    for found in re.findall(r'"__id__": (\d+)|"file": "([^"]+)"', schema):
        order.setdefault(found[0] or found[1], str(len(order)))
    renamed = {name: order[name] + Path(name).suffix for name in members}
    document = json.loads(schema)
    _renumber(document, order, renamed)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members, key=lambda member: int(order[member])):
            _add(archive, renamed[name], members[name])
        _add(archive, "schema.json", json.dumps(document, indent=1).encode())
    return packed.getvalue()


def _renumber(node: Any, order: dict[str, str], renamed: dict[str, str]) -> None:
    if isinstance(node, dict):
        if "__id__" in node:
            node["__id__"] = int(order[str(node["__id__"])])
        if node.get("file") in renamed:
            node["file"] = renamed[node["file"]]
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        _renumber(child, order, renamed)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    archive.writestr(member, content, zipfile.ZIP_DEFLATED)


def load(path: str | Path) -> Pipeline:
    """Return the model in a skops file; raise ModelError, naming them, for types not in TRUSTED."""
    try:
        content = Path(path).read_bytes()
        unknown = sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ModelError(
            f"{path}: no model file ({error}); run `dvc repro` or `dvc pull`."
        ) from None
    if unknown:
        raise ModelError(
            f"{path}: holds types that are not trusted: {unknown}; expected those of skops and "
            "of TRUSTED in src/pipeline/model.py: add them there if you know the file's origin."
        )
    return skops.io.loads(content, trusted=TRUSTED)
