"""The privileged job posts the review of a pull request's head, and nothing else.

It runs as in CI: a process of its own, no package installed, GitHub an HTTP server on loopback.
"""

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from github_server import BOT, NOW, REPOSITORY, TOKEN, GitHub, serve
from report import markdown

HEAD, OLD, BASE = "b" * 40, "a" * 40, "c" * 40
RUN, NUMBER, THIS = 71, 7, 90
FORK = "stranger/project"
STAND_IN = ROOT / "tests/ci/actions/setup-cml/bin"
CML = shutil.which("cml")
Process = subprocess.CompletedProcess[str]


def reviewed(commit: str | None = HEAD, base: str = BASE, gate: str = "failed") -> dict[str, Any]:
    """Return a review of a commit."""
    review = json.loads((ROOT / "tests/report/data/review.json").read_text("utf-8"))
    review["head"]["commit"], review["base"]["commit"] = commit, base
    review["verdict"]["gate"] = gate
    return review


def packed(content: bytes, name: str = "review.json", kind: int = stat.S_IFREG) -> bytes:
    """Return a zip archive of one file."""
    member = zipfile.ZipInfo(name)
    member.external_attr = (kind | 0o644) << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(member, content)
    return archive.getvalue()


def archived(review: dict[str, Any]) -> bytes:
    return packed(json.dumps(review).encode())


def finished(repository: str = REPOSITORY, **changed: Any) -> dict[str, Any]:
    """Return the run of review.yml as the event describes it."""
    return {
        "id": RUN,
        "event": "pull_request",
        "path": ".github/workflows/review.yml",
        "head_sha": HEAD,
        "head_branch": "change",
        "head_repository": {"full_name": repository},
        "conclusion": "success",
        "pull_requests": [],  # as GitHub writes it for forks
        "run_attempt": 1,
        "run_started_at": NOW,
        **changed,
    }


@contextmanager
def reviewing() -> Iterator[GitHub]:
    """Serve a GitHub with one open pull request, whose review runs."""
    with serve() as server:
        server.open_pull(NUMBER, HEAD)
        server.runs[RUN] = {"status": "in_progress", "run_attempt": 1}
        server.merge_bases["main"] = BASE
        yield server


@pytest.fixture
def github() -> Iterator[GitHub]:
    """A GitHub with one open pull request."""
    with reviewing() as server:
        yield server


