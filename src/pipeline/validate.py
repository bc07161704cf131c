"""Check every delivery against the schema, and write it typed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pandera

from pipeline import dataset, delivery, stage
from pipeline.delivery import DeliveryError
from pipeline.schema import Column, Schema, read_schema

CLASSES = 20  # more are not listed: of numbers mean and spread are told, of text the most frequent


def checks(schema: Schema) -> pandera.DataFrameSchema:
    """Build the pandera schema of a typed delivery."""
    columns = {
        column.name: pandera.Column(nullable=column.nullable, checks=_column_checks(column))
        for column in schema.used
    }
    return pandera.DataFrameSchema(columns)


def _column_checks(column: Column) -> list[pandera.Check]:
    found = []
    if column.type == "number":
        found.append(pandera.Check(np.isfinite, error="finite numbers"))
    if column.min is not None:
        found.append(pandera.Check.ge(_bound(column, column.min), error=f"at least {column.min}"))
    if column.max is not None:
        found.append(pandera.Check.le(_bound(column, column.max), error=f"at most {column.max}"))
    if column.values is not None:
        allowed = f"one of {stage.cut(column.values)}"
        values = [_bound(column, value) for value in column.values]
        found.append(pandera.Check.isin(values, error=allowed))
    return found


def _bound(column: Column, value: Any) -> Any:
    if column.type != "date":
        return value
    return pd.to_datetime(value, utc=True).tz_localize(None)  # as a delivery's own dates are read


def check(path: Path, rows: pd.DataFrame, schema: Schema, pandera_schema: Any) -> None:
    """Raise DeliveryError, one sentence per column and kind of problem, unless the rows fit."""
    problems = []
    try:
        pandera_schema.validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        problems = list(_problems(path, rows, errors.failure_cases))
    keys = schema.having("key")
    twice = rows.duplicated(keys, keep=False).to_numpy() if keys else np.zeros(0, dtype=bool)
    if twice.any() and not problems:
        found = rows.loc[twice, keys[0]].astype("str").head(stage.SHOWN).tolist()
        expected = "each key once in a delivery (a later delivery may correct it)"
        problems.append(delivery.problem(path, ", ".join(keys), twice, found, expected))
    if problems:
        raise DeliveryError("\n".join(problems))


def _problems(path: Path, rows: pd.DataFrame, failures: pd.DataFrame) -> Iterator[str]:
    for (column, expected), cases in failures.groupby(["column", "check"], sort=False):
        bad = np.zeros(len(rows), dtype=bool)
        bad[cases["index"].astype("int64")] = True
        found = cases["failure_case"].head(stage.SHOWN).tolist()
        words = "no missing value" if expected == "not_nullable" else str(expected)
        yield delivery.problem(path, str(column), bad, found, words)


def profile(targets: list[pd.Series], missing: int) -> dict[str, Any]:
    """Count deliveries, rows and missing cells; summarise the target by class or by its moments."""
    target = pd.concat(targets, ignore_index=True)
    counts = target.value_counts()
    if target.dtype.kind == "f" or (target.dtype.kind == "i" and len(counts) > CLASSES):
        with np.errstate(over="ignore"):
            moments = {"mean": float(target.mean()), "std": float(target.std())}
        summary = {name: round(m, 6) for name, m in moments.items() if np.isfinite(m)}
    else:
        listed = counts.head(CLASSES).sort_index()
        summary = {str(label): int(count) for label, count in listed.items()}
    return {"deliveries": len(targets), "rows": len(target), "missing": missing, "target": summary}


def main() -> None:
    schema, files = read_schema(), delivery.deliveries()
    pandera_schema = checks(schema)

    def validate(path: Path) -> tuple[pd.Series, int]:
        rows = delivery.typed(path, delivery.read_table(path), schema)
        check(path, rows, schema, pandera_schema)
        dataset.write_part(valid, path.stem, rows)
        return rows[schema.target.name], int(rows.isna().sum().sum())

    with stage.replacing("data/valid") as valid, ThreadPoolExecutor() as pool:
        targets, missing = zip(*pool.map(validate, files), strict=True)
    stage.write_json("metrics/data.json", profile(list(targets), sum(missing)))


if __name__ == "__main__":
    stage.run(main)
