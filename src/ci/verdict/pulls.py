"""The pull requests that a run reviews: by GitHub's word alone, never by what the run left."""

import itertools
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ci import github
from report import markdown
from report.blocks import Alert, Name, Text

LISTED = 3000  # files of a pull request: GitHub lists no more
SHOWN = 5  # names in the warning
# What can be judged without judging: data, parameters, results, documentation, the model's own
# modules. All else counts as what judges; data/refresh is a program, which retrain runs.
JUDGED = re.compile(
    r"data/(?!refresh$).+|docs/.+|metrics/.+|models/.+|src/pipeline/.+\.py|"
    r"[^/]+\.md|dvc\.lock|params\.yaml",
    re.DOTALL,
)
Pull = dict[str, Any]


def of(run: dict[str, Any], repository: str) -> list[Pull]:
    """Return the open pull requests whose head is the commit that a run reviews.

    For a fork the event names none, nor does GitHub for its commit, which is not in this
    repository; but it does for its branch.
    """
    origin = source(run, "head_repository")
    if origin is None or run["head_branch"] is None:
        return []
    head = quote(f"{origin.partition('/')[0]}:{run['head_branch']}", safe=":")
    listed = github.every(f"repos/{repository}/pulls?state=open&head={head}")
    wanted = (run["head_sha"], origin)
    return [p for p in listed if (p["head"]["sha"], source(p["head"])) == wanted]


def source(holder: dict[str, Any], key: str = "repo") -> str | None:
    """Return the repository that a run or the head of a pull request names; None if deleted."""
    return holder[key]["full_name"] if holder[key] else None


def merge_base(pull: Pull, repository: str) -> str:
    """Return the commit that a pull request's head and its base, as it is now, have in common."""
    span = f"{quote(pull['base']['ref'], safe='')}...{pull['head']['sha']}"
    compared = github.call("GET", f"repos/{repository}/compare/{span}?per_page=1")
    return str(compared["merge_base_commit"]["sha"])


def warning(pull: Pull, repository: str) -> str:
    """Return, as Markdown, that a pull request changes what judges it, or that it may; or ''."""
    path = f"repos/{repository}/pulls/{pull['number']}"
    changed = github.call("GET", path)["changed_files"]  # which no list of pull requests says
    files = list(itertools.islice(github.every(f"{path}/files"), LISTED))
    names = [name for file in files for name in (file["filename"], file.get("previous_filename"))]
    found = list(dict.fromkeys(name for name in names if name and _judges(name, _folder())))
    items: list[Text] = []
    if found:
        shown = [part for name in found[:SHOWN] for part in (", ", Name(name))][1:]
        more = f" and {len(found) - SHOWN} more" * (len(found) > SHOWN)
        said = (
            "This pull request changes what judges it, so read that before you believe a verdict: "
        )
        items.append((said, *shown, more))
    if len(files) < changed:
        items.append(
            f"GitHub lists {len(files):,} of the {changed:,} files that this pull request changes, "
            "so it may change what judges it: look at the others before you believe a verdict."
        )
    return markdown.block(Alert("CAUTION", items)) + "\n\n" if items else ""


def _judges(name: str, folder: str) -> bool:
    """Say whether a file of the repository is none of those, in the project's folder, to judge."""
    inside = name.startswith(folder)
    return not (inside and JUDGED.fullmatch(name.removeprefix(folder)))


def _folder() -> str:
    """Return where in the repository this job runs: '' at the top, else as in 'ml/'."""
    top = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    inside = os.path.relpath(Path.cwd().resolve(), top)
    return "" if inside == "." else f"{inside}/"