class Job:
    """The privileged job: call it with a run; `calls` is what reached CML."""

    def __init__(self, folder: Path, github: GitHub, programs: Path = STAND_IN) -> None:
        """Keep everything in a folder."""
        self.folder, self.github, self.programs = folder, github, programs

    def __call__(
        self, run: dict[str, Any], action: str = "completed", inside: str = "", **changed: str
    ) -> Process:
        """Run the module as comment.yml does, without any installed package."""
        event = self.folder / "event.json"
        event.write_text(json.dumps({"action": action, "workflow_run": run}))
        env = {
            "PATH": os.pathsep.join([str(self.programs), os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT / "src"),
            "RECORDED": str(self.folder / "calls"),
            "GITHUB_API_URL": self.github.url,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": str(THIS),
            "GITHUB_SHA": "d" * 40,
            "GITHUB_TOKEN": TOKEN,
            "PYTHONSAFEPATH": "1",
            **changed,
        }
        words = [sys.executable, "-S", "-m", "ci.post"]
        cwd = self.folder / inside
        return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Return what CML was called with."""
        log = self.folder / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture
def job(tmp_path: Path, github: GitHub) -> Job:
    """The job, with a stand-in for CML."""
    return Job(tmp_path, github)


def test_cml_gets_these_words_and_this_report(job: Job, github: GitHub) -> None:
    """The check comes first, so that a locked conversation does not cost it."""
    github.upload(RUN, "review", archived(reviewed()))

    done = job(finished())

    repo = ["--driver=github", f"--repo=https://github.example/{REPOSITORY}"]
    report = markdown.report(reviewed())
    assert done.stdout.splitlines() == [
        *("The check 'verdict': by CML.", "The comment: by CML."),
        f"Posted the review of {HEAD[:7]} to pull request {NUMBER}.",
    ]
    assert [call["words"] for call in job.calls] == [
        ["check", "create", *repo, f"--head-sha={HEAD}", "--title=verdict", "--conclusion=failure"],
        [
            "comment",
            "create",
            *repo,
            "--target=pr/7",
            "--publish=false",
            "--watermark-title=review",
        ],
    ]
    assert [(c["report"], c["token"], c["tracked"]) for c in job.calls] == [
        (report, TOKEN, False)
    ] * 2


@pytest.mark.parametrize(
    ("gate", "conclusion"), [("passed", "success"), ("failed", "failure"), ("off", "neutral")]
)
def test_the_check_concludes_as_the_gate(
    job: Job, github: GitHub, gate: str, conclusion: str
) -> None:
    github.upload(RUN, "review", archived(reviewed(gate=gate)))

    job(finished(conclusion="failure" if gate == "failed" else "success"))

    assert f"--conclusion={conclusion}" in job.calls[0]["words"]


def test_a_fork_is_served_alike(job: Job, github: GitHub) -> None:
    github.open_pull(NUMBER, HEAD, repository=FORK)
    github.upload(RUN, "review", archived(reviewed()))

    done = job(finished(FORK))

    assert done.returncode == 0 and len(job.calls) == 2


def test_the_check_of_another_base_is_not_the_verdict(job: Job, github: GitHub) -> None:
    """Else one branch with two pull requests could meet the gate of main by another's."""
    github.pulls[NUMBER]["base"]["ref"] = "release"
    github.merge_bases["release"] = BASE
    github.upload(RUN, "review", archived(reviewed()))

    job(finished())

    assert "--title=verdict on release" in job.calls[0]["words"]


def reports(job: Job) -> list[str]:
    """Return the texts that CML was given."""
    return [call["report"] for call in job.calls]


@pytest.mark.parametrize(
    "name",
    [
        *("src/review/gate.py", "src/ci/post.py", ".github/workflows/new.yml", ".dvc/config"),
        *("json.py", "pipeline/__init__.py", "src/sitecustomize.py", "src/pipeline/native.so"),
        *("uv.lock", "uv.toml", "pyproject.toml", "dvc.yaml", "Makefile", "tests/conftest.py"),
        *("data/refresh", "params.yaml/x", "docs", "sub/README.md", "x\ndocs/y"),
    ],
)
def test_a_change_of_what_judges_is_the_first_thing_said(
    job: Job, github: GitHub, name: str
) -> None:
    """GitHub says so, not the artifact; a file that was moved away counts as one that changed."""
    github.change(*(f"src/pipeline/{i}.py" for i in range(130)), "docs/moved.md")
    github.files[-1]["previous_filename"] = name
    github.upload(RUN, "review", archived(reviewed()))

    job(finished())

    said = "This pull request changes what judges it, so read that before you believe a verdict:"
    assert [text.startswith(f"> [!CAUTION]\n> {said} `") for text in reports(job)] == [True, True]
    assert [text.count(said) for text in reports(job)] == [1, 1]


def test_a_change_of_what_is_judged_is_not_warned_about(job: Job, github: GitHub) -> None:
    names = ("src/pipeline/model.py", "src/pipeline/tables/cells.py", "README.md", "docs/a/b.png")
    results = ("dvc.lock", "metrics/test.json", "models/.gitignore", "params.yaml")
    github.change(*names, *results, "data/raw.dvc", "data/schema.yaml", "data/storage/a/b")
    github.upload(RUN, "review", archived(reviewed()))

    job(finished())

    assert reports(job) == [markdown.report(reviewed())] * 2


@pytest.mark.parametrize(
    ("name", "warned"),
    [
        *(("ml/src/pipeline/model.py", False), ("ml/data/raw.dvc", False)),
        *(("ml/src/review/gate.py", True), ("src/pipeline/model.py", True), ("uv.toml", True)),
    ],
)
def test_in_a_folder_of_a_repository_all_outside_of_it_may_judge(
    job: Job, github: GitHub, name: str, warned: bool
) -> None:
    """Workflows, and settings of uv and Git, are read in the folders above, too."""
    github.change(name)
    github.upload(RUN, "review", archived(reviewed()))
    (job.folder / "ml").mkdir()

    job(finished(), inside="ml", GITHUB_WORKSPACE=str(job.folder))

    assert reports(job)[1].startswith("> [!CAUTION]") == warned


def test_files_that_github_does_not_list_may_judge(job: Job, github: GitHub) -> None:
    """It lists 3,000; the one that counts comes after them."""
    github.change(*(f"docs/{i}" for i in range(3000)), "src/review/gate.py")
    github.upload(RUN, "review", archived(reviewed()))

    job(finished())

    said = "GitHub lists `3,000` of the `3,001` files that this pull request changes"
    assert said.replace("`", "") in reports(job)[1].replace("`", "").partition("\n### ")[0]


@pytest.mark.parametrize("left", [None, packed(b"{}")], ids=["nothing", "what is refused"])
def test_a_change_of_what_judges_is_said_without_a_report(
    job: Job, github: GitHub, left: bytes | None
) -> None:
    """In the check and in the comment, which would else go on praising an earlier commit."""
    github.change("src/review/gate.py")
    if left:
        github.upload(RUN, "review", left)

    job(finished(conclusion="failure"))

    (check,), (comment,) = github.checks, reports(job)
    said = "> [!CAUTION]\n> This pull request changes what judges it"
    assert check["output"]["summary"].startswith(said) and comment.startswith(said)
    assert "`src/review/gate.py`" in comment and "### ❌ The review" in comment


def marked(login: str | None, number: int = 1) -> dict[str, Any]:
    """Return a comment that bears CML's watermark; GitHub knows no user of a deleted account."""
    body = f'Mine.\n\n![](https://cml.dev/watermark.png#{"a" * 40} "CML watermark review")'
    return {"id": number, "issue": NUMBER, "body": body, "user": login and {"login": login}}


@pytest.mark.parametrize(
    ("login", "verb"), [(BOT, "update"), ("stranger", "create"), (None, "create")]
)
def test_the_comment_of_somebody_else_is_not_taken_for_ours(
    job: Job, github: GitHub, login: str | None, verb: str
) -> None:
    """CML would write the report into it, and its author could change it afterwards."""
    github.comments = [dict(marked("stranger", 2), body=None), marked(login)]
    github.upload(RUN, "review", archived(reviewed()))

    job(finished())

    assert job.calls[1]["words"][:2] == ["comment", verb]


def test_the_last_artifact_of_a_repeated_run_counts(job: Job, github: GitHub) -> None:
    github.upload(RUN, "review", packed(b"old"))
    github.upload(RUN, "review", archived(reviewed()))

    assert job(finished()).returncode == 0


def test_a_review_of_a_lock_made_by_the_run_names_no_commit(job: Job, github: GitHub) -> None:
    github.upload(RUN, "review", archived(reviewed(None)))

    assert job(finished()).returncode == 0


@pytest.mark.parametrize(
    ("changed", "pull"),
    [
        ({}, {"state": "closed"}),
        ({"head_sha": OLD}, {}),
        ({"head_branch": "other"}, {}),
        ({"head_repository": {"full_name": FORK}}, {}),
        ({"head_repository": None}, {}),
    ],
    ids=["closed", "moved on", "another branch", "another repository", "a deleted repository"],
)
def test_the_review_of_what_is_no_head_is_not_posted(
    job: Job, github: GitHub, changed: dict[str, Any], pull: dict[str, Any]
) -> None:
    github.pulls[NUMBER] |= pull
    github.upload(RUN, "review", archived(reviewed()))

    done = job(finished(**changed))

    assert done.returncode == 0 and job.calls == github.comments == github.checks == []
    assert "Nothing to post: no open pull request has" in done.stdout


@pytest.mark.parametrize("names", [[], ["lock", "review-7", "Review", "review "]])
def test_a_run_without_a_report_fails_the_check_and_says_so(
    job: Job, github: GitHub, names: list[str]
) -> None:
    for name in names:
        github.upload(RUN, name, archived(reviewed()))

    done = job(finished(conclusion="failure"))

    assert "Nothing to post: run 71 left no report" in done.stdout
    assert [check["conclusion"] for check in github.checks] == ["failure"]
    assert [text.splitlines()[0] for text in reports(job)] == [
        "### ❌ The review failed, and left no report"
    ]


def test_what_an_earlier_attempt_left_is_not_what_a_repeated_run_found(
    job: Job, github: GitHub
) -> None:
    """The attack: the first attempt passes, the second is broken off, and the first is posted."""
    github.runs[RUN]["run_attempt"] = 2
    github.upload(RUN, "review", archived(reviewed(gate="passed")), at="2026-11-02T09:59:59Z")

    job(finished(run_attempt=2))

    assert [check["conclusion"] for check in github.checks] == ["failure"]
    assert "left no report" in github.checks[0]["output"]["title"]


def test_the_end_of_an_attempt_says_nothing_once_there_is_another(job: Job, github: GitHub) -> None:
    """Somebody repeats the run of comment.yml that belongs to the first attempt, which passed."""
    github.runs[RUN]["run_attempt"] = 2
    github.upload(RUN, "review", archived(reviewed(gate="passed")))

    done = job(finished())

    assert "Nothing to post: run 71 was repeated" in done.stdout
    assert job.calls == github.checks == []


@pytest.mark.parametrize("gate", ["passed", "off"])
@pytest.mark.parametrize("ended", ["failure", "cancelled", "timed_out"])
def test_a_gate_that_passed_in_a_run_that_failed_is_refused(
    job: Job, github: GitHub, gate: str, ended: str
) -> None:
    """A run whose gate fails fails itself: code that it ran wrote another word into the file."""
    github.upload(RUN, "review", archived(reviewed(gate=gate)))

    refuses(
        job, finished(conclusion=ended), f"the end of a run whose gate is '{gate}' is '{ended}'"
    )


def test_a_review_against_another_base_is_refused(job: Job, github: GitHub) -> None:
    """The attack: review a change against its own parent, which is no loss, then retarget it."""
    github.upload(RUN, "review", archived(reviewed(base=OLD, gate="passed")))

    refuses(job, finished(), f"the base in review.json is '{OLD}'; expected '{BASE}'")


def test_a_branch_without_a_commit_in_common_is_refused(job: Job, github: GitHub) -> None:
    github.merge_bases.clear()
    github.upload(RUN, "review", archived(reviewed()))

    refuses(job, finished(), "GitHub answered 404 to GET repos/octo/project/compare/main...bbb")


def test_a_review_for_another_pull_request_of_the_branch_is_not_its_verdict(
    job: Job, github: GitHub
) -> None:
    """The attack: what a pull request to a base that suits left, posted to the one to main."""
    github.open_pull(8, HEAD)["base"]["ref"] = "a/base & more"
    github.merge_bases["a/base & more"] = OLD
    github.upload(RUN, "review", archived(reviewed(base=OLD, gate="passed")))

    job(finished())

    check, comment = (call["words"] for call in job.calls)
    assert "--title=verdict on a/base & more" in check and "--target=pr/8" in comment


def test_a_review_is_of_every_pull_request_with_its_two_commits(job: Job, github: GitHub) -> None:
    github.open_pull(8, HEAD)["base"]["ref"] = "release"
    github.merge_bases["release"] = BASE
    github.upload(RUN, "review", archived(reviewed()))

    done = job(finished())

    titles = [word for c in job.calls for word in c["words"] if word.startswith("--title=")]
    assert titles == ["--title=verdict", "--title=verdict on release"]
    assert "to pull request 7, 8." in done.stdout


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"event": "push"}, "the run's event is 'push'; expected 'pull_request'"),
        ({"path": ".github/workflows/evil.yml"}, "the run's workflow is '.github/workflows/evil"),
    ],
)
def test_a_run_of_something_else_is_refused(
    job: Job, github: GitHub, changed: dict[str, Any], said: str
) -> None:
    github.upload(RUN, "review", archived(reviewed()))

    refuses(job, finished(**changed), said)

    assert job.calls == github.checks == []


