"""The pipeline: validate → split → train → evaluate, each step's function as a node."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from evaluate import evaluate
from kedro.pipeline import Pipeline, node
from split import split
from train import train
from validate import profile, validate

Parts = dict[str, Callable[[], pd.DataFrame]]


def validate_each(raw: Parts) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return every delivery checked, and what is in them."""
    valid = {name: validate(load()) for name, load in sorted(raw.items())}
    return valid, profile(pd.concat(valid.values()))


def split_all(valid: Parts, test_share: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training and the test rows of all deliveries."""
    rows = [load() for _, load in sorted(valid.items())]
    return split(pd.concat(rows, ignore_index=True), test_share)


def register_pipelines() -> dict[str, Pipeline]:
    """Return the pipelines by name."""
    steps = [
        node(validate_each, "raw", ["valid", "profile"]),
        node(split_all, ["valid", "params:test_share"], ["train", "test"]),
        node(train, ["train", "params:C"], "model"),
        node(evaluate, ["model", "test", "params:positive"], ["scores", "predictions", "plots"]),
    ]
    return {"__default__": Pipeline(steps)}
