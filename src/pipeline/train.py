"""Fit the model on the training rows."""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from pipeline import dataset, model, stage
from pipeline.schema import Schema, read_schema
from pipeline.stage import UserError


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


def main() -> None:
    schema, params = read_schema(), stage.read_params("train", Params)
    rows = pd.concat(dataset.read_parts("data/train").values(), ignore_index=True)
    model.save(train(rows, schema, params), "models/model.skops")


if __name__ == "__main__":
    stage.run(main)
