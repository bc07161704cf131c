"""Fit the model on the training rows."""

import re
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import LinAlgWarning
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from pipeline import dataset, model, stage
from pipeline.schema import Schema, read_schema
from pipeline.stage import UserError

LARGEST = 1e150  # the square of a larger number, of which scaling needs the mean, is none any more


class TrainError(UserError):
    """The model cannot be fitted to these rows."""


@dataclass(frozen=True)
class Params:
    """Which estimator, by dotted path, with which options and seed."""

    estimator: str
    options: dict[str, Any]
    seed: int


def train(rows: pd.DataFrame, schema: Schema, params: Params) -> Pipeline:
    """Return the Pipeline fitted to `rows`; raise TrainError."""
    features, target = [column.name for column in schema.features], rows[schema.target.name]
    unfitted = model.build(schema, params.estimator, params.options, params.seed)
    _check_features(rows, schema)
    _check_target(target, classifier=is_classifier(unfitted), estimator=params.estimator)
    try:
        with np.errstate(all="ignore"):  # scikit-learn itself refuses what is not finite
            fitted = unfitted.fit(rows[features], model.labels(target))
    except (ValueError, TypeError) as error:
        raise TrainError(
            f"params.yaml, section 'train': {params.estimator} with {params.options} cannot be "
            f"fitted ({str(error).splitlines()[0]}); expected options that suit it and the data."
        ) from None
    return _on_one_machine(fitted)


def _check_features(rows: pd.DataFrame, schema: Schema) -> None:
    empty = [c.name for c in schema.features if not _says_something(rows[c.name], c.type)]
    if empty:
        raise TrainError(
            f"data/train, columns {stage.cut(empty)}: found no value in any training row (of text: "
            "no word); expected some: give them the role 'ignored' in data/schema.yaml."
        )
    huge = [c.name for c in schema.features if _is_huge(rows[c.name])]
    if huge:
        raise TrainError(
            f"data/train, columns {stage.cut(huge)}: found numbers beyond {LARGEST:g}, too large "
            "to scale; expected smaller ones: deliver them in another unit, or ignore the column."
        )


def _is_huge(values: pd.Series) -> bool:
    return pd.api.types.is_float_dtype(values) and bool(values.abs().max() > LARGEST)


def _says_something(values: pd.Series, kind: str) -> bool:
    known = values.dropna()
    if kind == "text":
        return any(re.search(r"\w\w", text) for text in known)  # what counts as a word is a feature
    return len(known) > 0


def _check_target(target: pd.Series, *, classifier: bool, estimator: str) -> None:
    where = "params.yaml, section 'train'"
    if target.nunique() < 2:
        raise TrainError(
            f"data/train, column '{target.name}': found only {target.tolist()[0]!r}; expected at "
            "least two different values to learn from: deliver rows with others."
        )
    if classifier and pd.api.types.is_float_dtype(target):
        raise TrainError(
            f"{where}: {estimator} is a classifier, but target '{target.name}' is of type number; "
            "expected a regressor, or a target of type integer, string or boolean."
        )
    if not classifier and pd.api.types.is_string_dtype(target):
        raise TrainError(
            f"{where}: {estimator} is a regressor, but target '{target.name}' is of type string; "
            "expected a classifier, or a target of type number or integer."
        )


def _on_one_machine(fitted: Pipeline) -> Pipeline:
    """Forget how many processes fitted the model: that is the machine's, not the model's."""
    if "n_jobs" in fitted[-1].get_params(deep=False):
        fitted[-1].set_params(n_jobs=None)
    return fitted


def doubts(caught: Sequence[warnings.WarningMessage], estimator: str) -> list[str]:
    """Return a sentence for each thing that libraries warned of while `estimator` was fitted.

    But for those of computing, such as an overflow on the way to a result that is finite.
    """
    found = []
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            found.append(
                f"{estimator} stopped before it converged, so that it may be worse than it could "
                "be: raise its limit (often max_iter) in params.yaml, section 'train', options"
            )
        elif issubclass(warning.category, LinAlgWarning):
            found.append(
                f"{estimator} found features that repeat others: its predictions hold, its "
                "coefficients say little; ignore some in data/schema.yaml, or choose a penalty"
            )
        elif not issubclass(warning.category, RuntimeWarning):
            found.append(f"{estimator} says: {str(warning.message).strip().splitlines()[0]}")
    return list(dict.fromkeys(found))


def main() -> None:
    schema, params = read_schema(), stage.read_params("train", Params)
    rows = pd.concat(dataset.read_parts("data/train").values(), ignore_index=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted = train(rows, schema, params)
    for doubt in doubts(caught, params.estimator.rpartition(".")[2]):
        print(stage.one_line(f"warning: {doubt}"), file=sys.stderr)
    model.save(fitted, "models/model.skops")


if __name__ == "__main__":
    stage.run(main)
