"""What retrain made becomes one pull request, by CML and directly alike.

It runs as in CI: a process of its own, Git over HTTPS, GitHub a server on loopback.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import AUTHOR, ROOT, run
from github_server import REPOSITORY, TOKEN, GitHub, serve

CML = shutil.which("cml")
BRANCH = "retrain/0123456789ab"
Process = subprocess.CompletedProcess[str]


class Clone:
    """A clone in which data and results changed; call it to propose them."""

    def __init__(self, folder: Path, github: GitHub) -> None:
        """Make the repository on GitHub, and clone it without a credential."""
        self.folder, self.github = folder, github
        self.bare, self.path = folder / f"git/{REPOSITORY}.git", folder / "clone"
        github.repositories = folder / "git"
        run("git", "init", "-q", "--bare", "-b", "main", str(self.bare), cwd=folder)
        run("git", "-C", str(self.bare), "config", "http.receivepack", "true", cwd=folder)
        run("git", "init", "-q", "-b", "main", str(self.path), cwd=folder)
        self.write("dvc.lock", "old")
        self.write("params.yaml", "")
        self.git("add", "-A")
        self.git(*AUTHOR, "commit", "-qm", "start")
        self.git("push", "-q", str(self.bare), "main")
        self.start = self.git("rev-parse", "HEAD")
        self.git("remote", "add", "origin", f"{github.url}/{REPOSITORY}.git")
        self.retrain("new")

    def git(self, *words: str) -> str:
        """Run Git in the clone."""
        return run("git", *words, cwd=self.path).stdout.strip()

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text)

    def retrain(self, lock: str, report: str = "### The report\n") -> None:
        """Check out the start, as each run of the workflow does, and change data and results."""
        self.git("checkout", "-q", "--force", "--detach", self.start)
        self.write("dvc.lock", lock)
        self.write("data/storage/ab/cd", "new rows")
        self.write("report.md", report)

    def __call__(self, way: str = "", branch: str = BRANCH, **changed: str) -> Process:
        """Propose, with the folder `way` as all that is on PATH besides Git."""
        certificate = str(self.github.certificate)
        env = {
            "PATH": os.pathsep.join([way or str(self.folder), "/usr/bin", "/bin"]),
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT / "src"),
            "GITHUB_API_URL": f"{self.github.url}/api/v3",
            "GITHUB_SERVER_URL": self.github.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REF_NAME": "main",
            "GITHUB_SHA": self.start,
            "GITHUB_TOKEN": TOKEN,
            "GIT_SSL_CAINFO": certificate,
            "NODE_EXTRA_CA_CERTS": certificate,
            "SSL_CERT_FILE": certificate,
            **changed,
        }
        words = [sys.executable, "-m", "ci.propose", branch, "report.md"]
        return subprocess.run(words, cwd=self.path, env=env, capture_output=True, text=True)

    def pushed(self) -> list[str]:
        """Return author, subject and files of each commit of the branch after the start."""
        words = ("log", "--name-only", "--format=%an: %s", f"{self.start}..{BRANCH}")
        return run("git", *words, cwd=self.bare).stdout.split()


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    """A clone of a repository on GitHub, retrained."""
    with serve(tmp_path) as github:
        yield Clone(tmp_path, github)


def cml(folder: Path, text: str) -> str:
    """Return a folder whose `cml` is a shell script."""
    folder.mkdir(exist_ok=True)
    (folder / "cml").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "cml").chmod(0o755)
    return str(folder)


ONE = ["retrain:", "Retrain", "on", "new", "data", "data/storage/ab/cd", "dvc.lock"]
ITSELF = pytest.mark.skipif(CML is None, reason="cml is not on PATH: CML itself is not run")


@pytest.mark.parametrize("way", [pytest.param("cml", marks=ITSELF), "directly"])
def test_a_version_has_one_pull_request(clone: Clone, way: str) -> None:
    """Twice: one branch, one commit of its own author, one report; by CML itself, and directly."""
    programs = str(Path(str(CML)).parent) if way == "cml" else ""
    first = clone(programs)
    clone.retrain("new")
    second = clone(programs)

    (pull,) = clone.github.pulls.values()
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert ("by CML" in first.stdout) == (way == "cml")
    assert f"Nothing new for {BRANCH}. There is pull request 1." in second.stdout
    assert (pull["title"], pull["body"]) == ("Retrain on new data", "### The report")
    assert (pull["head"]["ref"], pull["base"]["ref"]) == (BRANCH, "main")
    assert clone.pushed() == ONE


def test_the_direct_way_leaves_the_clone_as_it_was(clone: Clone) -> None:
    """No token in a file, no other branch, and nothing in the index."""
    before = (clone.git("status", "--porcelain"), clone.git("rev-parse", "HEAD"))
    config = (clone.path / ".git/config").read_text()

    done = clone()

    assert done.stdout.endswith(f"Pushed {BRANCH}. Opened pull request 1.\n"), done.stderr
    assert (clone.git("status", "--porcelain"), clone.git("rev-parse", "HEAD")) == before
    assert (clone.path / ".git/config").read_text() == config


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exit 3", "directly, since `cml pr create` failed; what it said is above."),
        ("exit 0", "directly, since CML pushed nothing."),
        (
            'git config user.name cml; git remote set-url origin "$(git remote get-url origin | '
            f'sed s_//_//token:{TOKEN}@_)"; git checkout -qb {BRANCH}; git add dvc.lock data; '
            "git -c user.email=retrain@users.noreply.github.com commit -qm Half; "
            f"git push -q origin {BRANCH}; exit 1",
            f"Nothing new for {BRANCH}. Opened pull request 1.",
        ),
    ],
    ids=["fails", "does nothing", "fails half-way"],
)
def test_what_cml_leaves_undone_is_done_directly(clone: Clone, text: str, said: str) -> None:
    done = clone(cml(clone.folder / "bin", text))

    assert done.returncode == 0, done.stderr
    assert said in done.stdout and len(clone.github.pulls) == 1
    assert clone.pushed()[-2:] == ["data/storage/ab/cd", "dvc.lock"]


def test_other_results_of_the_same_data_replace_ours(clone: Clone) -> None:
    """As when the code changed since; CML would push nothing."""
    clone()
    clone.retrain("newer", "### Another report\n")

    done = clone(cml(clone.folder / "bin", "exit 9"))

    assert f"Pushed {BRANCH}. Updated pull request 1." in done.stdout, done.stderr
    assert run("git", "show", f"{BRANCH}:dvc.lock", cwd=clone.bare).stdout == "newer"
    assert clone.github.pulls[1]["body"] == "### Another report" and clone.pushed() == ONE


def test_commits_of_others_are_not_dropped(clone: Clone) -> None:
    clone()
    clone.git("fetch", "-q", str(clone.bare), BRANCH)
    clone.git("checkout", "-q", "--force", "FETCH_HEAD")
    clone.git(*AUTHOR, "commit", "-qm", "mine", "--allow-empty")
    clone.git("push", "-q", str(clone.bare), f"HEAD:refs/heads/{BRANCH}")
    clone.retrain("newer")

    done = clone()

    assert done.returncode == 1
    assert f"{BRANCH} holds commits of ['tester@example.com']" in done.stderr
    assert "mine" in clone.pushed()


def test_files_as_they_were_are_no_proposal(clone: Clone) -> None:
    shutil.rmtree(clone.path / "data")
    clone.write("dvc.lock", "old")

    done = clone()

    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "so there is nothing to propose; run `python -m ci.retrain` first." in done.stderr


def test_a_refused_token_is_said_and_not_shown(clone: Clone) -> None:
    done = clone(GITHUB_TOKEN="expired-token")

    assert done.returncode == 1 and "`git ls-remote" in done.stderr
    assert "expired-token" not in done.stderr + done.stdout


@pytest.mark.parametrize("branch", ["main", "retrain/x", "retrain/0123456789ab\n", "-f"])
def test_no_branch_is_pushed_but_one_of_retrain(clone: Clone, branch: str) -> None:
    """The attack: what retraining ran names the branch that everybody starts from."""
    done = clone(branch=branch)

    refs = run("git", "for-each-ref", "--format=%(refname) %(objectname)", cwd=clone.bare).stdout
    assert done.returncode != 0 and done.stderr
    assert refs == f"refs/heads/main {clone.start}\n" and clone.github.pulls == {}
