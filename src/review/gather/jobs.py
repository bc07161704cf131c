"""The refits of one side: trained in a process of its own code, and kept by what decides them."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from pipeline import stage
from review.gather import ask, kept
from review.gather.store import Store

QUIET = 2.0  # seconds between two words about progress
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Job:
    """A side, the file with the n rows that its refits score, and by number where each is kept."""

    store: Store
    rows: Path
    count: int
    places: Mapping[int, Path]

    def lines(self, number: int) -> pd.DataFrame | None:
        """Return what a refit says of the rows, if it is kept."""
        return kept.read(self.places[number], self.count)

    @cached_property
    def absent(self) -> list[int]:
        """The numbers of the refits that were not kept when this was first asked."""
        return [number for number in self.places if self.lines(number) is None]

    @property
    def answers(self) -> Path:
        """The folder in which the process puts what each refit says."""
        return self.rows.with_suffix("")

    @contextmanager
    def started(self, columns: Sequence[str], seconds: float) -> Iterator[ask.Process]:
        """Start the process that makes what is absent; the seed of each is of its name."""
        self.answers.mkdir()
        seeds = {number: int(self.places[number].name[:7], 16) for number in self.absent}
        asked = {"rows": str(self.rows), "folder": str(self.answers), "columns": [*columns]}
        with (
            self.rows.with_suffix(".txt").open("w", encoding="utf-8") as errors,
            ask.waiting(self.store.root, errors, **_threads()) as process,
        ):
            assert process.stdin is not None
            process.stdin.write(json.dumps({**asked, "seeds": seeds, "until": seconds}))
            process.stdin.close()
            yield process

    def collect(self) -> str | None:
        """Keep what was made, and return the last that was said of what could not be."""
        for number, path in self.places.items():
            made = self.answers / f"{number}.parquet"
            if made.exists():
                kept.keep(made, path)
        said = self.rows.with_suffix(".txt")
        lines = said.read_text(encoding="utf-8").strip().splitlines() if said.exists() else []
        return f"{self.store.label} says: {lines[-1][:200]}" if lines else None


def _threads() -> dict[str, str]:
    """Return half of the processors for each of both sides, unless somebody said how many.

    Threads that wait for each other's processor take twenty times as long as one alone.
    """
    half = str(max((os.cpu_count() or 1) // 2, 1))
    return {name: half for name in THREADS if name not in os.environ}


def watch(processes: Sequence[ask.Process], folder: Path) -> None:
    """Wait until all have ended; tell now and then how far they are, if that takes a while."""
    last, told = time.monotonic(), -1
    while any(process.poll() is None for process in processes):
        time.sleep(0.02)
        made = len(list(folder.glob("*/*.parquet")))
        if time.monotonic() - last > QUIET and made != told:
            last, told = time.monotonic(), made
            words = f"  training both models again: {made} refits so far …"
            print(stage.one_line(words), file=sys.stderr)
