"""All or nothing: paths that are put back as they were if a block fails, or is cut off."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline import stage

SAVED = Path(".dvc/tmp/before-adopt")
LIST = SAVED / "paths.json"  # what is saved, and what was not there; its presence says all is
LOCK = Path(".dvc/tmp/rwlock")  # left empty by a DVC that was killed, which then refuses to start
ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undoing(paths: Sequence[Path]) -> Iterator[None]:
    """Put the paths back as they were if the block fails, or a signal ends it.

    What that needs is kept until all is back, so that `put_back` can end what was cut off.
    """
    save(paths)
    for number in ENDING:
        signal.signal(number, lambda *_: sys.exit("Ended. Nothing was changed."))
    try:
        yield
    except BaseException:
        for number in (*ENDING, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        put_back()
        raise
    LIST.unlink()  # first: from here on there is nothing to put back
    shutil.rmtree(SAVED)


def save(paths: Sequence[Path]) -> None:
    """Copy the paths that are there; folders by links: nobody may overwrite their files."""
    shutil.rmtree(SAVED, ignore_errors=True)
    SAVED.mkdir(parents=True)
    for number, path in enumerate(paths):
        if path.is_dir():
            shutil.copytree(path, SAVED / str(number), copy_function=os.link)
        elif path.exists():
            shutil.copy2(path, SAVED / str(number))
    stage.write_json(LIST, [[str(path), path.exists()] for path in paths])


def put_back() -> bool:
    """Put back what `save` copied, and say whether there was anything; what is back stays."""
    found = LIST.exists()
    for number, (path, was_there) in enumerate(
        json.loads(LIST.read_text("utf-8")) if found else []
    ):
        copy = SAVED / str(number)
        if copy.exists() or not was_there:
            remove(Path(path))
        if copy.exists():
            shutil.move(copy, path)
    if LOCK.exists() and not LOCK.stat().st_size:
        LOCK.unlink()
    shutil.rmtree(SAVED, ignore_errors=True)
    return found


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
