"""Open the pull request of what retrain made: by CML if it works, else by Git and GitHub's API.

CML pushes nothing to a branch that exists; so where there is one, it is updated directly.
"""

import argparse
import base64
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ci import cml, github
from report.plain import PlainError, one_line

TITLE = "Retrain on new data"
BRANCH = re.compile(r"retrain/[0-9a-f]{12}")  # as `python -m ci.retrain` names it
NAME, EMAIL = "retrain", "retrain@users.noreply.github.com"
WHO = ("AUTHOR", "COMMITTER")
PATHS = ("dvc.lock", "data", "metrics")
GLOBS = ("dvc.lock", "data/**", "metrics/**")  # the same for CML


class ProposeError(PlainError):
    """No pull request can be opened; the message says why, and what to do."""


def propose(branch: str, base: str, report: str, repository: str) -> str:
    """Have one pull request of the files as they are, and say what was done."""
    if not BRANCH.fullmatch(branch):  # code that ran before could name the one that is protected
        raise ProposeError(
            f"The branch is {branch!a:.80}; expected retrain/ and twelve digits, as "
            "`python -m ci.retrain` names it."
        )
    start, remote = git("rev-parse", "HEAD"), git("remote", "get-url", "origin")
    there, why = tip(branch, remote), "CML pushes nothing to a branch that exists"
    if not there:
        failed = by_cml(branch, base, report)
        there = tip(branch, remote)
        if there and not failed:
            cml.say("The pull request")
            return f"Pushed {branch}, and asked for its pull request."
        why = failed or "CML pushed nothing"
    cml.say("The pull request", why)
    pushed = push(branch, commit(start), start, there, remote)
    return f"{'Pushed' if pushed else 'Nothing new for'} {branch}. " + request(
        branch, base, report, repository, update=pushed
    )


def by_cml(branch: str, base: str, report: str) -> str | None:
    """Have CML push and open, and return why it could not."""
    where = ("--driver=github", f"--branch={branch}", f"--target-branch={base}")
    what = (f"--title={TITLE}", f"--message={TITLE}", f"--body={report}")
    return cml.call(
        "pr", "create", *where, *what, f"--user-name={NAME}", f"--user-email={EMAIL}", *GLOBS
    )


def git(*words: str, **env: str) -> str:
    """Run Git and return what it printed; raise ProposeError if it fails."""
    done = subprocess.run(
        ["git", *words], env={**os.environ, **env}, capture_output=True, text=True
    )
    if done.returncode:
        raise ProposeError(f"`git {' '.join(words)}` failed: {done.stderr.strip()}")
    return done.stdout.strip()


def access() -> dict[str, str]:
    """Return the environment in which Git shows GitHub the token; no file and no list shows it."""
    secret = base64.b64encode(f"x-access-token:{os.environ['GITHUB_TOKEN']}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{github.page('')}.extraheader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {secret}",
        "GIT_TERMINAL_PROMPT": "0",
    }


def tip(branch: str, remote: str) -> str | None:
    """Return the commit of a branch of the remote; None if there is no such branch."""
    return git("ls-remote", remote, f"refs/heads/{branch}", **access()).partition("\t")[0] or None


def commit(start: str) -> str:
    """Return a commit of the results that follows `start`; index, branch and files stay."""
    paths = [path for path in PATHS if Path(path).exists()]
    by = {f"GIT_{who}_NAME": NAME for who in WHO} | {f"GIT_{who}_EMAIL": EMAIL for who in WHO}
    with tempfile.TemporaryDirectory(prefix="threefold-") as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        git("read-tree", start, **index)
        git("add", "--all", "--", *paths, **index)
        tree = git("write-tree", **index)
    if tree == git("rev-parse", f"{start}^{{tree}}"):
        raise ProposeError(
            f"{', '.join(PATHS)} are as in {start[:7]}, so there is nothing to propose; "
            "run `python -m ci.retrain` first."
        )
    return git("commit-tree", tree, "-p", start, "-m", TITLE, **by)


def push(branch: str, made: str, start: str, there: str | None, remote: str) -> bool:
    """Push a commit unless the branch says the same, and return whether; never over others' work.

    `there` is the branch's commit, and the push fails if it is another one by now.
    """
    ref = f"refs/heads/{branch}"
    if there:
        git("fetch", "--quiet", remote, ref, **access())
        if not git("diff", "--name-only", there, made, "--", *PATHS):
            return False
        authors = git("log", "--format=%ae", f"{start}..{there}").split("\n")
        if others := sorted({*authors} - {EMAIL, ""}):
            raise ProposeError(
                f"{branch} holds commits of {others}, which a push would drop; merge or close its "
                "pull request, delete the branch, and run retrain again."
            )
    lease = f"--force-with-lease={ref}:{there or ''}"
    git("push", "--quiet", lease, remote, f"{made}:{ref}", **access())
    return True


def request(branch: str, base: str, report: str, repository: str, *, update: bool) -> str:
    """Open the branch's pull request; or give the one that is open the report, if asked to."""
    path = f"repos/{repository}/pulls"
    head = quote(f"{repository.partition('/')[0]}:{branch}", safe=":")
    listed = github.every(f"{path}?state=open&head={head}&base={quote(base, safe='')}")
    known: list[dict[str, Any]] = [pull for pull in listed if pull["head"]["ref"] == branch]
    if known and update:
        github.call("PATCH", f"{path}/{known[0]['number']}", {"body": report})
    if known:
        return f"{'Updated' if update else 'There is'} pull request {known[0]['number']}."
    asked = {"title": TITLE, "head": branch, "base": base, "body": report}
    return f"Opened pull request {github.call('POST', path, asked)['number']}."


def main() -> None:
    """Propose what the files hold, on the branch that was given."""
    parser = argparse.ArgumentParser(prog="python -m ci.propose", description=__doc__)
    parser.add_argument("branch", help="of the pull request; it need not exist")
    parser.add_argument("report", help="the file whose text is the pull request's")
    asked = parser.parse_args()
    text = Path(asked.report).read_text(encoding="utf-8").strip()
    env = os.environ
    done = propose(asked.branch, env["GITHUB_REF_NAME"], text, env["GITHUB_REPOSITORY"])
    print(one_line(done))


if __name__ == "__main__":
    try:
        main()
    except (ProposeError, github.GitHubError) as error:
        sys.exit(str(error))
