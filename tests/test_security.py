"""What the papers and the workflows promise about security, as far as files can show it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, run
from test_conventions import closure

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PLAIN = {"ci", "report"}  # packages that a job may run beside a token that writes
TRACKED = run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).stdout.splitlines()


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


JOBS = [
    pytest.param(job, id=f"{path.stem}-{name}")
    for path in WORKFLOWS
    for name, job in loaded(path)["jobs"].items()
]


def writes(job: dict[str, Any]) -> bool:
    """Say whether a job's token may write anything, or its steps get an App's that may."""
    text = yaml.safe_dump(job)
    return "write" in job.get("permissions", {}).values() or "create-github-app-token" in text


def commands(job: dict[str, Any]) -> list[str]:
    """Return the lines of shell of a job, continued lines as one."""
    shell = "\n".join(step.get("run", "") for step in job.get("steps", []))
    return [line for line in shell.replace("\\\n", " ").splitlines() if line]


@pytest.mark.parametrize("job", [j for j in JOBS if writes(j.values[0])])
def test_a_job_that_may_write_runs_nothing_of_the_pipeline(job: dict[str, Any]) -> None:
    """It calls modules that need nothing but Python, and holds no secret but its own token's."""
    modules = [re.fullmatch(r"python3 -m (ci\.\w+|report)( .*)?", line) for line in commands(job)]
    assert modules and all(modules), commands(job)
    names = ["report.__main__" if m and m[1] == "report" else str(m and m[1]) for m in modules]
    packages = {path.split("/")[1] for name in names for path in closure(name)}

    assert packages <= PLAIN
    assert set(re.findall(r"secrets\.(\w+)", yaml.safe_dump(job))) <= {"RETRAIN_APP_KEY"}


@pytest.mark.parametrize("job", [j for j in JOBS if writes(j.values[0])])
def test_a_job_that_may_write_never_checks_out_a_pull_request(job: dict[str, Any]) -> None:
    """Nor leaves its token where what it runs later would find it."""
    given = [s["with"] for s in job["steps"] if s.get("uses", "").startswith("actions/checkout@")]
    refs = {options.get("ref", "") for options in given}

    assert refs <= {"", "${{ github.event.repository.default_branch }}"}
    assert all(options["persist-credentials"] is False for options in given)


@pytest.mark.parametrize("job", [j for j in JOBS if not writes(j.values[0])])
def test_a_job_that_runs_the_pipeline_may_only_read(job: dict[str, Any]) -> None:
    assert set(job["permissions"].values()) <= {"read"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_python_in_a_workflow_imports_nothing_from_the_top(path: Path) -> None:
    """Else a json.py there, of a pull request, would run in place of what judges it."""
    assert loaded(path)["env"] == {"PYTHONSAFEPATH": "1"}


def test_python_in_a_make_target_imports_nothing_from_the_top(tmp_path: Path) -> None:
    """As an attack: a json.py beside the Makefile."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / "json.py").write_text("print('not json')")
    (tmp_path / "show.mk").write_text("show: ; @python3 -m json.tool --help\n")
    make = ["make", "--silent", "-f", "Makefile", "-f", "show.mk", "show"]

    said = run("env", "-u", "PYTHONSAFEPATH", *make, cwd=tmp_path).stdout

    assert "usage:" in said and "not json" not in said
