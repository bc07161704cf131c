"""What kind of problem a target poses, and the parameters and plots to start with."""

import io
from typing import Any

import numpy as np
import pandas as pd
import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from pipeline import scores
from pipeline.stage import UserError

LABELS = 20  # an integer target with at most this many values can be a class
SCALE = 6  # and one with at least this many can be a count
LARGE = 50_000  # rows from which histogram boosting is the better start
MANY, MUCH = 10, 200_000  # classes, and rows times classes, from which others take minutes
PAIRS = (
    *(("0", "1"), ("0.0", "1.0"), ("-1", "1"), ("false", "true"), ("f", "t"), ("off", "on")),
    *(("no", "yes"), ("n", "y"), ("negative", "positive"), ("neg", "pos"), ("absent", "present")),
    *(("nein", "ja"), ("nee", "ja"), ("non", "oui"), ("no", "si"), ("no", "sí")),
)
CURVES = {
    "calibration": ("Calibration", "linear", "predicted", "observed"),
    "confusion": ("Confusion", "simple", "actual", "rows"),
    "importance": ("Permutation importance", "bar_horizontal", "importance", "feature"),
    "precision_recall": ("Precision and recall", "simple", "recall", "precision"),
    "predicted": ("Predicted against actual", "scatter", "predicted", "actual"),
    "residuals": ("Residuals", "simple", "residual", "rows"),
    "roc": ("ROC", "simple", "false_positive_rate", "true_positive_rate"),
}
PLOTS = {
    "classification": ["calibration", "confusion", "importance", "precision_recall", "roc"],
    "regression": ["importance", "predicted", "residuals"],
}


class TaskError(UserError):
    """The target does not suit a task."""


def task_of(target: pd.Series, asked: str | None) -> str:
    """Return 'binary', 'multiclass' or 'regression'; raise TaskError if the target forbids it."""
    classes, numeric = target.nunique(), pd.api.types.is_numeric_dtype(target)
    if classes < 2:
        found = "".join(f"always {value!r}" for value in target.tolist()[:1]) or "never given"
        raise TaskError(f"Target '{target.name}' is {found}; expected two values or more.")
    numeric = numeric and not pd.api.types.is_bool_dtype(target)
    regression = numeric and (
        pd.api.types.is_float_dtype(target)
        or classes > min(LABELS, len(target) / 2)
        or _is_count(target)
    )
    if asked == "regression" and not numeric:
        raise TaskError(f"Target '{target.name}' holds no numbers; expected TASK=classification.")
    if asked == "regression" or (asked is None and regression):
        return "regression"
    if classes > len(target) / 2:
        raise TaskError(
            f"Target '{target.name}' has {classes:,} values in {len(target):,} rows; "
            "expected a column with few classes, or numbers."
        )
    return "binary" if classes == 2 else "multiclass"


def _is_count(target: pd.Series) -> bool:
    """Say whether whole numbers count or grade, as children or points do, and name no classes.

    Then their frequencies, in order of the values, rise and then fall, and far; those of classes,
    whose numbers are only names, go up and down, or are about the same.
    """
    counts = target.value_counts().sort_index().to_numpy()
    if len(counts) < SCALE or counts.min() > counts.max() / 5:
        return False
    top, noise = int(counts.argmax()), 2 * np.sqrt(counts) + 1
    steps = np.diff(counts)
    rises, falls = steps[:top] >= -noise[:top], steps[top:] <= noise[top:-1]
    return bool(rises.all() and falls.all())


def parameters(text: str, task: str, target: pd.Series, split: dict[str, Any]) -> str:
    """Return params.yaml for this task, with the comments it had."""
    estimator, options = _start(task, len(target), target.nunique())
    binary = task == "binary"
    chosen: dict[str, dict[str, Any]] = {
        "split": {"test_share": 0.25, **split},
        "train": {"estimator": estimator, "options": _flow(options), "seed": 0},
        "evaluate": {
            "metrics": _flow(scores.DEFAULTS[task]),
            "positive": _positive(target) if binary else None,
            "threshold": 0.5 if binary else None,
        },
        "review": {"gate": _flow({}), "slices": _flow([])},
    }
    return _edited(text, chosen)


def plots(text: str, task: str) -> str:
    """Return dvc.yaml with the plots that the evaluation of this task writes."""
    kind = "regression" if task == "regression" else "classification"
    keys = ("title", "template", "x", "y")
    entries = {
        f"metrics/plots/{name}.csv": dict(zip(keys, CURVES[name], strict=True))
        for name in PLOTS[kind]
    }
    return _edited(text, {"plots": [{name: entry} for name, entry in entries.items()]})


def _edited(text: str, chosen: dict[str, Any]) -> str:
    """Replace values in a YAML document, one level deep, and keep everything else as it is."""
    editor = YAML()
    editor.width, editor.preserve_quotes = 1 << 30, True
    editor.indent(mapping=2, sequence=4, offset=2)
    editor.representer.add_representer(
        type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    editor.representer.add_representer(str, _quoted_if_needed)
    document = editor.load(text)
    for section, values in chosen.items():
        if isinstance(values, dict):
            document.setdefault(section, {}).update(values)
        else:
            document[section] = values
    written = io.StringIO()
    editor.dump(document, written)
    return written.getvalue()


def _quoted_if_needed(representer: Any, text: str) -> Any:
    """Quote what YAML 1.1, as other programs read it, takes for no text, such as yes and on."""
    resolver: Any = yaml.resolver.Resolver()
    plain = resolver.resolve(yaml.ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str"
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else "'")


def _flow(value: Any) -> Any:
    """Return a mapping or list that is written on one line."""
    made = CommentedMap(value) if isinstance(value, dict) else CommentedSeq(value)
    made.fa.set_flow_style()
    return made


def _start(task: str, rows: int, classes: int) -> tuple[str, dict[str, Any]]:
    if task == "regression":
        if rows > LARGE:
            return "sklearn.ensemble.HistGradientBoostingRegressor", {}
        return "sklearn.linear_model.Ridge", {"alpha": 1.0}
    if classes > MANY and rows * classes > MUCH:
        return "sklearn.discriminant_analysis.LinearDiscriminantAnalysis", {}
    if rows > LARGE:
        # What would be held back to stop early needs each class twice, and some have one row.
        return "sklearn.ensemble.HistGradientBoostingClassifier", {"early_stopping": False}
    return "sklearn.linear_model.LogisticRegression", {"C": 1.0, "max_iter": 1000}


def _positive(target: pd.Series) -> Any:
    """Return the class one would ask for: the second of a usual pair, else the rarer one."""
    counts = target.value_counts().sort_index(ascending=False)
    pair = {str(label).lower(): label for label in counts.index}
    usual = next((yes for no, yes in PAIRS if pair.keys() == {no, yes}), None)
    found = counts.idxmin() if usual is None else pair[usual]
    return found.item() if isinstance(found, np.generic) else found
