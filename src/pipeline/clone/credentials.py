"""The user's own settings of DVC, which hold credentials: where they are, and where they may go."""

import configparser
import os
from pathlib import Path

import platformdirs
from configobj import ConfigObj

from pipeline.clone.config import SITE, Sections, masked, parse, remote
from pipeline.clone.names import CloneError
from pipeline.clone.tracked import DEFAULTS, git
from pipeline.stage import brief


def local(path: Path) -> configparser.RawConfigParser:
    """Return a user's own settings; raise CloneError if they cannot be read."""
    found = configparser.RawConfigParser()
    try:
        found.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0]
        raise CloneError(f"{path}: cannot be read ({said}); expected DVC's settings.") from None
    return found


def cache(root: Path) -> Path:
    """Return the folder of a project's cache: its own, or where the user has put it."""
    own = local(root / ".dvc/config.local").get("cache", "dir", fallback="cache")
    return root / ".dvc" / Path(own).expanduser()


def own(root: Path) -> set[str]:
    """Return the remotes for which the user's settings hold something, and not where it goes.

    Only .dvc/config.local says that: a URL in settings for all projects, a repository overrides.
    """
    here = local(root / ".dvc/config.local")
    known = {remote(name) for parser in (here, *general()) for name in parser.sections()}
    return known - {remote(name) for name in here.sections() if "url" in here[name]} - {""}


def general() -> list[configparser.RawConfigParser]:
    """Return the user's settings for all projects, and the machine's."""
    user, machine = platformdirs.user_config_dir, platformdirs.site_config_dir
    folders = (
        os.environ.get("DVC_GLOBAL_CONFIG_DIR") or user("dvc", "iterative"),
        os.environ.get("DVC_SYSTEM_CONFIG_DIR") or machine("dvc"),
    )
    return [local(Path(folder) / "config") for folder in folders]


def moved(root: Path, sections: Sections) -> set[str]:
    """Return the remotes that no default branch of this clone has as they are here."""
    texts = [git(root, "show", f"{branch}:./.dvc/config") for branch in DEFAULTS]
    known = []
    for text in filter(None, texts):
        try:
            known.append(parse(text))
        except CloneError:  # what it says is then nobody's own
            known.append({})
    return {
        remote(name)
        for name, options in sections.items()
        if remote(name) and known and all(options != there.get(name) for there in known)
    }


def _misled(sections: Sections) -> set[str]:
    """Return the remotes that settings for all projects name, and not at the place named here."""
    urls = [(remote(name), options.get("url", "")) for name, options in sections.items()]
    return {
        name
        for parser in general()
        for key in parser.sections()
        for name, url in urls
        if name and name == remote(key) and url != parser[key].get("url")
    }


def expect_own(root: Path, sections: Sections) -> None:
    """Raise CloneError where a repository would send the user's credentials to another place."""
    unlike = dict.fromkeys(moved(root, sections), "as on the default branch")
    unlike |= dict.fromkeys(_misled(sections), "where your settings for all projects have it")
    for name in sorted(unlike.keys() & own(root)):
        url = masked(sections[f'remote "{name}"'].get("url", ""))
        raise CloneError(
            f".dvc/config: remote '{name}' is not {unlike[name]}, and your own settings "
            f"hold credentials for it, which DVC would send to {brief(url)}; if they may go "
            f"there, run `dvc remote modify --local {name} url URL` with that URL."
        )


def write_local(root: Path, settings: configparser.RawConfigParser) -> None:
    """Write .dvc/config.local where there is none, for this user alone, and through no link.

    Raises CloneError where there is one, or a link.
    """
    new, here = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, os.O_DIRECTORY | os.O_NOFOLLOW
    try:
        folder = os.open(root / ".dvc", os.O_RDONLY | here)
        try:
            handle = os.open("config.local", new, 0o600, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise CloneError(
            f".dvc/config.local: cannot be written ({error.strerror}); expected no such file, and "
            "no link, in a fresh checkout."
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        settings.write(file)


def keep_database(root: Path, place: str) -> None:
    """Have .dvc/config.local say where DVC's database is, unless the user says it otherwise."""
    path = root / ".dvc/config.local"
    settings = ConfigObj(str(path), list_values=False, encoding="utf-8")  # as DVC: comments stay
    core = settings.setdefault("core", {})
    said = str(core.get("site_cache_dir", SITE))
    if said == place or not said.endswith(SITE):
        return
    core["site_cache_dir"] = place
    if path.exists():
        settings.write()
    else:
        new = configparser.RawConfigParser()
        new.read_dict(settings)
        write_local(root, new)
