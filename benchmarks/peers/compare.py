"""The same four steps in this project, by hand under DVC, in Snakemake, in Kedro, in one process.

The peers do the same work on the same table: steps/ holds the four scripts that a person would
write, dvc/ and snakemake/ call them, kedro/ makes nodes of their functions. Each has an environment
of its own, with the same versions of what computes, made in .tools/peers on the first run. All
take turns, so that they meet the same noise.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

PEERS, ROOT = Path(__file__).parent, Path(__file__).parents[2]
UV, ENVIRONMENTS = ROOT / ".tools/bin/uv", ROOT / ".tools/peers"
ROUNDS = int(os.environ.get("ROUNDS", "7"))
QUIET = {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"}
DVC = ("dvc", "repro", "-q")


class Side(NamedTuple):
    """Where a peer's programs and project are, what runs it, and which file holds C."""

    programs: Path
    project: Path
    cold: tuple[str, ...]
    changed: tuple[str, ...]
    nothing: tuple[str, ...] | None
    params: str


def environment(name: str) -> Path:
    """Return the folder of a peer's programs, installing them if they are not there."""
    folder, wanted = ENVIRONMENTS / name, PEERS / name / "requirements.txt"
    installed = folder / "installed.txt"
    if not installed.exists() or installed.read_bytes() != wanted.read_bytes():
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        subprocess.run([UV, "venv", "-q", "--clear", "--python", version, folder], check=True)
        python = ("--python", folder / "bin/python", "--compile-bytecode")
        subprocess.run([UV, "pip", "install", "-q", *python, "-r", wanted], check=True, cwd=folder)
        shutil.copy(wanted, installed)
    return folder / "bin"


def run(words: tuple[str, ...], side: Side) -> tuple[float, float]:
    """Run a program of one side; return its seconds, and those of a processor; stop if it fails."""
    path = os.pathsep.join([str(side.programs), os.environ["PATH"]])
    env = {**os.environ, **QUIET, "PATH": path}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            words, cwd=side.project, env=env, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            output.seek(0)
            sys.exit(f"{words} failed in {side.project}:\n{output.read().decode()}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def ours(parent: Path) -> tuple[Side, Side]:
    """Return a clone of this project with everything run, and the same work in one process."""
    programs, project = Path(sys.executable).parent, parent / "ours"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(project)], check=True)
    os.environ["PYTHONPATH"] = str(project / "src")
    whole = Side(programs, project, (*DVC, "--force"), DVC, DVC, "params.yaml")
    one = ("python", str(ROOT / "benchmarks/in_memory.py"))
    run(("dvc", "pull", "-q"), whole)
    run(DVC, whole)
    return whole, Side(programs, project, one, one, None, "params.yaml")


def peer(name: str, parent: Path, raw: Path) -> Side:
    """Return a peer's project with everything run."""
    project = parent / name
    shutil.copytree(PEERS / name, project)
    shutil.copytree(raw, project / "data/raw", copy_function=shutil.copyfile)
    inside = name == "kedro"
    params = "conf/base/parameters.yml" if inside else "params.yaml"
    shutil.copy(PEERS / "steps/params.yaml", project / params)
    for step in (PEERS / "steps").glob("*.py"):
        shutil.copy(step, project / "src" if inside else project)
    snakemake, kedro = ("snakemake", "-c1", "-q"), ("kedro", "run")
    cold, changed, nothing = {
        "dvc": ((*DVC, "--force"), DVC, DVC),
        "snakemake": ((*snakemake, "--forceall"), snakemake, snakemake),
        "kedro": (kedro, kedro, None),
    }[name]
    side = Side(environment(name), project, cold, changed, nothing, params)
    if name == "dvc":
        (project / "pipeline.yaml").rename(project / "dvc.yaml")  # this project has one of its own
        subprocess.run(["git", "init", "-q"], cwd=project, check=True)
        run(("dvc", "init", "-q"), side)
        run(("dvc", "config", "core.analytics", "false"), side)
        run(("dvc", "add", "-q", "data/raw"), side)
    run(cold, side)
    return side


def change(side: Side, number: int) -> None:
    """Give C a value that it has not had."""
    path = side.project / side.params
    text, count = re.subn(r"\bC: [0-9.]+", f"C: {1 + number / 1000}", path.read_text("utf-8"))
    assert count == 1, f"{path} holds C {count} times"
    path.write_text(text, "utf-8")


def measure(title: str, sides: dict[str, Side], words: Callable[[Side], tuple[str, ...]]) -> None:
    """Print medians of all sides, run in turns, and their ratios to DVC by hand."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for number in range(ROUNDS):
        for name, side in sides.items():
            if title == "one parameter changed" and name != "in one process":
                change(side, number + 1)
            taken[name].append(run(words(side), side))
    print(f"{title}: seconds, and of a processor; beside DVC by hand", flush=True)
    middle = {name: [statistics.median(part) for part in zip(*taken[name], strict=True)]
              for name in sides}  # fmt: skip
    wall, processor = middle["DVC by hand"]
    for name, (seconds, busy) in middle.items():
        ratios = f"{seconds / wall:.2f} x, {busy / processor:.2f} x"
        print(f"  {name}: {seconds:.2f} s, {busy:.2f} s; {ratios}", flush=True)


def main() -> None:
    """Measure cold, after one parameter changed, and with nothing to do."""
    with tempfile.TemporaryDirectory(prefix="threefold-bench-") as parent:
        this, one = ours(Path(parent))
        peers = {name: peer(name, Path(parent), this.project / "data/raw")
                 for name in ("dvc", "snakemake", "kedro")}  # fmt: skip
        sides = {"this project": this, "DVC by hand": peers["dvc"],
                 "Snakemake": peers["snakemake"], "Kedro": peers["kedro"]}  # fmt: skip
        measure("cold", {**sides, "in one process": one}, lambda side: side.cold)
        measure("one parameter changed", sides, lambda side: side.changed)
        skipping = {name: side for name, side in sides.items() if side.nothing}
        measure("nothing to do", skipping, lambda side: side.nothing or ())


if __name__ == "__main__":
    main()
