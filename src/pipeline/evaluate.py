"""Score the model on the test rows, and write metrics, predictions and the points of each plot."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from pipeline import dataset, model, points, scores, stage
from pipeline.schema import Schema, read_schema
from pipeline.scores import METRICS, Array, Predictions
from pipeline.shuffled import shuffling
from pipeline.stage import UserError

IMPORTANCE_ROWS = 2000  # permutation importance is a mean: a few thousand rows are enough
IMPORTANCE_REPEATS = 5
KNOWING = (  # metrics that a model cannot bring near 1 by guessing, however rare a class is
    *("roc_auc", "roc_auc_ovr", "balanced_accuracy", "f1_macro", "matthews_corrcoef"),
    *("r2", "explained_variance"),
)
NEAR_PERFECT, ENOUGH_ROWS, ENOUGH_OTHERS = 0.999, 100, 20


class EvaluateError(UserError):
    """The model cannot be scored as params.yaml asks."""


@dataclass(frozen=True)
class Params:
    """The metrics, the first being primary; the positive class, and from which probability on."""

    metrics: list[str]
    positive: str | int | float | bool | None
    threshold: float | None

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 < self.threshold < 1:
            raise ValueError(f"'threshold' is {self.threshold}; expected between 0 and 1, or null")


def predict(fitted: Pipeline, rows: pd.DataFrame, schema: Schema, params: Params) -> Predictions:
    """Return what the model says of `rows`, in all of its digits.

    A probability near 1, or a large number of which little varies, tells by its last ones. They are
    the same on every machine, because importing `pipeline` fixes how numbers are computed.
    Raises EvaluateError if `positive` or `threshold` do not fit the model's classes, or if what it
    says of a row is no number.
    """
    features = rows[[column.name for column in schema.features]]
    found = _predictions(fitted, features, model.labels(rows[schema.target.name]), params)
    if wild := scores.wild(found):
        raise EvaluateError(
            f"The model says infinity, or no number, of {wild:,} of {len(rows):,} rows; expected "
            "finite predictions: look for values in another unit among these rows, or choose "
            "another estimator or options."
        )
    return found


def _predictions(fitted: Pipeline, features: Any, truth: Array, params: Params) -> Predictions:
    classes = getattr(fitted, "classes_", None)
    _check(classes, params)
    if classes is None:
        return Predictions(truth, fitted.predict(features).astype(float))
    if not hasattr(fitted, "predict_proba"):
        positive = _positive(classes, params)
        return Predictions(truth, fitted.predict(features), None, classes, positive)
    probabilities = fitted.predict_proba(features)
    predicted = classes[probabilities.argmax(axis=1)]
    positive = _positive(classes, params)
    if positive is not None:
        column = list(classes).index(positive)
        chosen = probabilities[:, column] >= (params.threshold or 0.5)
        predicted = np.where(chosen, positive, classes[1 - column])
    return Predictions(truth, predicted, probabilities, classes, positive)


def _positive(classes: Any, params: Params) -> Any:
    if len(classes) > 2:
        return None
    return classes[-1] if params.positive is None else classes[list(classes).index(params.positive)]


def _check(classes: Any, params: Params) -> None:
    where, binary = "params.yaml, section 'evaluate'", classes is not None and len(classes) == 2
    positive = stage.brief(params.positive)
    if not binary and (params.positive is not None or params.threshold is not None):
        raise EvaluateError(
            f"{where}: 'positive' is {positive} and 'threshold' is {params.threshold!r}; "
            "expected null for both, because the model does not tell two classes apart."
        )
    if binary and params.positive is not None and params.positive not in classes.tolist():
        raise EvaluateError(
            f"{where}: 'positive' is {positive}; expected one of {classes.tolist()}."
        )


def unmatched(predictions: Predictions) -> list[str]:
    """Return a sentence for each class that stands on one side of the split only."""
    if predictions.classes is None:
        return []
    learnt, tested = set(predictions.classes.tolist()), set(predictions.truth.tolist())
    return [
        *(f"class {c!r} has no training row: never predicted" for c in sorted(tested - learnt)),
        *(f"class {c!r} has no test row: never measured" for c in sorted(learnt - tested)),
    ]


def undefined(found: dict[str, float]) -> list[str]:
    """Return a sentence for each metric that the test rows leave undefined."""
    return [
        f"metric '{name}' is undefined on these test rows: left out"
        for name, value in found.items()
        if not np.isfinite(value)
    ]


def suspicious(found: dict[str, float], p: Predictions, important: list[str]) -> list[str]:
    """Return a sentence if results are too good to be true: probably a feature knows the target.

    Of the first of KNOWING among the metrics; only if the test rows are enough, and enough of them
    are of other classes than the most frequent. important: features, the most important first.
    """
    name = next((metric for metric in found if metric in KNOWING), None)
    counts = np.unique(p.truth, return_counts=True)[1]
    few = len(p.truth) < ENOUGH_ROWS or len(p.truth) - counts.max() < ENOUGH_OTHERS
    if name is None or few or not found[name] >= NEAR_PERFECT:
        return []
    return [
        f"{name} is {found[name]:.4f}: near-perfect results usually mean that a feature knows the "
        f"target (a leak); look first at {stage.cut(important[:3])}, the most important"
    ]


def table(rows: pd.DataFrame, schema: Schema, p: Predictions) -> pd.DataFrame:
    """Return one line per row: its hash, its key, the truth, what was predicted, probabilities."""
    columns: dict[str, Any] = {"row": dataset.hashes(rows, schema.identity)}
    columns |= {f"key {name}": rows[name].to_numpy() for name in schema.having("key")}
    columns |= {"actual": p.truth, "predicted": p.predicted}
    if p.probabilities is not None and p.classes is not None:
        for i, label in enumerate(p.classes):
            columns[f"probability {label}"] = p.probabilities[:, i]
    return pd.DataFrame(columns)


def importance(
    fitted: Pipeline, rows: pd.DataFrame, schema: Schema, params: Params
) -> pd.DataFrame:
    """Return, per feature, by how much the primary metric worsens when its values are shuffled.

    Mean over repeats on a subsample (Breiman, 2001, Random Forests, section 10); worst loss first.
    """
    metric, generator = params.metrics[0], np.random.default_rng(0)
    if len(rows) > IMPORTANCE_ROWS:
        rows = rows.iloc[np.sort(generator.permutation(len(rows))[:IMPORTANCE_ROWS])]
    sign = 1 if METRICS[metric].greater_is_better else -1
    predictions = predict(fitted, rows, schema, params)
    whole, size = scores.value(metric, predictions), len(rows)
    predicting, shuffle = shuffling(fitted, rows[[column.name for column in schema.features]])
    every = np.tile(np.arange(size), IMPORTANCE_REPEATS)

    def losses(name: str) -> Iterator[float]:
        own = np.concatenate([generator.permutation(size) for _ in range(IMPORTANCE_REPEATS)])
        inputs = shuffle(name, every, own)
        shuffled = _predictions(predicting, inputs, predictions.truth[every], params)
        for start in range(0, len(every), size):
            yield sign * (whole - scores.value(metric, shuffled[start : start + size]))

    found = {c.name: float(np.mean(list(losses(c.name)))) for c in schema.features}
    largest = max(map(abs, (whole, *found.values())))
    rounded = [(name, stage.significant(loss, of=largest)) for name, loss in found.items()]
    frame = pd.DataFrame(rounded, columns=["feature", "importance"])
    return frame.sort_values("importance", ascending=False, kind="stable")


def main() -> None:
    schema, params = read_schema(), stage.read_params("evaluate", Params)
    fitted, parts = model.load("models/model.skops"), dataset.read_parts("data/test")
    rows = pd.concat(parts.values(), ignore_index=True)
    predictions = predict(fitted, rows, schema, params)
    scores.check(params.metrics, predictions)
    found = scores.score(params.metrics, predictions)
    stage.write_json("metrics/test.json", {k: v for k, v in found.items() if np.isfinite(v)})
    lines = table(rows, schema, predictions)
    with stage.replacing("data/predictions") as folder:
        ends = np.cumsum([len(part) for part in parts.values()])
        for name, end, part in zip(parts, ends, parts.values(), strict=True):
            dataset.write_part(folder, name, lines[end - len(part) : end])
    plots, said = points.curves(predictions), unmatched(predictions) + undefined(found)
    if np.isfinite(found[params.metrics[0]]):
        plots["importance"] = importance(fitted, rows, schema, params)
        said += suspicious(found, predictions, plots["importance"]["feature"].tolist())
    for warning in said:
        print(stage.one_line(f"warning: {warning}"), file=sys.stderr)
    with stage.replacing("metrics/plots") as folder:
        for name, frame in plots.items():
            frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    stage.run(main)
