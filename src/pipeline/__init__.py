"""The pipeline makes the model: validate → split → train → evaluate.

Importing it fixes how numbers are computed, before NumPy can load: one BLAS kernel, no
instructions newer than AVX2, and a set number of threads. That is what lets the same inputs give
the same bytes on another machine; it overrides the user's environment on purpose.

With `python -m` the current folder comes first among the places to import from: a file such as
numpy.py beside the data would be taken for NumPy, and is left out.
"""

import os
import sys

if sys.argv[:1] == ["-m"] and sys.path[:1] == [os.getcwd()]:
    del sys.path[0]
import platform

for name, value in {
    "OMP_NUM_THREADS": "2",  # HistGradientBoosting's sums depend on it; kept on a single core
    "OMP_DYNAMIC": "false",
    "OPENBLAS_NUM_THREADS": "1",  # more would be cut to the machine's cores, and change the sums
    "MKL_NUM_THREADS": "1",
}.items():
    os.environ[name] = value
os.environ.pop("OMP_THREAD_LIMIT", None)
if platform.machine().lower() in ("x86_64", "amd64") and "numpy" not in sys.modules:
    os.environ["OPENBLAS_CORETYPE"] = "Haswell"
    os.environ["NPY_DISABLE_CPU_FEATURES"] = "X86_V4 AVX512_ICL AVX512_SPR"
    os.environ.pop("NPY_ENABLE_CPU_FEATURES", None)  # NumPy refuses to load with both
