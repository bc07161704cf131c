"""Fit the model on the training rows."""

from pathlib import Path

import joblib
import pandas as pd
import yaml
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def train(rows: pd.DataFrame, C: float) -> Pipeline:  # noqa: N803
    """Return the fitted model."""
    model = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(C=C, max_iter=1000)
    )
    return model.fit(rows.drop(columns=["id", "diagnosis"]), rows["diagnosis"])


if __name__ == "__main__":
    params = yaml.safe_load(Path("params.yaml").read_text())
    Path("models").mkdir(exist_ok=True)
    fitted = train(pd.read_parquet("data/train.parquet"), params["C"])
    joblib.dump(fitted, "models/model.joblib")
