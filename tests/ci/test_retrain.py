"""Where new data comes from, and that CML makes one pull request of it."""

import shutil
from pathlib import Path

import pytest
import yaml

from ci import retrain
from conftest import AUTHOR, ROOT, run
from github_server import REPOSITORY, TOKEN, serve
from review.revision import ReviewError

CML = shutil.which("cml")
PLAIN = "outs:\n- md5: 1.dir\n  path: raw\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with tracked data and nothing else."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/raw.dvc").write_text(PLAIN)
    return tmp_path


def test_only_what_knows_its_source_is_updated(root: Path) -> None:
    (root / "data/rates.dvc").write_text("deps:\n- path: https://example.com/r.csv\n" + PLAIN)

    assert retrain.imported(root) == ["data/rates.dvc"]


def test_another_content_is_another_version(root: Path) -> None:
    before = retrain.version(root)
    (root / "data/raw.dvc").write_text(PLAIN.replace("1.dir", "2.dir"))

    assert retrain.version(root) != before


def test_a_project_without_a_source_is_told_what_to_do(root: Path) -> None:
    with pytest.raises(ReviewError, match="Nowhere to fetch data from"):
        retrain.refresh(root)


def opening() -> str:
    """Return the command of retrain.yml that opens the pull request."""
    text = (ROOT / ".github/workflows/retrain.yml").read_text(encoding="utf-8")
    return str(yaml.safe_load(text)["jobs"]["retrain"]["steps"][-1]["run"])


@pytest.mark.skipif(CML is None, reason="cml is not on PATH: CML itself is not run")
def test_cml_itself_opens_one_pull_request_for_a_version(root: Path) -> None:
    """The command of the workflow, twice: one branch, one commit of its own author, one report."""
    bare, clone = root / f"git/{REPOSITORY}.git", root / "clone"
    run("git", "init", "-q", "--bare", "-b", "main", str(bare), cwd=root)
    run("git", "clone", "-q", str(bare), str(clone), cwd=root)
    (clone / "dvc.lock").write_text("old")
    run("git", "checkout", "-q", "-b", "main", cwd=clone)
    run("git", "add", "-A", cwd=clone)
    run("git", *AUTHOR, "commit", "-qm", "start", cwd=clone)
    run("git", "push", "-q", "origin", "main", cwd=clone)
    sha = run("git", "rev-parse", "HEAD", cwd=clone).stdout.strip()
    with serve(root) as github:
        github.repositories = root / "git"
        host = github.url.removeprefix("https://")
        url = f"https://token:{TOKEN}@{host}/{REPOSITORY}.git"
        run("git", "remote", "set-url", "origin", url, cwd=clone)
        env = {
            "BRANCH": "retrain/0123456789ab",
            "REPO_TOKEN": TOKEN,
            "GITHUB_REF_NAME": "main",
            "GITHUB_SHA": sha,
            "ITERATIVE_DO_NOT_TRACK": "1",
            "GIT_SSL_CAINFO": str(github.certificate),
            "NODE_EXTRA_CA_CERTS": str(github.certificate),
        }
        for _ in range(2):
            run("git", "checkout", "-q", "--force", sha, cwd=clone)
            (clone / "dvc.lock").write_text("new")
            (clone / "data/storage/ab").mkdir(parents=True, exist_ok=True)
            (clone / "data/storage/ab/cd").write_text("new rows")
            (clone / "report.md").write_text("### The report\n")
            run("bash", "-c", opening(), cwd=clone, **env)

    (pull,) = github.pulls.values()
    assert (pull["title"], pull["body"]) == ("Retrain on new data", "### The report")
    assert pull["head"]["ref"] == "retrain/0123456789ab"
    words = ("log", "-1", "--name-only", "--format=%an: %s", "retrain/0123456789ab")
    assert run("git", *words, cwd=bare).stdout.split("\n") == [
        *("retrain: Retrain on new data", "", "data/storage/ab/cd", "dvc.lock", "")
    ]