RETARGET = ".github/workflows/retarget.yml"


def test_another_title_says_nothing_of_the_change(job: Job, github: GitHub) -> None:
    """Else a check that failed would be followed by another one: an edit must not undo it."""
    opened = job(finished(path=RETARGET, conclusion=None), "requested")
    ended = job(finished(path=RETARGET, conclusion="skipped"))

    assert (opened.returncode, ended.returncode) == (0, 0), ended.stderr
    assert job.calls == github.checks == []


def test_another_base_is_reviewed_like_a_push(job: Job, github: GitHub) -> None:
    github.upload(RUN, "review", archived(reviewed()))

    job(finished(path=RETARGET))

    assert [call["words"][0] for call in job.calls] == ["check", "comment"]


def test_a_review_that_the_pull_request_skips_fails(job: Job, github: GitHub) -> None:
    """Its own review.yml can; `skipped` would meet the rule that requires the check."""
    job(finished(), "requested")

    job(finished(conclusion="skipped"))

    assert [check["conclusion"] for check in github.checks] == ["failure"]


def refuses(job: Job, run: dict[str, Any], said: str) -> None:
    """Hold that nothing of it is posted, and that one short sentence of plain text says why."""
    done = job(run)

    assert done.returncode == 1 and job.github.comments == []
    assert {call["words"][0] for call in job.calls} <= {"comment"}
    assert all(text.startswith("### ❌ The review's report was refused") for text in reports(job))
    assert {check["conclusion"] for check in job.github.checks} <= {"failure"}
    assert said in done.stderr and len(done.stderr) < 500
    assert done.stderr.isascii() and done.stderr.count("\n") == 1


