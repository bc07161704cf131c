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


@pytest.mark.parametrize("stage", USES)
def test_a_stage_imports_only_what_it_uses(stage: str) -> None:
    code = f"import sys, pipeline.{stage}; print(*{{name.split('.')[0] for name in sys.modules}})"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()) & HEAVY <= USES[stage]
