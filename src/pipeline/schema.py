"""What each column means: its type, its role, what is allowed (data/schema.yaml)."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from pipeline.stage import UserError, brief, cut, read_yaml

TYPES = ("integer", "number", "boolean", "date", "string", "text")
STYLES = ("1,234.5", "1.234,5", "1 234.5", "1 234,5", "1'234.5")
CURRENCY = "USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|BRL|ZAR|KRW|TRY|MXN"
BEFORE = rf"[A-Z]{{0,2}}[$€£¥₹]|{CURRENCY}|Rs\.?|kr\.?"
AFTER = r"[%‰$€£¥₹]|[°µ]?[A-Za-z][A-Za-z/²³]{0,11}"
NUMBER_FORMAT = re.compile(
    rf"(?P<before>(?:(?:{BEFORE}) ?)?)(?P<digits>{'|'.join(map(re.escape, STYLES))})"
    rf"(?P<after>(?: ?(?:{AFTER}))?)"
)
ROLES = ("key", "target", "feature", "group", "time", "ignored")


class SchemaError(UserError):
    """data/schema.yaml is not a schema."""


@dataclass(frozen=True)
class Column:
    """One column: its type, its role, and which values are allowed."""

    name: str
    type: str
    role: str
    nullable: bool = False
    min: Any = None
    max: Any = None
    values: tuple[Any, ...] | None = None
    format: str | None = None  # of dates as in strptime, of numbers such as 1.234,5 €
    missing: tuple[Any, ...] = ()  # what stands for a missing value, beside empty cells
    present: tuple[str, ...] = ()  # what does not, though it usually does, such as NA


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in order."""

    columns: tuple[Column, ...]

    def having(self, *roles: str) -> list[str]:
        """Return the names of the columns that have one of `roles`."""
        return [column.name for column in self.columns if column.role in roles]

    @cached_property
    def present(self) -> dict[str, tuple[str, ...]]:
        """The words of each column of strings that are values there, whatever they usually mean."""
        strings = (column for column in self.columns if column.type == "string")
        return {c.name: (*c.present, *(c.values or ())) for c in strings if c.present or c.values}

    @cached_property
    def target(self) -> Column:
        """The column to predict."""
        return next(column for column in self.columns if column.role == "target")

    @cached_property
    def features(self) -> tuple[Column, ...]:
        """The columns the model may use."""
        return tuple(column for column in self.columns if column.role == "feature")

    @cached_property
    def used(self) -> tuple[Column, ...]:
        """Every column that is not ignored."""
        return tuple(column for column in self.columns if column.role != "ignored")

    @cached_property
    def identity(self) -> list[str]:
        """What tells rows apart: the key, or all but the target when there is no key."""
        return self.having("key") or [c.name for c in self.used if c.role != "target"]


def read_schema(path: str = "data/schema.yaml") -> Schema:
    """Return the checked schema; raise SchemaError."""
    content = read_yaml(path)
    columns = content.get("columns") if isinstance(content, dict) else None
    if not isinstance(columns, dict) or not columns:
        raise SchemaError(
            f"{path}: found no columns; expected 'columns:' with one entry per column."
        )
    entries = [(str(name).strip(), entry) for name, entry in columns.items()]  # as of deliveries
    schema = Schema(tuple(_column(path, name, entry) for name, entry in entries))
    targets = schema.having("target")
    if len(targets) != 1:
        raise SchemaError(
            f"{path}: found targets {cut(targets)}; expected exactly one column in that role."
        )
    for role in ("group", "time"):
        if len(schema.having(role)) > 1:
            raise SchemaError(
                f"{path}: found {cut(schema.having(role))} as {role}; expected at most one."
            )
    if not schema.features:
        raise SchemaError(
            f"{path}: found no feature; expected a column in that role to learn from."
        )
    return schema


