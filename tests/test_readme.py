"""The README and docs/ keep what they promise."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import ROOT, run

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


OTHERS = """\
make review BASE=HEAD
make schema
make resolve
if dvc exp run --temp -q -S train.options.C=0.1; then exit 1; fi # the note is not needed any more
dvc exp run -q -S train.options.C=0.1
git restore --staged --worktree . && dvc checkout -q
"""


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


def tree() -> list[str]:
    """Return the paths in the README's tree, folders ending in a slash."""
    paths, parents = [], {0: ""}
    for line in blocks("text")[0].splitlines():
        name, depth = line.split()[0], len(line) - len(line.lstrip())
        parents[depth + 2] = parents[depth] + name
        paths.append(parents[depth] + name)
    return paths


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    broken = []
    for link in (link for link in links if "://" not in link):
        name, _, anchor = link.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(link)

    assert broken == []


def test_every_path_in_the_tree_exists() -> None:
    assert [path for path in tree() if not (ROOT / path).exists()] == []


def test_the_tree_names_every_file_and_folder_at_the_top() -> None:
    listed = run("git", "ls-files", cwd=ROOT).stdout.split()
    top = {re.sub(r"/.*", "/", path) for path in listed if not path.startswith(".")}

    assert top - set(tree()) == set()


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert set(re.findall(r"`make ([a-z]+)", pages)) - targets == set()


def test_pre_commit_calls_targets_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for repo in config["repos"] for hook in repo["hooks"]]

    assert [e for e in entries if f"\n{e.removeprefix('make ')}: " not in makefile] == []


def test_make_does_not_use_the_activated_environment(tmp_path: Path) -> None:
    """An environment made by uv has no pip, which `make env` needs."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3").touch(mode=0o755)
    path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
    (tmp_path / "show").write_text("show: ; @command -v python3\n")
    make = ["make", "--silent", "-f", "Makefile", "-f", str(tmp_path / "show"), "show"]

    found = run("env", f"PATH={path}", f"VIRTUAL_ENV={tmp_path}", *make, cwd=ROOT).stdout

    assert found and not found.startswith(str(tmp_path))


@pytest.mark.slow
def test_the_commands_of_the_readme_work_in_a_fresh_clone(tmp_path: Path) -> None:
    """Each shell block runs as it stands, in order, and all of them end with the same lock.

    So do the other targets; the path has a space, and a letter outside ASCII, which is said. Of the
    tests that `make test` starts, only these here run: `.ci/run` runs all in a clean checkout.
    """
    top = run("git", "rev-parse", "--show-toplevel", cwd=ROOT).stdout.rstrip("\n")
    inside = run("git", "rev-parse", "--show-prefix", cwd=ROOT).stdout.rstrip("\n")
    folder, ours = tmp_path / "un prójekt", str(Path(sys.executable).parent)
    run("git", "clone", "-q", top, str(folder), cwd=tmp_path)
    clone = folder / inside
    inherited = ("VIRTUAL_ENV", "PYTHON", "PYTEST")
    env = {name: value for name, value in os.environ.items() if not name.startswith(inherited)}
    path = [folder for folder in env["PATH"].split(os.pathsep) if folder != ours]
    env["PATH"] = os.pathsep.join([str(clone / ".tools/bin"), *path])
    env["PYTEST_ADDOPTS"] = "-k test_readme"
    script = "\n".join(f"{block}git diff --exit-code HEAD" for block in [*blocks("sh"), OTHERS])

    done = subprocess.run(
        ["bash", "-exc", script], cwd=clone, env=env, capture_output=True, text=True
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "`dvc exp run --temp` fails in this folder" in done.stdout
