"""What changed is named by level, as a person would say it."""

from pathlib import Path

import pytest

from review import levels
from review.revision import Side

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


def side(folder: Path, **files: str) -> Side:
    """Write files (a double underscore stands for the dot of the name) and return the side."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return Side(folder, None, folder.name)


def test_only_parameters_that_differ_are_listed(tmp_path: Path) -> None:
    base = side(tmp_path / "base", params__yaml="train: {options: {C: 1.0, fit: true}, seed: 0}\n")
    head = side(tmp_path / "head", params__yaml="train: {options: {C: 0.1}, seed: 0}\n")

    assert levels.params(base, head, ("train",)) == [
        {"name": "train.options.C", "base": "1.0", "head": "0.1"},
        {"name": "train.options.fit", "base": "true", "head": None},
    ]


def test_the_gate_is_not_a_parameter_of_the_model(tmp_path: Path) -> None:
    base = side(tmp_path / "base", params__yaml="review: {gate: {f1: {min: 0.9}}}\n")
    head = side(tmp_path / "head", params__yaml="review: {gate: {f1: {min: 0.1}}}\n")

    assert levels.params(base, head, levels.MODEL_SECTIONS) == []
    assert levels.params(base, head, ("review",)) == [
        {"name": "review.gate.f1.min", "base": "0.9", "head": "0.1"}
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pytest": "9"}, []),
        ({"joblib": "2"}, [{"name": "joblib", "base": "1", "head": "2"}]),
    ],
)
def test_the_environment_is_what_the_pipeline_runs_on(
    tmp_path: Path, change: dict[str, str], expected: list[dict[str, str]]
) -> None:
    """A package deep below counts, a development tool does not."""
    versions = {"sklearn": "1", "joblib": "1", "pytest": "1"}
    base = side(tmp_path / "base", uv__lock=LOCK.format(**versions))
    head = side(tmp_path / "head", uv__lock=LOCK.format(**versions | change))

    assert levels.environment(base, head) == expected


def test_a_stage_says_why_it_ran(tmp_path: Path) -> None:
    entry = "stages: {train: {cmd: c, deps: [{path: d, md5: %s}], params: {params.yaml: {C: %s}}}}"
    base = side(tmp_path / "base", dvc__lock=entry % ("a", 1))
    head = side(tmp_path / "head", dvc__lock=entry % ("b", 2))

    found = levels.stages(base, head, {"train": {"result": "from cache", "seconds": 0.1}})

    assert found == [
        {"stage": "train", "result": "from cache", "because": ["d", "C"], "seconds": 0.1}
    ]


def test_without_a_base_everything_is_new(tmp_path: Path) -> None:
    base, head = (
        side(tmp_path / "base"),
        side(tmp_path / "head", dvc__lock="stages: {train: {cmd: c}}"),
    )

    assert levels.stages(base, head, {})[0]["because"] == ["new stage"]
    assert levels.params(base, head, ("train",)) == []
    assert levels.environment(base, head) == []