def bomb() -> bytes:
    """Return an archive of 100 KB that opens to 100 MB."""
    return packed(b" " * 100_000_000)


def far() -> bytes:
    """Return an archive whose file is said to start beyond what a 64-bit number can count."""
    archive = bytearray(archived(reviewed()))
    entry = archive.rindex(b"PK\x01\x02")
    extra = b"\x01\x00\x08\x00" + b"\xff" * 8  # zip64: the offset
    archive[entry + 30 : entry + 32] = len(extra).to_bytes(2, "little")
    archive[entry + 42 : entry + 46] = b"\xff" * 4
    name = entry + 46 + len("review.json")
    archive[name:name] = extra
    end = archive.rindex(b"PK\x05\x06")
    archive[end + 12 : end + 16] = (end - entry).to_bytes(4, "little")
    return bytes(archive)


HOSTILE = {
    "a symlink": (packed(b"/etc/passwd", kind=stat.S_IFLNK), "is no regular file"),
    "a device": (packed(b"", kind=stat.S_IFCHR), "is no regular file"),
    "another name": (packed(b"{}", "../review.json"), "files is ['../review.json']"),
    "no zip": (b"not a zip", "is no zip archive"),
    "cut short": (archived(reviewed())[:-30], "is no zip archive"),
    "invalid UTF-8": (packed(b'{"version": "\xff"}'), "is not UTF-8"),
    "no JSON": (packed(b"::error::hello"), "is not JSON"),
    "NaN": (packed(b'{"version": NaN}'), "found NaN; expected finite numbers"),
    "infinity": (packed(b'{"version": 1e999}'), "found 1e999; expected finite numbers"),
    "deep": (packed(b"[" * 100_000), "is nested too deeply"),
    "a command": (packed(b"{}", "##[add-mask]verdict"), r"files is ['\x23#[add-mask]verdict']"),
    "a far offset": (far(), "is no zip archive"),
    "a line break": (packed(b'{"\\n::error::hello": 1}'), "found unknown"),
    "a zip bomb": (bomb(), "has more than 2,000,000 bytes"),
    "another commit": (archived(reviewed(OLD)), "the commit in review.json is 'aaaa"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_artifact_is_refused(job: Job, github: GitHub, kind: str) -> None:
    archive, said = HOSTILE[kind]
    github.upload(RUN, "review", archive)

    refuses(job, finished(), said)


def test_an_artifact_of_100_mb_is_not_read(job: Job, github: GitHub) -> None:
    github.upload(RUN, "review", os.urandom(1_000_000) * 100)

    refuses(job, finished(), "has more than 2,000,000 bytes")


def test_a_second_file_is_refused(job: Job, github: GitHub) -> None:
    archive = io.BytesIO(archived(reviewed()))
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr("more", "")
    github.upload(RUN, "review", archive.getvalue())

    refuses(job, finished(), "the artifact's files is ['review.json', 'more']")


def test_a_hostile_column_is_shown_and_does_nothing(job: Job, github: GitHub) -> None:
    """It mentions nobody, links nowhere and ends no table."""
    review = reviewed()
    name = "x|</details>@octocat [a](https://evil.example) `#1` ![](https://evil.example/i.png)"
    review["changes"]["data"]["drift"][0]["column"] = name
    github.upload(RUN, "review", archived(review))

    done = job(finished())

    assert done.returncode == 0
    assert name not in job.calls[1]["report"] and "octocat" in job.calls[1]["report"]


def test_the_other_host_does_not_see_the_token(job: Job, github: GitHub) -> None:
    """The server answers 400 to an archive's request that carries one; see github_server."""
    github.upload(RUN, "review", archived(reviewed()))

    done = job(finished())

    asked = [path for method, path, *_ in github.requests if method == "GET"]
    assert done.returncode == 0 and any(path.endswith("/artifacts/1/zip") for path in asked)


def script(folder: Path, text: str) -> Path:
    """Return a folder whose `cml` is a shell script."""
    folder.mkdir()
    (folder / "cml").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "cml").chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "CML cannot be started (No such file or directory)"),
        ("echo 'Cannot find module canvas' >&2; exit 1", "`cml comment create` failed; what it"),
    ],
    ids=["absent", "broken"],
)
def test_without_cml_the_same_goes_to_github_directly(
    job: Job, github: GitHub, tmp_path: Path, text: str, said: str
) -> None:
    programs = script(tmp_path / "bin", text) if text else tmp_path
    github.upload(RUN, "review", archived(reviewed()))

    done = job(finished(), PATH=f"{programs}:/bin" if text else str(programs))

    report = markdown.report(reviewed())
    mark = f'![](https://cml.dev/watermark.png#{"d" * 40} "CML watermark review")'
    (check,), (comment,) = github.checks, github.comments
    assert done.returncode == 0, done.stderr
    assert f"The comment: directly, since {said}" in done.stdout
    assert comment["body"] == f"{report}\n\n{mark}" and comment["issue"] == NUMBER
    assert (check["name"], check["head_sha"], check["conclusion"]) == ("verdict", HEAD, "failure")
    assert check["output"] == {"title": "verdict", "summary": report}


