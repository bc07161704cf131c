"""A refit learns from rows that their own hashes choose, and says what it makes of others."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import made_up
from pipeline import split, validate
from review.gather import kept
from review.gather.predict import drawn, refit

HASHES = np.random.default_rng(0).integers(0, 2**64, 100_000, dtype="uint64")


def test_a_row_is_drawn_as_by_the_law_of_poisson() -> None:
    times = drawn(HASHES, 1)

    assert abs(times.mean() - 1) < 0.01 and abs(times.var() - 1) < 0.02
    assert abs((times == 0).mean() - np.exp(-1)) < 0.005


def test_a_row_is_drawn_alike_whatever_other_rows_there_are() -> None:
    """So that the refits of both sides share their luck."""
    assert (drawn(HASHES, 3)[::2] == drawn(HASHES[::2], 3)).all()


def test_each_refit_draws_anew() -> None:
    """No more alike than chance; nor are rows whose hashes are neighbours."""
    one, other = drawn(HASHES, 1), drawn(HASHES, 2)
    near = drawn(np.arange(100_000, dtype="uint64"), 1)

    assert abs(np.corrcoef(one, other)[0, 1]) < 0.01
    assert abs(np.corrcoef(near[1:], near[:-1])[0, 1]) < 0.01


@pytest.fixture
def answers(folder: Path) -> Path:
    """An empty folder, beside rows to be scored and the training rows of a project."""
    validate.main()
    split.main()
    made_up(30, start=500).to_parquet(folder / "rows.parquet")
    (folder / "answers").mkdir()
    return folder / "answers"


def lines(
    answers: Path, seeds: dict[str, int], until: float = 60
) -> dict[str, pd.DataFrame | None]:
    """Return what each refit says of the rows."""
    refit("rows.parquet", str(answers), ["id"], seeds, until)
    return {path.stem: kept.read(path, 30) for path in answers.iterdir()}


def test_each_refit_says_something_else_and_always_the_same(answers: Path) -> None:
    found = lines(answers, {"1": 7, "2": 7})
    again = lines(answers, {"1": 7})

    assert found["1"] is not None and found["2"] is not None and again["1"] is not None
    assert list(found["1"]) == ["predicted", "probability no", "probability yes"]
    assert found["1"].equals(again["1"]) and not found["1"].equals(found["2"])


def test_no_refit_begins_when_the_time_is_over(answers: Path) -> None:
    assert lines(answers, {"1": 0}, until=-1) == {}


def test_a_resample_from_which_nothing_can_be_learnt_is_left_out(
    answers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here since a class has one row, which is not always drawn."""
    part = answers.parent / "data/train/first.parquet"
    rows = pd.read_parquet(part)
    rows.assign(bought=np.where(np.arange(len(rows)) == 0, "yes", "no")).to_parquet(part)

    found = lines(answers, {str(number): 0 for number in range(1, 11)})

    assert 0 < len(found) < 10
    assert "found only 'no'; expected at least two different values" in capsys.readouterr().err
