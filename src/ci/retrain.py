"""Fetch new data, and if there is any rerun, push and review, so that CML can open a pull request.

New data comes from `dvc update` for what was imported with `dvc import` or `dvc import-url`, and
from `data/refresh`, a program of yours, if there is one, that writes deliveries into data/raw.
"""

import argparse
import hashlib
import os
import re
import sys
from pathlib import Path

from ci import reproduce
from pipeline import stage
from pipeline.clone import check
from review import ReviewError
from review.gather import git

HOOK = "data/refresh"
SECRETS = ("GITHUB_TOKEN", "REPO_TOKEN")
GIVEN = re.compile(  # what data/refresh finds in its environment, whatever else is there
    "HOME|LANG|LC_.*|LOGNAME|PATH|REFRESH_.*|SHELL|TMPDIR|TZ|USER|"
    "CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|SSL_CERT_DIR|SSL_CERT_FILE|"
    "(?i:https?_proxy|no_proxy)"
)


def pointers(root: Path) -> list[Path]:
    """Return the .dvc files under data/."""
    return sorted((root / "data").glob("*.dvc"))


def imported(root: Path) -> list[str]:
    """Return the .dvc files that know where their data came from."""
    return [
        str(path.relative_to(root)) for path in pointers(root) if "deps" in stage.read_yaml(path)
    ]


def version(root: Path) -> str:
    """Return twelve digits that stand for the content of all data."""
    content = b"\0".join(path.read_bytes() for path in pointers(root))
    return hashlib.sha256(content).hexdigest()[:12]


def refresh(root: Path) -> bool:
    """Fetch what is new, and say whether anything is; raise ReviewError if that fails."""
    check.expect_sound(root)
    before, sources, hook = version(root), imported(root), root / HOOK
    if not sources and not hook.exists():
        raise ReviewError(
            f"Nowhere to fetch data from: no data/*.dvc is an import, and there is no {HOOK}; "
            "docs/retraining.md says how to make either."
        )
    for source in sources:
        git.call("dvc", "update", "--quiet", source, cwd=root)
    if hook.exists():
        git.call("dvc", "pull", "--quiet", "data/raw.dvc", cwd=root)
        with reproduce.started(str(hook.resolve()), root=root, env=given()) as process:
            list(reproduce.show(process.stdout))
        if process.returncode:
            raise ReviewError(f"{HOOK} failed; what it said is above, and nothing was retrained.")
        git.call("dvc", "add", "--quiet", "data/raw", cwd=root)
    return version(root) != before


def given() -> dict[str, str]:
    """Return what data/refresh finds in its environment: nothing that is a secret of others."""
    return {name: value for name, value in os.environ.items() if GIVEN.fullmatch(name)}


def main() -> None:
    """Refresh; if anything is new, rerun, push, and name the branch for the pull request."""
    argparse.ArgumentParser(prog="python -m ci.retrain", description=__doc__).parse_args()
    for name in SECRETS:
        os.environ.pop(name, None)
    root = git.project()
    if not refresh(root):
        print("Nothing changed: the data is what was last trained on, so there is nothing to do.")
        return
    reproduce.repro(root=root)
    git.call("dvc", "push", "--quiet", cwd=root)
    branch = f"retrain/{version(root)}"
    print(stage.one_line(f"New data was trained on, and pushed; its branch is {branch}."))
    if output := os.environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a", encoding="utf-8") as file:
            file.write(f"branch={branch}\n")


if __name__ == "__main__":
    try:
        main()
    except stage.UserError as error:
        sys.exit(str(error))
