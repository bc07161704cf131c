"""What both models say of the same rows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline import dataset, evaluate, model, stage
from pipeline.schema import Schema
from pipeline.scores import Array, Predictions
from pipeline.stage import UserError
from review.revision import ReviewError, Side

OUTPUTS = ("models/model.skops", "data/test")


def params(side: Side) -> evaluate.Params:
    """Return the evaluation's parameters of a side; raise ParamsError."""
    return stage.read_params("evaluate", evaluate.Params, str(side.root / "params.yaml"))


def test_rows(side: Side) -> pd.DataFrame:
    """Return the test rows of a side, in the order of its stored predictions."""
    side.need("data/test")
    return pd.concat(dataset.read_parts(side.root / "data/test").values(), ignore_index=True)


def predict(side: Side, rows: pd.DataFrame, target: str) -> Predictions:
    """Return what the model of `side` says of `rows`, whose truth stands in column `target`.

    Raises UserError when the model cannot be loaded, or cannot take these columns.
    """
    side.need("models/model.skops")
    fitted = model.load(side.root / "models/model.skops")
    truth = replace(side.schema.target, name=target)
    absent = [c.name for c in side.schema.features if c.name not in rows]
    if absent:
        raise ReviewError(f"the model of {side.label} needs columns {stage.cut(absent)}")
    try:
        return evaluate.predict(fitted, rows, Schema((*side.schema.features, truth)), params(side))
    except (ValueError, TypeError, AttributeError) as error:
        raise ReviewError(f"the model of {side.label} cannot take these rows ({error})") from None


def comparable(base: Predictions, head: Predictions) -> Predictions:
    """Return base's predictions with head's idea of what is positive; raise ReviewError."""
    if base.task != head.task:
        raise ReviewError(f"base solves a {base.task} task and head a {head.task} task")
    if base.classes is not None and head.positive is not None:
        if head.positive not in base.classes.tolist():
            raise ReviewError(f"base does not know class '{head.positive}'")
        return replace(base, positive=head.positive)
    return base


def stored(side: Side) -> pd.DataFrame:
    """Return the predictions that the evaluation of a side wrote, one line per test row."""
    side.need("data/predictions")
    lines = pd.concat(
        dataset.read_parts(side.root / "data/predictions").values(), ignore_index=True
    )
    return lines.assign(repeat=lines.groupby("row").cumcount())


def shared(base: Side, head: Side) -> Array:
    """Return for each test row of head whether it is a test row of base; raise ReviewError."""
    before, after = stored(base)[["row", "repeat"]], stored(head)[["row", "repeat"]]
    return after.merge(before, how="left", indicator=True)["_merge"].eq("both").to_numpy()


def only(p: Predictions, chosen: Array) -> Predictions:
    """Return the predictions of the rows where `chosen` is true."""
    probabilities = None if p.probabilities is None else p.probabilities[chosen]
    return replace(
        p, truth=p.truth[chosen], predicted=p.predicted[chosen], probabilities=probabilities
    )


def on_common_rows(base: Side, head: Side, positive: Any) -> tuple[Predictions, Predictions]:
    """Return both sides' stored predictions of the test rows they share; the truth is head's.

    Raises ReviewError if they share none.
    """
    before, after = stored(base), stored(head)
    shared = before[["row", "repeat"]].merge(after[["row", "repeat"]])
    if shared.empty:
        raise ReviewError("base and head share no test row")
    lines = [shared.merge(side, on=["row", "repeat"]) for side in (before, after)]
    truth = model.labels(lines[1]["actual"])
    found = [_from_lines(side, truth, positive) for side in lines]
    return comparable(found[0], found[1]), found[1]


def _from_lines(lines: pd.DataFrame, truth: Any, positive: Any) -> Predictions:
    predicted = model.labels(lines["predicted"])
    names = [name for name in lines if str(name).startswith("probability ")]
    if not names:
        return Predictions(truth, predicted)
    labels = {str(label): label for label in np.unique(np.concatenate([truth, predicted])).tolist()}
    words = [str(name).removeprefix("probability ") for name in names]
    classes = np.array([labels.get(word, word) for word in words])
    return Predictions(truth, predicted, lines[names].to_numpy(), classes, positive)


def both(base: Side, head: Side, rows: pd.DataFrame) -> tuple[Predictions | None, Predictions, str]:
    """Return base's and head's predictions of head's test rows, and why base has none."""
    after = predict(head, rows, head.schema.target.name)
    try:
        return comparable(predict(base, rows, head.schema.target.name), after), after, ""
    except UserError as error:
        return None, after, str(error)
