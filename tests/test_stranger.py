"""What a stranger's branch may do to who clones, reproduces and reviews it: run its code, no more.

Each test is an attack that needs no code: files that a pull request shows as data, or as settings.
What `make repro` does begins with `python -m pipeline.clone`, which refuses them.
"""

import base64
import hashlib
import http.server
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import AUTHOR, run

pytestmark = pytest.mark.slow
STORE = "data/storage/files/md5"


def put(project: Path, content: bytes, ending: str = "") -> str:
    """Put an object into the embedded remote, and return its name."""
    name = hashlib.md5(content).hexdigest() + ending
    path = project / STORE / name[:2] / name[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return name


def named(project: Path, output: str) -> str:
    """Return the folder object of an output, as dvc.lock or data/raw.dvc names it."""
    text = (project / "dvc.lock").read_text()
    (found,) = set(re.findall(rf"path: {output}\n\s+hash: md5\n\s+md5: (\w+\.dir)", text))
    return str(found)


def extend(project: Path, output: str, path: str, text: str = "written by a stranger") -> None:
    """Have one more file in an output's folder object, at a path of the attacker's choice."""
    old = named(project, output)
    entries = json.loads((project / STORE / old[:2] / old[2:]).read_bytes())
    entries.append({"md5": put(project, text.encode()), "relpath": path})
    new = put(project, json.dumps(entries).encode(), ".dir")
    for name in ("dvc.lock", "data/raw.dvc"):
        file = project / name
        file.write_text(file.read_text().replace(old, new))


def away(path: Path) -> str:
    """Return a path that leads to `path` from any folder of this machine."""
    return "../" * 30 + str(path).lstrip("/")


def commit(project: Path, branch: str) -> None:
    """Commit everything on a new branch, and go back to main."""
    run("git", "checkout", "-qb", branch, cwd=project)
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", branch, cwd=project)
    run("git", "checkout", "-q", "main", cwd=project)
    run("dvc", "checkout", "-q", cwd=project)


def make(target: str, clone: Path) -> "subprocess.CompletedProcess[str]":
    """Do what a target of the Makefile does, in this environment."""
    rule = (clone / "Makefile").read_text().partition(f"\n{target}: ")[2].partition("\n\n")[0]
    lines = [line.strip() for line in rule.splitlines()[1:]]
    script = "set -e\n" + "\n".join(lines).replace("$(RUN) ", "").replace("$$", "$")
    return run("sh", "-c", script, cwd=clone, check=False, PYTHONPATH=str(clone / "src"))


def python(project: Path, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    src = str(project / "src")
    return run("python", "-m", *words, cwd=project, check=False, PYTHONPATH=src, **env)


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file that nobody but the user should write."""
    return tmp_path / "victim"


def test_reproducing_writes_only_where_it_says(project: Path, tmp_path: Path, victim: Path) -> None:
    """The pull request changes data/raw.dvc, dvc.lock, and two files shown as binary."""
    extend(project, "data/raw", away(victim))
    commit(project, "evil")
    run("git", "clone", "-q", "-b", "evil", str(project), str(tmp_path / "clone"), cwd=tmp_path)

    done = make("repro", tmp_path / "clone")

    assert not victim.exists()
    assert done.stderr.startswith("data/raw.dvc: folder object '")
    assert "it holds '..'" in done.stderr


@pytest.mark.parametrize("side", ["--head", "--base"])
@pytest.mark.parametrize("output", ["data/test", "data/predictions"])
def test_reviewing_writes_only_where_it_says(
    project: Path, victim: Path, side: str, output: str
) -> None:
    extend(project, output, away(victim))
    commit(project, "evil")
    other = ("--base", "main") if side == "--head" else ("--head", "main")

    done = python(project, "review", side, "evil", *other, "--no-gate")

    assert not victim.exists()
    assert done.stderr.splitlines()[1].startswith("evil is not reviewed: dvc.lock: folder object")


@pytest.mark.parametrize("module", ["ci.reproduce", "ci.guard", "ci.audit", "ci.retrain"])
def test_a_workflow_writes_only_where_it_says(
    project: Path, tmp_path: Path, victim: Path, module: str
) -> None:
    extend(project, "data/raw", away(victim))
    (project / "data/refresh").write_text("#!/bin/sh\n")
    (project / "data/refresh").chmod(0o755)
    commit(project, "evil")
    clone = tmp_path / "clone"
    run("git", "clone", "-q", "-b", "evil", str(project), str(clone), cwd=tmp_path)

    done = python(clone, module)

    assert not victim.exists()
    assert "folder object '" in done.stderr and "it holds '..'" in done.stderr


def test_a_hash_is_no_path(project: Path, tmp_path: Path, victim: Path) -> None:
    """DVC joins it to its storage's path, and itself stops at the cache; here it is not asked."""
    deep = project / "data/a/b/c/d"
    shutil.move(project / "data/storage", deep / "storage")
    config = project / ".dvc/config"
    config.write_text(config.read_text().replace("../data/storage", "../data/a/b/c/d/storage"))
    source = (
        project / "data/a/b/c" / victim.name
    )  # four folders above the objects, plus a byte pair
    source.write_text("written by a stranger")
    oid = "aa" + "/../../../../../" + victim.name
    (deep / "storage/files/md5/aa").mkdir(exist_ok=True)
    old = named(project, "data/raw")
    place = deep / "storage/files/md5"
    entries = json.loads((place / old[:2] / old[2:]).read_bytes())
    content = json.dumps([*entries, {"md5": oid, "relpath": "x"}]).encode()
    new = hashlib.md5(content).hexdigest() + ".dir"
    (place / new[:2]).mkdir(exist_ok=True)
    (place / new[:2] / new[2:]).write_bytes(content)
    for name in ("dvc.lock", "data/raw.dvc"):
        (project / name).write_text((project / name).read_text().replace(old, new))
    commit(project, "evil")
    run("git", "clone", "-q", "-b", "evil", str(project), str(tmp_path / "clone"), cwd=tmp_path)

    done = make("repro", tmp_path / "clone")

    assert not (tmp_path / "clone" / victim.name).exists()
    assert "it is no file" in done.stderr


def test_the_run_cache_of_a_remote_is_not_followed(project: Path, tmp_path: Path) -> None:
    """It says where a stage's outputs go, and DVC asks it whenever a stage would run."""
    params, lock = project / "params.yaml", (project / "dvc.lock").read_text()
    params.write_text(params.read_text().replace("C: 1.0", "C: 0.5"))
    run("dvc", "repro", "-q", "train", cwd=project, PYTHONPATH=str(project / "src"))
    runs = project / ".dvc/cache/runs"
    entry = max(runs.rglob("*/*/*"), key=os.path.getmtime)
    evil = "print('a stranger was here')"
    text = re.sub(
        r"outs:\n- path: models/model.skops\n.*",
        f"outs:\n- path: src/yaml.py\n  hash: md5\n  md5: {put(project, evil.encode())}\n",
        entry.read_text(), flags=re.S,
    )  # fmt: skip
    planted = project / "data/storage/runs" / entry.relative_to(runs)
    planted.parent.mkdir(parents=True)
    planted.write_text(text)
    (project / "dvc.lock").write_text(lock)
    commit(project, "evil")
    run("git", "clone", "-q", "-b", "evil", str(project), str(tmp_path / "clone"), cwd=tmp_path)

    make("repro", tmp_path / "clone")

    assert not (tmp_path / "clone/src/yaml.py").exists()


@pytest.mark.parametrize("module", ["review", "ci.audit"])
def test_credentials_are_not_written_through_a_link(
    project: Path, victim: Path, module: str
) -> None:
    """Git brings .dvc/config.local, as a link to a file of the user's."""
    victim.write_text("precious")
    (project / ".dvc/config.local").symlink_to(victim)
    run("git", "add", "-f", ".dvc/config.local", cwd=project)
    commit(project, "evil")
    run("git", "checkout", "-q", "main" if module == "review" else "evil", cwd=project)
    words = ("--head", "evil", "--base", "main", "--no-gate") if module == "review" else ()

    done = python(project, module, *words)

    assert victim.read_text() == "precious"
    assert "'.dvc/config.local' is in Git" in done.stderr or "no such file" in done.stderr


class Listener(http.server.BaseHTTPRequestHandler):
    """Keeps what Authorization it is sent, and has nothing."""

    sent: list[str]

    def do_GET(self) -> None:
        """Note what came with a request."""
        self.sent.append(self.headers.get("Authorization", ""))
        self.send_error(404)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """The URL of an attacker's server, and what it is sent."""
    sent: list[str] = []
    handler = type("Kept", (Listener,), {"sent": sent})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()
        thread.join()


def test_a_branch_that_moves_a_remote_gets_no_password(
    project: Path, listener: tuple[str, list[str]]
) -> None:
    """Neither when it is reviewed nor when it is checked out and reproduced."""
    url, sent = listener
    config = project / ".dvc/config"
    config.write_text(
        config.read_text().replace("remote = storage", "remote = shared")
        + "['remote \"shared\"']\n    url = https://example.invalid\n    auth = basic\n"
        "    verify = true\n"
    )
    run("git", *AUTHOR, "commit", "-qam", "shared", cwd=project)
    (project / ".dvc/config.local").write_text(
        "['remote \"shared\"']\n    user = me\n    password = secret\n"
    )
    config.write_text(config.read_text().replace("https://example.invalid", url))
    extend(project, "data/test", "x")
    commit(project, "evil")

    reviewed = python(project, "review", "--head", "evil", "--base", "main", "--no-gate")
    run("git", "checkout", "-q", "evil", cwd=project)
    made = make("repro", project)

    assert base64.b64encode(b"me:secret").decode() not in " ".join(sent)
    assert "your credentials are not sent there" in reviewed.stderr
    assert "not as on the default branch" in made.stderr and url in made.stderr


def test_adopting_removes_nothing_that_a_clone_lists(
    project: Path, tmp_path: Path, victim: Path
) -> None:
    """What an adoption that was cut off left to be put back, Git may have brought."""
    victim.write_text("precious")
    saved = project / ".dvc/tmp/before-adopt"
    saved.mkdir(parents=True)
    (saved / "paths.json").write_text(json.dumps([[str(victim), False]]))
    run("git", "add", "-f", str(saved), cwd=project)
    (tmp_path / "t.csv").write_text("a,b\n1,x\n2,y\n")

    done = python(project, "adopt", "--data", str(tmp_path / "t.csv"), "--target", "b")

    assert victim.read_text() == "precious"
    assert "'.dvc/tmp/before-adopt/paths.json' is in Git" in done.stderr


def test_a_settings_file_runs_no_program(project: Path) -> None:
    """As DVC's `bearer_token_command` does, which WebDAV asks for a token."""
    config = project / ".dvc/config"
    config.write_text(config.read_text() + "    bearer_token_command = touch victim\n")

    done = make("repro", project)

    assert "'bearer_token_command' is not for a repository to say" in done.stderr


def test_the_database_of_dvc_is_private(project: Path, tmp_path: Path) -> None:
    """It is a pickle: who may replace it runs code as the user."""
    clone = tmp_path / "clone"
    run("git", "clone", "-q", str(project), str(clone), cwd=tmp_path)

    make("repro", clone)
    run("dvc", "exp", "run", "-q", "--temp", "-S", "train.options.C=0.5", cwd=clone,
        PYTHONPATH=str(clone / "src"))  # fmt: skip
    python(clone, "review", "--base", "HEAD", "--no-gate")

    place = clone / ".dvc/tmp/site"
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert len(list(place.glob("repo/*/hashes"))) == 2  # of the experiment's folder, too
    assert stat.S_IMODE((clone / ".dvc/config.local").stat().st_mode) == 0o600
    assert f"Repo.site_cache_dir: {place}" in run("dvc", "doctor", cwd=clone / "data").stdout


def test_a_review_leaves_nothing_in_the_folder_that_it_is_asked_from(project: Path) -> None:
    """DVC's database is in the project, and so are the report and the findings."""
    here = project / "src"
    before = {p.name for p in here.iterdir()}

    run(sys.executable, "-m", "review", "--base", "HEAD", "--no-gate", cwd=here,
        PYTHONPATH=str(here))  # fmt: skip

    assert {p.name for p in here.iterdir()} == before
    assert (project / "review.json").exists() and (project / "report.md").exists()
