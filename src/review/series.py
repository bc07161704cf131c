"""The points of the report's charts, base against head on the same rows."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline import points
from pipeline.scores import Predictions


def curves(before: Predictions | None, after: Predictions) -> dict[str, Any]:
    """Return the charts that suit the task; None for those that need a base that is not there."""
    found: dict[str, Any] = {"curve": None, "calibration": None, "confusion": []}
    plots = points.curves(after)
    earlier = points.curves(before) if before is not None else {}
    if "roc" in plots and "roc" in earlier:
        found["curve"] = _lines("ROC", plots["roc"], earlier["roc"])
    if "residuals" in plots and before is not None:
        found["curve"] = _residuals(before, after)
    if "confusion" in plots:
        found["confusion"] = _confusion(plots["confusion"], earlier.get("confusion"))
    if "calibration" in plots and "calibration" in earlier:
        found["calibration"] = _calibration(plots["calibration"], earlier["calibration"])
    return found


def _lines(kind: str, head: pd.DataFrame, base: pd.DataFrame) -> dict[str, Any]:
    x, y = head.columns[:2]
    return {"kind": kind, "x": head[x].tolist(), "base": base[y].tolist(), "head": head[y].tolist()}


def _calibration(head: pd.DataFrame, base: pd.DataFrame) -> dict[str, Any]:
    grid = np.linspace(0.05, 0.95, 10)
    observed = [
        np.interp(grid, f["predicted"], f["observed"]).round(6).tolist() for f in (base, head)
    ]
    return {"x": grid.round(6).tolist(), "base": observed[0], "head": observed[1]}


def _residuals(before: Predictions, after: Predictions) -> dict[str, Any]:
    errors = [p.truth - p.predicted for p in (before, after)]
    counts_edges = np.histogram_bin_edges(np.concatenate(errors), bins=30)
    counts = [np.histogram(e, counts_edges)[0].tolist() for e in errors]
    middles = ((counts_edges[:-1] + counts_edges[1:]) / 2).tolist()
    return {"kind": "residuals", "x": middles, "base": counts[0], "head": counts[1]}


def _confusion(head: pd.DataFrame, base: pd.DataFrame | None) -> list[dict[str, Any]]:
    if len(head) > 400:
        return []
    earlier = {} if base is None else {(a, p): n for a, p, n in base.itertuples(index=False)}
    return [
        {
            "actual": str(actual),
            "predicted": str(predicted),
            "base": None if base is None else int(earlier.get((actual, predicted), 0)),
            "head": int(rows),
        }
        for actual, predicted, rows in head.itertuples(index=False)
    ]
