"""Metrics, by scikit-learn's names, over one kind of prediction."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sklearn.metrics as sk

from pipeline import stage
from pipeline.stage import UserError

Array = np.ndarray[Any, Any]


class MetricError(UserError):
    """A metric is unknown, or does not fit the task or the model."""


@dataclass(frozen=True)
class Predictions:
    """What a model says of n rows, beside the truth.

    truth, predicted: n labels or values. probabilities: n rows, one column per entry of `classes`;
    None for regression, or when the estimator gives none. positive: the class that counts as
    positive, for two classes.
    """

    truth: Array
    predicted: Array
    probabilities: Array | None = None
    classes: Array | None = None
    positive: Any = None

    def __getitem__(self, rows: slice | Array) -> "Predictions":
        """Return the same of some of the n rows: a slice, n truth values, or positions."""
        some = None if self.probabilities is None else self.probabilities[rows]
        return replace(
            self, truth=self.truth[rows], predicted=self.predicted[rows], probabilities=some
        )

    @property
    def task(self) -> str:
        """One of 'binary', 'multiclass', 'regression'."""
        if self.classes is None:
            return "regression"
        return "binary" if self.positive is not None else "multiclass"

    @property
    def is_positive(self) -> Array:
        """Whether the truth is the positive class."""
        return self.truth == self.positive

    @property
    def score(self) -> Array:
        """The probability of the positive class."""
        assert self.probabilities is not None and self.classes is not None
        return self.probabilities[:, list(self.classes).index(self.positive)]


@dataclass(frozen=True)
class Metric:
    """How a metric is computed, for which tasks, and which direction is better."""

    compute: Callable[[Predictions], float]
    tasks: tuple[str, ...]
    greater_is_better: bool = True
    needs_probabilities: bool = False


def _labels(function: Callable[..., float], **options: Any) -> Callable[[Predictions], float]:
    return lambda p: function(p.truth, p.predicted, **options)


def _two(function: Callable[..., float], **options: Any) -> Callable[[Predictions], float]:
    return lambda p: function(p.is_positive, p.predicted == p.positive, **options)


def _ranked(function: Callable[..., float]) -> Callable[[Predictions], float]:
    def compute(p: Predictions) -> float:
        both = 0 < np.count_nonzero(p.is_positive) < len(p.truth)
        return function(p.is_positive, p.score) if both else float("nan")

    return compute


def _one_against_rest(p: Predictions) -> float:
    """Mean ROC AUC over the classes that are among the rows, but are not all of them."""
    assert p.probabilities is not None and p.classes is not None
    sides = [(p.truth == label, p.probabilities[:, i]) for i, label in enumerate(p.classes)]
    values = [sk.roc_auc_score(yes, score) for yes, score in sides if 0 < yes.sum() < len(yes)]
    return float(np.mean(values)) if values else float("nan")


def log_losses(p: Predictions) -> Array:
    """Return each row's negative log probability of the truth; an unknown class has 0.

    The logarithm of 0 is taken of the least step from 1 instead, as scikit-learn does.

    Nearly sure and right, of two minds, nearly sure and wrong:

    >>> chances = np.array([[0.1, 0.9], [0.5, 0.5], [0.9, 0.1]])
    >>> truth = np.array(["yes", "yes", "yes"])
    >>> log_losses(Predictions(truth, truth, chances, np.array(["no", "yes"]), "yes")).round(2)
    array([0.11, 0.69, 2.3 ])
    """
    assert p.probabilities is not None and p.classes is not None
    column = {label: i for i, label in enumerate(p.classes.tolist())}
    chosen = [column.get(label, -1) for label in p.truth.tolist()]
    padded = np.column_stack([p.probabilities, np.zeros(len(p.truth))])
    probability = padded[np.arange(len(p.truth)), chosen]
    return -np.log(np.clip(probability, np.finfo(p.probabilities.dtype).eps, 1))


BINARY, CLASSES, VALUES = ("binary",), ("binary", "multiclass"), ("regression",)
METRICS = {
    "accuracy": Metric(_labels(sk.accuracy_score), CLASSES),
    "average_precision": Metric(
        _ranked(sk.average_precision_score), BINARY, needs_probabilities=True
    ),
    "balanced_accuracy": Metric(_labels(sk.balanced_accuracy_score), CLASSES),
    "brier_score_loss": Metric(
        lambda p: sk.brier_score_loss(p.is_positive, p.score), BINARY, False, True
    ),
    "f1": Metric(_two(sk.f1_score, zero_division=0), BINARY),
    "f1_macro": Metric(_labels(sk.f1_score, average="macro", zero_division=0), CLASSES),
    "f1_weighted": Metric(_labels(sk.f1_score, average="weighted", zero_division=0), CLASSES),
    "log_loss": Metric(lambda p: float(log_losses(p).mean()), CLASSES, False, True),
    "matthews_corrcoef": Metric(_labels(sk.matthews_corrcoef), CLASSES),
    "precision": Metric(_two(sk.precision_score, zero_division=0), BINARY),
    "precision_macro": Metric(
        _labels(sk.precision_score, average="macro", zero_division=0), CLASSES
    ),
    "recall": Metric(_two(sk.recall_score, zero_division=0), BINARY),
    "recall_macro": Metric(_labels(sk.recall_score, average="macro", zero_division=0), CLASSES),
    "roc_auc": Metric(_ranked(sk.roc_auc_score), BINARY, needs_probabilities=True),
    "roc_auc_ovr": Metric(_one_against_rest, CLASSES, needs_probabilities=True),
    "explained_variance": Metric(_labels(sk.explained_variance_score), VALUES),
    "max_error": Metric(_labels(sk.max_error), VALUES, False),
    "mean_absolute_error": Metric(_labels(sk.mean_absolute_error), VALUES, False),
    "mean_absolute_percentage_error": Metric(
        _labels(sk.mean_absolute_percentage_error), VALUES, False
    ),
    "mean_squared_error": Metric(_labels(sk.mean_squared_error), VALUES, False),
    "median_absolute_error": Metric(_labels(sk.median_absolute_error), VALUES, False),
    "r2": Metric(_labels(sk.r2_score), VALUES),
    "root_mean_squared_error": Metric(_labels(sk.root_mean_squared_error), VALUES, False),
}
DEFAULTS = {
    "binary": ["roc_auc", "average_precision", "accuracy", "f1", "log_loss"],
    "multiclass": ["balanced_accuracy", "accuracy", "f1_macro", "roc_auc_ovr", "log_loss"],
    "regression": ["root_mean_squared_error", "mean_absolute_error", "r2"],
}


def check(names: list[str], predictions: Predictions) -> None:
    """Raise MetricError unless every named metric can be computed from such predictions.

    >>> check(["accuracy"], Predictions(np.array([1.0, 2.0]), np.array([1.5, 2.0])))
    Traceback (most recent call last):
    pipeline.scores.MetricError: params.yaml, section 'evaluate': metric 'accuracy' does not fit ...
    """
    where = "params.yaml, section 'evaluate'"
    if not names or len(set(names)) < len(names):
        raise MetricError(f"{where}: metrics is {names}; expected at least one, each once.")
    fitting = sorted(n for n, metric in METRICS.items() if predictions.task in metric.tasks)
    for name in names:
        if name not in METRICS:
            raise MetricError(f"{where}: unknown metric '{name}'; expected some of {fitting}.")
        if name not in fitting:
            raise MetricError(
                f"{where}: metric '{name}' does not fit a {predictions.task} task; "
                f"expected some of {fitting}."
            )
        if METRICS[name].needs_probabilities and predictions.probabilities is None:
            raise MetricError(
                f"{where}: metric '{name}' needs probabilities, and this estimator has no "
                "predict_proba; expected another metric or estimator."
            )


def wild(p: Predictions) -> int:
    """Return of how many rows what is predicted is no finite number.

    >>> wild(Predictions(np.zeros(3), np.array([1.0, np.inf, np.nan])))
    2
    """
    said = p.predicted if p.classes is None else p.probabilities
    if said is None or not len(said):
        return 0
    return int((~np.isfinite(said.reshape(len(said), -1))).any(axis=1).sum())


def value(name: str, predictions: Predictions) -> float:
    """Return a metric; not a number where the rows leave it undefined.

    Of a single class, nothing can be ranked:

    >>> truth, chances = np.array(["yes", "yes"]), np.array([[0.2, 0.8], [0.4, 0.6]])
    >>> one_class = Predictions(truth, truth, chances, np.array(["no", "yes"]), "yes")
    >>> value("accuracy", one_class), value("roc_auc", one_class)
    (1.0, nan)
    """
    if wild(predictions):
        return float("nan")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # scikit-learn on classes without rows: NaN says it
        return float(METRICS[name].compute(predictions))


def score(names: list[str], predictions: Predictions) -> dict[str, float]:
    """Return each named metric to 6 significant digits; not finite where it is undefined.

    >>> score(["mean_absolute_error", "r2"], Predictions(np.arange(3.0), np.array([0.0, 1.0, 1.0])))
    {'mean_absolute_error': 0.333333, 'r2': 0.5}
    """
    return {name: stage.significant(value(name, predictions)) for name in names}
