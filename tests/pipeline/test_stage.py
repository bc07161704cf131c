"""Outputs are replaced whole or not at all; parameters are exactly what a stage declares."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import stage


@dataclass(frozen=True)
class Params:
    """One parameter of each kind."""

    share: float
    names: list[str]
    options: dict[str, object]
    label: str | int | bool | None


GOOD = {"share": 1, "names": ["a"], "options": {}, "label": True}


def read(path: Path, **values: object) -> Params:
    path.write_text(f"train: { ({**GOOD, **values})!r}".replace("None", "null"))
    return stage.read_params("train", Params, str(path))


def test_parameters_are_read(tmp_path: Path) -> None:
    """A whole number passes as a float; a label may be true or false."""
    assert read(tmp_path / "params.yaml") == Params(1, ["a"], {}, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("share", True),
        ("share", "1"),
        ("names", "a"),
        ("names", [1]),
        ("options", {1: 2}),
        ("label", []),
    ],
)
def test_a_parameter_of_the_wrong_type_is_named(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(stage.ParamsError, match=f"section 'train': '{name}' is"):
        read(tmp_path / "params.yaml", **{name: value})


def test_a_key_written_twice_is_refused(tmp_path: Path) -> None:
    """YAML by itself keeps the last in silence."""
    path = tmp_path / "params.yaml"
    path.write_text("train: 1\ntrain: 2\n")

    with pytest.raises(stage.UserError, match="'train' is written twice"):
        stage.read_yaml(path)


def test_only_true_and_false_are_booleans(tmp_path: Path) -> None:
    """As in YAML 1.2, which DVC writes: what it leaves without quotes is still a text."""
    path = tmp_path / "params.yaml"
    path.write_text("{yes: [yes, No, on, OFF, y, truth, 'true'], on: [true, False, TRUE]}")

    found = stage.read_yaml(path)

    words = ["yes", "No", "on", "OFF", "y", "truth", "true"]
    assert found == {"yes": words, "on": [True, False, True]}


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old").touch()

    with stage.replacing(str(tmp_path / "out")) as draft:
        (draft / "new").touch()

    assert [path.name for path in tmp_path.rglob("*")] == ["out", "new"]


def test_a_failure_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old").touch()

    def half_written() -> None:
        with stage.replacing(str(tmp_path / "out")) as draft:
            (draft / "new").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_written()

    assert [path.name for path in tmp_path.rglob("*")] == ["out", "old"]


def test_a_long_list_is_cut() -> None:
    assert stage.cut(["x" * 50, *range(7)]) == f"['{'x' * 40}…', 0, 1, 2, 3 and 3 more]"
