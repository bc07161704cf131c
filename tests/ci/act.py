"""Runs workflows with act, on this machine, on real clones, with events as GitHub writes them.

Third-party actions are replaced by those in actions/ beside this file, each a few lines. What act
cannot do as GitHub does: it grants no permissions and takes none away, it ignores `concurrency`,
and no workflow starts another, so that a test hands the artifacts of one run to the next.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import AUTHOR, ROOT, run
from github_server import NOW, REPOSITORY, TOKEN

ACT = ROOT / ".tools/bin/act"
RUN = 71
Event = dict[str, Any]


@dataclass
class Hub:
    """A repository as GitHub keeps it (bare, with refs/pull/), and where runs leave things."""

    folder: Path
    url: str = "http://127.0.0.1:1"  # of the API; nobody answers unless a test starts a server

    @classmethod
    def of(cls, project: Path, folder: Path, url: str = "http://127.0.0.1:1") -> "Hub":
        """Make one in an empty folder, and make it the origin of `project`."""
        (folder / "artifacts").mkdir(parents=True)
        run("git", "clone", "-q", "--bare", str(project), str(folder / "origin.git"), cwd=folder)
        run("git", "remote", "add", "origin", str(folder / "origin.git"), cwd=project)
        return cls(folder, url)

    @property
    def origin(self) -> Path:
        """The bare repository."""
        return self.folder / "origin.git"

    def archive(self, name: str) -> bytes | None:
        """Return an artifact as it was uploaded; None if it was not."""
        path = self.folder / f"artifacts/{name}.zip"
        return path.read_bytes() if path.exists() else None

    def calls(self) -> list[dict[str, Any]]:
        """Return the calls that the stand-in for CML wrote down."""
        log = self.folder / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def pull(self, project: Path, number: int = 7, repository: str = REPOSITORY) -> Event:
        """Push the project's HEAD as a pull request to main, and return its event.

        The refs are GitHub's: refs/pull/7/head, and refs/pull/7/merge, which holds the merge.
        """
        head = run("git", "rev-parse", "HEAD", cwd=project).stdout.strip()
        refs = f"refs/pull/{number}"
        run("git", "push", "-qf", "origin", f"HEAD:{refs}/head", cwd=project)
        self.merge(head, f"{refs}/merge")
        return {
            "action": "synchronize",
            "number": number,
            "pull_request": {
                "number": number,
                "state": "open",
                "head": side("change", head, repository),
                "base": side("main", "", REPOSITORY),
            },
            "repository": {"full_name": REPOSITORY, "default_branch": "main"},
        }

    def merge(self, head: str, ref: str) -> None:
        """Point a ref at the merge of a commit into main, as GitHub does, without a work tree."""

        def git(*words: str) -> str:
            return run("git", *AUTHOR, *words, cwd=self.origin).stdout.strip()

        tree = git("merge-tree", "--write-tree", "main", head)
        merged = git("commit-tree", tree, "-p", "main", "-p", head, "-m", "merge")
        git("update-ref", ref, merged)

    def act(
        self,
        workflow: str,
        name: str,
        event: Event,
        ref: str = "refs/heads/main",
        job: str = "",
        **env: str,
    ) -> "subprocess.CompletedProcess[str]":
        """Run .github/workflows/<workflow>.yml of `ref`, or one job of it, for an event."""
        clone = self.folder / "clone"
        if not clone.exists():
            run("git", "init", "-q", str(clone), cwd=self.folder)
            url = f"https://github.com/{REPOSITORY}"  # act reads GITHUB_REPOSITORY from it
            run("git", "remote", "add", "origin", url, cwd=clone)
        run("git", "fetch", "-q", str(self.origin), ref, cwd=clone)
        run("git", "checkout", "-q", "--detach", "FETCH_HEAD", cwd=clone)
        (self.folder / "event.json").write_text(json.dumps(event))
        given = {
            "ORIGIN": str(self.origin),
            "LENT": str(ROOT),
            "ARTIFACTS": str(self.folder / "artifacts"),
            "RECORDED": str(self.folder / "calls"),
            "GITHUB_API_URL": self.url,
            **env,
        }
        file = clone / f".github/workflows/{workflow}.yml"
        return run(
            str(ACT),
            name,
            *([f"--job={job}"] if job else []),
            f"--workflows={file}",
            f"--eventpath={self.folder / 'event.json'}",
            f"--secret=GITHUB_TOKEN={TOKEN}",
            "--platform=ubuntu-latest=-self-hosted",
            "--no-skip-checkout",
            "--no-cache-server",
            f"--action-cache-path={self.folder / 'cache'}",
            *(f"--env={key}={value}" for key, value in given.items()),
            *(f"--local-repository={action}" for action in stand_ins(file)),
            cwd=clone,
            check=False,
        )


def nested(project: Path, above: Path) -> Path:
    """Move a project into the folder ml of a larger repository, and return where it is then.

    Its workflows are the copies that the lines of docs/setup.md make at the top.
    """
    page = (ROOT / "docs/setup.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```sh\n(mkdir -p \.\./\.github.*?)```", page, re.S)
    above.mkdir()
    shutil.move(project / ".git", above)
    inner = Path(shutil.move(project, above / "ml"))
    run("bash", "-ec", lines, cwd=inner)
    run("git", "add", "-A", cwd=above)
    run("git", *AUTHOR, "commit", "-qm", "nested", cwd=above)
    return inner


def side(branch: str, sha: str, repository: str) -> Event:
    """Return the head or the base of a pull request."""
    return {"ref": branch, "sha": sha, "repo": {"full_name": repository}}


def stand_ins(workflow: Path) -> list[str]:
    """Return 'owner/name@sha=folder' for each action that a workflow, or one it calls, uses."""
    files = sorted(workflow.parent.glob("*.yml"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    used = set(re.findall(r"uses: (\S+/(\S+)@\S+)", text))
    return [f"{action}={ROOT / 'tests/ci/actions' / name}" for action, name in sorted(used)]


def started(event: Event) -> Event:
    """Return the event of comment.yml when review.yml starts for a pull request's event."""
    return finished(event, status="in_progress", conclusion=None) | {"action": "in_progress"}


def finished(event: Event, **changed: Any) -> Event:
    """Return the event of comment.yml after review.yml ran for a pull request's event."""
    head = event["pull_request"]["head"]
    return {
        "action": "completed",
        "workflow_run": {
            "id": RUN,
            "name": "review",
            "event": "pull_request",
            "path": ".github/workflows/review.yml",
            "status": "completed",
            "conclusion": "success",
            "head_branch": head["ref"],
            "head_sha": head["sha"],
            "head_repository": head["repo"],
            "pull_requests": [],
            "run_attempt": 1,
            "run_started_at": NOW,
            **changed,
        },
        "repository": event["repository"],
    }
