"""Whether a project, as it is on disk, may be followed: by DVC, and by who runs it."""

import os
from collections.abc import Sequence
from pathlib import Path

from pipeline import stage
from pipeline.clone import config, credentials, folders, outputs, remotes, tracked
from pipeline.clone.names import CloneError
from pipeline.clone.outputs import Out
from pipeline.strict import texts
from pipeline.strict.texts import MalformedError, StrictError


def expect_sound(root: Path) -> None:
    """Raise CloneError, in one sentence, for what could harm who pulls or reruns this project.

    Run before DVC does anything there. Brings folder objects that only a remote has into the cache,
    since DVC follows those of a remote unseen; writes nothing else but DVC's private
    folder, and where it is.
    """
    if not (root / ".dvc").exists() and not (root / ".dvc").is_symlink():
        return
    index = tracked.tracked(root)
    tracked.expect_own(root, index)
    credentials.expect_own(root, config.read(root))
    private(root)
    for name in sorted(outputs.parameters(root)):  # which DVC loads before any stage does
        if (root / name).exists():
            _expect_bounded(root / name)
    expect_plain(root, outputs.named(root, index))


def _expect_bounded(path: Path) -> None:
    """Raise CloneError for YAML that asks for too much; what is no YAML, DVC refuses by itself."""
    try:
        texts.parse_yaml(stage.read_text(path))
    except MalformedError:
        pass
    except StrictError as error:
        raise CloneError(f"{path}, line {error.line}: {error}; correct that line.") from None


def expect_plain(root: Path, outs: Sequence[Out]) -> None:
    """Raise CloneError unless the folder objects of these outputs name plain files."""
    sections = config.read(root)
    near, elsewhere = config.folders(root, sections), remotes.asks(root, sections)
    folders.expect_plain(outs, credentials.cache(root), near, elsewhere)


def make_private(folder: Path) -> None:
    """Make a folder that only this user can write; raise OSError if it is not so."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise OSError("it is a link, or another user's")
    folder.chmod(0o700)


def private(root: Path) -> None:
    """Keep DVC's database where nobody else can write (CVE-2025-69872); raise CloneError.

    Plain `dvc` is told by .dvc/config.local, with the whole path: it takes any other from the
    folder in which it runs, which `dvc exp run --temp` changes.
    """
    place = Path(config.database(root))
    try:
        make_private(place)
    except OSError as error:
        raise CloneError(
            f"{config.SITE}: {error}; expected a folder of yours: DVC loads what lies there as "
            "code. Delete it, and try again."
        ) from None
    credentials.keep_database(root, str(place))
