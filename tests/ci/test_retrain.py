"""Where new data comes from."""

import shlex
from pathlib import Path

import pytest

from ci import retrain
from review import ReviewError
from runner import ATTACKS, commands

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


def test_the_program_gets_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only what a program needs anywhere, and what is meant for it."""
    for name in ("AWS_SECRET_ACCESS_KEY", "ACTIONS_RUNTIME_TOKEN", "REFRESH_URL", "https_proxy"):
        monkeypatch.setenv(name, f"value of {name}")

    found = retrain.given()

    assert "value of REFRESH_URL" in found.values() and "value of https_proxy" in found.values()
    assert "PATH" in found
    assert [name for name in found if name.startswith(("AWS", "ACTIONS", "GITHUB"))] == []


def test_a_project_without_a_source_is_told_what_to_do(root: Path) -> None:
    with pytest.raises(ReviewError, match="Nowhere to fetch data from"):
        retrain.refresh(root)


@pytest.mark.slow
def test_what_the_hook_prints_gives_the_runner_no_command(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It prints what others deliver, in the job that may push."""
    hook = project / retrain.HOOK
    hook.write_text(f"#!/bin/sh\nprintf '%s\\n' {shlex.join(ATTACKS)}\nexit 1\n")
    hook.chmod(0o755)

    with pytest.raises(ReviewError, match="data/refresh failed"):
        retrain.refresh(project)

    printed = capfd.readouterr().out
    assert "add-mask" in printed and commands(printed) == []
