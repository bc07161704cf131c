"""What base's model needs and head's does without: from the deliveries, or from base's rows."""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import dataset, stage
from pipeline.schema import Column, Schema
from pipeline.scores import Array
from pipeline.tables import delivery
from pipeline.tables.delivery import DeliveryError
from review.gather.store import Store
from review.rows import frames


@dataclass(frozen=True)
class Known:
    """Head's test rows with the columns that base's model needs, and what to know of these."""

    rows: pd.DataFrame
    notes: tuple[str, ...] = ()


def known(
    rows: pd.DataFrame, head: Schema, base: Schema, ours: Store, theirs: pd.DataFrame | None,
    renamed: Collection[str],
) -> Known:  # fmt: skip
    """Return head's test rows with the features of base that head ignores, if every row has them.

    theirs: base's rows, if they are there. renamed: features of base that head calls otherwise.
    """
    absent = [c for c in base.features if c.name not in rows and c.name not in renamed]
    if not absent:
        return Known(rows)
    delivered = list(_delivered(ours, head, absent))
    sources = [pd.concat(delivered, ignore_index=True)] if delivered else []
    sources += [] if theirs is None else [theirs]
    values, there = looked_up(rows, sources, head.identity, absent)
    named = stage.cut([column.name for column in absent])
    if there.all():
        note = f"Head's model does without {named}: base's got it from the deliveries."
        return Known(pd.concat([rows, values.set_axis(rows.index)], axis=1), (note,))
    gone = f"{int((~there).sum()):,} of head's {stage.plural(len(rows), 'test row')}"
    return Known(rows, (f"Head's model does without {named}, and {gone} came without it.",))


def looked_up(
    rows: pd.DataFrame,
    sources: Sequence[pd.DataFrame],
    identity: Sequence[str],
    wanted: Sequence[Column],
) -> tuple[pd.DataFrame, Array]:
    """Return the wanted cells of the rows from the first source that has them, and which rows do.

    What is missing where it may not be is not there.
    """
    names = [column.name for column in wanted]
    needed = [column.name for column in wanted if not column.nullable]
    at, before = np.full(len(rows), -1), 0
    for source in sources:
        found = positions(rows, source, identity)
        full = source[needed].notna().all(axis=1).to_numpy()
        usable = (at < 0) & (found >= 0) & np.append(full, False)[found]
        at = np.where(usable, found + before, at)
        before += len(source)
    there = at >= 0
    if not there.all():
        return pd.DataFrame(columns=names), there
    return pd.concat([source[names] for source in sources], ignore_index=True).iloc[at], there


def positions(rows: pd.DataFrame, source: pd.DataFrame, identity: Sequence[str]) -> Array:
    """Return where each row stands in a source, -1 for nowhere; repeats pair in order."""
    columns = [name for name in identity if name in source]
    found = np.full(len(rows), -1)
    at, there = frames.paired(*(dataset.hashes(side, columns) for side in (rows, source)))
    found[at] = there
    return found


def _delivered(ours: Store, head: Schema, absent: Sequence[Column]) -> Iterator[pd.DataFrame]:
    """Yield the rows of the deliveries that hold the absent columns, as head's stages would."""
    names = {column.name for column in absent}
    schema = Schema((*(c for c in head.columns if c.name not in names), *absent))
    ours.fetch("data/raw")
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        for path in _paths(ours.root):
            with suppress(DeliveryError):  # what is not of the column's type is not its value
                _write(path, schema, names, Path(folder))
        if any(Path(folder).iterdir()):
            parts = dataset.latest(dataset.read_parts(folder), schema.having("key"))
            yield from (dataset.labelled(part, schema.target) for part in parts.values())


def _paths(root: Path) -> list[Path]:
    try:
        return delivery.deliveries(str(root / "data/raw"))
    except DeliveryError:  # nobody has them
        return []


def _write(path: Path, schema: Schema, names: set[str], folder: Path) -> None:
    table = delivery.read_table(path, schema.present)
    if names <= set(table.column_names):
        rows = delivery.typed(path, table, schema)
        dataset.write_part(folder, delivery.name_of(path), rows)
