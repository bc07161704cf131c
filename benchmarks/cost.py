"""What a review costs: the comparison of 100,000 rows, and CI on a project of about 100 MB.

CI is measured in fresh clones with an empty cache: `python -m ci.reproduce` and then
`python -m review`, when dvc.lock was committed up to date and when it was not, beside
`dvc pull && dvc repro` of the same commit. Bytes are those of the remote's objects that arrived.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml
from speed import ROOT, made, run

from pipeline.scores import Predictions
from review.methods import compare

ROWS, MORE = 450_000, 4_500
METRICS = ["roc_auc", "average_precision", "accuracy", "f1", "log_loss"]
AUTHOR = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
OBJECTS = "files/md5"


def comparison(groups: int | None = None, rows: int = 100_000) -> float:
    """Return the seconds that five metrics of two models take, with intervals, also by group."""
    random = np.random.default_rng(0)
    truth = np.where(random.random(rows) < 0.3, "yes", "no")
    sides = []
    for noise in (1.0, 1.1):
        score = 1 / (1 + np.exp(-((truth == "yes") * 2 - 1 + random.normal(0, noise, rows))))
        said = np.where(score >= 0.5, "yes", "no")
        both = np.column_stack([1 - score, score])
        sides.append(Predictions(truth, said, both, np.array(["no", "yes"]), "yes"))
    units = None if groups is None else random.integers(0, groups, rows)
    start = time.perf_counter()
    compare.compare(METRICS, *sides, units)
    return time.perf_counter() - start


def data(project: Path) -> None:
    """Add a delivery of 1 % of the rows."""
    rows = made(MORE).assign(id=lambda table: table["id"] + ROWS)
    rows.to_csv(project / "data/raw/more.csv", index=False)
    run("dvc", "add", "-q", "data/raw", cwd=project)


def params(project: Path) -> None:
    """Set an option of the estimator."""
    replace(project / "params.yaml", "options: {}", "options: {max_iter: 50}")


def code(project: Path) -> None:
    """Add a comment to train.py."""
    replace(project / "src/pipeline/train.py", "\n\nimport", "\n\n# Nothing.\nimport")


def environment(project: Path) -> None:
    """Change a pin in pyproject.toml (the library itself is not installed anew)."""
    replace(project / "pyproject.toml", '"pyyaml==6.0.3"', '"pyyaml==6.0.2"')


def replace(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence in a file, which must be there."""
    text = path.read_text("utf-8")
    assert old in text, f"{path} holds no {old!r}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def commit(project: Path) -> None:
    """Commit everything."""
    subprocess.run(["git", "add", "-A"], cwd=project, check=True)
    subprocess.run(["git", *AUTHOR, "commit", "-qm", "change"], cwd=project, check=True)


def prepared(parent: Path) -> Path:
    """Return a project of about 100 MB with everything run, pushed and committed."""
    project, table = parent / "project", parent / "first.csv"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(project)], check=True)
    subprocess.run(["git", "checkout", "-q", "-B", "main"], cwd=project, check=True)
    made(ROWS).to_csv(table, index=False)
    words = ("--force", "--data", str(table), "--target", "target", "--key", "id")
    run("python", "-m", "adopt", *words, cwd=project)
    run("dvc", "remote", "modify", "storage", "url", str(parent / "remote"), cwd=project)
    run("dvc", "repro", "-q", cwd=project)
    run("dvc", "push", "-q", cwd=project)
    shutil.rmtree(project / "data/storage", ignore_errors=True)
    commit(project)
    return project


def arrived(clone: Path, remote: Path) -> float:
    """Return the MB of the remote's objects that are in a clone's cache."""
    cache = clone / ".dvc/cache" / OBJECTS
    found = (path for path in cache.rglob("*") if path.is_file())
    kept = remote / OBJECTS
    return sum(p.stat().st_size for p in found if (kept / p.relative_to(cache)).exists()) / 1e6


def measured(project: Path, *commands: tuple[str, ...]) -> str:
    """Run commands in a fresh clone; return MB downloaded, stages run, and seconds."""
    clone = project.parent / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", str(project), str(clone)], check=True)
    before = stages(clone)
    remote = project.parent / "remote"
    seconds, size = 0.0, 0.0
    for words in commands:
        seconds += run(*words, cwd=clone)[0]
    size = arrived(clone, remote)
    ran = [name for name, entry in stages(clone).items() if entry != before[name]]
    return f"{size:6.1f} MB, {seconds:5.1f} s, ran {', '.join(ran) or 'nothing'}"


def stages(project: Path) -> dict[str, object]:
    """Return what dvc.lock says of each stage."""
    found: dict[str, object] = yaml.safe_load((project / "dvc.lock").read_text("utf-8"))["stages"]
    return found


REVIEWED = (
    ("python", "-m", "ci.reproduce", "--output", "stages.json"),
    ("python", "-m", "review", "--no-gate", "--base", "origin/main", "--stages", "stages.json"),
)
PLAIN = (("dvc", "pull", "-q"), ("dvc", "repro", "-q"))


def visit(project: Path, change: Callable[[Path], None]) -> None:
    """Print the cost of one change."""
    print(f"{change.__name__}: {change.__doc__}", flush=True)
    subprocess.run(["git", "checkout", "-q", "-B", change.__name__, "main"], cwd=project)
    run("dvc", "checkout", "-q", cwd=project)
    change(project)
    if change is data:
        run("dvc", "push", "-q", "data/raw.dvc", cwd=project)
    commit(project)
    print(f"  lock not committed, rerun and review: {measured(project, *REVIEWED)}", flush=True)
    print(f"  dvc pull && dvc repro:                {measured(project, *PLAIN)}", flush=True)
    run("dvc", "repro", "-q", cwd=project)
    run("dvc", "push", "-q", cwd=project)
    commit(project)
    print(f"  lock committed, rerun and review:     {measured(project, *REVIEWED)}", flush=True)


def main() -> None:
    """Measure both."""
    print(f"five metrics of two models on 100,000 rows: {comparison():.1f} s", flush=True)
    for groups in (100, 20_000):
        print(f"  in {groups:,} groups: {comparison(groups):.1f} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="threefold-bench-") as parent:
        project = prepared(Path(parent))
        size = sum(p.stat().st_size for p in Path(parent, "remote").rglob("*") if p.is_file())
        print(f"a project of {size / 1e6:.0f} MB", flush=True)
        for change in (data, params, code, environment):
            visit(project, change)


if __name__ == "__main__":
    main()
