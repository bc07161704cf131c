"""Features that alone tell the target: probably known only after it."""

import warnings

import numpy as np
import pandas as pd
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

ROWS, SCORE = 20_000, 0.995


def leaks(rows: pd.DataFrame, features: list[str], target: pd.Series, task: str) -> list[str]:
    """Return the features that alone determine the target: a small tree on one column is enough.

    Cross-validated on at most ROWS rows (Kaufman et al., 2012, Leakage in Data Mining).
    """
    chosen = np.random.default_rng(0).permutation(len(rows))[:ROWS]
    some, truth = rows.iloc[chosen], target.iloc[chosen]
    if len(some) < 30 or (task != "regression" and truth.value_counts().max() > len(truth) - 3):
        return []
    tree, scoring = (
        (DecisionTreeRegressor(random_state=0), "r2")
        if task == "regression"
        else (DecisionTreeClassifier(random_state=0), "balanced_accuracy")
    )
    values = truth.to_numpy() if task == "regression" else pd.factorize(truth)[0]

    def score(name: str) -> float:
        column = some[name]
        codes = column if pd.api.types.is_numeric_dtype(column) else pd.factorize(column)[0]
        numbers = np.nan_to_num(np.asarray(codes, dtype="float64"), nan=-1e12)
        return float(cross_val_score(tree, numbers[:, None], values, cv=3, scoring=scoring).mean())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes too rare for a fold of their own
        return [name for name in features if score(name) >= SCORE]
