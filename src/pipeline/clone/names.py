"""What a path may be that somebody else wrote, and that a program will write to."""

import re
import unicodedata

from pipeline.stage import UserError

LONGEST_PART = 255  # bytes, which no system's files may exceed
KEPT = ("data/refresh", "data/storage")  # a program that is run, and the embedded remote


class CloneError(UserError):
    """What is in the repository is not followed, since it could harm who follows it."""


def flaw(path: object) -> str:
    """Return what is wrong with a relative path that is to stay where it is put; '' if nothing.

    >>> flaw("part/rows.csv"), flaw("../rows.csv"), flaw("a/.GIT/config")
    ('', "it holds '..'", "it names Git's folder")
    """
    if not isinstance(path, str) or not path:
        return "it is no path"
    if "\\" in path or "\0" in path:
        return "it holds a backslash or a zero byte"
    if path.startswith("/") or re.match("[A-Za-z]:", path):
        return "it is absolute"
    if re.search("[\ud800-\udc7f\udd00-\udfff]", path):  # the others stand for bytes
        return "it holds half a character"
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return f"it holds {part!r}" if part else "it has an empty part"
        if names_git(part):
            return "it names Git's folder"
        if len(part.encode(errors="surrogateescape")) > LONGEST_PART:
            return f"a part of it has over {LONGEST_PART} bytes"
    return ""


def names_git(part: str) -> bool:
    """Say whether some system takes this for `.git`: by case, by what it ignores, by short name."""
    plain = "".join(
        c for c in unicodedata.normalize("NFKC", part) if unicodedata.category(c) != "Cf"
    )
    return plain.casefold().partition(":")[0].rstrip(". ") in (".git", "git~1")


def misplaced(path: str) -> str:
    """Return why an output may not lie at `path` in the project; '' if it may."""
    if wrong := flaw(path):
        return wrong
    if any(part.startswith(".") for part in path.split("/")):
        return "it lies in a hidden folder"
    if any(f"{path.casefold()}/".startswith(f"{kept}/") for kept in KEPT):
        return "what lies there is not for DVC to write"
    return ""
