"""What Git carries of DVC's storage arrives byte for byte, whatever the machine makes of lines."""

import io
from pathlib import Path

import pandas as pd
import pytest

from conftest import AUTHOR, ROOT, run


def parquet() -> bytes:
    """Return a table as Parquet."""
    buffer = io.BytesIO()
    pd.DataFrame({"size": [1.0, 2.0]}).to_parquet(buffer)
    return buffer.getvalue()


DELIVERIES = {
    "bom.csv": b"\xef\xbb\xbfid,size\r\n1,2\r\n",
    "crlf.csv": b"id,size\r\n1,2\r\n",
    "mixed.csv": b'id,note\r\n1,"two\nlines"\r\n',
    "no-last-newline.csv": b"id,size\n1,2",
    "nul.csv": b"id,size\r\n1,\0\r\n",
    "old-mac.csv": b"id,size\r1,2\r",
    "trailing.csv": b"id,size \r\n1,2 \r\n\r\n",
    "utf-16.csv": "id,size\r\n1,2\r\n".encode("utf-16"),
    "rows.parquet": parquet(),
}
WINDOWS = ("-c", "core.autocrlf=true", "-c", "core.eol=crlf")


@pytest.mark.parametrize("path", ["data/storage/files/md5/0a/1b", "data/storage/a.csv"])
def test_git_never_converts_what_is_stored(path: str) -> None:
    """A later line of .gitattributes must not undo an earlier one."""
    found = run("git", "check-attr", "text", "merge", "--", path, cwd=ROOT).stdout

    assert found == f"{path}: text: unset\n{path}: merge: unset\n"


@pytest.mark.parametrize("path", ["src/pipeline/train.py", "params.yaml", "data/schema.yaml"])
def test_what_stages_read_from_git_has_the_same_lines_everywhere(path: str) -> None:
    """Else its hash, and with it dvc.lock, would depend on the machine."""
    found = run("git", "check-attr", "text", "eol", "--", path, cwd=ROOT).stdout

    assert found == f"{path}: text: auto\n{path}: eol: lf\n"


@pytest.fixture
def delivered(project: Path) -> Path:
    """The project with one delivery of each kind, added and pushed, and not committed."""
    for name, content in DELIVERIES.items():
        (project / "data/raw" / name).write_bytes(content)
    run("dvc", "add", "-q", "data/raw", cwd=project)
    run("dvc", "push", "-q", "data/raw", cwd=project)
    return project


@pytest.mark.slow
@pytest.mark.parametrize("there", [(), WINDOWS], ids=["linux", "windows"])
@pytest.mark.parametrize("here", [(), WINDOWS], ids=["from linux", "from windows"])
def test_a_delivery_arrives_byte_for_byte(
    delivered: Path, tmp_path: Path, here: tuple[str, ...], there: tuple[str, ...]
) -> None:
    """Committed and cloned, on machines that convert lines and on those that do not."""
    clone = tmp_path / "clone"
    run("git", *here, "add", "-A", cwd=delivered)
    run("git", *AUTHOR, *here, "commit", "-qm", "deliveries", cwd=delivered)

    run("git", *there, "clone", "-q", str(delivered), str(clone), *there, cwd=tmp_path)
    run("dvc", "pull", "-q", "data/raw.dvc", cwd=clone)

    raw = clone / "data/raw"
    assert {name: (raw / name).read_bytes() for name in DELIVERIES} == DELIVERIES
    assert run("git", "status", "--porcelain", cwd=clone).stdout == ""


@pytest.mark.slow
def test_models_and_tables_arrive_byte_for_byte(project: Path, tmp_path: Path) -> None:
    """All that the pipeline made is pulled in a clone that converts lines, and nothing reruns."""
    clone = tmp_path / "clone"
    run("git", *WINDOWS, "clone", "-q", str(project), str(clone), *WINDOWS, cwd=tmp_path)

    run("dvc", "pull", "-q", cwd=clone)

    src = {"PYTHONPATH": str(clone / "src")}
    assert "up to date" in run("dvc", "status", cwd=clone, **src).stdout
    model = "models/model.skops"
    assert (clone / model).read_bytes() == (project / model).read_bytes()


@pytest.mark.slow
def test_deliveries_that_git_has_converted_are_mended(delivered: Path, tmp_path: Path) -> None:
    """By the command of the changelog, where they are still whole."""
    rules = delivered / ".gitattributes"
    good, clone = rules.read_text(), tmp_path / "clone"
    rules.write_text(good + "* text=auto eol=lf\n")
    run("git", "add", "-A", cwd=delivered)
    run("git", *AUTHOR, "commit", "-qm", "converted", cwd=delivered)
    rules.write_text(good)

    run("git", "add", "--renormalize", "data/storage", cwd=delivered)
    assert run("git", "diff", "--cached", "--name-only", cwd=delivered).stdout.count("\n") > 1
    run("git", *AUTHOR, "commit", "-qam", "whole again", cwd=delivered)

    run("git", "clone", "-q", str(delivered), str(clone), cwd=tmp_path)
    run("dvc", "pull", "-q", "data/raw.dvc", cwd=clone)
    assert (clone / "data/raw/crlf.csv").read_bytes() == DELIVERIES["crlf.csv"]
