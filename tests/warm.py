"""Starts programs of this environment from a process that holds their libraries already.

Most of what a slow test takes is imports: of the 5 s that the whole pipeline needs on a small
table, scikit-learn, pandas and DVC take 4. So a test session keeps one process that has imported
the libraries, and nothing of src/; `python -m <package of src/>` and `dvc`, looked up on PATH, are
small programs that ask it to fork. What runs is what would run anyway: a process of its own, in
the folder, with the environment, the files and the code that it was called with.

Whoever wants a process from nothing names `sys.executable`. So does anything that asks for other
threads, kernels, hashes or languages than this process started with: those are read at the start.
"""

import contextlib
import gc
import importlib
import marshal
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

# What stages, reviews, adopting and DVC load. What is missing here is loaded by whoever needs it.
# Not pygit2: it reads where a person's home is when it is imported.
LIBRARIES = [
    *("numpy", "pandas", "pyarrow.csv", "pyarrow.json", "pyarrow.dataset", "pyarrow.parquet"),
    *("yaml", "ruamel.yaml", "scipy.stats", "scipy.special", "scipy.optimize", "skops.io"),
    *(f"sklearn.{name}" for name in ("compose", "dummy", "ensemble", "feature_extraction.text")),
    *(f"sklearn.{name}" for name in ("impute", "inspection", "linear_model", "metrics")),
    *(f"sklearn.{name}" for name in ("naive_bayes", "pipeline", "preprocessing", "tree")),
    *(f"dvc.{name}" for name in ("cachemgr", "cli.parser", "compare", "data_cloud", "lock")),
    *(f"dvc.repo.{name}" for name in ("artifacts", "datasets", "index", "open_repo", "stage")),
    *("dvc.rwlock", "dvc.scm", "dvc.stage.run", "dvc.utils.strictyaml", "dvc_data.hashfile.status"),
    *("dulwich.index", "dulwich.worktree", "flatten_dict", "networkx", "tomlkit"),
]
OURS = ("adopt", "ci", "pipeline", "report", "review")
AT_START = ("PYTHON", "OMP_", "OPENBLAS_", "MKL_", "NPY_", "LC_", "LANG", "TZ")
FROM_NOTHING = 256  # no exit status
# `-I -S` leaves out what takes longer than all the rest: the environment's site-packages.
PROGRAM = '#!/bin/sh\nexec "{python}" -I -S "{here}" "{address}" "{real}" {name} "$@"\n'


@contextlib.contextmanager
def programs(folder: Path) -> Iterator[str]:
    """Keep the process while in the context; yield the folder of `python` and `dvc`."""
    address, real = folder / "socket", Path(sys.executable).parent
    with socket.socket(socket.AF_UNIX) as listening:
        with contextlib.chdir(folder):  # a socket's address has room for 107 characters
            listening.bind("socket")
        listening.listen(64)
        for name in ("python", "dvc"):
            text = PROGRAM.format(
                python=sys.executable, here=__file__, address=address, real=real / name, name=name
            )
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        words = [sys.executable, __file__, "serve", str(listening.fileno())]
        serving = subprocess.Popen(
            words, pass_fds=[listening.fileno()], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, start_new_session=True,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        )  # fmt: skip
    with serving:
        yield str(folder)


def ask(address: str, real: str, *words: str) -> None:
    """Have `words` run by the process, and end as they do; or run them as ever."""
    asking = socket.socket(socket.AF_UNIX)
    request = marshal.dumps((words, os.getcwd(), dict(os.environ)))
    here = os.open(".", os.O_RDONLY)
    os.chdir(os.path.dirname(address))
    try:
        asking.connect("socket")
        socket.send_fds(asking, [b"."], [0, 1, 2])
        asking.sendall(request)
        asking.shutdown(socket.SHUT_WR)
        status = int(asking.recv(8) or FROM_NOTHING)
    except ConnectionError:
        status = FROM_NOTHING
    if status == FROM_NOTHING:
        os.chdir(here)
        os.execv(real, [real, *words[1:]])
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


def serve(listening: socket.socket) -> list[str]:
    """Answer until the session ends; return, in a process forked for it, what it is to run."""
    importlib.import_module("pipeline")  # before NumPy, for which it sets threads and kernel
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
        asking = listening.accept()[0]
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return answer(asking)
        asking.close()
    os._exit(0)


def answer(asking: socket.socket) -> list[str]:
    """Fork; in the parent say how the child ended, in the child become what was asked for."""
    files = socket.recv_fds(asking, 1, 3)[1]
    words, folder, env = marshal.loads(asking.makefile("rb").read())
    if not (known(words) and at_start(env).items() <= at_start(os.environ).items()):
        asking.sendall(str(FROM_NOTHING).encode())
        os._exit(0)
    if child := os.fork():
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with contextlib.suppress(BrokenPipeError):
            asking.sendall(str(status).encode())
        os._exit(0)
    asking.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    first = folder if words[0] == "python" else str(Path(sys.executable).parent)
    given = filter(None, env.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[: not sys.flags.safe_path] = [*[first] * (not sys.flags.safe_path), *given]
    return list(words)


def known(words: tuple[str, ...]) -> bool:
    """Say whether it is a program that the libraries are for."""
    module = words[2] if words[:2] == ("python", "-m") and len(words) > 2 else ""
    return words[0] == "dvc" or module.partition(".")[0] in OURS


def at_start(env: Mapping[str, str]) -> dict[str, str]:
    """Return what Python, its libraries and the locale read when they start."""
    return {k: v for k, v in env.items() if k.startswith(AT_START) and k != "PYTHONPATH"}


if __name__ == "__main__":
    if sys.argv[1] != "serve":
        ask(*sys.argv[1:])
    words = serve(socket.socket(fileno=int(sys.argv[2])))
    if words[0] == "dvc":
        sys.argv = words
        sys.exit(importlib.import_module("dvc.cli").main())
    sys.argv = ["-m", *words[3:]]  # as Python does, until the module is found
    runpy.run_module(words[2], run_name="__main__", alter_sys=True)
