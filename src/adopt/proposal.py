"""What is proposed for a table, before anything is changed: schema, task, split, leaks."""

import argparse
import dataclasses
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from adopt import draft, entries, holdout, task
from adopt.columns import roles
from adopt.draft import Entry
from adopt.entries import Columns, ProposalError, expect_feature
from pipeline import dataset, leaks, stage, validate
from pipeline.leaks import Leak
from pipeline.tables import delivery
from pipeline.tables.delivery import DeliveryError


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
    chosen = entries.asked_roles(asked)
    step(f"Reading {stage.plural(len(files), 'file')}")
    found = draft.columns(files)
    rows = len(next(iter(found.values()))[0])
    step(f"Drafting types and roles: {rows:,} rows, {stage.plural(len(found), 'column')}")
    columns = entries.entries(found, chosen, asked.time_format)
    columns = dataclasses.replace(columns, read=columns.read | _words(files, found, columns))
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


def _words(files: list[Path], found: draft.Found, columns: Columns) -> dict[str, str]:
    """Return how columns were read in which words such as NA were taken for a missing value."""
    said = draft.words(files, found, columns.entries)
    return {name: "; ".join(filter(None, (columns.read.get(name), why))) for name, why in said}


def step(words: str) -> None:
    """Say on standard error what is done now: the next may take a while."""
    print(stage.one_line(f"{words} …"), file=sys.stderr, flush=True)


def typed(
    files: list[Path], columns: Columns, asked: argparse.Namespace
) -> tuple[dict[str, pd.DataFrame], Columns]:
    """Return the rows of each delivery as the stage validate will, and the columns with their keys.

    A column tells rows apart if no delivery has one of its values twice.
    """
    schema, parts = columns.schema, {}
    checks, keys = validate.checks(schema), list(columns.repeated)
    for file in files:
        table = delivery.read_table(file, schema.present)
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
        expect_feature(columns)


def _ignored(entry: Entry) -> Entry:
    kept = ("type", "format", "missing")
    return {field: entry[field] for field in kept if field in entry} | {"role": "ignored"}
