"""What the files of a side say is read once, and a broken one is survived."""

from pathlib import Path

import pytest

from pipeline.stage import UserError
from review import levels
from review.gather import snapshot

LOCK = """\
[[package]]
name = "threefold"
source = {{ editable = "." }}
dependencies = [{{ name = "scikit-learn" }}]
[package.dev-dependencies]
dev = [{{ name = "pytest" }}]

[[package]]
name = "scikit-learn"
version = "{sklearn}"
dependencies = [{{ name = "joblib" }}]

[[package]]
name = "joblib"
version = "{joblib}"

[[package]]
name = "pytest"
version = "{pytest}"
"""


@pytest.mark.parametrize("text", ["[" * 100_000, '{"unlabelled": 1%s}' % ("0" * 400), "[]", "{"])
def test_counts_that_cannot_be_are_not_known(tmp_path: Path, text: str) -> None:
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics/data.json").write_text(text)

    assert snapshot.read(tmp_path, None, "base").unlabelled is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pytest": "9"}, []),
        ({"joblib": "2"}, [{"name": "joblib", "base": "1", "head": "2"}]),
    ],
)
def test_the_environment_is_what_the_pipeline_runs_on(
    change: dict[str, str], expected: list[dict[str, str]]
) -> None:
    """A package deep below counts, a development tool does not."""
    versions = {"sklearn": "1", "joblib": "1", "pytest": "1"}
    base, head = LOCK.format(**versions), LOCK.format(**versions | change)

    assert levels.differing(snapshot.packages(base), snapshot.packages(head)) == expected


@pytest.mark.parametrize("text", ["<<<<<<< ours", "version = 1", "package = 1"])
def test_a_lock_of_packages_that_is_none_says_so(text: str) -> None:
    with pytest.raises(UserError, match=r"uv.lock: not valid .*; run `uv lock`"):
        snapshot.packages(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dvc.yaml", "stages: {train: 7}"),
        ("dvc.yaml", "stages: {train: {deps: null}}"),
        ("dvc.lock", "stages: {train: [x]}"),
        ("dvc.lock", "stages: {train: {outs: [x]}}"),
        ("dvc.lock", "stages: {train: {outs: [{path: 7}]}}"),
        ("dvc.lock", "stages: {train: {params: [x]}}"),
        ("dvc.lock", "stages: {7: {}}"),
    ],
)
def test_stages_that_are_none_are_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    found = snapshot.read(tmp_path, None, "base")

    assert found.problems[name].startswith(f"{name}, stage ")


def test_a_folder_without_a_project_says_nothing(tmp_path: Path) -> None:
    """As the base of the first change of a repository."""
    found = snapshot.read(tmp_path, None, "base")

    assert (found.params, found.columns, found.stages, found.raw) == ({}, {}, {}, ())
    assert found.problems == {}
    with pytest.raises(UserError):
        _ = found.schema


def test_files_that_are_not_valid_are_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/schema.yaml").write_text("columns: {a: {type: prose}}\n")
    (tmp_path / "params.yaml").write_text("train: [\n")
    (tmp_path / "uv.lock").write_text("<<<<<<< ours\n")

    found = snapshot.read(tmp_path, None, "base")

    assert list(found.problems) == ["params.yaml", "uv.lock"]
    assert found.problems["params.yaml"].startswith("params.yaml, line 2: not valid YAML")
    assert found.columns == {"a": {"type": "prose"}}
    with pytest.raises(UserError, match=r"^data/schema.yaml, column 'a': type is 'prose'"):
        _ = found.schema
