"""Put your own table in place of the data: deliveries, schema, parameters, datasheet, storage."""

import argparse
import shutil
import sys
from pathlib import Path

from adopt import datasheet, draft, task, undo, unsaved
from adopt.proposal import Proposal, propose, step
from adopt.summary import summary
from adopt.unsaved import call
from pipeline import dataset, stage
from pipeline.clone import check, tracked
from pipeline.stage import UserError
from pipeline.tables import delivery, reading

FOLDERS = ("data", "models", "metrics")
REPLACED = (*FOLDERS, "params.yaml", "dvc.yaml", "dvc.lock", "tests/test_sample.py")
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
    if path.name.startswith("."):
        raise AdoptError(f"DATA: '{path}' is a hidden file; expected a name without the dot.")
    return [path]


def adopt(asked: argparse.Namespace) -> str:
    """Replace the data by the asked table, all or nothing; return what to look at."""
    here = Path()
    tracked.expect_own(here, tracked.tracked(here))  # Git brought nothing that is put back
    if undo.put_back():
        print("An earlier call was cut off; what it had changed was put back.", file=sys.stderr)
    check.expect_sound(here)
    files = sources(Path(asked.data).expanduser())
    unsaved.expect_nothing_lost(FOLDERS, asked.force)
    for name in ("params.yaml", "dvc.yaml"):
        if not isinstance(stage.read_yaml(name), dict):
            raise UserError(f"{name}: found no mapping; expected sections with values.")
    found = propose(files, asked)
    index = Path(call("git", "rev-parse", "--git-path", "index").strip())
    with undo.undoing([*map(Path, REPLACED), index]):
        replace(files)
        write(found, len(files))
        stored = store()
    unsaved.record()
    return summary(found, asked, stored)


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


def write(found: Proposal, deliveries: int) -> None:
    """Write what was proposed: schema, parameters, plots and the skeleton of the datasheet."""
    schema = found.columns.schema
    draft.write(found.columns.entries)
    target = dataset.labelled(found.rows, schema.target)[schema.target.name]
    rewrite("params.yaml", task.parameters(read("params.yaml"), found.task, target, found.split))
    rewrite("dvc.yaml", task.plots(read("dvc.yaml"), found.task))
    rewrite("data/README.md", datasheet.skeleton(schema, found.rows, deliveries))


def store() -> str:
    """Track the deliveries with DVC, and push them to the embedded storage if they are small."""
    size = sum(file.stat().st_size for file in Path("data/raw").rglob("*")) / 1e6
    step(f"Adding {size:,.1f} MB to DVC")
    call("dvc", "add", "data/raw")
    if size > STORAGE_MEGABYTES:
        return (
            f"The deliveries take {size:,.0f} MB, too much for Git to carry: set a remote "
            "(docs/remotes.md), then `.venv/bin/dvc push`."
        )
    call("dvc", "push", "data/raw")
    return f"The deliveries ({size:,.1f} MB) are in the embedded storage, data/storage."


def read(path: str) -> str:
    """Return the text of a file."""
    return Path(path).read_text(encoding="utf-8")


def rewrite(path: str, text: str) -> None:
    """Write the text of a file."""
    Path(path).write_text(text, encoding="utf-8")
