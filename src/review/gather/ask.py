"""Asks the model of a side, by that side's own code: a process in its folder."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from pipeline import dataset, stage
from pipeline.schema import Schema
from review import ReviewError
from review.gather import git
from review.gather.store import Store

PREDICT = Path(__file__).with_name("predict.py")
Process = subprocess.Popen[str]


@contextmanager
def waiting(root: Path) -> Iterator[Process]:
    """Start the process that answers: to import what it needs takes a second, so start it early."""
    words = (sys.executable, "-P", str(PREDICT))
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, cwd=root, env=git.environment(root), stdin=pipe, stdout=pipe, stderr=pipe, text=True
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
    given = rows.rename(columns=dict(names))
    given = given.assign(**{schema.target.name: rows[target]})
    absent = [c.name for c in schema.features if c.name not in given]
    if absent:
        raise ReviewError(f"the model of {store.label} needs columns {stage.cut(absent)}")
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        dataset.write_part(Path(folder), "rows", given)
        said = process.communicate(f"{folder}/rows.parquet\n{folder}/lines.parquet\n")[1]
        if process.returncode:
            last = (said.strip().splitlines() or ["it printed nothing"])[-1]
            raise ReviewError(f"the model of {store.label} cannot take these rows ({last})")
        return pd.read_parquet(f"{folder}/lines.parquet")
