"""A server on loopback that answers the calls of GitHub's API that this repository makes.

It keeps everything in memory, in `GitHub`: a test fills it, runs a program, and reads it; but for
the Git repository, a bare one in a folder. What it copies from GitHub: 401 without the token, 400
with two, 404 for what is not there, 422 for a body that is too long, a branch that is not there or
a second pull request of it, lists in pages of 30, and artifacts that another host serves, which
must not see the token.
"""

import base64
import http.server
import json
import os
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

BOT = "github-actions[bot]"
REPOSITORY = "octo/project"
TOKEN = "made-up-token"
LONGEST = 65_536
PAGE = 30
LISTED = 3000  # files of a pull request
NOW = "2026-11-02T10:00:00Z"
Item = dict[str, Any]


@dataclass
class GitHub:
    """One repository: what it holds, and every request as (method, path, status, body)."""

    url: str = ""
    certificate: Path | None = None
    repositories: Path | None = None  # the folder that holds octo/project.git
    pulls: dict[int, Item] = field(default_factory=dict)
    issues: dict[int, Item] = field(default_factory=dict)
    runs: dict[int, Item] = field(default_factory=dict)  # of workflows, as they are by now
    merge_bases: dict[str, str] = field(default_factory=dict)  # of every head, by the base's branch
    comments: list[Item] = field(default_factory=list)
    checks: list[Item] = field(default_factory=list)
    artifacts: dict[int, list[Item]] = field(default_factory=dict)
    archives: dict[int, bytes] = field(default_factory=dict)
    files: list[Item] = field(default_factory=list)  # that each pull request changes
    requests: list[tuple[str, str, int, Any]] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)  # how often a path answers 502 first

    def open_pull(
        self, number: int, sha: str, branch: str = "change", repository: str = REPOSITORY
    ) -> Item:
        """Open a pull request, or push to it."""
        head = {"sha": sha, "ref": branch, "repo": {"full_name": repository}}
        base = {"ref": "main", "repo": {"full_name": REPOSITORY, "default_branch": "main"}}
        self.pulls[number] = {"number": number, "state": "open", "head": head, "base": base}
        self.pulls[number]["changed_files"] = len(self.files)
        return self.pulls[number]

    def change(self, *names: str, more: int = 0) -> None:
        """Let each pull request change these files, and so many that are not listed."""
        self.files = [{"filename": name} for name in names]
        for pull in self.pulls.values():
            pull["changed_files"] = len(names) + more

    def upload(self, run: int, name: str, archive: bytes, *, at: str = NOW) -> None:
        """Keep an artifact of a run."""
        number = len(self.archives) + 1
        self.archives[number] = archive
        item = {"id": number, "name": name, "expired": False, "created_at": at}
        self.artifacts.setdefault(run, []).append(item)


Answer = tuple[int, Any]


