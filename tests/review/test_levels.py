"""What changed is named by level, as a person would say it."""

from typing import Any

import pytest

from review import levels
from review.gather.git import Edited


def test_only_parameters_that_differ_are_listed() -> None:
    base = {"train": {"options": {"C": 1.0, "fit": True}, "seed": 0}}
    head = {"train": {"options": {"C": 0.1}, "seed": 0}}

    assert levels.params(base, head, ("train",)) == [
        {"name": "train.options.C", "base": "1.0", "head": "0.1"},
        {"name": "train.options.fit", "base": "true", "head": None},
    ]


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ({}, {"C": 1.0}, [{"name": "options.C", "base": None, "head": "1.0"}]),
        ({"a": {"b": 1}}, {}, [{"name": "options.a.b", "base": "1", "head": None}]),
        ({}, {}, []),
        (None, {}, [{"name": "options", "base": "null", "head": "empty"}]),
    ],
)
def test_what_is_empty_is_no_change_beside_what_fills_it(
    base: Any, head: Any, expected: list[dict[str, Any]]
) -> None:
    assert levels.params({"options": base}, {"options": head}, ("options",)) == expected


def test_the_gate_is_not_a_parameter_of_the_model() -> None:
    base, head = ({"review": {"gate": {"f1": {"min": least}}}} for least in (0.9, 0.1))

    assert levels.params(base, head, levels.MODEL_SECTIONS) == []
    assert levels.params(base, head, ("review",)) == [
        {"name": "review.gate.f1.min", "base": "0.9", "head": "0.1"}
    ]


def test_files_that_a_stage_reads_come_first() -> None:
    base, head = {"train": {"deps": ["src/b.py"]}}, {"split": {"deps": ["src/b.py"]}}

    found = levels.code([Edited("src/a.py", 1, 0), Edited("src/b.py", 2, 3)], base, head)

    assert found == [
        {"file": "src/b.py", "added": 2, "removed": 3, "stages": ["split", "train"]},
        {"file": "src/a.py", "added": 1, "removed": 0, "stages": []},
    ]


def entry(data: str, strength: int) -> dict[str, Any]:
    """Return what a dvc.lock with one stage records."""
    params = {"params.yaml": {"C": strength}}
    return {"train": {"cmd": "c", "deps": [{"path": "d", "md5": data}], "params": params}}


def test_a_stage_says_why_it_ran() -> None:
    ran = {"train": {"result": "from cache", "seconds": 0.1}}

    found = levels.stages(entry("a", 1), entry("b", 2), ran)

    assert found == [
        {"stage": "train", "result": "from cache", "because": ["d", "C"], "seconds": 0.1}
    ]


def test_without_a_base_everything_is_new() -> None:
    assert levels.stages({}, entry("a", 1), {})[0]["because"] == ["new stage"]
    assert levels.params({}, {}, ("train",)) == []