def _column(path: str, name: str, entry: Any) -> Column:
    where = f"{path}, column {brief(name)}"
    if not isinstance(entry, dict):
        raise SchemaError(f"{where}: found {brief(entry)}; expected type and role.")
    known = [field for field in Column.__dataclass_fields__ if field != "name"]
    unknown = sorted(set(map(str, entry)) - set(known))
    if unknown:
        raise SchemaError(f"{where}: unknown {cut(unknown)}; expected some of {', '.join(known)}.")
    if entry.get("type") not in TYPES:
        raise SchemaError(
            f"{where}: type is {brief(entry.get('type'))}; expected one of {', '.join(TYPES)}."
        )
    if entry.get("role") not in ROLES:
        raise SchemaError(
            f"{where}: role is {brief(entry.get('role'))}; expected one of {', '.join(ROLES)}."
        )
    if entry.get("nullable") and entry["role"] in ("key", "group", "time"):
        raise SchemaError(f"{where}: a {entry['role']} is never missing; remove 'nullable'.")
    if entry["role"] == "target" and entry["type"] == "date":
        raise SchemaError(
            f"{where}: a target of type 'date' cannot be predicted; expected another type."
        )
    if entry["type"] == "text" and entry["role"] not in ("feature", "ignored"):
        raise SchemaError(
            f"{where}: a {entry['role']} is of type 'text'; expected another type, such as string: "
            "text is a feature of many words."
        )
    if entry["role"] == "time" and entry["type"] == "string":
        raise SchemaError(
            f"{where}: time is of type 'string'; expected integer, number or date (with a 'format' "
            "such as '%d.%m.%Y' unless written as 2026-01-31)."
        )
    values = entry.get("values")
    if values is not None and not (isinstance(values, list) and values):
        raise SchemaError(f"{where}: values is {brief(values)}; expected a list of allowed values.")
    _check_allowed(where, entry)
    missing = entry.get("missing", [])
    if not (isinstance(missing, list) and all(map(_is_code, missing))):
        raise SchemaError(
            f"{where}: missing is {brief(missing)}; expected a list of what stands for a missing "
            "value, such as ['?', -999]."
        )
    present = entry.get("present", [])
    if not (isinstance(present, list) and all(isinstance(word, str) for word in present)) or (
        present and entry["type"] != "string"
    ):
        raise SchemaError(
            f"{where}: present is {present!r}; expected, for type string alone, a list of words "
            "that are values although they usually stand for a missing one, such as ['NA']."
        )
    lists = {
        "values": tuple(values) if values else None,
        "missing": tuple(missing),
        "present": tuple(present),
    }
    return Column(**{"name": name, **entry, **lists})


def _check_allowed(where: str, entry: dict[str, Any]) -> None:
    bounds = [entry[side] for side in ("min", "max") if entry.get(side) is not None]
    if bounds and entry["type"] in ("string", "text", "boolean"):
        raise SchemaError(f"{where}: has min or max; expected them for numbers and dates alone.")
    if entry.get("format") is not None:
        _check_format(where, entry["type"], entry["format"])
    wrong = [v for v in bounds + (entry.get("values") or []) if not _is_of(entry["type"], v)]
    if wrong:
        quoted = ", in quotes" * (entry["type"] in ("string", "text"))
        raise SchemaError(
            f"{where}: allows {cut(wrong)}; expected values of type {entry['type']}{quoted}."
        )
    if len(bounds) == 2 and not wrong:
        dates = entry["type"] == "date"
        low, high = (pd.to_datetime(b, utc=True) if dates else b for b in bounds)
        if low > high:
            raise SchemaError(f"{where}: min is {low} and max is {high}; expected min first.")
    if not isinstance(entry.get("nullable", False), bool):
        raise SchemaError(
            f"{where}: nullable is {brief(entry['nullable'])}; expected true or false."
        )


def _check_format(where: str, kind: str, form: Any) -> None:
    if kind in ("integer", "number"):
        if not (isinstance(form, str) and NUMBER_FORMAT.fullmatch(form)):
            raise SchemaError(
                f"{where}: format is {brief(form)}; expected one of {', '.join(STYLES)}, with a "
                "currency before it or a unit after it if need be, as in '$1,234.5' or '1.234,5 %'."
            )
    elif kind != "date":
        raise SchemaError(f"{where}: has a format; expected one for numbers and dates alone.")
    else:
        try:
            pd.to_datetime("x", format=form, errors="coerce")
        except (TypeError, ValueError, re.error) as error:  # the last: a directive written twice
            raise SchemaError(
                f"{where}: format is {brief(form)} ({error}); expected one such as '%d.%m.%Y'."
            ) from None


def _is_code(value: object) -> bool:
    """Say whether a value that YAML gives can stand for a missing one."""
    return isinstance(value, str | int | float | date) and not isinstance(value, bool)


def _is_of(kind: str, value: object) -> bool:
    """Say whether a value that YAML gives can stand in a column of this type."""
    if kind == "date":
        read = isinstance(value, date | str) and pd.to_datetime(value, errors="coerce", utc=True)
        return isinstance(read, pd.Timestamp)
    if kind in ("string", "text"):
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
