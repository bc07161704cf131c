"""Score rows by the code, the model and the parameters of the project in the current folder.

A script that `ask.waiting` runs with that project's src/ on PYTHONPATH: `pipeline` here is the
project's own, so that a change of code is a change of what the two models say. It is started before
the rows are there, and is told on standard input where they are, and where the answer goes.
"""

import sys

import pandas as pd

from pipeline import evaluate, model, stage
from pipeline.schema import read_schema


def main(rows: str, lines: str) -> None:
    """Write what the model says of the rows in one Parquet file into another, in their order."""
    params = stage.read_params("evaluate", evaluate.Params)
    fitted = model.load("models/model.skops")
    said = evaluate.predict(fitted, pd.read_parquet(rows), read_schema(), params)
    columns = {"predicted": said.predicted}
    if said.probabilities is not None and said.classes is not None:
        for label, share in zip(said.classes, said.probabilities.T, strict=True):
            columns[f"probability {label}"] = share
    pd.DataFrame(columns).to_parquet(lines)


if __name__ == "__main__":
    try:
        asked = sys.stdin.read().splitlines()
        main(*asked)
    except stage.UserError as error:
        sys.exit(str(error))
