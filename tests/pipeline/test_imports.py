"""No stage imports what it does not use: imports are most of what a small run costs."""

import subprocess
import sys

import pytest

PYARROW, LEARNING = {"pandas", "pyarrow"}, {"sklearn", "scipy", "skops"}
HEAVY = {*PYARROW, *LEARNING, "dvc", "matplotlib", "joblib", "ruamel", "hypothesis"}
USES = {
    "validate": PYARROW,
    "split": PYARROW,
    "train": PYARROW | LEARNING | {"joblib"},
    "evaluate": PYARROW | LEARNING | {"joblib"},
}


def said(code: str) -> str:
    """Return what Python prints when it runs `code`."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("stage", USES)
def test_a_stage_imports_only_what_it_uses(stage: str) -> None:
    code = f"import sys, pipeline.{stage}; print(*{{name.split('.')[0] for name in sys.modules}})"

    assert set(said(code).split()) & HEAVY <= USES[stage]


WALKS = """
from pipeline import model
model._skops()
import skops.io._trusted_types as known
print(known.SKLEARN_ESTIMATOR_TYPE_NAMES, known.SCIPY_UFUNC_TYPE_NAMES)
"""


def test_skops_is_imported_without_its_walks() -> None:
    """Through scikit-learn for its estimators, and through every module for each ufunc of SciPy."""
    assert said(WALKS) == "[] []\n"


ENDING = """
import atexit, gc
from pipeline import stage
made = [[] for _ in range(1000)]
atexit.register(lambda: print(gc.get_freeze_count() > len(made), gc.isenabled()))
stage.run(lambda: None)
"""


def test_a_stage_ends_without_looking_through_what_it_imported() -> None:
    """Collecting what a run itself makes goes on, and so does what libraries do at the end."""
    assert said(ENDING) == "True True\n"
