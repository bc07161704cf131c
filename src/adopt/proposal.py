"""What is proposed for a table, before anything is changed: schema, task, split, leaks."""

import argparse
import dataclasses
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from adopt import draft, holdout, leaks, task
from adopt.columns import notes, roles, written
from adopt.draft import Entry
from adopt.leaks import Leak
from pipeline import cells, dataset, delivery, stage, validate
from pipeline.delivery import DeliveryError
from pipeline.schema import Column, Schema
from pipeline.stage import UserError


class ProposalError(UserError):
    """The table cannot be adopted in the roles that were asked for."""


@dataclass(frozen=True)
class Columns:
    """The drafted entry of each column, and what a person should know of them.

    ignored: why a column is. read: how its cells were read, where that is not plain. keys: what
    tells rows apart. repeated: how many values a column has that tells, in several rows each, of
    whom it is.
    """

    entries: dict[str, Entry]
    ignored: dict[str, str]
    read: dict[str, str]
    keys: list[str]
    repeated: dict[str, int]

    @property
    def schema(self) -> Schema:
        """The schema as it will be read from its file."""
        return Schema(tuple(column_of(name, entry) for name, entry in self.entries.items()))


def column_of(name: str, entry: Entry) -> Column:
    """Return the column that an entry of the schema describes."""
    said: Entry = {"name": name, **entry}
    said |= {field: tuple(entry[field]) for field in ("values", "missing") if field in entry}
    return Column(**said)


@dataclass(frozen=True)
class Proposal:
    """The columns, all rows in their types, and what follows from both."""

    columns: Columns
    rows: pd.DataFrame
    task: str
    split: dict[str, Any]
    leaks: list[Leak]


def propose(files: list[Path], asked: argparse.Namespace) -> Proposal:
    """Return what is proposed for the deliveries; reads them, and changes nothing.

    Raises UserError, which names the files and options that were given.
    """
    chosen = asked_roles(asked)
    step(f"Reading {stage.plural(len(files), 'file')}")
    found = draft.columns(files)
    rows = len(next(iter(found.values()))[0])
    step(f"Drafting types and roles: {rows:,} rows, {stage.plural(len(found), 'column')}")
    columns = entries(found, chosen, asked.time_format)
    parts, columns = typed(files, columns, asked)
    everything = pd.concat(parts.values(), ignore_index=True)
    labelled = dataset.labelled(everything, columns.schema.target)
    target = labelled[asked.target]
    _expect_target(target, asked.task)
    kind = task.task_of(target, asked.task)
    by = "time" if asked.time else "group" if asked.group else "row"
    kept = pd.concat(
        dataset.latest(parts, columns.schema.having("key")).values(), ignore_index=True
    )
    kept = dataset.labelled(kept, columns.schema.target)
    columns, chosen_split = _learnable(columns, kept, by)
    features = [column.name for column in columns.schema.features]
    step(f"Looking for leaks: {stage.plural(len(features), 'feature')}")
    found_leaks = leaks.leaks(labelled, features, target, kind)
    return Proposal(columns, everything, kind, chosen_split, found_leaks)


def step(words: str) -> None:
    """Say on standard error what is done now: the next may take a while."""
    print(f"{words} …", file=sys.stderr, flush=True)


def asked_roles(asked: argparse.Namespace) -> dict[str, str]:
    """Return the role of each column that the command line names; raise ProposalError for two."""
    chosen: dict[str, str] = {}
    for role in ("target", "key", "group", "time"):
        name = getattr(asked, role)
        if name in chosen:
            raise ProposalError(
                f"Column '{name}' is asked for as {chosen[name]} and as {role}; expected another "
                "column for each."
            )
        if name:
            chosen[name] = role
    if asked.time_format and not asked.time:
        raise ProposalError("TIME_FORMAT says how TIME is written; expected TIME=column as well.")
    try:
        pd.to_datetime("x", format=asked.time_format, errors="coerce")
    except ValueError as error:
        raise ProposalError(
            f"TIME_FORMAT is '{asked.time_format}' ({error}); expected one such as %d.%m.%Y."
        ) from None
    return chosen


def entries(
    found: dict[str, tuple[pa.ChunkedArray, bool]], chosen: dict[str, str], time_format: str | None
) -> Columns:
    """Return the drafted columns with the chosen roles; time_format: how the time is written.

    Raises ProposalError for a column that cannot have its role.
    """
    for name in chosen:
        if name not in found:
            raise ProposalError(
                f"Column '{name}' was not found; expected one of {stage.cut(list(found))}."
            )
    drafted, ignored, read, repeated = {}, {}, {}, {}
    for name, (values, everywhere) in found.items():
        role = chosen.get(name, "feature")
        form = time_format if role == "time" else None
        drafted[name], why = draft.entry(name, values, role, everywhere=everywhere, form=form)
        if name in chosen:
            _expect_role(name, values, role, drafted[name], why)
            drafted[name] = _in_role(name, values, drafted[name])
        elif why:
            ignored[name] = why
        if role == "time" and not form:
            _expect_clear(name, values, drafted[name])
        note = notes.note(drafted[name], values)
        if note and role != "time":
            read[name] = note
        if why in (roles.REPEATED, roles.UNIQUE) and not values.null_count:
            repeated[name] = len(values.unique())
    columns = Columns(drafted, ignored, read, [], repeated)
    _expect_feature(columns)
    return columns


