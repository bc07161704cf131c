"""Check every delivery against the schema, and write it typed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline import dataset, stage
from pipeline.schema import Column, Schema, read_schema
from pipeline.tables import delivery
from pipeline.tables.delivery import DeliveryError

CLASSES = 20  # more are not listed: of numbers mean and spread are told, of text the most frequent
Fits = Callable[[pd.Series], Any]  # whether each value is allowed
Checks = dict[str, list[tuple[str, Fits]]]


def checks(schema: Schema) -> Checks:
    """Return, per column of a typed delivery, what a value that is not missing must be.

    They are few enough to stand here: a library for them would take longer to import than they run.
    """
    return {column.name: list(_column_checks(column)) for column in schema.used}


def _column_checks(column: Column) -> Iterator[tuple[str, Fits]]:
    if column.type == "number":
        yield "finite numbers", np.isfinite
    if column.min is not None:
        low = _bound(column, column.min)
        yield f"at least {column.min}", lambda values: values >= low
    if column.max is not None:
        high = _bound(column, column.max)
        yield f"at most {column.max}", lambda values: values <= high
    if column.values is not None:
        allowed = [_bound(column, value) for value in (*column.values, *column.present)]
        yield f"one of {stage.cut(column.values)}", lambda values: values.isin(allowed)


def _bound(column: Column, value: Any) -> Any:
    if column.type != "date":
        return value
    return pd.to_datetime(value, utc=True).tz_localize(None)  # as a delivery's own dates are read


def check(path: Path, rows: pd.DataFrame, schema: Schema, expected: Checks) -> None:
    """Raise DeliveryError, one sentence per column and kind of problem, unless the rows fit."""
    problems = list(_problems(path, rows, schema, expected))
    keys = schema.having("key")
    twice = rows.duplicated(keys, keep=False).to_numpy() if keys else np.zeros(0, dtype=bool)
    if twice.any() and not problems:
        found = rows.loc[twice, keys[0]].astype("str").head(stage.SHOWN).tolist()
        once = "each key once in a delivery (a later delivery may correct it)"
        problems.append(delivery.problem(path, ", ".join(keys), twice, found, once))
    if problems:
        raise DeliveryError(*problems)


def _problems(path: Path, rows: pd.DataFrame, schema: Schema, expected: Checks) -> Iterator[str]:
    for column in schema.used:
        values = rows[column.name]
        for words, bad in _failures(values, column.nullable, expected[column.name]):
            if bad.any():
                found = values[bad].tolist()
                advice = delivery.codes(column, found)
                yield delivery.problem(path, column.name, bad, found, words, advice)


def _failures(
    values: pd.Series, nullable: bool, expected: list[tuple[str, Fits]]
) -> Iterator[tuple[str, np.ndarray]]:
    given = values.notna().to_numpy()
    if not nullable:
        yield "no missing value", ~given
    for words, fits in expected:
        bad = given.copy()
        bad[given] = ~np.asarray(fits(values[given]))
        yield words, bad


def profile(parts: dict[str, pd.DataFrame], missing: int, schema: Schema) -> dict[str, Any]:
    """Count deliveries, rows, missing cells; summarise the target by class or by its moments.

    Of each delivery at least the key and the target. Rows count as unlabelled if their target is
    missing in the last delivery that has them.
    """
    name = schema.target.name
    target = pd.concat([rows[name] for rows in parts.values()], ignore_index=True)
    counts = target.value_counts()
    if target.dtype.kind == "f" or (target.dtype.kind == "i" and len(counts) > CLASSES):
        with np.errstate(over="ignore"):
            moments = {"mean": float(target.mean()), "std": float(target.std())}
        summary = {name: stage.significant(m) for name, m in moments.items() if np.isfinite(m)}
    else:
        listed = counts.head(CLASSES).sort_index()
        summary = {str(label): int(count) for label, count in listed.items()}
    counted = {"deliveries": len(parts), "rows": len(target), "missing": missing}
    latest = dataset.latest(parts, schema.having("key")) if target.hasnans else {}
    unlabelled = sum(int(rows[name].isna().sum()) for rows in latest.values())
    return {**counted, "unlabelled": unlabelled, "target": summary}


def main() -> None:
    schema, files = read_schema(), delivery.deliveries()
    expected = checks(schema)

    def validate(path: Path) -> tuple[pd.DataFrame, int]:
        rows = delivery.typed(path, delivery.read_table(path, schema.present), schema)
        check(path, rows, schema, expected)
        dataset.write_part(valid, delivery.name_of(path), rows)
        return rows[schema.having("key", "target")], int(rows.isna().sum().sum())

    with stage.replacing("data/valid") as valid, ThreadPoolExecutor() as pool:
        found, missing = zip(*pool.map(validate, files), strict=True)
    parts = {delivery.name_of(path): rows for path, rows in zip(files, found, strict=True)}
    stage.write_json("metrics/data.json", profile(parts, sum(missing), schema))


if __name__ == "__main__":
    stage.run(main)
