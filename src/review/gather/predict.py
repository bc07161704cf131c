"""Score rows by the code and the parameters of the project in the current folder.

A script that `ask.waiting` runs with that project's src/ on PYTHONPATH: `pipeline` here is the
project's own, so that a change of code is a change of what the two models say. It is started before
the rows are there. Then standard input tells, a line each, where they are and where the answer of
the project's model goes; or, as JSON, by which models that are trained for it they are scored.
"""

import contextlib
import dataclasses
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline import dataset, evaluate, model, stage, train
from pipeline.schema import read_schema
from pipeline.scores import Predictions

POISSON = np.cumsum(np.exp(-1) / np.cumprod([1, *range(1, 20)]))  # of mean 1: at most n


def main(rows: str, lines: str) -> None:
    """Write what the model says of the rows in one Parquet file into another, in their order."""
    params = stage.read_params("evaluate", evaluate.Params)
    fitted = model.load("models/model.skops")
    _write(evaluate.predict(fitted, pd.read_parquet(rows), read_schema(), params), Path(lines))


def refit(rows: str, folder: str, columns: list[str], seeds: dict[str, int], until: float) -> None:
    """Train a model for each name by its seed, and write what it says of the rows.

    Each learns from another resample of the training rows, which the name and the hash of a row
    over `columns` decide. None is begun after `until`; what one cannot learn is told, and left out.
    """
    end = time.monotonic() + until
    schema, params = read_schema(), stage.read_params("train", train.Params)
    scored, evaluation = pd.read_parquet(rows), stage.read_params("evaluate", evaluate.Params)
    learnt = pd.concat(dataset.read_parts("data/train").values(), ignore_index=True)
    hashed = dataset.hashes(learnt, columns)
    for name, seed in seeds.items():
        if time.monotonic() > end:
            break
        some = learnt.iloc[np.repeat(np.arange(len(learnt)), drawn(hashed, int(name)))]
        try:
            seeded = dataclasses.replace(params, seed=seed)
            fitted = train.train(some.reset_index(drop=True), schema, seeded)
            said = evaluate.predict(fitted, scored, schema, evaluation)
        except stage.UserError as error:
            print(error, file=sys.stderr)
            continue
        _write(said, Path(folder) / f"{name}.part")
        os.replace(Path(folder) / f"{name}.part", Path(folder) / f"{name}.parquet")


def drawn(hashed: np.ndarray, number: int) -> np.ndarray:
    """Return how often each row is in a resample: Poisson of mean 1, by its hash and the number.

    The hash is mixed as in SplitMix64 (Steele, Lea and Flood, 2014, OOPSLA).
    """
    mixed = hashed + np.uint64(number * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.searchsorted(POISSON, (mixed ^ (mixed >> np.uint64(31))) / 2.0**64, side="right")


def _write(said: Predictions, path: Path) -> None:
    columns: dict[str, Any] = {"predicted": said.predicted}
    if said.probabilities is not None and said.classes is not None:
        for label, share in zip(said.classes, said.probabilities.T, strict=True):
            columns[f"probability {label}"] = share
    pd.DataFrame(columns).to_parquet(path)


if __name__ == "__main__":
    try:
        asked = sys.stdin.read()
        if asked.startswith("{"):
            warnings.simplefilter("ignore")  # they were said when the model was made
            with contextlib.redirect_stdout(None):
                refit(**json.loads(asked))
        else:
            main(*asked.splitlines())
    except stage.UserError as error:
        sys.exit(str(error))
