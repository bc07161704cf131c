"""The type of a column: the narrowest that all of its values have."""

import re

import pandas as pd
import pyarrow as pa

from pipeline import delivery
from pipeline.schema import Column

DAY_FIRST, MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"
FORMATS = (
    *(None, DAY_FIRST, MONTH_FIRST, "%d.%m.%Y"),
    *(f"{day} %H:%M" for day in (DAY_FIRST, MONTH_FIRST, "%d.%m.%Y")),
)
SAMPLE = 1000  # rows on which a type is tried before all rows are


def infer(name: str, values: pa.ChunkedArray) -> tuple[str, str | None, pd.Series]:
    """Return the narrowest type all values have, the format of dates, and the typed values."""
    tries = [
        ("boolean", None),
        ("integer", None),
        ("number", None),
        *(("date", f) for f in FORMATS),
    ]
    if pa.types.is_floating(values.type) or pa.types.is_decimal(values.type):
        tries = [("number", None)]  # Parquet says it: a float that happens to be whole stays one
    elif pa.types.is_integer(values.type):
        tries = [("integer", None)]
    if values.null_count == len(values):
        tries = []
    for kind, form in tries:
        column = Column(name, kind, "feature", nullable=True, format=form)
        some = values.drop_null().slice(0, SAMPLE)
        if not _reads_as(kind, some):
            continue
        if not delivery.convert(some, column)[1].any():
            typed, bad = delivery.convert(values, column)
            if not bad.any():
                return kind, form, typed
    return "string", None, delivery.convert(values, Column(name, "string", "feature"))[0]


def _reads_as(kind: str, values: pa.ChunkedArray) -> bool:
    """Say whether text is meant so: 0 and 1 are numbers, and 00123 is none."""
    if not pa.types.is_string(values.type):
        return bool(pa.types.is_boolean(values.type)) if kind == "boolean" else True
    words = {str(word).strip().lower() for word in values.unique().to_pylist()}
    if kind == "boolean":
        return words <= {"true", "false"}
    return kind == "date" or not any(re.fullmatch(r"0\d+", word) for word in words)


def is_ambiguous(form: str | None, values: pa.ChunkedArray) -> bool:
    """Say whether dates that are read with the day first could be read with the month first."""
    if form is None or not form.startswith(DAY_FIRST):
        return False
    other = Column("", "date", "feature", nullable=True, format=form.replace("%d/%m", "%m/%d"))
    return not delivery.convert(values, other)[1].any()
