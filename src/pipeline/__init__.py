"""The pipeline makes the model: validate → split → train → evaluate.

Importing it fixes how numbers are computed, before NumPy can load: one BLAS kernel, no
instructions newer than AVX2, and a set number of threads. That is what lets the same inputs give
the same bytes on another machine; it overrides the user's environment on purpose.
"""

import os
import platform
import sys

THREADS = 2  # HistGradientBoosting's sums depend on it, so it cannot follow the machine

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(THREADS)
if platform.machine().lower() in ("x86_64", "amd64") and "numpy" not in sys.modules:
    os.environ["OPENBLAS_CORETYPE"] = "Haswell"
    os.environ["NPY_DISABLE_CPU_FEATURES"] = "X86_V4 AVX512_ICL AVX512_SPR"
