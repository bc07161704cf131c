"""The skeleton of a datasheet: what the table itself tells, and what a person has to add."""

import pandas as pd

from pipeline.schema import Schema

SKELETON = """\
# Datasheet

*Fill in what stands in italics; the table below was drafted from the deliveries.*

- **Source**: *where the data comes from, and who answers for it*
- **Licence**: *who may use it, for what*
- **Collection**: *how, when and of whom it was collected*
- **One row is**: *…*
- **Target**: `{target}`: *what it means, and when it becomes known*
- **Personal data**: *which columns, and why they may be used*
- **Known limits**: *what the data does not show*

Rows when it was adopted: {rows}; deliveries: {deliveries}.

{columns}
"""


def skeleton(schema: Schema, rows: pd.DataFrame, deliveries: int) -> str:
    """Return a skeleton of the datasheet, with what the table itself tells."""
    table = ["| column | type | role | missing | values |", "|---|---|---|---|---|"]
    for column in schema.columns:
        values = rows.get(column.name)
        missing = "" if values is None else f"{values.isna().mean():.1%}"
        table.append(
            f"| {_cell(column.name)} | {column.type} | {column.role} | {missing} | "
            f"{_cell(_range(values, column.type))} |"
        )
    return SKELETON.format(
        rows=f"{len(rows):,}", deliveries=f"{deliveries:,}", target=_cell(schema.target.name),
        columns="\n".join(table),
    )  # fmt: skip


def _range(values: pd.Series | None, kind: str) -> str:
    if values is None or not values.notna().any():
        return ""
    if kind == "text":  # may be personal, and the datasheet is public
        return f"{values.nunique():,} different texts"
    if pd.api.types.is_string_dtype(values):
        names = values.dropna().unique()
        return ", ".join(map(str, names[:5])) + (f" … ({len(names):,})" if len(names) > 5 else "")
    return f"{values.min()} to {values.max()}"


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")[:200]