def _pull(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    number = int(found[1])
    return (200, github.pulls[number]) if number in github.pulls else (404, None)


def _files(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    return 200, github.files[:LISTED]


def _compare(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    """Answer 404 for branches that have no commit in common, or that are not there."""
    commit = github.merge_bases.get(unquote(found[1]))
    return (200, {"merge_base_commit": {"sha": commit}}) if commit else (404, None)


def _pulls(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    """List those of a state, of a head written owner:branch, and to a base."""

    def fits(pull: Item) -> bool:
        source = pull["head"]["repo"] or {"full_name": "ghost/"}  # null: the fork was deleted
        head = f"{source['full_name'].split('/')[0]}:{pull['head']['ref']}"
        found = {"state": pull["state"], "head": head, "base": pull["base"]["ref"]}
        return all(found[key] == {"state": "open", **sent}.get(key, found[key]) for key in found)

    return 200, [pull for pull in github.pulls.values() if fits(pull)]


def _edit_pull(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    github.pulls[int(found[1])].update(sent)
    return 200, github.pulls[int(found[1])]


def _new_pull(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    asked = {"head": f"{REPOSITORY.split('/')[0]}:{sent['head']}", "base": sent["base"]}
    if _pulls(github, found, asked)[1]:
        return 422, {"message": "A pull request already exists"}
    words = ("git", "rev-parse", "--verify", "-q", f"refs/heads/{sent['head']}")
    folder = f"{github.repositories}/{REPOSITORY}.git"
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        return 422, {"message": "Validation Failed"}
    number = len(github.pulls) + 1
    pull = github.open_pull(number, done.stdout.strip(), sent["head"])
    page = f"{github.url}/{REPOSITORY}/pull/{number}"
    pull |= {"html_url": page, "title": sent["title"], "body": sent["body"]}
    return 201, pull


def _artifacts(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    listed = github.artifacts.get(int(found[1]), [])
    return 200, {"total_count": len(listed), "artifacts": listed}


def _run(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    known = github.runs.get(int(found[1]))
    return (200, {"id": int(found[1]), **known}) if known else (404, None)


def _comments(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    return 200, [c for c in github.comments if c["issue"] == int(found[1])]


def _new_comment(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    if len(sent["body"]) > LONGEST:
        return 422, {"message": f"Body is too long (maximum is {LONGEST} characters)"}
    number = len(github.comments) + 1
    page = f"{github.url}/{REPOSITORY}/pull/{found[1]}#issuecomment-{number}"
    by = {"user": {"login": BOT}, "html_url": page}
    github.comments.append({"id": number, "issue": int(found[1]), **by, **sent})
    return 201, github.comments[-1]


def _edit_comment(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    github.comments[int(found[1]) - 1].update(sent)
    return 200, github.comments[int(found[1]) - 1]


def _new_check(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    """Make one, as the App that the token belongs to; who concludes it need not say `completed`."""
    status = "completed" if "conclusion" in sent else "queued"
    known = {"id": len(github.checks) + 1, "app": {"slug": "github-actions"}, "external_id": ""}
    github.checks.append({**known, "status": status, **sent})
    return 201, github.checks[-1]


def _edit_check(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    github.checks[int(found[1]) - 1].update(sent)
    return 200, github.checks[int(found[1]) - 1]


def _checks(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    listed = [check for check in github.checks if check["head_sha"] == found[1]]
    return 200, {"total_count": len(listed), "check_runs": listed}


def _issues(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    return 200, [issue for issue in github.issues.values() if issue["state"] == "open"]


def _new_issue(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    number = 100 + len(github.issues)
    by = {"user": {"login": BOT}}
    github.issues[number] = {"number": number, "state": "open", **by, **sent}
    return 201, github.issues[number]


def _edit_issue(github: GitHub, found: re.Match[str], sent: Item) -> Answer:
    if int(found[1]) not in github.issues:
        return 404, None
    github.issues[int(found[1])].update(sent)
    return 200, github.issues[int(found[1])]


ROUTES: dict[tuple[str, str], Callable[[GitHub, re.Match[str], Item], Answer]] = {
    ("GET", r"/pulls/(\d+)/files"): _files,
    ("GET", r"/compare/(.+)\.\.\.[0-9a-f]{40}"): _compare,
    ("GET", r"/pulls"): _pulls,
    ("POST", r"/pulls"): _new_pull,
    ("PATCH", r"/pulls/(\d+)"): _edit_pull,
    ("GET", r"/pulls/(\d+)"): _pull,
    ("GET", r"/actions/runs/(\d+)"): _run,
    ("GET", r"/actions/runs/(\d+)/artifacts"): _artifacts,
    ("GET", r"/issues/(\d+)/comments"): _comments,
    ("POST", r"/issues/(\d+)/comments"): _new_comment,
    ("PATCH", r"/issues/comments/(\d+)"): _edit_comment,
    ("GET", r"/commits/([0-9a-f]{40})/check-runs"): _checks,
    ("POST", r"/check-runs"): _new_check,
    ("PATCH", r"/check-runs/(\d+)"): _edit_check,
    ("GET", r"/issues"): _issues,
    ("POST", r"/issues"): _new_issue,
    ("PATCH", r"/issues/(\d+)"): _edit_issue,
}


def _page(answer: Any, size: int, page: int) -> Any:
    """Return one page of a list, or of the lists in an object."""
    if isinstance(answer, list):
        return answer[size * (page - 1) : size * page]
    if isinstance(answer, dict) and "total_count" in answer:
        return {key: _page(value, size, page) for key, value in answer.items()}
    return answer


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one connection; `github` is set by `serve`."""

    protocol_version = "HTTP/1.1"
    github: GitHub

    def log_message(self, *words: object) -> None:
        """Print nothing: `github.requests` is the log."""

    def do_GET(self) -> None:
        """Answer any request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        if path.startswith(f"/{REPOSITORY}.git/"):
            return self._git(path, body)
        sent = json.loads(body) if body else query
        if archive := re.fullmatch(r"/archives/(\d+)", path):
            seen = self.headers["Authorization"]
            content = self.github.archives[int(archive[1])]
            return self._send(400 if seen else 200, b"Authorization was sent" if seen else content)
        status, answer = self._answer(path, sent)
        answer = _page(answer, int(query.get("per_page", PAGE)), int(query.get("page", 1)))
        self.github.requests.append((self.command, self.path, status, sent))
        return self._send(status, json.dumps(answer).encode(), answer)

    def do_POST(self) -> None:
        """Answer likewise."""
        self.do_GET()

    def do_PATCH(self) -> None:
        """Answer likewise."""
        self.do_GET()

    def _git(self, path: str, body: bytes) -> None:
        """Let Git serve the repository, to whom the token was given as the password."""
        if len(self.headers.get_all("Authorization", [])) > 1:
            self._send(400, b'{"message": "Duplicate header: Authorization"}')
            return
        secret = base64.b64decode((self.headers["Authorization"] or "").partition(" ")[2])
        head, content = b"Status: 401\r\nWWW-Authenticate: Basic", b""
        if secret.partition(b":")[2].decode() == TOKEN:
            head, content = self._served(path, body)
        given = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(given.pop("Status", "200").split()[0]))
        for name, value in (given | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _served(self, path: str, body: bytes) -> tuple[bytes, bytes]:
        env = {
            "GIT_PROJECT_ROOT": str(self.github.repositories),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "octo",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": urlsplit(self.path).query,
            "CONTENT_TYPE": self.headers["Content-Type"] or "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "",
        }
        words = ("git", "http-backend")
        done = subprocess.run(words, input=body, env={**os.environ, **env}, capture_output=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        return head, content

    def _answer(self, path: str, sent: Item) -> Answer:
        if (self.headers["Authorization"] or "").split(" ")[-1] != TOKEN:
            return 401, {"message": "Requires authentication"}
        rest = path.removeprefix("/api/v3").removeprefix(f"/repos/{REPOSITORY}")
        if self.github.failures.get(rest):
            self.github.failures[rest] -= 1
            return 502, {"message": "Server Error"}
        if archive := re.fullmatch(r"/actions/artifacts/(\d+)/zip", rest):
            other = self.github.url.replace("127.0.0.1", "localhost")
            return 302, f"{other}/archives/{archive[1]}"
        for (method, pattern), answer in ROUTES.items():
            found = re.fullmatch(pattern, rest)
            if found and method == self.command:
                return answer(self.github, found, sent)
        return 404, {"message": "Not Found"}

    def _send(self, status: int, content: bytes, answer: Any = None) -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", answer)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serve(folder: Path | None = None) -> Iterator[GitHub]:
    """Serve a GitHub, over HTTPS with a certificate made in `folder` if one is given."""
    github = GitHub()
    handler = type("Bound", (Handler,), {"github": github})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    github.url = f"http://127.0.0.1:{server.server_port}"
    if folder:
        github.certificate = _certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(github.certificate, folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        github.url = f"https://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificate(folder: Path) -> Path:
    made = folder / "certificate.pem"
    openssl = shutil.which("openssl")
    assert openssl, "openssl makes the certificate; it is not on PATH"
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    extra = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(folder / "key.pem")]
    words = [openssl, "req", *options, *extra, "-out", str(made)]
    subprocess.run(words, check=True, capture_output=True)
    return made