def test_our_comment_is_found_beyond_the_first_thirty(job: Job, github: GitHub) -> None:
    """CML reads no further: it would add a comment at each push. Strangers' are left alone."""
    talk = [dict(marked("stranger", number), body="Hm.") for number in range(1, 131)]
    github.comments = [*talk, marked("stranger", 131), marked(BOT, 132)]
    before = [dict(comment) for comment in github.comments]
    github.upload(RUN, "review", archived(reviewed()))

    done = job(finished())

    changed = [c["id"] for c, old in zip(github.comments, before, strict=True) if c != old]
    assert changed == [132] and [call["words"][0] for call in job.calls] == ["check"]
    assert "The comment: directly, since CML reads 30 comments" in done.stdout


def test_github_is_asked_again_when_it_fails(job: Job, github: GitHub) -> None:
    github.failures[f"/pulls/{NUMBER}"] = 1
    github.upload(RUN, "review", archived(reviewed()))

    assert job(finished()).returncode == 0


def test_a_conversation_that_is_locked_still_gets_its_check(job: Job, github: GitHub) -> None:
    github.failures[f"/issues/{NUMBER}/comments"] = 99
    github.upload(RUN, "review", archived(reviewed()))

    done = job(finished())

    assert [call["words"][0] for call in job.calls] == ["check"]
    assert done.returncode == 1 and f"issues/{NUMBER}/comments" in done.stderr


