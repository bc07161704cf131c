"""What the papers and the workflows promise about security, as far as files can show it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci.verdict import pulls
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


def runtime() -> set[str]:
    """Return the names of the runtime pins."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {pin.partition("==")[0] for pin in project["dependencies"]}


def test_newer_versions_wait_and_the_runtime_comes_alone() -> None:
    """What is malicious is mostly found within days; a runtime pin reruns train and evaluate."""
    updates = {
        u["package-ecosystem"]: u for u in loaded(ROOT / ".github/dependabot.yml")["updates"]
    }
    groups = updates["uv"]["groups"]

    assert updates.keys() == {"github-actions", "uv"}
    assert min(update["cooldown"]["default-days"] for update in updates.values()) >= 7
    assert set(groups["runtime"]["patterns"]) == runtime()
    assert set(groups["tools"]["exclude-patterns"]) == runtime()


def owner(rules: list[list[str]], name: str) -> list[str]:
    """Return the owners of a file: those of the last rule that fits, as GitHub reads rules."""
    found: list[str] = []
    for pattern, *owners in rules:
        words = re.escape(pattern).replace(r"\*\*/", "(.+/)?").replace(r"\*", "[^/]*")
        anchored = words[1:] if pattern.startswith("/") else f"(.+/)?{words}"
        if re.fullmatch(anchored + ".*" * pattern.endswith("/"), name):
            found = owners
    return found


def test_owners_are_asked_for_all_that_judges_once_there_is_one(tmp_path: Path) -> None:
    """By the line of SECURITY.md; before it no rule names an owner who does not exist."""
    (tmp_path / ".github").mkdir()
    file = tmp_path / ".github/CODEOWNERS"
    file.write_bytes((ROOT / ".github/CODEOWNERS").read_bytes())
    before = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^```sh\n(sed .*)\n```$", page, re.MULTILINE)
    run("bash", "-ec", line, cwd=tmp_path)
    rules = [r.split() for r in file.read_text().splitlines() if not r.startswith("#")]
    hostile = ("json.py", "src/sitecustomize.py", "src/pipeline/native.so", "sub/README.md")

    names = [*TRACKED, *hostile, "data/refresh", ".github/workflows/evil.yml"]
    owned = {name for name in names if owner(rules, name)}
    assert before == []
    assert owned == {name for name in names if not pulls.JUDGED.fullmatch(name)}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_nothing_at_first_and_pins_what_it_uses(path: Path) -> None:
    """As Scorecard's Token-Permissions and Pinned-Dependencies ask for."""
    uses = re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))

    assert loaded(path)["permissions"] == {}
    assert [u for u in uses if not re.search(r"@[0-9a-f]{40}$", u) and u[:2] != "./"] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_expression_reaches_a_shell(path: Path) -> None:
    """A title, a branch or a file's name would be run: Scorecard's Dangerous-Workflow."""
    jobs = loaded(path)["jobs"].values()

    assert [line for job in jobs for line in commands(job) if "${{" in line] == []


def test_every_package_is_pinned_by_its_hash() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    files = [f for p in lock for f in [*p.get("wheels", []), *filter(None, [p.get("sdist")])]]
    uv = (ROOT / "uv.txt").read_text(encoding="utf-8")

    assert len(files) > 100 and all(file["hash"].startswith("sha256:") for file in files)
    assert re.search(r"^uv==\S+ \\\n.*--hash=sha256:", uv, flags=re.MULTILINE)


def test_the_papers_say_how_to_report_and_under_what_licence() -> None:
    assert "Report a vulnerability" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_no_program_lies_in_git_that_nobody_can_read() -> None:
    """Data has its own rules, and one picture is looked at: Scorecard's Binary-Artifacts."""
    names = [n for n in TRACKED if not n.startswith("data/storage/") and (ROOT / n).is_file()]
    binary = [name for name in names if b"\0" in (ROOT / name).read_bytes()[:8000]]

    assert binary == ["docs/report.png"]
