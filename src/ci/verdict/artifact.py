"""The one file that a run of review.yml leaves: downloaded and unpacked without believing it."""

import io
import stat
import zipfile
import zlib
from datetime import datetime
from typing import Any

from ci import github
from report import document
from report.plain import PlainError

NAME, FILE = "review", "review.json"
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others need modules that may be absent
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, OverflowError, RuntimeError, ValueError),
)


class RefusedError(PlainError):
    """A run, its artifact or its pull request is not what a review leaves; nothing was posted."""


def expect(what: str, found: object, expected: object) -> None:
    """Raise RefusedError, which names both, if a value is not the expected one."""
    if found != expected:
        raise RefusedError(f"Refused: {what} is {found!a:.200}; expected {expected!a:.200}.")


def newest(run: dict[str, Any], repository: str) -> dict[str, Any] | None:
    """Return the last artifact that a run left under the name; None for one of an earlier attempt.

    A run that is repeated keeps what its first attempt left, until it leaves something itself.
    """
    listed = github.every(f"repos/{repository}/actions/runs/{run['id']}/artifacts", "artifacts")
    start = datetime.fromisoformat(run["run_started_at"])
    left = [
        artifact
        for artifact in listed
        if artifact["name"] == NAME and not artifact["expired"]
        if datetime.fromisoformat(artifact["created_at"]) >= start
    ]
    return max(left, key=lambda artifact: artifact["id"], default=None)


def content(artifact: dict[str, Any], repository: str) -> bytes:
    """Download an artifact, and return its one file; raise RefusedError or GitHubError."""
    path = f"repos/{repository}/actions/artifacts/{artifact['id']}/zip"
    return only_file(github.download(path, document.LARGEST_BYTES))


def only_file(archive: bytes) -> bytes:
    """Return the content of the one file in a zip archive; raise RefusedError for any other."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            members = opened.infolist()
            expect("the artifact's files", [member.filename for member in members], [FILE])
            kind = stat.S_IFMT(members[0].external_attr >> 16)
            if kind not in (0, stat.S_IFREG) or members[0].compress_type not in METHODS:
                raise RefusedError(f"Refused: {FILE} is no regular file, or compressed unusually.")
            with opened.open(members[0]) as file:
                found = file.read(document.LARGEST_BYTES + 1)
    except BROKEN as error:
        raise RefusedError(f"Refused: the artifact is no zip archive ({str(error)!a}).") from None
    if len(found) > document.LARGEST_BYTES:
        raise RefusedError(f"Refused: {FILE} has more than {document.LARGEST_BYTES:,} bytes.")
    return found
