"""Put your own table in place of the data: deliveries, schema, parameters, datasheet, storage."""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from adopt import datasheet, draft, leaks, task, undo
from adopt.draft import Entry
from adopt.notes import note as note_of
from pipeline import dataset, delivery, reading, stage, validate
from pipeline.schema import Schema, read_schema
from pipeline.stage import UserError

FOLDERS = ("data", "models", "metrics")
REPLACED = (*FOLDERS, "params.yaml", "dvc.yaml", "dvc.lock", "tests/test_sample.py")
CHANGED = ("dvc", "status", "--json", "data/raw.dvc")
STORAGE_MEGABYTES = 100


class AdoptError(UserError):
    """The table cannot be adopted; nothing was changed."""


def sources(path: Path) -> list[Path]:
    """Return the delivery files that `path`, a file or a folder, stands for; raise AdoptError."""
    if not path.exists():
        raise AdoptError(
            f"DATA: '{path}' was not found; expected a CSV or Parquet file, or a folder."
        )
    if path.is_dir():
        one = reading.is_dataset(path)
        return [path.resolve()] if one else delivery.deliveries(str(path))
    if not reading.suffix(path):
        expected = ", ".join(reading.SUFFIXES)
        raise AdoptError(f"DATA: '{path}' ends in '{path.suffix}'; expected {expected}.")
    return [path]


def asked_roles(asked: argparse.Namespace) -> dict[str, str]:
    """Return the role of each column that the command line names; raise AdoptError for two."""
    roles: dict[str, str] = {}
    for role in ("target", "key", "group", "time"):
        name = getattr(asked, role)
        if name in roles:
            raise AdoptError(
                f"Column '{name}' is asked for as {roles[name]} and as {role}; expected another "
                "column for each."
            )
        if name:
            roles[name] = role
    return roles


def entries(files: list[Path], roles: dict[str, str]) -> tuple[dict[str, Entry], dict[str, str]]:
    """Return the drafted schema with the asked roles, and what a person should know of columns."""
    found = draft.columns(files)
    for name in roles:
        if name not in found:
            raise AdoptError(f"Column '{name}' was not found; expected one of {list(found)}.")
    drafted, notes = {}, {}
    for name, (values, everywhere) in found.items():
        role = roles.get(name, "feature")
        drafted[name], why = draft.entry(name, values, role, everywhere=everywhere)
        note = "; ".join(filter(None, [why and f"ignored: {why}", note_of(drafted[name], values)]))
        if note:
            notes[name] = note
        if why and name in roles:
            raise AdoptError(f"Column '{name}' cannot be the {role}: {why}.")
        if drafted[name]["type"] == "text":
            notes[name] = "holds text: how often it uses each frequent word is what is learnt from"
        missing = values.null_count
        if role in ("key", "group", "time") and missing:
            raise AdoptError(
                f"Column '{name}', the {role}, is missing in {missing:,} rows; "
                "expected a value in every row: remove these rows first."
            )
        if role == "target" and missing:
            notes[name] = f"is missing in {missing:,} rows: on neither side until it is delivered"
    if not any(entry["role"] == "feature" for entry in drafted.values()):
        reasons = [f"'{name}' {note}" for name, note in notes.items()][: stage.SHOWN]
        raise AdoptError(f"There is no feature to learn from: {'; '.join(reasons)}.")
    return drafted, notes


def replace(files: list[Path]) -> None:
    """Remove what belongs to the data that was here, and copy the new deliveries in."""
    new = undo.SAVED / "raw"
    new.mkdir()
    for file in files:
        if file.is_dir():
            shutil.copytree(file, new / file.name, ignore=shutil.ignore_patterns(".*"))
        else:
            shutil.copyfile(file, new / file.name)
    for path in [path for folder in FOLDERS for path in Path(folder).iterdir()]:
        if path.name != ".gitignore":
            undo.remove(path)
    for name in ("dvc.lock", "tests/test_sample.py"):
        undo.remove(Path(name))
    shutil.move(new, "data/raw")


def store() -> str:
    """Track the deliveries with DVC, and push them to the embedded storage if they are small."""
    call("dvc", "add", "--quiet", "data/raw")
    size = sum(file.stat().st_size for file in Path("data/raw").rglob("*")) / 1e6
    if size > STORAGE_MEGABYTES:
        return (
            f"The deliveries take {size:,.0f} MB, too much for Git to carry: set a remote "
            "(docs/remotes.md), then `dvc push`."
        )
    call("dvc", "push", "--quiet", "data/raw")
    return f"The deliveries ({size:,.1f} MB) are in the embedded storage, data/storage."


def call(*words: str) -> str:
    """Run a program and return what it prints; raise AdoptError, with its words, if it fails."""
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise AdoptError(f"`{' '.join(words)}` failed: {done.stderr.strip()}")
    return done.stdout


