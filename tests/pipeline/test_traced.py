"""A stage reads what dvc.yaml declares, all of it, and nothing else in the project.

Two witnesses, since neither sees everything. Python's audit hooks report what a stage opens,
lists, renames or removes, even a file that is not there, but not what Arrow does in C++. So each
stage also runs alone, in a folder that holds nothing but what it declares (and of params.yaml only
its own sections): whatever else it needs is missing there, the outputs must be those of the full
project byte for byte, and nothing but declared outputs may appear. What could still pass is a
file that Arrow looks for and that changes nothing. (strace would see both, but the right to trace
is often withheld in containers.)
"""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, run

pytestmark = pytest.mark.slow
STAGES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]
HOOK = """\
import os, sys

LOG = os.open(os.environ["TRACE"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
ONE = {"open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rmdir", "os.truncate"}
TWO = {"os.rename", "os.link", "os.symlink"}

def hook(event, args):
    for path in args[: 1 if event in ONE else 2 if event in TWO else 0]:
        inside_a_folder_already_seen = event in {"os.remove", "os.rmdir"} and args[-1] >= 0
        if isinstance(path, (str, bytes, os.PathLike)) and not inside_a_folder_already_seen:
            os.write(LOG, os.path.realpath(os.fsdecode(path)).encode() + b"\\n")

sys.addaudithook(hook)
"""


def outputs(stage: str) -> set[str]:
    """Return the paths that dvc.yaml says the stage writes."""
    found = STAGES[stage]["outs"] + STAGES[stage].get("metrics", [])
    return {str(next(iter(out)) if isinstance(out, dict) else out) for out in found}


def sections(stage: str) -> list[str]:
    """Return the sections of params.yaml that the stage declares."""
    return [name for name in STAGES[stage].get("params", []) if isinstance(name, str)]


def declared(stage: str) -> set[str]:
    """Return every path that dvc.yaml gives the stage, except the pins that it runs on."""
    return {*STAGES[stage]["deps"], *outputs(stage), *["params.yaml"] * bool(sections(stage))}


def command(stage: str) -> list[str]:
    """Return the words that run a stage, in a process from nothing: the hook loads at its start."""
    return [sys.executable, *STAGES[stage]["cmd"].split()[1:]]


def traced(project: Path, stage: str) -> set[str]:
    """Run the stage; return the declared paths that it touched, and any other file by name.

    A folder above a declared path is left out: making it, or listing it to import, is no secret.
    """
    hook, log = project.parent / "hook", project.parent / "trace.txt"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(HOOK)
    path = f"{hook}:{project / 'src'}"
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "TRACE": str(log), "PYTHONPATH": path}
    run(*command(stage), cwd=project, **quiet)
    inside = f"{project.resolve()}/"
    seen = {line.removeprefix(inside) for line in log.read_text().splitlines() if inside in line}
    return {found for name in seen for found in attribute(name, declared(stage))}


def attribute(name: str, known: set[str]) -> set[str]:
    """Return the declared path to which a touched one belongs, or itself if there is none."""
    name = re.sub(r"__pycache__/(\w+)\.[\w-]+\.pyc.*", r"\1.py", name)  # bytecode of a module
    name = re.sub(r"(^|/)\.(\w+)\.part(/|$)", r"\1\2\3", name)  # stage.replacing's draft
    if any(path.startswith(f"{name}/") for path in known):
        return set()
    return {path for path in known if f"{name}/".startswith(f"{path}/")} or {name}


def alone(project: Path, stage: str, folder: Path) -> str:
    """Run the stage on a copy of what it declares; return the error, or which files are wrong."""
    for dep in STAGES[stage]["deps"]:
        copy(project / dep, folder / dep)
    params = yaml.safe_load((project / "params.yaml").read_text("utf-8"))
    only = {name: params[name] for name in sections(stage)}
    (folder / "params.yaml").write_text(yaml.safe_dump(only))
    expected = files(folder)
    env = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder / "src")}
    done = run(*command(stage), cwd=folder, check=False, **env)
    for out in outputs(stage):
        copy(project / out, folder.parent / "expected" / out)
    expected |= files(folder.parent / "expected")
    wrong = [name for name, content in (expected.items() ^ files(folder).items())]
    return done.stderr if done.returncode else ", ".join(sorted(set(wrong)))


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, making the folders above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file in a folder, by its path from there."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_touches_exactly_what_it_declares(project: Path, stage: str) -> None:
    assert traced(project, stage) == declared(stage)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_needs_nothing_else(project: Path, tmp_path: Path, stage: str) -> None:
    """Alone with what it declares, it makes the same files."""
    assert alone(project, stage, tmp_path / "alone") == ""


def leak(project: Path, statement: str) -> None:
    """Put a statement at the start of split's main()."""
    path = project / "src/pipeline/split.py"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("def main() -> None:\n", f"def main() -> None:\n    {statement}\n")
    )


@pytest.mark.parametrize(
    ("statement", "path"),
    [
        ("open('README.md').read()", "README.md"),
        ("try: open('missing.txt')\n    except OSError: pass", "missing.txt"),
        ("open('data/extra.txt', 'w').close()", "data/extra.txt"),
        ("__import__('pipeline.model')", "src/pipeline/model.py"),
        ("import os; os.remove('models/model.skops')", "models/model.skops"),
    ],
)
def test_the_trace_shows_an_undeclared_file(project: Path, statement: str, path: str) -> None:
    leak(project, statement)

    assert path in traced(project, "split") - declared("split")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("pq.read_table('data/predictions/first.parquet')", "data/predictions/first.parquet"),
        ("pq.write_table(pa.table({'a': [1]}), 'data/extra.parquet')", "data/extra.parquet"),
        ("stage.read_yaml('params.yaml')['train']['seed']", "KeyError: 'train'"),
        ("from pipeline import train", "cannot import name 'train'"),
    ],
)
def test_alone_a_stage_fails_for_want_of_it(
    project: Path, tmp_path: Path, statement: str, words: str
) -> None:
    """What the trace cannot see, such as what Arrow reads and writes in C++, shows here."""
    leak(project, f"import pyarrow as pa, pyarrow.parquet as pq; {statement}")

    assert words in alone(project, "split", tmp_path / "alone")
