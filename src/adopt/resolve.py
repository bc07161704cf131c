"""Put the deliveries of both sides together, where a merge, rebase or cherry-pick stopped.

data/raw.dvc holds one hash for the whole folder, so two branches that each add a delivery conflict
in it, and taking either side would lose the delivery of the other.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from dvc.exceptions import DvcException
from dvc.repo import Repo

from adopt import union
from adopt.union import Files, ResolveError
from pipeline import stage
from pipeline.stage import UserError

RAW = "data/raw.dvc"
REMADE = re.compile(r"dvc\.lock|metrics/.*")
READ = ("dvc.yaml", "params.yaml")  # DVC adds nothing while it cannot read these
BASE, OURS, THEIRS = 1, 2, 3  # as Git numbers the sides
LABELS = {BASE: "what both come from", OURS: "ours", THEIRS: "theirs"}
GOING = {  # what Git is in the middle of, by what then lies in its folder
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "MERGE_HEAD": "merge",
}


def resolve() -> str:
    """Resolve what can be put together or remade, stage it, and return what to do next.

    Raises UserError, and then nothing was changed.
    """
    found = conflicts()
    remade = [path for path in found if REMADE.fullmatch(path)]
    if RAW not in found and not remade:
        return f"Nothing to resolve: Git has no conflict in {RAW}, dvc.lock or metrics/."
    repo = Repo()
    # What is in conflict is for Git to stage, not for DVC.
    repo.scm_context.autostage, repo.scm_context.quiet = False, True
    wanted = together(repo, found[RAW]) if RAW in found else {}
    if wanted:
        union.write(repo, wanted)
    for path in remade:
        git("checkout", "--ours" if OURS in found[path] else "--theirs", "--", path)
        git("add", "--", path)
    if wanted:
        Path(RAW).write_text(git("cat-file", "blob", found[RAW][OURS]), encoding="utf-8")
        repo.add(["data/raw"])
        git("add", "--", RAW)
    return summary(list(wanted), remade)


def conflicts() -> dict[str, dict[int, str]]:
    """Return the blob of each side of each path, from here on, that Git could not merge."""
    found: dict[str, dict[int, str]] = {}
    for line in filter(None, git("ls-files", "--unmerged", "-z").split("\0")):
        about, _, path = line.partition("\t")
        _, blob, side = about.split()
        found.setdefault(path, {})[int(side)] = blob
    return found


def together(repo: Repo, blobs: dict[int, str]) -> Files:
    """Return the deliveries of both sides, all of them in the cache; raise UserError."""
    for side in (OURS, THEIRS):
        if side not in blobs:
            raise ResolveError(
                f"{RAW} is removed on one side ({LABELS[side]}): `git add {RAW}` keeps it, "
                f"`git rm {RAW}` does not."
            )
    for name in READ:
        stage.read_yaml(name)
    texts = {side: git("cat-file", "blob", blob) for side, blob in blobs.items()}
    oids = {side: union.pointed(text, LABELS[side]) for side, text in texts.items()}
    files = {side: union.listed(repo, oid, LABELS[side]) for side, oid in oids.items()}
    union.expect_known(files.values())
    try:
        wanted = union.union(files.get(BASE, {}), files[OURS], files[THEIRS])
    except ResolveError as error:
        raise ResolveError(f"{error} {advice()}") from None
    if not wanted:
        raise ResolveError("data/raw: together both sides removed every delivery; keep one.")
    union.fetch(repo, wanted.values(), "both sides")
    return wanted


def advice() -> str:
    """Return what to do about deliveries that cannot be put together."""
    back = f"git {going()} --abort" if going() else "git reset --merge"
    return (
        f"Go back with `{back}` and `dvc checkout`; on your branch give yours another name, or put "
        "back an earlier delivery as it was and deliver the correction as a file of its own; "
        "`dvc add data/raw`, commit, and merge."
    )


def summary(deliveries: list[str], remade: list[str]) -> str:
    """Return what was resolved, what was not, and the commands that come next."""
    said = [f"data/raw holds the deliveries of both sides: {stage.cut(deliveries)}."]
    said = said * bool(deliveries)
    said += ["dvc.lock and metrics/ are those of one side, until they are remade."] * bool(remade)
    left = list(conflicts())
    said += [f"Still in conflict, and yours to resolve first: {stage.cut(left)}."] * bool(left)
    end = f", and `git {going()} --continue`" if going() else ""
    return "\n".join([*said, f"Then: `make repro`, `.venv/bin/dvc push`, `git add -A`{end}."])


def going() -> str:
    """Return what Git is in the middle of: merge, rebase, cherry-pick, revert, or nothing."""
    places = {name: Path(git("rev-parse", "--git-path", name).strip()) for name in GOING}
    return next((GOING[name] for name, path in places.items() if path.exists()), "")


def git(*words: str) -> str:
    """Return what a git command prints; raise ResolveError, with its words, if it fails."""
    done = subprocess.run(["git", *words], capture_output=True, encoding="utf-8")
    if done.returncode:
        raise ResolveError(f"`git {' '.join(words)}` failed: {done.stderr.strip()}")
    return done.stdout


def main() -> None:
    argparse.ArgumentParser(prog="python -m adopt.resolve", description=__doc__).parse_args()
    try:
        print(resolve())
    except (UserError, DvcException, OSError) as error:
        sys.exit(f"{stage.one_line(str(error)).rstrip('.')}.\nNothing was resolved.")


if __name__ == "__main__":
    main()
