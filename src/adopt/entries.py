"""The drafted columns in the roles that were asked for, and what to know of them."""

import argparse
import dataclasses
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from adopt import draft, task
from adopt.columns import notes, roles, types
from adopt.draft import Entry
from pipeline import stage
from pipeline.schema import Schema
from pipeline.stage import UserError
from pipeline.tables import cells


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
        return Schema(tuple(types.column_of(name, entry) for name, entry in self.entries.items()))


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
        if note and not form:
            read[name] = note
        if why in (roles.REPEATED, roles.UNIQUE) and not values.null_count:
            repeated[name] = len(values.unique())
    columns = Columns(drafted, ignored, read, [], repeated)
    expect_feature(columns)
    return columns


def _expect_role(name: str, values: pa.ChunkedArray, role: str, entry: Entry, why: str) -> None:
    if why:
        raise ProposalError(f"Column '{name}' cannot be the {role}: {why}.")
    column = dataclasses.replace(types.column_of(name, entry), nullable=True, values=None)
    missing = int(cells.convert(values, column)[0].isna().sum())
    if missing and role != "target":
        raise ProposalError(
            f"Column '{name}', the {role}, is missing in {stage.plural(missing, 'row')}; "
            "expected a value in every row, and in CSV none such as NA: mend these rows first."
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
    form, other = entry.get("format"), types.other_reading(types.column_of(name, entry), values)
    if other is not None:
        raise ProposalError(
            f"Column '{name}', the time, holds {shown}, which can be read as {form} and as "
            f"{other}; say which with TIME_FORMAT={form}, for example."
        )


def _in_role(name: str, values: pa.ChunkedArray, entry: Entry) -> Entry:
    """Return the entry of a column that was asked for: few whole numbers, as classes are."""
    if entry["role"] == "target" and entry["type"] == "number":
        column = dataclasses.replace(types.column_of(name, entry), type="integer", nullable=True)
        whole, bad = cells.convert(values, column)
        if not bad.any() and whole.nunique() <= task.LABELS:
            return {**entry, "type": "integer"}
    return entry


def expect_feature(columns: Columns) -> None:
    """Raise ProposalError, with the reasons, unless there is something to learn from."""
    if columns.schema.features:
        return
    others = [f"'{n}' is the {e['role']}" for n, e in columns.entries.items()]
    reasons = [f"'{name}' ignored: {why}" for name, why in columns.ignored.items()]
    why = "; ".join((reasons or others)[: stage.SHOWN])
    raise ProposalError(
        f"There is no feature to learn from: {why}; expected at least one column more."
    )
