"""Calls CML, which may be absent, broken or asleep: whoever calls it has another way."""

import os
import subprocess

SECONDS = 120  # a call takes a few; one that never ends must leave time for the other way


def call(*words: str) -> str | None:
    """Call CML, and return why it could not do what was asked; None if it could."""
    env = {**os.environ, "REPO_TOKEN": os.environ["GITHUB_TOKEN"], "ITERATIVE_DO_NOT_TRACK": "1"}
    called = f"`cml {' '.join(words[:2])}`"
    try:
        status = subprocess.run(["cml", *words], env=env, timeout=SECONDS).returncode
    except subprocess.TimeoutExpired:
        return f"{called} did not end within {SECONDS} s"
    except OSError as error:
        return f"CML cannot be started ({error.strerror})"
    return f"{called} failed; what it said is above" if status else None


def say(what: str, why_not: str | None = None) -> None:
    """Print which way was taken: by CML, or directly, and then why."""
    print(f"{what}: {'directly, since ' + why_not if why_not else 'by CML'}.", flush=True)
