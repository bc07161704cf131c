"""The tour: in a scratch clone, a change on each level and on two at once, and what review says.

`make tour`. Every step is a command that a person would type; each report is checked for the levels
that it names. Nothing of this folder is touched.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
from sklearn.base import is_regressor

from pipeline import model, stage
from pipeline.tables import delivery

ROOT = Path(__file__).parents[1]
AUTHOR = ("-c", "user.name=Tour", "-c", "user.email=tour@example.com")
LIBRARY, VERSIONS = "pyyaml", ("6.0.2", "6.0.3")


def data(project: Path) -> None:
    """Take back half of the rows of the first delivery."""
    path = delivery.deliveries(str(project / "data/raw"))[0]
    table = delivery.read_table(path)
    kept = table.take(list(range(0, table.num_rows, 2)))
    path.chmod(0o644)  # DVC keeps what it has as read-only
    if path.suffix == ".parquet":
        pq.write_table(kept, path)
    else:
        separator = "\t" if path.suffix == ".tsv" else ","
        options = pyarrow.csv.WriteOptions(delimiter=separator)
        pyarrow.csv.write_csv(kept, path, options)
    call("dvc", "add", "-q", "data/raw", cwd=project)


def params(project: Path) -> None:
    """Put in an estimator that always says the same."""
    file = project / "params.yaml"
    train = stage.read_yaml(file)["train"]
    number = is_regressor(model.estimator(train["estimator"], {}, 0))
    dummy = f"sklearn.dummy.Dummy{'Regressor' if number else 'Classifier'}"
    text = re.sub(r"estimator: [\w.]+", f"estimator: {dummy}", file.read_text("utf-8"))
    file.write_text(re.sub(r"options: \{.*?\}", "options: {}", text), "utf-8")


def code(project: Path) -> None:
    """Add a comment to a module: it cannot matter, but DVC cannot know that."""
    with (project / "src/pipeline/train.py").open("a", encoding="utf-8") as file:
        file.write("# A comment changes nothing.\n")


def environment(project: Path) -> None:
    """Pin another version of a library."""
    file = project / "pyproject.toml"
    text = file.read_text("utf-8")
    other = VERSIONS[f'"{LIBRARY}=={VERSIONS[0]}"' in text]
    file.write_text(re.sub(rf'"{LIBRARY}==[\d.]+"', f'"{LIBRARY}=={other}"', text), "utf-8")
    call(".tools/bin/uv", "lock", "--quiet", cwd=project)


def data_and_params(project: Path) -> None:
    """Do both at once; which of them it was is for the review to say."""
    data(project)
    params(project)


STOPS: list[tuple[Callable[[Path], None], list[str]]] = [
    (data, ["data"]),
    (params, ["params"]),
    (code, ["code"]),
    (environment, ["environment"]),
    (data_and_params, ["data", "params"]),
]


def call(*words: str, cwd: Path, check: bool = True) -> str:
    """Run a command and return what it prints; stop the tour, showing all, if it fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path}
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True)
    if check and done.returncode:
        sys.exit(f"`{' '.join(words)}` failed in the tour's clone:\n{done.stdout}{done.stderr}")
    return done.stdout


def visit(project: Path, change: Callable[[Path], None], levels: list[str]) -> str:
    """Make a change on a branch of its own, reproduce and commit it; return the review of it."""
    call("git", "checkout", "-q", "-b", f"tour-{change.__name__}", "main", cwd=project)
    call("dvc", "checkout", "-q", cwd=project)
    change(project)
    call("make", "repro", cwd=project)
    call("git", "add", "-A", cwd=project)
    call("git", *AUTHOR, "commit", "-qm", str(change.__doc__), cwd=project)
    report = call("make", "--silent", "review", "BASE=main", cwd=project, check=False)
    found = json.loads((project / "review.json").read_text("utf-8"))["changes"]["levels"]
    if found != levels:
        sys.exit(f"The review names {found} as what changed; expected {levels}.\n{report}")
    return report


def main() -> None:
    """Clone, stop at each change, and say how long it took."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="threefold-tour-") as parent:
        project = Path(parent) / "project"
        print("A clone of this repository, and `make repro` in it …", flush=True)
        call("git", "clone", "-q", str(ROOT), str(project), cwd=ROOT)
        call("git", "checkout", "-q", "-B", "main", cwd=project)
        call("make", "repro", cwd=project)
        for number, (change, levels) in enumerate(STOPS, 1):
            since = time.monotonic()
            print(
                f"\n{'=' * 100}\n{number}. {' and '.join(levels)}: {change.__doc__}\n", flush=True
            )
            print(visit(project, change, levels))
            print(f"{time.monotonic() - since:.0f} s for this change and its review.", flush=True)
    print(f"\nThe tour took {time.monotonic() - start:.0f} s.")


if __name__ == "__main__":
    main()
