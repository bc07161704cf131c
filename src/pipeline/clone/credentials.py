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
    """Return the remotes for which the user's settings hold something, and no URL beside it."""
    folders = (
        platformdirs.user_config_dir("dvc", "iterative"),
        platformdirs.site_config_dir("dvc"),
    )
    found = {
        os.environ.get("DVC_GLOBAL_CONFIG_DIR", folders[0]) + "/config",
        os.environ.get("DVC_SYSTEM_CONFIG_DIR", folders[1]) + "/config",
        str(root / ".dvc/config.local"),
    }
    return {
        remote(name)
        for parser in map(local, map(Path, sorted(found)))
        for name in parser.sections()
        if remote(name) and "url" not in parser[name]
    }


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


def expect_own(root: Path, sections: Sections) -> None:
    """Raise CloneError where a branch would send the user's credentials to another place."""
    for name in sorted(moved(root, sections) & own(root)):
        url = masked(sections[f'remote "{name}"'].get("url", ""))
        raise CloneError(
            f".dvc/config: remote '{name}' is not as on the default branch, and your own settings "
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
