"""DVC's settings as a stranger may have written them: .dvc/config, which Git brings.

They are read by a grammar narrower than DVC's, so that both read the same. An option is refused
that could run a program, moves the cache, or is for a user to say.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.clone.names import CloneError
from pipeline.stage import brief, read_text

SECTION = re.compile(r"\['?(core|cache|remote \"([\w.-]+)\")'?\]")
OPTION = re.compile(
    r"([a-z_]+)\s*=\s*((?:[^\"'#,%$\\\x00-\x1f]|%[0-9A-Fa-f]{2})*|\"[a-z]+(?:,[a-z]+)+\")"
)
PASSWORD = re.compile(r"//[^/@]*:[^/@]*@")
SITE = ".dvc/tmp/site"  # DVC's database
ALLOWED = {
    "core": {
        "analytics", "autostage", "check_update", "checksum_jobs", "hardlink_lock", "no_scm",
        "remote",
    },
    "cache": {"shared", "slow_link_warning", "type"},
    "remote": {
        "account_name", "acl", "allow_agent", "allow_anonymous_login", "auth", "checksum_jobs",
        "connect_timeout", "connection_timeout", "endpointurl", "gss_auth", "jobs", "max_sessions",
        "method", "oss_endpoint", "port", "profile", "projectname", "read_timeout", "region",
        "replication", "sse", "sse_kms_key_id", "ssl_verify", "tenant_id", "timeout", "type", "url",
        "use_ssl", "user", "verify",
    },
}  # fmt: skip
Sections = Mapping[str, Mapping[str, str]]


def read(root: Path) -> Sections:
    """Return the sections of a project's .dvc/config; raise UserError for what is not followed."""
    path = root / ".dvc/config"
    found = parse(read_text(path) if path.exists() else "")
    for name, options in found.items():
        _expect_allowed(name, options)
    return found


def database(folder: Path) -> str:
    """Return where the DVC of the project around a folder keeps its database, wherever it runs."""
    here = folder.resolve()
    root = next((p for p in (here, *here.parents) if (p / ".dvc").is_dir()), here)
    return str(root / SITE)


def settings(root: Path) -> dict[str, dict[str, str]]:
    """Return what `dvc.repo.Repo` is to be told, in whatever folder this process runs."""
    return {"core": {"site_cache_dir": database(root)}}


def parse(text: str) -> dict[str, dict[str, str]]:
    """Return the sections of a configuration; raise CloneError for a line that is not plain."""
    found: dict[str, dict[str, str]] = {}
    section: dict[str, str] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.strip(" \t\r")
        header, option = SECTION.fullmatch(plain), OPTION.fullmatch(plain)
        if header and header[1] not in found:
            section = found.setdefault(header[1], {})
        elif option and section is not None and option[1] not in section:
            section[option[1]] = option[2].strip()
        elif plain and not plain.startswith("#"):
            raise CloneError(
                f".dvc/config, line {number}: found {brief(masked(plain))}; expected sections "
                "core, cache and remote, and in them `option = value`, each once and unquoted."
            )
    return found


def _expect_allowed(name: str, options: Mapping[str, str]) -> None:
    allowed = ALLOWED[name.partition(" ")[0]]
    for option in options.keys() - allowed:
        raise CloneError(
            f".dvc/config, section {name}: '{option}' is not for a repository to say; expected it "
            "in .dvc/config.local, where `dvc config --local` and `dvc remote modify --local` "
            "write it."
        )
    if PASSWORD.search(options.get("url", "")):
        raise CloneError(
            f".dvc/config, section {name}: url is {masked(options['url'])!r}, with a password; "
            "expected it in .dvc/config.local (`dvc remote modify --local`); since it is in Git's "
            "history, change it."
        )


def masked(text: str) -> str:
    """Return a text in which the password of each URL is left out.

    >>> masked("https://me:secret@example.com/x")
    'https://me:***@example.com/x'
    """
    return re.sub(r"(//[^/@:\s]*):[^/@\s]*@", r"\1:***@", text)


def remote(section: str) -> str:
    """Return the name of the remote that a section is about; '' for another section."""
    kind, _, name = section.strip("'").partition(" ")
    return name.strip('"') if kind == "remote" else ""


def folders(root: Path, sections: Sections) -> list[Path]:
    """Return the remotes that are folders of this machine."""
    urls = [options.get("url", "") for name, options in sections.items() if remote(name)]
    return [root / ".dvc" / Path(url).expanduser() for url in urls if url and "://" not in url]
