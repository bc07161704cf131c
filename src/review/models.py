"""What a model said of rows, and whether two models' words can be compared."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline import model, scores, stage
from pipeline.scores import Array, Predictions
from pipeline.stage import UserError
from review import ReviewError

PROBABILITY = "probability "
ELSEWHERE = 2e-6  # more than another machine makes of the same model, less than another model


def predictions(lines: pd.DataFrame, truth: Array, positive: Any) -> Predictions:
    """Return n lines, with 'predicted' and a 'probability …' for each class, as Predictions.

    Of two classes one is positive: the last, if `positive` is neither. Raises ReviewError for what
    is no number.
    """
    predicted = model.labels(lines["predicted"])
    names = [str(name) for name in lines if str(name).startswith(PROBABILITY)]
    if not names and np.issubdtype(predicted.dtype, np.floating):
        return _finite(Predictions(truth, predicted))
    classes = np.unique(np.concatenate([truth, predicted]))
    if names:
        classes = _read(predicted, [name.removeprefix(PROBABILITY) for name in names])
    chosen = None
    if len(classes) <= 2:
        chosen = positive if positive in classes.tolist() else classes[-1]
    chances = lines[names].to_numpy() if names else None
    return _finite(Predictions(truth, predicted, chances, classes, chosen))


def _finite(found: Predictions) -> Predictions:
    if wild := scores.wild(found):
        raise ReviewError(f"it says infinity, or no number, of {stage.plural(wild, 'row')}")
    return found


def _read(like: Array, words: list[str]) -> Array:
    """Return class names as values of the type of other labels."""
    if like.dtype == bool:
        return np.array([word == "True" for word in words])
    return np.array(words) if like.dtype.kind == "U" else np.array(words).astype(like.dtype)


def told(found: Predictions | UserError) -> Predictions:
    """Return predictions that may not be there; raise the UserError that says why they are not."""
    if isinstance(found, UserError):
        raise found
    return found


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
    """Say whether two say the same of n rows, but for what arithmetic makes of it elsewhere."""
    if one.probabilities is not None and other.probabilities is not None:
        return np.allclose(one.probabilities, other.probabilities, rtol=0, atol=ELSEWHERE)
    if one.classes is not None:
        return bool(np.array_equal(one.predicted, other.predicted))
    cancelled = 1e-9 * np.abs(other.predicted).max(initial=0)  # a sum is as exact as its terms
    return np.allclose(one.predicted, other.predicted, rtol=ELSEWHERE, atol=cancelled)


def same(one: Predictions, other: Predictions) -> bool:
    """Say whether two say the very same of n rows."""
    if one.probabilities is None or other.probabilities is None:
        return np.array_equal(one.predicted, other.predicted)
    return np.array_equal(one.probabilities, other.probabilities)
