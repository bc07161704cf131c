"""What refits said is read back as it was kept, or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from review import ReviewError
from review.gather import kept

LINES = pd.DataFrame({"predicted": ["no", "yes"], "probability no": [0.9, 0.2]})


def written(folder: Path, lines: pd.DataFrame = LINES, name: str = "made") -> Path:
    """Return a file that holds these lines."""
    path = folder / f"{name}.parquet"
    lines.to_parquet(path)
    return path


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    place = kept.place(tmp_path)

    kept.keep(written(tmp_path), place / "one.parquet")

    found = kept.read(place / "one.parquet", 2)
    assert found is not None and found.equals(LINES)
    assert [path.name for path in place.iterdir()] == ["one.parquet"]
    assert place.stat().st_mode & 0o777 == 0o700


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def lead(path: Path) -> None:
    path.rename(path.with_name("other"))
    path.symlink_to(path.with_name("other"))


def lengthen(path: Path) -> None:
    written(path.parent, pd.concat([LINES, LINES]), path.stem)


def rename(path: Path) -> None:
    written(path.parent, LINES.rename(columns={"predicted": "said"}), path.stem)


@pytest.mark.parametrize(
    "harm", [cut, lead, lengthen, rename, Path.unlink], ids=lambda f: f.__name__
)
def test_what_is_not_what_was_kept_is_not_there(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """Then the model is trained again."""
    path = written(tmp_path)
    harm(path)

    assert kept.read(path, 2) is None


def test_a_place_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    (tmp_path / kept.PLACE).symlink_to(tmp_path)

    with pytest.raises(ReviewError, match=r"\.dvc/tmp/refits: it is a link"):
        kept.place(tmp_path)


def test_what_was_longest_not_used_goes_first(tmp_path: Path) -> None:
    for age, name in enumerate(["new", "old", "oldest"]):
        path = written(tmp_path, name=name)
        os.utime(path, (1e9 - age, 1e9 - age))
    size = path.stat().st_size
    kept.read(tmp_path / "oldest.parquet", 2)

    kept.trim(tmp_path, 2 * size)

    assert sorted(path.stem for path in tmp_path.iterdir()) == ["new", "oldest"]
