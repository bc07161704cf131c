"""Every command that a message or a page prints is run, on the state that prints it."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from conftest import ROOT, WARM, Run, made_up, programs, run

PROGRAMS = r"git|dvc|make|python|uv|gh|source|\.tools/bin/uv|\.venv/bin/(?:dvc|python)"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
HERE, README = "tests/test_advice.py", "tests/test_readme.py"
ACT = "run by the workflows, which tests/ci runs"
NAMED = "named, not advised"
WANTS = "wants a server or an account that tests do not have"
# The commands that src/ and the pages print, by their first words: the test that runs them (a
# target of make is what the Makefile says it calls), or else why none does.
KNOWN = {
    "dvc": NAMED,
    "dvc add": HERE,
    "dvc checkout": HERE,
    "dvc config --local": NAMED,
    "dvc data status": HERE,
    "dvc exp apply": HERE,
    "dvc exp pull": WANTS,
    "dvc exp push": WANTS,
    "dvc exp remove": HERE,
    "dvc exp run": HERE,
    "dvc exp show": HERE,
    "dvc fetch --all-commits": HERE,
    "dvc import": "tests/ci/test_retrain.py knows what it writes",
    "dvc import-url": HERE,
    "dvc init --subdir": NAMED,
    "dvc install": NAMED,
    "dvc metrics": HERE,
    "dvc params diff": HERE,
    "dvc plots": HERE,
    "dvc pull": HERE,
    "dvc push": HERE,
    "dvc remote add --default bucket": HERE,
    "dvc remote modify": WANTS,
    "dvc remote modify bucket verify true": HERE,
    "dvc remote remove storage": HERE,
    "dvc remove data/raw.dvc": HERE,
    "dvc repro": HERE,
    "dvc status": HERE,
    "dvc update": HERE,
    "gh api": WANTS,
    "git add -A": HERE,
    "git add data/raw.dvc": "a person decides: data/raw.dvc was removed on one side of a merge",
    "git add --renormalize data/storage": "tests/test_storage.py",
    "git checkout --ours data/raw.dvc": "a person decides: data/raw.dvc is an import",
    "git clone": HERE,
    "git commit": HERE,
    "git commit -a": NAMED,
    "git merge": HERE,
    "git rebase": HERE,
    "git restore --staged --worktree .": HERE,
    "git rm -r -q data/storage": HERE,
    "git rm data/raw.dvc": "a person decides: data/raw.dvc was removed on one side of a merge",
    "git show": NAMED,
    "make": NAMED,
    "python": NAMED,
    "python -m adopt": "tests/adopt/test_adopt.py",
    "python -m adopt.draft": README,
    "python -m adopt.resolve": HERE,
    "python -m ci.audit": ACT,
    "python -m ci.guard": HERE,
    "python -m ci.history": ACT,
    "python -m ci.issue": ACT,
    "python -m ci.post": ACT,
    "python -m ci.propose": ACT,
    "python -m ci.reproduce": HERE,
    "python -m ci.results": ACT,
    "python -m ci.retrain": ACT,
    "python benchmarks/evidence.py": "tests/test_evidence.py",
    "python benchmarks/peers/compare.py": "asks a package index",
    "python -m pipeline.clone": "tests/test_stranger.py",
    "python -m report": "tests/report/test_report.py",
    "python -m review": HERE,
    "source .venv/bin/activate": README,
    ".tools/bin/uv": NAMED,
    ".tools/bin/uv add --group dev": "asks a package index",
    ".tools/bin/uv sync": "asks a package index",
    ".tools/bin/uv tool run pre-commit install": "asks a package index",
    ".venv/bin/dvc push": HERE,
    ".venv/bin/python -m ci.retrain": ACT,
    ".venv/bin/python -m review": HERE,
    "uv": NAMED,
    "uv export": "asks a package index",
    "uv lock": "docs/tour.py",
    "uv run": README,
    "uv sync": NAMED,
}


def messages(path: Path) -> list[str]:
    """Return what stands in backticks in the texts of a module, docstrings left out."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    said = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [n for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [c for n in texts if id(n) not in said for c in re.findall(r"`([^`\n]+)`", n.value)]


def page(path: Path) -> list[str]:
    """Return the lines of a page's shell blocks, what sessions typed, and what is in backticks."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(sh|text)\n(.*?)^```", text, re.M | re.S)
    lines = [line for kind, block in blocks if kind == "sh" for line in block.splitlines()]
    lines += [c for kind, block in blocks if kind == "text" for c in typed(block)]
    plain = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return lines + [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", plain)]


def typed(block: str) -> list[str]:
    """Return the commands of a session, which stand behind a dollar sign."""
    return re.findall(r"^\$ (.*)$", block, re.M)


def printed() -> Iterator[tuple[str, str]]:
    """Yield each single command that is printed anywhere, and the file that prints it."""
    sources = [(path, messages(path)) for path in sorted((ROOT / "src").rglob("*.py"))]
    for path, found in [*sources, *((path, page(path)) for path in PAGES)]:
        for command in (part.strip() for whole in found for part in re.split("&&|;", whole)):
            if re.match(rf"({PROGRAMS})( |$)", command):
                yield command, str(path.relative_to(ROOT))


def known(command: str) -> str:
    """Return the longest entry of KNOWN that a command starts with; empty if there is none."""
    return max((k for k in KNOWN if f"{command} ".startswith(f"{k} ")), key=len, default="")


def test_every_command_that_is_printed_is_known() -> None:
    """A new one is run by a test on the state that prints it, or listed with the reason."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    lacking = []
    for command, path in printed():
        target = re.match(r"make ([a-z]+)", command)
        told = target[1] in targets if target else known(command) not in ("", "dvc", "python")
        if not told and command not in KNOWN and "…" not in command:
            lacking.append(f"{path}: {command}")

    assert lacking == []


def test_a_test_that_is_said_to_run_a_command_names_it() -> None:
    lacking = []
    for command, where in KNOWN.items():
        if re.fullmatch(r"\S+\.py", where) and where not in (HERE, README):
            words = re.sub(r"[^\w./-]+", " ", (ROOT / where).read_text(encoding="utf-8"))
            lacking += [command] * (re.sub(r"[^\w./-]+", " ", command) not in words)

    assert lacking == []


@pytest.mark.parametrize("path", [*(ROOT / "src").rglob("*.py"), *PAGES, ROOT / "docs/tour.py"])
def test_nothing_advises_a_commit_that_leaves_new_files_out(path: Path) -> None:
    """`dvc push` makes new files in data/storage, which `git commit -a` does not take."""
    advised = re.findall(r"git commit -\w*a\w*", path.read_text(encoding="utf-8"))

    assert [a for a in advised if path.name != "situations.md"] == []


SHELL = """\
set -e
make() {
    case "$1" in
    repro) dvc repro --quiet --pull ;;
    resolve) python -m adopt.resolve ;;
    review) python -m review --base "${2#BASE=}" --no-gate > /dev/null ;;
    test | env) ;;
    *) echo "unknown target $1"; exit 1 ;;
    esac
}
"""
Shell = Callable[[str], str]


@pytest.fixture
def shell(project: Path, tmp_path: Path) -> Shell:
    """Run lines as a person would, in the project, with its own src/; HOME is a folder of ours."""
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/bin/dvc").symlink_to(Path(sys.executable).with_name("dvc"))
    env = os.environ | {
        "PATH": programs(*WARM),
        "PYTHONPATH": str(project / "src"),
        "HOME": str(tmp_path),
        "GIT_EDITOR": "echo A message >",
        **{f"GIT_{who}_NAME": "Tester" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "tester@example.com" for who in ("AUTHOR", "COMMITTER")},
    }

    def call(lines: str) -> str:
        done = subprocess.run(
            ["bash", "-c", SHELL + lines], cwd=project, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return call


def advice(text: str) -> str:
    """Return the commands of a message, a line for each."""
    commands = re.findall(r"`([^`]+)`", " ".join(text.split()))
    return "\n".join(c for c in commands if re.match(rf"({PROGRAMS})( |$)", c))


def section(path: str, title: str) -> str:
    """Return the lines of all shell blocks under a heading of a page."""
    text = (ROOT / path).read_text(encoding="utf-8")
    (found,) = re.findall(rf"^#+ {title}[^\n]*\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", found, re.M | re.S))


def expect_shared(project: Path, folder: Path) -> None:
    """What was committed is all that another person needs: they pull, and nothing is to be run."""
    assert run("git", "status", "--porcelain", cwd=project).stdout == ""
    run("git", "clone", "-q", str(project), str(folder / "clone"), cwd=folder)
    env = {"PYTHONPATH": str(folder / "clone/src")}
    run("dvc", "pull", "-q", cwd=folder / "clone")
    assert "up to date" in run("dvc", "status", cwd=folder / "clone", **env).stdout
    run("python", "-m", "ci.reproduce", cwd=folder / "clone", **env)


def replace(project: Path, name: str, old: str, new: str) -> None:
    """Put `new` where `old` is in a file."""
    text = (project / name).read_text(encoding="utf-8")
    assert old in text
    (project / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def python(project: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    src = str(project / "src")
    return run("python", "-m", *words, cwd=project, check=False, PYTHONPATH=src)


@pytest.mark.slow
def test_what_guard_says_of_a_lock_that_lies(
    project: Path, tmp_path: Path, shell: Shell, dvc: Run
) -> None:
    """The model is that of another C; guard itself has already mended the lock."""
    replace(project, "params.yaml", "C: 1.0", "C: 0.0001")
    dvc("repro", "-q")
    dvc("push", "-q")
    for name in ("params.yaml", "dvc.lock"):
        replace(project, name, "C: 0.0001", "C: 1.0")
    shell("git add -A && git commit -qm lie")

    said = python(project, "ci.guard").stderr
    shell(advice(said))

    assert "differs after rerunning" in said and "git commit" in said
    expect_shared(project, tmp_path)
    assert python(project, "ci.guard").returncode == 0


@pytest.mark.slow
def test_what_guard_says_of_a_lock_with_conflict_markers(
    project: Path, tmp_path: Path, shell: Shell
) -> None:
    replace(project, "dvc.lock", "stages:\n", "<<<<<<< ours\nstages:\n=======\n")
    shell("git add -A && git commit -qm conflict")

    said = python(project, "ci.guard").stderr
    shell("rm dvc.lock\n" + advice("`dvc repro" + said.partition("`dvc repro")[2]))

    assert "delete it" in said
    expect_shared(project, tmp_path)


@pytest.mark.slow
def test_what_review_says_of_a_lock_that_is_not_committed(
    project: Path, tmp_path: Path, shell: Shell, dvc: Run
) -> None:
    """New outputs are new files of data/storage once they are pushed."""
    replace(project, "params.yaml", "C: 1.0", "C: 0.5")
    dvc("repro", "-q")

    said = python(project, "review", "--base", "HEAD", "--no-gate").stdout
    (note,) = re.findall(r"dvc\.lock is not committed.*?\.(?:\s|$)", " ".join(said.split()))
    shell(advice(note))

    assert "git add -A" in note
    expect_shared(project, tmp_path)


@pytest.mark.slow
def test_what_reproduce_says_of_a_forgotten_push(
    project: Path, tmp_path: Path, shell: Shell, dvc: Run
) -> None:
    replace(project, "params.yaml", "C: 1.0", "C: 0.5")
    dvc("repro", "-q")
    shell("git add -A && git commit -qm change")

    said = python(project, "ci.reproduce").stderr
    shell(advice(said))

    assert "Not in the remote" in said
    expect_shared(project, tmp_path)


@pytest.mark.slow
def test_what_adopt_says_at_its_end(project: Path, tmp_path: Path, shell: Shell) -> None:
    made_up(200, start=5).to_csv(tmp_path / "mine.csv", index=False)

    said = python(project, "adopt", "--data", str(tmp_path / "mine.csv"), "--target", "bought")
    shell(advice(said.stdout.partition("Then:")[2]))

    expect_shared(project, tmp_path)


def new_rows(project: Path) -> None:
    made_up(30, start=1000).to_csv(project.parent / "new-rows.csv", index=False)


def relabelled(project: Path) -> None:
    rows = pd.read_csv(project / "data/raw/first.csv").head(3)
    rows.assign(bought="yes").to_csv(project.parent / "relabelled.csv", index=False)


def ignored(project: Path) -> None:
    replace(project, "data/schema.yaml", "boolean, role: feature", "boolean, role: ignored")


def nothing(project: Path) -> None:
    """Leave it as it is: `-S` takes the quotes of 'yes' away, which stays the class that it is."""
    assert "'yes'" in (project / "params.yaml").read_text(encoding="utf-8")


def recall(project: Path) -> None:
    replace(project, "params.yaml", "[roc_auc, accuracy]", "[recall, roc_auc]")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "edit"),
    [(1, new_rows), (2, ignored), (3, relabelled), (4, nothing), (5, recall)],
)
def test_the_commands_of_a_situation(
    project: Path, tmp_path: Path, shell: Shell, number: int, edit: Callable[[Path], None]
) -> None:
    edit(project)

    shell(section("docs/situations.md", f"{number}\\. "))

    expect_shared(project, tmp_path)


@pytest.mark.slow
def test_the_commands_of_the_page_of_commands(project: Path, shell: Shell, dvc: Run) -> None:
    """In their order, and after them those that undo it all."""
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    lines = [command.split("=", 1)[0] + "=0.1" if "-S" in command else command
             for command in typed(text)]  # fmt: skip
    (forget,) = re.findall(r"`(dvc exp remove shy)`", text)

    said = shell("\n".join([*dict.fromkeys(lines), forget, section("docs/commands.md", "After")]))

    assert "train.options.C" in said and "Not in remote" in said
    assert shell("git status --porcelain") == ""
    assert "up to date" in dvc("status").stdout


@pytest.mark.slow
def test_what_undoes_a_run_that_failed(project: Path, shell: Shell, dvc: Run) -> None:
    """As the page of commands has it: the edits are gone, and the last good results are back."""
    (project / "data/raw/second.csv").write_text("nothing\n1\n")
    dvc("add", "-q", "data/raw")
    assert dvc("repro", check=False).returncode != 0

    shell(section("docs/commands.md", "After"))

    assert shell("git status --porcelain") == ""
    assert "up to date" in dvc("status").stdout


@pytest.mark.slow
def test_moving_to_another_remote(project: Path, tmp_path: Path, shell: Shell) -> None:
    """A folder stands for the bucket."""
    lines = section("docs/remotes.md", "Moving").replace("s3://my-bucket/threefold", "../bucket")
    lines = re.sub(r"^\.tools/bin/uv add.*\n", "", lines, flags=re.M)

    shell("dvc fetch --all-commits\n" + lines.replace("../bucket", str(tmp_path / "bucket")))

    assert not (project / "data/storage").exists()
    expect_shared(project, tmp_path)


@pytest.mark.slow
def test_importing_data(project: Path, tmp_path: Path, shell: Shell) -> None:
    """A folder stands for the bucket; `dvc update` then brings what is new in it."""
    source = tmp_path / "exports"
    source.mkdir()
    made_up().to_csv(source / "first.csv", index=False)
    lines = section("docs/retraining.md", "Where").partition("#!/bin/sh")[0]

    shell(lines.replace("s3://other-bucket/exports", str(source)))
    made_up(30, start=1000).to_csv(source / "second.csv", index=False)
    shell("dvc update data/raw.dvc")

    assert (project / "data/raw/second.csv").exists()


@pytest.mark.slow
def test_landing_after_a_conflict(project: Path, tmp_path: Path, shell: Shell) -> None:
    """Main and the branch each deliver; the lines of CONTRIBUTING.md, in a rebase."""
    deliver = "dvc add -q data/raw && dvc repro -q && dvc push -q && git add -A && git commit -qm"
    made_up(30, start=1000).to_csv(project / "data/raw/mains.csv", index=False)
    shell(f"git branch topic; {deliver} mains; git checkout -q topic; dvc checkout -q")
    made_up(30, start=2000).to_csv(project / "data/raw/topics.csv", index=False)
    shell(f"{deliver} topics; git rebase -q main || true")

    shell(section("CONTRIBUTING.md", "Land"))

    assert sorted(path.name for path in (project / "data/raw").iterdir()) == [
        *("first.csv", "mains.csv", "topics.csv")
    ]
    expect_shared(project, tmp_path)
