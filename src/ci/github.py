"""Talks to GitHub's REST API, with the standard library alone."""

import http.client
import itertools
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from report.plain import PlainError

SECONDS = 30
WAITS = (1, 4)  # seconds before GitHub is asked again, if it failed
PAGE = 100  # the most items of a list that GitHub gives at once
BOT = "github-actions[bot]"  # the author of what a workflow writes with GITHUB_TOKEN


class GitHubError(PlainError):
    """GitHub did not do what was asked; the message says what was asked and what it answered."""


class FailedError(GitHubError):
    """GitHub could not be reached, or failed itself; asked again it may answer."""


def call(method: str, path: str, payload: Any = None) -> Any:
    """Send a request for `path`, such as 'repos/o/r/pulls/3', and return the answer's JSON."""
    body = None if payload is None else json.dumps(payload).encode()
    answer = _send(method, path, body)
    try:
        return json.loads(answer) if answer else None
    except ValueError:
        raise GitHubError(f"GitHub's answer to {method} {path} is not JSON.") from None


def page(path: str) -> str:
    """Return the address of a page that people read, such as 'o/r/pull/3'."""
    return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{path}"


def author(item: dict[str, Any]) -> str | None:
    """Return who wrote a comment or an issue; None if GitHub knows nobody, as after a deletion."""
    return item["user"]["login"] if item["user"] else None


def every(path: str, key: str | None = None) -> Iterator[Any]:
    """Yield each item of a list that comes in pages, such as 'repos/o/r/issues?state=open'.

    Some lists stand in an object, under `key`.
    """
    separator = "&" if "?" in path else "?"
    for number in itertools.count(1):
        answer = call("GET", f"{path}{separator}per_page={PAGE}&page={number}")
        items = answer[key] if key else answer
        yield from items
        if len(items) < PAGE:
            return


def download(path: str, largest: int) -> bytes:
    """Return the file at `path`; raise GitHubError if it has more than `largest` bytes."""
    content = _send("GET", path, None, largest + 1)
    if len(content) > largest:
        raise GitHubError(f"{path} has more than {largest:,} bytes, the most that is read.")
    return content


def _send(method: str, path: str, body: bytes | None, limit: int | None = None) -> bytes:
    """Ask, and again if GitHub failed, but for POST: what it made before it failed is not known."""
    for wait in () if method == "POST" else WAITS:
        try:
            return _ask(method, path, body, limit)
        except FailedError:
            time.sleep(wait)
    return _ask(method, path, body, limit)


def _ask(method: str, path: str, body: bytes | None, limit: int | None) -> bytes:
    url = f"{os.environ.get('GITHUB_API_URL', 'https://api.github.com')}/{path}"
    request = urllib.request.Request(url, body, method=method)
    request.add_header("Accept", "application/vnd.github+json")
    request.add_header("Content-Type", "application/json")
    if token := os.environ.get("GITHUB_TOKEN"):
        # Unredirected: an artifact is served by another host, which must not see the token.
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            content: bytes = answer.read(limit)
            return content
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(300).decode(errors="replace")
        kind = FailedError if error.code >= 500 else GitHubError
        raise kind(f"GitHub answered {error.code} to {method} {path}: {said!r}.") from None
    except (OSError, http.client.HTTPException) as error:
        raise FailedError(f"GitHub could not be reached for {method} {path}: {error}.") from None
