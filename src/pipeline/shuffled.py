"""The model's input with one feature shuffled, transformed once instead of for every shuffle."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import diags_array, issparse
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from pipeline.scores import Array

Shuffle = Callable[[str, Array, Array], Any]


def shuffling(fitted: Pipeline, rows: pd.DataFrame) -> tuple[Pipeline, Shuffle]:
    """Return what predicts, and what makes its input: (feature, order, order of that feature) → X.

    If the first step is a ColumnTransformer in which each result comes from one feature of one row,
    it runs once, and its results are put in order; otherwise the rows themselves are.
    """
    if isinstance(fitted[0], ColumnTransformer):
        whole = fitted[0].transform(rows)
        held = _held(fitted[0], rows, whole)
        if held is not None:
            return fitted[1:], lambda name, order, own: _merged(
                whole[order], whole[own], held[name]
            )
    return fitted, lambda name, order, own: rows.iloc[order].assign(
        **{name: rows[name].to_numpy()[own]}
    )


def _merged(rest: Any, own: Any, mask: Array) -> Any:
    """Return `own` in the columns of the mask, `rest` in the others."""
    if issparse(rest):
        return rest @ diags_array(1.0 - mask) + own @ diags_array(1.0 * mask)
    return np.where(mask, own, rest)


def _held(columns: ColumnTransformer, rows: pd.DataFrame, whole: Any) -> dict[str, Array] | None:
    """Return, per feature, which transformed columns hold it; None if they cannot be told apart.

    Moving every row by one leaves a column as it was only if that is constant, and then it does not
    matter whose it is. So one move per feature tells exactly which columns hold that feature.
    """
    moved = np.roll(np.arange(len(rows)), 1)
    if not _same(columns.transform(rows.iloc[moved]), whole[moved]).all():
        return None
    held = {str(name): np.zeros(whole.shape[1], dtype=bool) for name in rows}
    for entry, transformer, given in columns.transformers_:
        where, names = columns.output_indices_[entry], [given] if isinstance(given, str) else given
        if len(names) == 1:
            held[names[0]][where] = True
            continue
        for name in names if where != slice(0, 0) else []:  # nothing comes of what is dropped
            other = rows[names].assign(**{name: rows[name].to_numpy()[moved]})
            found, before = transformer.transform(other), whole[:, where]
            changed = ~_same(found, before).all(axis=0)
            if not _same(found[:, changed], before[moved][:, changed]).all():
                return None
            held[name][where] |= changed
    return held


def _same(one: Any, other: Any) -> Array:
    """Return where two matrices are equal, missing values included."""
    a, b = (np.asarray(m.toarray() if issparse(m) else m) for m in (one, other))
    return (a == b) | ((a != a) & (b != b))
