"""Why CML could not do what was asked, in words, whatever state it is in."""

import shlex
from pathlib import Path

import pytest

from ci import cml
from github_server import TOKEN
from runner import ATTACKS, commands
from test_post import script


def test_a_cml_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{script(tmp_path / 'bin', 'exec sleep 60')}:/bin:/usr/bin")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr(cml, "SECONDS", 0.2)

    assert cml.call("comment", "create") == "`cml comment create` did not end within 0.2 s"


@pytest.mark.parametrize("end", ["exit 1", "exec sleep 60"], ids=["fails", "never ends"])
def test_what_cml_says_gives_the_runner_no_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str], end: str
) -> None:
    """It can quote the report, a stranger's, in the job that writes; and in any bytes."""
    said = f"printf '%s\\n' {shlex.join(ATTACKS)}; printf '\\377 of it\\n' >&2; {end}"
    monkeypatch.setenv("PATH", f"{script(tmp_path / 'bin', said)}:/bin:/usr/bin")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setattr(cml, "SECONDS", 0.5)

    cml.say("The comment", cml.call("comment", "create"))

    printed = capfd.readouterr().out
    assert "add-mask" in printed and "\\xff of it" in printed
    assert commands(printed) == []
