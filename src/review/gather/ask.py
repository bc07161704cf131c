"""Asks the model of a side, by that side's own code: a process in its folder."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pandas as pd

from pipeline import dataset, stage
from pipeline.schema import Schema
from review import ReviewError
from review.gather import git
from review.gather.store import Store

PREDICT = Path(__file__).with_name("predict.py")
Process = subprocess.Popen[str]


@contextmanager
def waiting(root: Path, errors: IO[str] | int = subprocess.PIPE, **own: str) -> Iterator[Process]:
    """Start the process that answers: to import what it needs takes a second, so start it early.

    errors: where it says what went wrong. own: what its environment has besides.
    """
    words, env = (sys.executable, "-P", str(PREDICT)), git.environment(root) | own
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        words, cwd=root, env=env, stdin=pipe, stdout=nothing, stderr=errors, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ask(
    process: Process, store: Store, schema: Schema, rows: pd.DataFrame, target: str,
    names: Mapping[str, str],
) -> pd.DataFrame:  # fmt: skip
    """Return a line per row: 'predicted', and a 'probability …' of each class if there are any.

    The truth stands in column `target`; `names` gives the column that the model knows by another
    name. Raises ReviewError when the model cannot be loaded, or cannot take these columns.
    """
    store.need("models/model.skops")
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        known = given(store.label, schema, rows, target, names)
        dataset.write_part(Path(folder), "rows", known)
        said = process.communicate(f"{folder}/rows.parquet\n{folder}/lines.parquet\n")[1]
        if process.returncode:
            last = (said.strip().splitlines() or ["it printed nothing"])[-1]
            raise ReviewError(f"the model of {store.label} cannot take these rows ({last})")
        return pd.read_parquet(f"{folder}/lines.parquet")


def given(
    label: str, schema: Schema, rows: pd.DataFrame, target: str, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return rows as the model of a side knows them; raise ReviewError if it needs others."""
    known = rows.rename(columns=dict(names)).assign(**{schema.target.name: rows[target]})
    absent = [c.name for c in schema.features if c.name not in known]
    if absent:
        raise ReviewError(f"the model of {label} needs columns {stage.cut(absent)}")
    return known
