"""What both models say of the same rows, each by its own code."""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline import dataset, evaluate, model, stage
from pipeline.scores import Array, Predictions
from review import revision
from review.revision import ReviewError, Side

PREDICT = Path(__file__).with_name("predict.py")
PROBABILITY = "probability "


def params(side: Side) -> evaluate.Params:
    """Return the evaluation's parameters of a side; raise ParamsError."""
    return stage.read_params("evaluate", evaluate.Params, str(side.root / "params.yaml"))


def test_rows(side: Side) -> pd.DataFrame:
    """Return the test rows of a side, in the order of its stored predictions."""
    side.need("data/test")
    return pd.concat(dataset.read_parts(side.root / "data/test").values(), ignore_index=True)


def recorded(side: Side, positive: Any) -> Predictions:
    """Return what the model of a side said of its own test rows when it was evaluated."""
    side.need("data/predictions")
    parts = dataset.read_parts(side.root / "data/predictions").values()
    lines = pd.concat(parts, ignore_index=True)
    return predictions(lines, model.labels(lines["actual"]), positive)


def predict(
    side: Side, rows: pd.DataFrame, target: str, positive: Any, names: Mapping[str, str]
) -> Predictions:
    """Return what the model of `side` says of `rows`, by that side's own code.

    The truth stands in column `target`; `names` gives the column that `side` knows by another name.
    Raises ReviewError when the model cannot be loaded, or cannot take these columns.
    """
    side.need("models/model.skops")
    given = rows.rename(columns=dict(names))
    given = given.assign(**{side.schema.target.name: rows[target]})
    absent = [c.name for c in side.schema.features if c.name not in given]
    if absent:
        raise ReviewError(f"the model of {side.label} needs columns {stage.cut(absent)}")
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        dataset.write_part(Path(folder), "rows", given)
        lines = Path(folder, "lines.parquet")
        words = (sys.executable, "-P", str(PREDICT), f"{folder}/rows.parquet", str(lines))
        done = revision.call(*words, cwd=side.root, check=False)
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
            raise ReviewError(f"the model of {side.label} cannot take these rows ({said})")
        return predictions(pd.read_parquet(lines), model.labels(rows[target]), positive)


def predictions(lines: pd.DataFrame, truth: Array, positive: Any) -> Predictions:
    """Return n lines, with 'predicted' and a 'probability …' for each class, as Predictions.

    Of two classes one is positive: the last, if `positive` is neither.
    """
    predicted = model.labels(lines["predicted"])
    names = [str(name) for name in lines if str(name).startswith(PROBABILITY)]
    if not names and np.issubdtype(predicted.dtype, np.floating):
        return Predictions(truth, predicted)
    classes = np.unique(np.concatenate([truth, predicted]))
    if names:
        classes = _read(predicted, [name.removeprefix(PROBABILITY) for name in names])
    chosen = None
    if len(classes) <= 2:
        chosen = positive if positive in classes.tolist() else classes[-1]
    return Predictions(
        truth, predicted, lines[names].to_numpy() if names else None, classes, chosen
    )


def _read(like: Array, words: list[str]) -> Array:
    """Return class names as values of the type of other labels."""
    if like.dtype == bool:
        return np.array([word == "True" for word in words])
    return np.array(words) if like.dtype.kind == "U" else np.array(words).astype(like.dtype)


def comparable(base: Predictions, head: Predictions) -> Predictions:
    """Return base's predictions with head's idea of what is positive; raise ReviewError."""
    if base.task != head.task:
        raise ReviewError(f"base solves a {base.task} task and head a {head.task} task")
    if base.classes is None or head.classes is None:
        return base
    if base.probabilities is None:  # then its classes are those that were seen
        return replace(base, classes=head.classes, positive=head.positive)
    known, new = base.classes.tolist(), head.classes.tolist()
    lost, gained = [c for c in known if c not in new], [c for c in new if c not in known]
    if lost and gained:
        raise ReviewError(
            f"base knows classes {stage.cut(lost)} and head {stage.cut(gained)} instead, "
            "as after a renaming"
        )
    if head.positive is not None and head.positive not in known:
        raise ReviewError(f"base does not know class '{head.positive}'")
    return replace(base, positive=head.positive)


def agree(one: Predictions, other: Predictions) -> bool:
    """Say whether two say the same of n rows, but for the last of the digits that are kept."""
    if one.probabilities is None or other.probabilities is None:
        close = np.array_equal if one.classes is not None else np.allclose
        return bool(close(one.predicted, other.predicted))
    return np.allclose(one.probabilities, other.probabilities, rtol=0, atol=2e-6)


def only(p: Predictions, chosen: Array) -> Predictions:
    """Return the predictions of the chosen rows: n truth values, or positions."""
    probabilities = None if p.probabilities is None else p.probabilities[chosen]
    return replace(
        p, truth=p.truth[chosen], predicted=p.predicted[chosen], probabilities=probabilities
    )
