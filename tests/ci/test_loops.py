"""main, audit and retrain run as GitHub runs them; what act cannot do is in act.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from act import Event, Hub, nested
from conftest import AUTHOR, made_up, run
from github_server import REPOSITORY, GitHub, serve

pytestmark = pytest.mark.workflow
PUSH: Event = {
    "ref": "refs/heads/main",
    "before": "0" * 40,  # as when a branch is new
    "repository": {"full_name": REPOSITORY, "default_branch": "main"},
}


@pytest.fixture
def github() -> Iterator[GitHub]:
    """The API."""
    with serve() as server:
        yield server


def commit(project: Path) -> None:
    """Commit everything."""
    run("git", "add", "-A", cwd=project)
    run("git", *AUTHOR, "commit", "-qm", "change", cwd=project)


def lie(project: Path) -> None:
    """Commit a lock in which the model is that of another C, as a clean merge can leave it."""
    params, lock = project / "params.yaml", project / "dvc.lock"
    params.write_text(params.read_text().replace("C: 1.0", "C: 0.0001"))
    run("dvc", "repro", "-q", cwd=project, PYTHONPATH=str(project / "src"))
    run("dvc", "push", "-q", cwd=project)
    for file in (params, lock):
        file.write_text(file.read_text().replace("C: 0.0001", "C: 1.0"))
    commit(project)


def test_main_believes_a_lock_that_is_true(project: Path, tmp_path: Path) -> None:
    """Nothing was there before, so that every stage is rerun and says the same."""
    hub = Hub.of(project, tmp_path / "hub")

    done = hub.act("main", "push", PUSH)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "dvc.lock is true (reran validate, split, train, evaluate)" in done.stdout


def test_main_catches_a_lock_that_lies(project: Path, tmp_path: Path) -> None:
    """Though another commit of the same push hides it."""
    before = run("git", "rev-parse", "HEAD", cwd=project).stdout.strip()
    lie(project)
    run("git", *AUTHOR, "commit", "-qm", "more", "--allow-empty", cwd=project)
    hub = Hub.of(project, tmp_path / "hub")

    done = hub.act("main", "push", PUSH | {"before": before})

    assert done.returncode == 1
    assert "rerunning train, evaluate: dvc.lock, metrics/test.json changed" in done.stdout


def test_main_in_a_folder_of_a_larger_repository(project: Path, tmp_path: Path) -> None:
    inner = nested(project, tmp_path / "above")
    hub = Hub.of(inner.parent, tmp_path / "hub")

    done = hub.act("main", "push", PUSH, FOLDER=inner.name)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "dvc.lock is true" in done.stdout


def test_audit_of_what_can_be_had_again(project: Path, tmp_path: Path, github: GitHub) -> None:
    hub = Hub.of(project, tmp_path / "hub", github.url)

    done = hub.act("audit", "workflow_dispatch", PUSH, job="tell")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "identical. Every result is what" in done.stdout
    assert github.issues == {}


def test_audit_keeps_one_issue(project: Path, tmp_path: Path, github: GitHub) -> None:
    """The second night updates the issue of the first."""
    lie(project)
    hub = Hub.of(project, tmp_path / "hub", github.url)

    done = [hub.act("audit", "schedule", PUSH, job="tell") for _ in range(2)]

    assert [night.returncode for night in done] == [1, 1], done[0].stdout
    assert "Opened issue 100." in done[0].stdout and "Updated issue 100." in done[1].stdout
    assert "| `train` | `models/model.skops` |" in github.issues[100]["body"]


def with_hook(project: Path, hook: str) -> None:
    """Commit data/refresh."""
    path = project / "data/refresh"
    path.write_text(f"#!/bin/sh\n{hook}\n")
    path.chmod(0o755)
    commit(project)


def test_retrain_opens_a_pull_request(project: Path, tmp_path: Path) -> None:
    """New rows are trained on and pushed, and CML is asked once, with the report as the body."""
    made_up(60, start=1000).to_csv(tmp_path / "second.csv", index=False)
    with_hook(project, f"cp '{tmp_path}/second.csv' data/raw/second.csv")
    hub = Hub.of(project, tmp_path / "hub")

    done = hub.act("retrain", "workflow_dispatch", PUSH)

    assert done.returncode == 0, done.stdout + done.stderr
    (call,) = hub.calls()
    body = next(word for word in call["words"] if word.startswith("--body="))
    assert "delivery added: `second.csv`" in body
    assert [word for word in call["words"] if not word.startswith(("--body=", "--branch="))] == [
        *("pr", "create", "--driver=github", "--target-branch=main"),
        *("--title=Retrain on new data", "--message=Retrain on new data"),
        *("--user-name=retrain", "--user-email=retrain@users.noreply.github.com"),
        *("dvc.lock", "data/**", "metrics/**"),
    ]
    assert any(word.startswith("--branch=retrain/") for word in call["words"])


def test_retrain_in_a_folder_of_a_larger_repository(project: Path, tmp_path: Path) -> None:
    inner = nested(project, tmp_path / "above")
    made_up(60, start=1000).to_csv(tmp_path / "second.csv", index=False)
    with_hook(inner, f"cp '{tmp_path}/second.csv' data/raw/second.csv")
    hub = Hub.of(inner.parent, tmp_path / "hub")

    done = hub.act("retrain", "workflow_dispatch", PUSH, FOLDER=inner.name)

    assert done.returncode == 0, done.stdout + done.stderr
    (call,) = hub.calls()
    assert any("delivery added: `second.csv`" in word for word in call["words"])
    assert call["words"][-3:] == ["dvc.lock", "data/**", "metrics/**"]


def test_retrain_without_cml_opens_it_all_the_same(
    project: Path, tmp_path: Path, github: GitHub
) -> None:
    made_up(60, start=1000).to_csv(tmp_path / "second.csv", index=False)
    with_hook(project, f"cp '{tmp_path}/second.csv' data/raw/second.csv")
    hub = Hub.of(project, tmp_path / "hub", github.url)
    github.repositories = tmp_path / "git"
    (tmp_path / f"git/{REPOSITORY}.git").parent.mkdir(parents=True)
    (tmp_path / f"git/{REPOSITORY}.git").symlink_to(hub.origin)

    done = hub.act("retrain", "workflow_dispatch", PUSH, NO_CML="1")

    (pull,) = github.pulls.values()
    words = ("log", "-1", "--format=%an: %s", "--name-only", pull["head"]["ref"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The pull request: directly, since CML cannot be started" in done.stdout
    assert "delivery added: `second.csv`" in pull["body"]
    assert {"retrain: Retrain on new data", "data/raw.dvc", "dvc.lock", "metrics/test.json"} <= set(
        run("git", *words, cwd=hub.origin).stdout.splitlines()
    )


def test_retrain_does_nothing_without_new_data(project: Path, tmp_path: Path) -> None:
    with_hook(project, "true")
    hub = Hub.of(project, tmp_path / "hub")

    done = hub.act("retrain", "schedule", PUSH)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing changed: the data is what was last trained on" in done.stdout
    assert hub.calls() == []
