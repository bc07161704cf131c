"""Why CML could not do what was asked, in words, whatever state it is in."""

from pathlib import Path

import pytest

from ci import cml
from github_server import TOKEN
from test_post import script


def test_a_cml_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{script(tmp_path / 'bin', 'exec sleep 60')}:/bin:/usr/bin")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr(cml, "SECONDS", 0.2)

    assert cml.call("comment", "create") == "`cml comment create` did not end within 0.2 s"