def _expect_role(name: str, values: pa.ChunkedArray, role: str, entry: Entry, why: str) -> None:
    if why:
        raise ProposalError(f"Column '{name}' cannot be the {role}: {why}.")
    column = dataclasses.replace(column_of(name, entry), nullable=True, values=None)
    missing = int(cells.convert(values, column)[0].isna().sum())
    if missing and role != "target":
        raise ProposalError(
            f"Column '{name}', the {role}, is missing in {stage.plural(missing, 'row')}; "
            "expected a value in every row: remove these rows first."
        )
    if role == "target" and entry["type"] == "date":
        raise ProposalError(
            f"Column '{name}', the target, holds dates, which cannot be predicted; expected "
            "classes or numbers: add a column with, for example, the days until then."
        )


def _expect_clear(name: str, values: pa.ChunkedArray, entry: Entry) -> None:
    """Raise ProposalError unless the time is numbers, or dates that read in one way alone."""
    shown = stage.cut(values.drop_null().slice(0, 1000).unique().to_pylist())
    if entry["type"] not in ("date", "integer", "number"):
        raise ProposalError(
            f"Column '{name}', the time, holds {shown}; expected dates or numbers; or how they are "
            "written: TIME_FORMAT=%d.%m.%Y, for example, means 31.01.2026."
        )
    form = entry.get("format")
    other = written.swapped(form) if entry["type"] == "date" else None
    if other is None:
        return
    column = column_of(name, entry)
    read = cells.convert(values, dataclasses.replace(column, format=other))
    if not read[1].any() and not read[0].equals(cells.convert(values, column)[0]):
        raise ProposalError(
            f"Column '{name}', the time, holds {shown}, which can be read as {form} and as "
            f"{other}; say which with TIME_FORMAT={form}, for example."
        )


def _in_role(name: str, values: pa.ChunkedArray, entry: Entry) -> Entry:
    """Return the entry of a column that was asked for: few whole numbers, as classes are."""
    if entry["role"] == "target" and entry["type"] == "number":
        column = dataclasses.replace(column_of(name, entry), type="integer", nullable=True)
        whole, bad = cells.convert(values, column)
        if not bad.any() and whole.nunique() <= task.LABELS:
            return {**entry, "type": "integer"}
    return entry


def _expect_feature(columns: Columns) -> None:
    """Raise ProposalError, with the reasons, unless there is something to learn from."""
    if columns.schema.features:
        return
    others = [f"'{n}' is the {e['role']}" for n, e in columns.entries.items()]
    reasons = [f"'{name}' ignored: {why}" for name, why in columns.ignored.items()]
    why = "; ".join((reasons or others)[: stage.SHOWN])
    raise ProposalError(
        f"There is no feature to learn from: {why}; expected at least one column more."
    )


def typed(
    files: list[Path], columns: Columns, asked: argparse.Namespace
) -> tuple[dict[str, pd.DataFrame], Columns]:
    """Return the rows of each delivery as the stage validate will, and the columns with their keys.

    A column tells rows apart if no delivery has one of its values twice.
    """
    schema, parts = columns.schema, {}
    checks, keys = validate.checks(schema), list(columns.repeated)
    for file in files:
        table = delivery.read_table(file)
        parts[delivery.name_of(file)] = delivery.typed(file, table, schema)
        if asked.key:
            _expect_each_once(file, parts[delivery.name_of(file)][asked.key])
        try:
            validate.check(file, parts[delivery.name_of(file)], schema, checks)
        except DeliveryError as error:  # the schema it names is a draft that nobody sees
            raise ProposalError(str(error).replace("data/schema.yaml", "the draft")) from None
        keys = [name for name in keys if len(table[name].unique()) == table.num_rows]
    repeated = {n: count for n, count in columns.repeated.items() if n not in keys}
    return parts, dataclasses.replace(columns, keys=keys, repeated=repeated)


def _expect_each_once(file: Path, key: pd.Series) -> None:
    twice = key[key.duplicated(keep=False)]
    if len(twice):
        raise ProposalError(
            f"{file}, column '{key.name}', the key: found {stage.cut(twice.unique().tolist())} in "
            f"{stage.plural(len(twice), 'row')}; expected each key once in a delivery: choose "
            f"another KEY; GROUP={key.name} keeps rows together that belong together."
        )


def _expect_target(target: pd.Series, asked_task: str | None) -> None:
    numeric = pd.api.types.is_float_dtype(target)
    if numeric and asked_task == "classification":
        raise ProposalError(
            f"Target '{target.name}' holds numbers with decimals; expected text, booleans "
            "or whole numbers for TASK=classification."
        )
    if numeric and target.abs().max() > roles.LARGEST:
        raise ProposalError(
            f"Target '{target.name}' holds {target.abs().max()}; expected numbers below "
            f"{roles.LARGEST}, whose squares are numbers too: write them in another unit."
        )


def _learnable(columns: Columns, rows: pd.DataFrame, by: str) -> tuple[Columns, dict[str, Any]]:
    """Return the parameters of the split, and the columns without those that it leaves empty.

    Without a key a row's side depends on all of its columns: each that goes can move rows.
    """
    while True:
        chosen, test = holdout.holdout(rows, columns.schema, by)
        learnt = rows[~test]
        empty = [c.name for c in columns.schema.features if learnt[c.name].isna().all()]
        if not empty:
            return columns, chosen
        kept = {
            name: _ignored(entry) if name in empty else entry
            for name, entry in columns.entries.items()
        }
        reasons = columns.ignored | dict.fromkeys(empty, "empty in all training rows")
        columns = dataclasses.replace(columns, entries=kept, ignored=reasons)
        _expect_feature(columns)


def _ignored(entry: Entry) -> Entry:
    kept = ("type", "format", "missing")
    return {field: entry[field] for field in kept if field in entry} | {"role": "ignored"}
