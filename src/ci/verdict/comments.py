"""The one comment of a pull request: by CML, or directly, and the same either way."""

import os
import re
from typing import Any

from ci import cml, github

CML_READS = 30  # comments: it asks for the first page alone
WATERMARK = "CML watermark review"  # by which CML, and the direct way, find the comment again
MARK = re.compile(rf'!\[\]\(https://cml\.dev/watermark\.png#[0-9a-fA-F]+ "{WATERMARK}"\)')


def post(text: str, number: int, repository: str) -> None:
    """Update the one comment of a pull request, or make it: by CML, or directly.

    CML changes the last comment of the first 30 that bears its watermark, whoever wrote it, and who
    wrote it could then change the report. So it is asked only where that is the right one.
    """
    path = f"repos/{repository}/issues/{number}/comments"
    listed = list(github.every(path))
    own = [c["id"] for c in listed if github.author(c) == github.BOT and _marked(c)][-1:]
    would = [c["id"] for c in listed[:CML_READS] if _marked(c)][-1:]
    why: str | None = f"CML reads {CML_READS} comments, whoever wrote them, and would take another"
    if not own or own == would:
        where = ("--driver=github", f"--repo={github.page(repository)}")
        what = (f"--target=pr/{number}", "--publish=false")  # published, files would leave
        verb, title = "update" if own else "create", WATERMARK.removeprefix("CML watermark ")
        marked = f"--watermark-title={title}"
        why = cml.call("comment", verb, *where, *what, marked, report=text)
    if why:
        mark = f'![](https://cml.dev/watermark.png#{os.environ["GITHUB_SHA"]} "{WATERMARK}")'
        body = {"body": f"{text}\n\n{mark}"}
        known = f"repos/{repository}/issues/comments/{own[0]}" if own else None
        github.call("PATCH" if known else "POST", known or path, body)
    cml.say("The comment", why)


def _marked(comment: dict[str, Any]) -> bool:
    return bool(MARK.search(comment["body"] or ""))
