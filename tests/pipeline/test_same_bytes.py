"""The same inputs give the same bytes, whatever the machine's threads, BLAS kernel or locale.

That the tests can fail was measured on 3,000 rows of 120 columns without the settings that
importing `pipeline` makes: three BLAS kernels (Sandybridge, Haswell = Zen, SkylakeX) gave three
different results each for LogisticRegression, Ridge, Lasso, PCA and MLPClassifier, one kernel on
one and two threads gave two (20,000 rows of 300 columns: all but trees). With them, eleven
environments gave one result for all of these; SciPy's own OpenBLAS obeys as NumPy's does.

Not promised: a processor without AVX2 (the kernel cannot run), another architecture than x86-64
(its kernels add in another order), another operating system, other versions than those of
uv.lock, and what an estimator draws without `random_state`.
"""

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import AUTHOR, PARAMS, SCHEMA, made_up, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        (platform.system(), platform.machine()) != ("Linux", "x86_64"),
        reason="promised for x86-64, and tried on Linux",
    ),
]
ROWS, WIDE = 3000, 25  # enough that BLAS kernels, threads and histogram sums matter
ESTIMATORS = {
    "linear_model.LogisticRegression": "{max_iter: 300}",
    "ensemble.RandomForestClassifier": "{n_estimators: 5, n_jobs: 2}",
    "ensemble.HistGradientBoostingClassifier": "{max_iter: 5}",
    "linear_model.Ridge": "{}",
}
OLD = {  # on one core
    "PYTHONHASHSEED": "1",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENBLAS_CORETYPE": "Sandybridge",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
    "TZ": "Asia/Tokyo",
    "LC_ALL": "C",
}
NEW = {  # on every core there is
    "PYTHONHASHSEED": "2",
    "OMP_NUM_THREADS": "5",
    "OPENBLAS_NUM_THREADS": "4",
    "OPENBLAS_CORETYPE": "SkylakeX",
    "NPY_ENABLE_CPU_FEATURES": "X86_V4",
    "TZ": "America/St_Johns",
    "LC_ALL": "C.UTF-8",
}


def wide() -> pd.DataFrame:
    """Return the made-up table with more rows, with texts, and with columns that lean on others."""
    rows = made_up(ROWS)
    noise = np.random.default_rng(0).normal(size=(ROWS, WIDE)).cumsum(axis=1)
    words = np.random.default_rng(1).zipf(1.2, (ROWS, 8)) % 9999
    notes = [" ".join(f"word{n}" for n in line) for line in words]
    return rows.assign(note=notes, **{f"wide{i}": noise[:, i] for i in range(WIDE)})


def prepare(project: Path, estimator: str) -> None:
    """Give the project the wide table and an estimator."""
    schema = SCHEMA + "  note: {type: text, role: feature}\n"
    schema += "".join(f"  wide{i}: {{type: number, role: feature}}\n" for i in range(WIDE))
    params = PARAMS.replace(
        "sklearn.linear_model.LogisticRegression, options: {C: 1.0}",
        f"sklearn.{estimator}, options: {ESTIMATORS[estimator]}",
    )
    if estimator.endswith("Ridge"):
        schema = schema.replace("number, role: feature, min", "number, role: target, min")
        schema = schema.replace("string, role: target", "string, role: feature")
        params = params.replace("[roc_auc, accuracy]", "[r2]").replace("'yes'", "null")
        params = params.replace("threshold: 0.5", "threshold: null")
    (project / "data/schema.yaml").write_text(schema)
    (project / "params.yaml").write_text(params)
    wide().to_csv(project / "data/raw/first.csv", index=False)
    run("dvc", "add", "-q", "data/raw", cwd=project)


@pytest.fixture
def cores() -> Iterator[set[int]]:
    """The processor cores that this process may use, which it gets back in the end."""
    allowed = os.sched_getaffinity(0)
    yield allowed
    os.sched_setaffinity(0, allowed)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_another_machine_leaves_the_lock_as_it_is(
    project: Path, tmp_path: Path, cores: set[int], estimator: str
) -> None:
    """What one machine made, pushed and committed, `dvc repro --force` makes again on another."""
    prepare(project, estimator)
    os.sched_setaffinity(0, {min(cores)})
    run("dvc", "repro", "-q", cwd=project, **OLD, PYTHONPATH=str(project / "src"))
    run("dvc", "push", "-q", cwd=project)
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", "wide", cwd=project)
    clone = tmp_path / "clone"
    run("git", "clone", "-q", str(project), str(clone), cwd=tmp_path)
    run("dvc", "pull", "-q", cwd=clone)

    os.sched_setaffinity(0, cores)
    run("dvc", "repro", "-q", "--force", cwd=clone, **NEW, PYTHONPATH=str(clone / "src"))

    assert run("git", "status", "--short", cwd=clone).stdout == ""


def test_without_the_settings_kernels_write_different_models(project: Path) -> None:
    """The table above is one on which the settings matter: else the tests could not fail."""
    prepare(project, "linear_model.LogisticRegression")
    run("dvc", "repro", "-q", "split", cwd=project, PYTHONPATH=str(project / "src"))
    (project / "src/pipeline/__init__.py").write_text("")

    models = set()
    for kernel in ("Sandybridge", "Haswell"):
        env = {"PYTHONPATH": str(project / "src"), "OPENBLAS_CORETYPE": kernel}
        run(sys.executable, "-m", "pipeline.train", cwd=project, **env)
        models.add((project / "models/model.skops").read_bytes())

    assert len(models) == 2
