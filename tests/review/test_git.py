"""What Git is asked is what it answers, and nothing is cut off."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from conftest import AUTHOR, run
from review.gather import git

BROKEN = [
    *("[]", "{}", '{"f1": null}', '{"f1": NaN}', '{"f1": 1%s}' % ("0" * 400), "[" * 100_000),
    '<<<<<<< ours\n{"f1": 0.8}\n=======\n{"f1": 0.9}\n>>>>>>> theirs\n',
]


@pytest.mark.parametrize("project", ["", "a model/"])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_commit_that_recorded_nothing_is_left_out_of_the_history(
    tmp_path: Path, broken: str, project: str
) -> None:
    """Else one bad commit would end every review for twenty commits."""
    root = tmp_path / project
    (root / "metrics").mkdir(parents=True)
    run("git", "init", "-q", cwd=tmp_path)
    run("git", *AUTHOR, "commit", "-qm", "nothing yet", "--allow-empty", cwd=tmp_path)
    for text in ('{"f1": 0.5}', broken, '{"f1": 0.75}'):
        (root / "metrics/test.json").write_text(text)
        run("git", "add", "-A", cwd=tmp_path)
        run("git", *AUTHOR, "commit", "-qm", "metrics", cwd=tmp_path)

    found = git.history("f1", "HEAD", root)

    assert [entry["value"] for entry in found] == [0.5, 0.75]


def test_files_are_named_from_the_project_on(tmp_path: Path) -> None:
    """The project lies in a folder of its repository, beside others."""
    run("git", "init", "-q", cwd=tmp_path)
    for folder in ("one", "two"):
        (tmp_path / folder / "src").mkdir(parents=True)
        (tmp_path / folder / "src/old.py").write_text("A = 1\n")
    run("git", "add", "-A", cwd=tmp_path)
    run("git", *AUTHOR, "commit", "-qm", "start", cwd=tmp_path)
    for folder in ("one", "two"):
        (tmp_path / folder / "src/old.py").write_text("A = 1\nB = 2\n")
        (tmp_path / folder / "src/new.py").write_text("C = 3\n")

    found = git.edited("HEAD", None, tmp_path / "one")

    assert found == [("src/old.py", 1, 0), ("src/new.py", 1, 0)]


def test_the_project_is_where_dvc_was_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("git", "init", "-q", cwd=tmp_path)
    for folder in ("one/.dvc", "one/src", "two"):
        (tmp_path / folder).mkdir(parents=True)
    found = []
    for folder in ("one/src", "two"):
        monkeypatch.chdir(tmp_path / folder)
        found.append(git.project())

    assert found == [tmp_path.resolve() / "one", tmp_path.resolve()]


def test_a_signal_waits_until_what_must_not_be_cut_off_is_over() -> None:
    """Also when another thread, which does not hold it back, is the one that gets it."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait, daemon=True)
    thread.start()
    done: list[int] = []

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # in a job, it is ignored
    with pytest.raises(KeyboardInterrupt):
        interrupted(done)
    signal.signal(signal.SIGINT, before)

    over.set()
    thread.join()
    assert done == [1, 2, 3]


def interrupted(done: list[int]) -> None:
    """Do three things of which the first is a signal to this process."""
    with git.unbroken():
        for thing in (1, 2, 3):
            if thing == 1:
                os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
            done.append(thing)
