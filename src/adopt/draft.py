"""Draft data/schema.yaml from the deliveries, keeping what a person already decided."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from adopt.columns import notes, roles, types, written
from pipeline import stage
from pipeline.schema import Column
from pipeline.stage import UserError
from pipeline.strict import texts
from pipeline.strict.texts import StrictError
from pipeline.tables import cells, delivery, reading

HEADER = """\
# Every column of the deliveries: type (integer, number, string, text, boolean, date), role (key,
# target, feature, group, time, ignored), what is allowed (nullable, min, max, values), and how
# cells are written (format of dates and numbers; missing: what stands for no value).
# `make schema` drafts what is missing here from data/raw, and keeps what stands here.

columns:
"""
Entry = dict[str, Any]
Found = dict[str, tuple[pa.ChunkedArray, bool]]


def entry(
    name: str,
    values: pa.ChunkedArray,
    role: str = "feature",
    *,
    everywhere: bool = True,
    form: str | None = None,
) -> tuple[Entry, str]:
    """Return the drafted entry of a column, and why it is ignored; n values in any Arrow type.

    everywhere: whether every delivery has the column. form: how its dates are written, if known.
    """
    column, typed = types.infer(name, values, role, form)
    kind, read = column.type, read_as(column)
    if len(typed) < len(values):
        why = f"values of type {values.type} cannot be used"
        if pa.types.is_floating(values.type):
            why = f"numbers of more than {cells.DIGITS} digits may be rounded: deliver them as text"
        return {"type": kind, "role": "ignored"}, why
    if not everywhere:
        return {"type": kind, "role": "ignored", **read}, "not in every delivery"
    distinct = typed.nunique()
    if kind == "string" and role == "feature" and roles.is_text(typed, distinct):
        kind = "text"
    drafted: Entry = {"type": kind, "role": role, **read}
    missing = typed.isna()
    if missing.any() and role in ("feature", "target"):
        drafted["nullable"] = True
    if kind in ("integer", "number") and role == "feature" and typed.min() >= 0:
        drafted["min"] = 0
    if written.is_short(column.format) and not form:
        drafted["max"] = f"{types.SHORT_YEARS - 1}-12-31"  # a later one may be of the last century
    if kind == "string" and role in ("feature", "target") and 0 < distinct <= roles.VALUES:
        drafted["values"] = sorted(typed.dropna().unique().tolist())
    why = roles.useless(name, kind, typed, distinct) if role == "feature" else ""
    return ({"type": kind, "role": "ignored", **read}, why) if why else (drafted, "")


def read_as(column: Column) -> Entry:
    """Return what an entry says of how cells are written, and which of them are missing."""
    said = {"format": column.format, "missing": list(column.missing)}
    return {field: value for field, value in said.items() if value}


def line(name: str, drafted: Entry) -> str:
    """Return one line of YAML, whatever characters the name holds: quoted as JSON if need be."""
    plain = re.fullmatch(r"\w[\w .()/-]*", name) and _is_text(name)
    flow = yaml.safe_dump(
        drafted, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1 << 30
    )
    return f"  {name if plain else json.dumps(name, ensure_ascii=False)}: {flow}"


def _is_text(name: str) -> bool:
    """Say whether YAML takes a name without quotes for text: not so 12, no and 2026-99-99."""
    try:
        return bool(texts.parse_yaml(name) == name)
    except StrictError:
        return False


def write(entries: dict[str, Entry], path: str | Path = "data/schema.yaml") -> None:
    """Write the schema, one line per column."""
    text = HEADER + "".join(line(name, drafted) for name, drafted in entries.items())
    Path(path).write_text(text, encoding="utf-8")


def columns(files: Sequence[Path]) -> Found:
    """Return each column's values over the deliveries, and whether every delivery has it.

    As text where their types differ. Raises UserError if they cannot be put together.
    """
    found: dict[str, list[pa.ChunkedArray]] = {}
    for file in files:
        table = delivery.read_table(file)
        for name in table.column_names:
            found.setdefault(name, []).append(table[name])
    return {n: (_joined(n, parts), len(parts) == len(files)) for n, parts in found.items()}


def words(
    files: Sequence[Path], found: Found, drafted: dict[str, Entry]
) -> Iterator[tuple[str, str]]:
    """Yield the columns of strings that hold words such as NA in CSV, and what to know of that."""
    names = [n for n, (values, _) in found.items() if values.null_count]
    strings = [name for name in names if drafted[name]["type"] == "string"]
    present = dict.fromkeys(strings, reading.MISSING[1:])
    texts = [file for file in files if not file.is_dir() and strings and reading.is_text(file)]
    tables = [delivery.read_table(file, present) for file in texts]
    for name in strings:
        cells = [c for t in tables if name in t.column_names for c in t[name].chunks]
        some = pa.chunked_array(cells, pa.string())
        counts = pc.value_counts(some.filter(pc.is_in(some, value_set=pa.array(reading.MISSING))))
        if told := [(c["values"], c["counts"]) for c in counts.to_pylist() if c["values"]]:
            listed = " and ".join(f"{word!r} in {stage.plural(rows, 'row')}" for word, rows in told)
            yield (
                name,
                f"holds {listed}, read as missing: `present: {[word for word, _ in told]}` in its "
                "entry keeps what is a value",
            )


def _joined(name: str, parts: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    kinds = list(dict.fromkeys(part.type for part in parts))
    if len(kinds) > 1:
        parts = written.alike(parts)
    kind = kinds[0] if len(kinds) == 1 else pa.string()
    try:
        return pa.chunked_array([chunk for part in parts for chunk in part.cast(kind).chunks], kind)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise UserError(
            f"Column '{name}': found values of type {' and '.join(map(str, kinds))}; expected the "
            "same type in every delivery."
        ) from None


def main() -> None:
    known: dict[str, Entry] = {}
    if Path("data/schema.yaml").exists():
        content = stage.read_yaml("data/schema.yaml")
        entries = (content.get("columns") if isinstance(content, dict) else content) or {}
        if not isinstance(entries, dict):
            raise UserError(
                f"data/schema.yaml: found {stage.brief(entries)}; expected 'columns:' with one "
                "entry per column, or no such file."
            )
        known = {str(name).strip(): entry for name, entry in entries.items()}
    found, drafted, reasons = columns(delivery.deliveries()), dict(known), {}
    for name in (name for name in found if name not in known):
        values, everywhere = found[name]
        drafted[name], reasons[name] = entry(name, values, everywhere=everywhere)
    write(drafted)
    spoken = dict(words(delivery.deliveries(), {n: found[n] for n in reasons}, drafted))
    for name, why in reasons.items():
        role = f"ignored ({why})" if why else "feature"
        said = "; ".join(
            filter(None, (notes.note(drafted[name], found[name][0]), spoken.get(name)))
        )
        line = f"added   {name}: {drafted[name]['type']}, {role}" + f"; {said}" * bool(said)
        print(stage.one_line(line))
    for name in (name for name in known if name not in found):
        line = f"gone    {name}: in the schema, in no delivery; remove it if that is meant"
        print(stage.one_line(line))
    line = f"kept    {len(known)} columns; review data/schema.yaml, then run `make repro`."
    print(stage.one_line(line))


if __name__ == "__main__":
    stage.run(main)
