"""The points of the report's charts."""

from pathlib import Path

import pytest

from conftest import AUTHOR, run
from review import series
from review.revision import Side

CONFLICT = '<<<<<<< ours\n{"f1": 0.8}\n=======\n{"f1": 0.9}\n>>>>>>> theirs\n'


@pytest.mark.parametrize("broken", [CONFLICT, "[]", '{"f1": null}', '{"f1": NaN}', "{}"])
def test_a_commit_that_recorded_nothing_is_left_out_of_the_history(
    tmp_path: Path, broken: str
) -> None:
    """Else one bad commit would end every review for twenty commits."""
    run("git", "init", "-q", cwd=tmp_path)
    (tmp_path / "metrics").mkdir()
    for text in ('{"f1": 0.5}', broken, '{"f1": 0.75}'):
        (tmp_path / "metrics/test.json").write_text(text)
        run("git", "add", "-A", cwd=tmp_path)
        run("git", *AUTHOR, "commit", "-qm", "metrics", cwd=tmp_path)

    found = series.history("f1", Side(tmp_path, "HEAD", "base"), tmp_path)

    assert [entry["value"] for entry in found] == [0.5, 0.75]
