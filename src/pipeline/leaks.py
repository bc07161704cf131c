"""Features that tell the target, alone or added up: probably known only after it."""

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

ROWS, FEW = 20_000, 2_000  # rows looked at; rows on which a column is tried before
LOOK, SCORE = 0.95, 0.995
TRIED = 0.8  # on few rows; less never comes to LOOK on many
SUM_SCORE, SUM_COLUMNS = 0.999, 5
LEAST = 30  # rows
Rows = TypeVar("Rows", pd.DataFrame, pd.Series)


@dataclass(frozen=True)
class Leak:
    """One column with how well it tells the target, of 1; or several with their factors."""

    score: float
    columns: dict[str, float]


def leaks(
    rows: pd.DataFrame, features: Sequence[str], target: pd.Series, task: str,
    suspects: Collection[str] | None = None,
) -> list[Leak]:  # fmt: skip
    """Return the features that tell the target alone (a small tree is enough), or as a sum.

    Cross-validated on at most ROWS rows (Kaufman et al., 2012, Leakage in Data Mining).
    suspects: the features of which one has to take part; all of them unless told otherwise.

    >>> rows = pd.DataFrame({"hour": [8, 12, 17] * 20, "refund": [0.0, 0.0, 9.5, 3.2] * 15})
    >>> leaks(rows, ["hour", "refund"], rows["refund"] > 0, "binary")
    [Leak(score=1.0, columns={'refund': 1.0})]
    """
    some, truth = _some(rows), _some(target)
    if len(some) < LEAST or (task != "regression" and truth.value_counts().max() > len(truth) - 3):
        return []
    asked = [name for name in features if suspects is None or name in suspects]
    values = _truth(truth, task)
    scores = {name: _tried(_codes(some[name]), values, task) for name in asked}
    alone = [Leak(score, {name: 1.0}) for name, score in scores.items() if score >= LOOK]
    alone.sort(key=lambda leak: -leak.score)
    if task != "regression":
        return alone
    left = [
        name
        for name in features
        if scores.get(name, 0) < SCORE and pd.api.types.is_numeric_dtype(some[name])
    ]
    return alone + summed(some[left], truth.to_numpy(dtype="float64"), asked)


def told(column: pd.Series, target: pd.Series, task: str, cuts: int | None = None) -> float:
    """Return how well a column alone tells the target, of 1: with all cuts, or with that many."""
    return _score(_codes(_some(column)), _truth(_some(target), task), task, cuts)


def _some(rows: Rows) -> Rows:
    return rows.iloc[np.random.default_rng(0).permutation(len(rows))[:ROWS]]


def _codes(column: pd.Series) -> np.ndarray:
    """Return the rank of each value among those of a column, and -1 for missing ones.

    To a tree that is the same as the value, and no value is too large for its 32 bits.
    """
    return np.asarray(pd.factorize(column, sort=True)[0], dtype="float64")


def _truth(target: pd.Series, task: str) -> np.ndarray:
    """Return classes as codes, and numbers between -1 and 1, whose squares cannot overflow."""
    if task != "regression":
        return pd.factorize(target)[0]
    values = target.to_numpy(dtype="float64")
    return values / np.abs(values).max()


def _tried(column: np.ndarray, truth: np.ndarray, task: str) -> float:
    if len(truth) > FEW and _score(column[:FEW], truth[:FEW], task, least=TRIED) < TRIED:
        return 0.0
    return _score(column, truth, task, least=LOOK)


def _score(
    column: np.ndarray, truth: np.ndarray, task: str, leaves: int | None = None, least: float = 0
) -> float:
    """Return R² or balanced accuracy of a tree on one column, as the mean of three folds.

    Or 0 as soon as the folds that are left, of which none tells more than all, cannot make it come
    to `least`, as with most columns after the first.
    """
    regression = task == "regression"
    leaf = 5 if len(truth) >= 500 else 1  # rows in a leaf, so that noise is not learnt
    kind = DecisionTreeRegressor if regression else DecisionTreeClassifier
    tree = kind(min_samples_leaf=leaf, max_leaf_nodes=leaves, random_state=0)
    metric = r2_score if regression else _balanced
    lost = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes too rare for a fold of their own
        for train, test in (KFold if regression else StratifiedKFold)(3).split(column, truth):
            tree.fit(column[train, None], truth[train])
            lost += (1 - metric(truth[test], tree.predict(column[test, None]))) / 3
            if lost > 1 - least:
                return 0.0
    return float(1 - lost)


def _balanced(truth: np.ndarray, said: np.ndarray) -> float:
    """Return the balanced accuracy of codes, ten times as fast as with scikit-learn's checks."""
    rows = np.bincount(truth)
    return float((np.bincount(truth, weights=truth == said)[rows > 0] / rows[rows > 0]).mean())


def summed(numbers: pd.DataFrame, truth: np.ndarray, starts: Collection[str]) -> list[Leak]:
    """Return the fewest columns, two or more, whose sum with factors is the target, if any are.

    From each of some columns as a start, the one that explains most of the rest is added, again
    and again (orthogonal least squares: Chen, Billings and Luo, 1989), on every other row; the rows
    between say whether it holds. What adds no more than may be left over is no part of a sum.
    """
    x = np.nan_to_num(numbers.to_numpy(dtype="float64"))
    x, y = x - x.mean(axis=0), truth - truth.mean()  # a missing number adds nothing
    used = np.flatnonzero(x.std(axis=0) > 0)
    if len(used) < 2 or not y.std():
        return []
    table = np.column_stack([x[:, used] / x[:, used].std(axis=0), y / y.std()])
    gram = table[::2].T @ table[::2] / len(table[::2])
    first = [at for at, name in enumerate(numbers.columns[used]) if name in starts]
    sets = [found for start in first if (found := _grown(gram, start))]
    for chosen in sorted(sets, key=len):
        factors = np.linalg.lstsq(x[::2][:, used[chosen]], y[::2], rcond=None)[0]
        parts = x[1::2][:, used[chosen]] * factors
        score = float(r2_score(y[1::2], parts.sum(axis=1)))
        if score >= SUM_SCORE and (parts.var(axis=0) > (1 - SUM_SCORE) * y.var()).all():
            names = numbers.columns[used[chosen]]
            return [Leak(score, dict(zip(names, factors.tolist(), strict=True)))]
    return []


def _grown(gram: np.ndarray, start: int) -> list[int]:
    """Return the columns that, from one on, explain the last column of a Gram matrix; or none."""
    left, chosen, whole = gram.copy(), [start], gram[-1, -1]
    for _ in range(SUM_COLUMNS):
        pivot = left[chosen[-1]]
        if pivot[chosen[-1]] < 1e-9:
            return []
        left = left - np.outer(pivot, pivot) / pivot[chosen[-1]]
        if left[-1, -1] <= (1 - SUM_SCORE) * whole:
            return sorted(chosen) if len(chosen) > 1 else []
        rest = np.diag(left)[:-1]
        gains = np.where(rest > 1e-9, left[-1, :-1] ** 2 / np.maximum(rest, 1e-9), 0)
        chosen.append(int(gains.argmax()))
    return []
