"""How fast the pipeline is, as ratios measured in one run: `make bench`.

Three questions: what does a `dvc repro` cost that has nothing to do; what do four stages cost
beside one process that does the same work; how many rows a second does each stage take at 1,000,000
rows, and how much memory, beside reading and writing the same bytes with pyarrow.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
STAGES = ("validate", "split", "train", "evaluate")
REPEATS = 7
ROWS = 1_000_000
ARROW = """
import pyarrow.csv, pyarrow.parquet as pq
pq.write_table(pyarrow.csv.read_csv("data/raw/big.csv"), "data/big.parquet", compression="zstd")
"""


def run(*words: str, cwd: Path) -> tuple[float, float]:
    """Run a program of this environment; return seconds and peak memory in MB; stop if it fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(cwd / "src")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    process = subprocess.Popen(words, cwd=cwd, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(words)} failed in {cwd}.")
    return seconds, usage.ru_maxrss / 1024


def medians(*commands: tuple[str, ...], cwd: Path) -> list[float]:
    """Return the median seconds of each command, run in turns so that all meet the same noise."""
    taken = [[run(*command, cwd=cwd)[0] for command in commands] for _ in range(REPEATS)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def made(rows: int) -> pd.DataFrame:
    """Return a key, 10 numbers, 4 integers, 4 texts, a boolean, a date and a target."""
    random = np.random.default_rng(0)
    table = pd.DataFrame({"id": np.arange(rows)})
    for i in range(10):
        table[f"number {i}"] = random.normal(size=rows).round(4)
    for i in range(4):
        table[f"integer {i}"] = random.integers(0, 100, rows)
        table[f"text {i}"] = random.choice(["a", "b", "c", "d"], rows)
    table["flag"] = random.random(rows) < 0.5
    table["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 2000, rows), "D")
    noisy = table["number 0"] + table["integer 0"] / 50 + random.normal(size=rows)
    return table.assign(target=np.where(noisy > 1, "yes", "no"))


def small(project: Path) -> None:
    """Print the first two ratios, on the project's own data."""
    run("dvc", "pull", "-q", cwd=project)
    run("dvc", "repro", "-q", cwd=project)
    repro, status = medians(("dvc", "repro", "-q"), ("dvc", "status", "-q"), cwd=project)
    print(
        f"nothing to do: dvc repro {repro:.2f} s, dvc status {status:.2f} s: {repro / status:.2f} x"
    )
    commands = [("python", "-m", f"pipeline.{stage}") for stage in STAGES]
    *alone, whole, memory = medians(
        *commands,
        ("dvc", "repro", "-q", "--force"),
        ("python", str(ROOT / "benchmarks/in_memory.py")),
        cwd=project,
    )
    each = ", ".join(f"{stage} {taken:.2f} s" for stage, taken in zip(STAGES, alone, strict=True))
    print(f"four stages: {each}; in one process {memory:.2f} s: {sum(alone) / memory:.2f} x")
    print(f"through DVC: dvc repro --force {whole:.2f} s: {whole / memory:.2f} x")


def large(project: Path) -> None:
    """Print rows a second and peak memory of each stage on a million rows."""
    table = project.parent / "big.csv"
    made(ROWS).to_csv(table, index=False)
    adopting = ("python", "-m", "adopt", "--force", "--data", str(table))
    seconds, peak = run(*adopting, "--target", "target", "--key", "id", cwd=project)
    print(f"{ROWS:,} rows x 20 columns: adopt {seconds:.1f} s, {peak:,.0f} MB")
    arrow, peak = run("python", "-c", ARROW, cwd=project)
    print(f"  pyarrow, read and write alone: {ROWS / arrow:,.0f} rows/s, {peak:,.0f} MB")
    for stage in STAGES:
        seconds, peak = run("python", "-m", f"pipeline.{stage}", cwd=project)
        rate = f"{ROWS / seconds:,.0f} rows/s, {peak:,.0f} MB"
        print(f"  {stage}: {seconds:.1f} s, {rate}: {seconds / arrow:.1f} x")


def main() -> None:
    """Measure in scratch clones of what is committed."""
    with tempfile.TemporaryDirectory(prefix="threefold-bench-") as parent:
        for measure in (small, large):
            project = Path(parent) / measure.__name__ / "project"
            subprocess.run(["git", "clone", "-q", str(ROOT), str(project)], check=True)
            measure(project)
            shutil.rmtree(project)


if __name__ == "__main__":
    main()
