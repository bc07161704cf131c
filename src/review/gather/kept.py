"""Keeps what refits say of rows in .dvc/tmp/refits, so that a second review trains nothing."""

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from pipeline.clone import check
from pipeline.strict import parquet
from pipeline.strict.texts import StrictError
from review import ReviewError, models

PLACE = ".dvc/tmp/refits"
LARGEST = 500_000_000  # bytes in all; what was longest not used goes first


def place(root: Path) -> Path:
    """Return the folder, which only this user can write; raise ReviewError if it is not so."""
    folder = root / PLACE
    try:
        check.make_private(folder)
    except OSError as error:
        raise ReviewError(f"{PLACE}: {error}; expected a folder of yours: delete it") from None
    return folder


def name(*parts: Any) -> str:
    """Return the name of what depends on these parts, and on nothing else.

    >>> name("train", {"seed": 1}) == name("train", {"seed": 2})
    False
    """
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def digest(*files: Path) -> list[str]:
    """Return the hash of what each file holds."""
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


def read(path: Path, rows: int) -> pd.DataFrame | None:
    """Return a line for each of n rows, as `ask.ask` does; None if the file does not hold that."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        found = parquet.read(path).to_pandas()
        os.utime(path)
    except (StrictError, pa.ArrowException, OSError, ValueError):
        return None
    others = [str(column) for column in found.columns if column != "predicted"]
    sound = len(found) == rows and len(others) == len(found.columns) - 1
    return found if sound and all(o.startswith(models.PROBABILITY) for o in others) else None


def keep(made: Path, path: Path) -> None:
    """Put a file there, whole."""
    draft = path.with_suffix(f".{os.getpid()}")
    shutil.copyfile(made, draft)
    os.replace(draft, path)


def trim(folder: Path, largest: int = LARGEST) -> None:
    """Delete what was longest not used, until the rest is small enough."""
    size = 0
    with suppress(FileNotFoundError):  # another review trims too
        for file in sorted(folder.iterdir(), key=lambda file: -file.stat().st_mtime):
            size += file.stat().st_size
            if size > largest:
                file.unlink()
