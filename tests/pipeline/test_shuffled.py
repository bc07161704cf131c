"""A shuffle of transformed columns gives what transforming shuffled rows gives, for any model."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import issparse
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from conftest import made_up
from pipeline import model
from pipeline.schema import read_schema
from pipeline.shuffled import shuffling


def rows() -> pd.DataFrame:
    """The made-up table as a stage reads it, with a column of words and a constant."""
    words = np.random.default_rng(3).choice(["to be", "or not", "to be or", ""], 120)
    return made_up().astype({"visits": "float64", "member": "float64"}).assign(words=words, one=1.0)


def made(kind: str) -> Any:
    """Return the first step of a model: the template's own, sparse text, or one that mixes."""
    if kind == "template":
        return model.build(read_schema(), "sklearn.dummy.DummyClassifier", {}, 0)[0]
    if kind == "mixing":
        return ColumnTransformer([("both", PCA(2), ["size", "member"])])
    if kind == "across rows":
        return ColumnTransformer([("rank", FunctionTransformer(pd.DataFrame.rank), ["size"])])
    if kind == "no columns":
        return FunctionTransformer(lambda frame: frame[["size", "member"]].to_numpy())
    words = ("words", TfidfVectorizer(), "words")
    numbers = ("numbers", StandardScaler(), ["size", "one", "member"])
    return ColumnTransformer([words, numbers], sparse_threshold=1)


@pytest.mark.parametrize("kind", ["template", "sparse", "mixing", "across rows", "no columns"])
def test_each_feature_shuffled_gives_the_same_input(folder: Path, kind: str) -> None:
    table = rows()
    fitted = Pipeline([("first", made(kind)), ("estimator", LogisticRegression())])
    fitted.fit(table.drop(columns="bought"), table["bought"])
    order, own = np.arange(120), np.random.default_rng(0).permutation(120)

    predicting, shuffle = shuffling(fitted, table.drop(columns="bought"))

    for name in table.columns.drop("bought"):
        found = shuffle(name, order, own)
        expected = table.assign(**{name: table[name].to_numpy()[own]}).drop(columns="bought")
        said, wanted = predicting.predict_proba(found), fitted.predict_proba(expected)
        assert np.allclose(said, wanted, rtol=1e-13, atol=0)  # sparse sums come in another order


@pytest.mark.parametrize("kind", ["template", "sparse"])
def test_what_can_be_told_apart_is_transformed_once(folder: Path, kind: str) -> None:
    table = rows()
    fitted = make_pipeline(made(kind), LogisticRegression()).fit(table, table["bought"])

    predicting, shuffle = shuffling(fitted, table.drop(columns="bought"))

    assert len(predicting) == 1
    assert issparse(shuffle("size", np.arange(120), np.arange(120))) == (kind == "sparse")
