"""Score the model on the test rows: metrics, predictions, curves, permutation importance."""

import json
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import yaml
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.inspection import permutation_importance
from sklearn.pipeline import Pipeline

Scores = dict[str, float]
Plots = dict[str, pd.DataFrame]


def evaluate(model: Pipeline, rows: pd.DataFrame, positive: str) -> tuple[Scores, Any, Plots]:
    """Return metrics, one line per row, and the points of each plot."""
    features, truth = rows.drop(columns=["id", "diagnosis"]), rows["diagnosis"] == positive
    score = model.predict_proba(features)[:, list(model.classes_).index(positive)]
    said = score >= 0.5
    scores = {
        "roc_auc": metrics.roc_auc_score(truth, score),
        "average_precision": metrics.average_precision_score(truth, score),
        "accuracy": metrics.accuracy_score(truth, said),
        "f1": metrics.f1_score(truth, said),
        "log_loss": metrics.log_loss(truth, score),
    }
    lines = pd.DataFrame({"id": rows["id"], "actual": truth, "predicted": said, "score": score})
    false_rate, true_rate, _ = metrics.roc_curve(truth, score)
    precision, recall, _ = metrics.precision_recall_curve(truth, score)
    observed, predicted = calibration_curve(truth, score, n_bins=10)
    found = permutation_importance(
        model, features, rows["diagnosis"], scoring="roc_auc", n_repeats=5, random_state=0
    )
    plots = {
        "roc": pd.DataFrame({"false_positive_rate": false_rate, "true_positive_rate": true_rate}),
        "precision_recall": pd.DataFrame({"precision": precision, "recall": recall}),
        "calibration": pd.DataFrame({"predicted": predicted, "observed": observed}),
        "confusion": pd.DataFrame(metrics.confusion_matrix(truth, said)),
        "importance": pd.DataFrame(
            {"feature": features.columns, "importance": found.importances_mean}
        ),
    }
    return scores, lines, plots


if __name__ == "__main__":
    params = yaml.safe_load(Path("params.yaml").read_text())
    loaded, test = joblib.load("models/model.joblib"), pd.read_parquet("data/test.parquet")
    found, lines, plots = evaluate(loaded, test, params["positive"])
    Path("metrics/plots").mkdir(parents=True, exist_ok=True)
    Path("metrics/test.json").write_text(json.dumps(found))
    lines.to_parquet("data/predictions.parquet")
    for name, frame in plots.items():
        frame.to_csv(f"metrics/plots/{name}.csv", index=False)