@pytest.mark.skipif(CML is None, reason="cml is not on PATH: CML itself is not run")
@pytest.mark.parametrize("ways", [("cml", "cml"), ("cml", "directly"), ("directly", "cml")])
def test_cml_itself_and_the_direct_way_share_one_comment(
    tmp_path: Path, ways: tuple[str, str]
) -> None:
    """A second push changes the same comment, no stranger's, whichever way; bodies are equal."""
    with serve(tmp_path) as github:
        done, stranger, folder = [], marked("stranger"), Path(str(CML)).parent
        github.comments.append(dict(stranger))
        for sha, way in zip((OLD, HEAD), ways, strict=True):
            job = Job(tmp_path, github, folder)
            github.open_pull(NUMBER, sha)
            github.upload(RUN, "review", archived(reviewed(sha)))
            path = {} if way == "cml" else {"PATH": str(tmp_path)}
            done += [job(finished(head_sha=sha), **trusting(github), **path)]

    mark = f'![](https://cml.dev/watermark.png#{"d" * 40} "CML watermark review")'
    assert [process.returncode for process in done] == [0, 0], done[0].stderr
    assert ["by CML" in process.stdout for process in done] == [way == "cml" for way in ways]
    assert [(c["head_sha"], c["name"], c["conclusion"], c["output"]) for c in github.checks] == [
        (sha, "verdict", "failure", {"title": "verdict", "summary": markdown.report(reviewed(sha))})
        for sha in (OLD, HEAD)
    ]
    assert len(github.comments) == 2 and github.comments[0] == stranger
    assert github.comments[1]["body"] == f"{markdown.report(reviewed(HEAD))}\n\n{mark}"


def trusting(github: GitHub) -> dict[str, str]:
    """Return the environment in which Python and CML trust the server's certificate."""
    certificate = str(github.certificate)
    return {
        "GITHUB_API_URL": f"{github.url}/api/v3",
        "GITHUB_SERVER_URL": github.url,
        "SSL_CERT_FILE": certificate,
        "NODE_EXTRA_CA_CERTS": certificate,
    }