def adopt(asked: argparse.Namespace) -> str:
    """Replace the data by the asked table, all or nothing; return what to look at."""
    if undo.put_back():
        print("An earlier call was cut off; what it had changed was put back.", file=sys.stderr)
    files, roles = sources(Path(asked.data).expanduser()), asked_roles(asked)
    expect_nothing_lost(asked.force)
    print(f"Reading {stage.plural(len(files), 'file')} …", file=sys.stderr)
    drafted, notes = entries(files, roles)
    index = Path(call("git", "rev-parse", "--git-path", "index").strip())
    with undo.undoing([*map(Path, REPLACED), index]):
        replace(files)
        draft.write(drafted)
        schema = read_schema()
        every = typed_rows(schema, asked.task, files)
        rows = dataset.labelled(every, schema.target)
        target = rows[asked.target]
        kind = task.task_of(target, asked.task)
        rewrite(
            "params.yaml", task.parameters(read("params.yaml"), kind, target, split(rows, asked))
        )
        rewrite("dvc.yaml", task.plots(read("dvc.yaml"), kind))
        rewrite("data/README.md", datasheet.skeleton(schema, every, len(files)))
        print("Looking for leaks, and adding the data to DVC …", file=sys.stderr)
        found = leaks.leaks(rows, [c.name for c in schema.features], target, kind)
        stored = store()
    return summary(every, schema, kind, notes, found, stored)


def expect_nothing_lost(force: bool) -> None:
    """Raise AdoptError for work that nobody has committed, or that cannot be had back at all."""
    others = ("git", "ls-files", "--others", "--exclude-standard", "-z")
    unknown = [name for name in call(*others, *FOLDERS).split("\0") if name]
    if unknown:
        raise AdoptError(
            f"Git does not know {stage.cut(unknown)}, which would be deleted; commit or move them."
        )
    if not force and call("git", "status", "--porcelain", "--", ".").strip():
        raise AdoptError(
            "The work tree has uncommitted changes; commit them first, or add FORCE=1."
        )
    if not force and Path("data/raw").exists() and json.loads(call(*CHANGED)):
        raise AdoptError(
            "data/raw is not what data/raw.dvc says; `dvc add data/raw` first, or add FORCE=1."
        )


def typed_rows(schema: Schema, asked_task: str | None, files: list[Path]) -> pd.DataFrame:
    """Return all rows, checked as the stage validate will check them; errors name `files`."""
    if asked_task == "classification" and schema.target.type == "number":
        raise AdoptError(
            f"Target '{schema.target.name}' holds numbers with decimals; expected text, booleans "
            "or whole numbers for TASK=classification."
        )
    parts, checks = [], validate.checks(schema)
    for source, file in zip(files, delivery.deliveries(), strict=True):
        parts.append(delivery.typed(source, delivery.read_table(file), schema))
        validate.check(source, parts[-1], schema, checks)
    return pd.concat(parts, ignore_index=True)


def split(rows: pd.DataFrame, asked: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of the split: by time, by group, or else by row."""
    if not asked.time:
        return {"by": "group" if asked.group else "row", "test_from": None}
    times = rows[asked.time].sort_values()
    later = times[times > times.iloc[0]]  # so that the training side is never empty
    if later.empty:
        raise AdoptError(f"Column '{asked.time}', the time, is always {times.iloc[0]}.")
    moment = max(times.iloc[int(0.75 * len(rows))], later.iloc[0])
    return {"by": "time", "test_from": str(moment) if hasattr(moment, "date") else moment.item()}


def read(path: str) -> str:
    """Return the text of a file."""
    return Path(path).read_text(encoding="utf-8")


def rewrite(path: str, text: str) -> None:
    """Write the text of a file."""
    Path(path).write_text(text, encoding="utf-8")


def summary(
    rows: pd.DataFrame,
    schema: Schema,
    kind: str,
    notes: dict[str, str],
    found: list[str],
    stored: str,
) -> str:
    """Return what was made of the table, and what a person should look at next."""
    text = len([c for c in schema.features if c.type in ("string", "text")])
    return "\n".join(
        [
            f"Adopted {len(rows):,} rows: a {kind} task with target '{schema.target.name}', "
            f"{stage.plural(len(schema.features), 'feature')}, {text} of them text.",
            stored,
            "",
            "Please review:",
            *(
                f"  probable leak: '{name}' alone determines the target; ignore it?"
                for name in found
            ),
            *(f"  column '{name}' {note}" for name, note in notes.items()),
            "  data/schema.yaml   type, role and allowed values of each column",
            "  params.yaml        split, estimator, metrics, and the gate: there is none yet",
            "  data/README.md     the datasheet: source, licence, meaning",
            "Then: `make repro`, `make test`, and `git add -A && git commit`.",
        ]
    )
