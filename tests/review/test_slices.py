"""Slices: a loss in one group is seen, and luck in one of many is not taken for a loss."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.scores import Predictions
from review import slices
from review.dependence import Units
from review.judge import Judged
from review.methods.interval import NORMAL_95
from review.methods.refits import Refits, Spread
from review.rows import twins

NONE = Refits()
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=5)


def judged(
    rows: pd.DataFrame,
    before: Predictions | None,
    after: Predictions,
    units: Units | None = None,
    refits: Refits = NONE,
) -> Judged:
    """Return what slices read of a judgement."""
    none = np.zeros(0, dtype=int)
    tested = twins.Tested(0, (none, none), np.zeros(len(rows), dtype=bool), {})
    both = (rows, units, before, after, refits, tested)
    return Judged([], [], *both, len(rows), "head's test rows", None, {}, ())


def numbers(rows: int, seed: int, loss: np.ndarray | float = 0.0) -> tuple[Predictions, ...]:
    """Return two models that err alike, but for luck, and for what head loses in each row."""
    random = np.random.default_rng(seed)
    truth, shared, own = *random.normal(size=(2, rows)), random.normal(0, 0.3, (2, rows))
    base, head = truth + shared + own
    return Predictions(truth, base), Predictions(truth, head + np.sign(head - truth) * loss)


def holds(p: list[float], level: float) -> set[int]:
    """Return what Holm's paper rejects, going down from the least p-value until one is too large.

    Its positions, counted from the least: stop at the first above level / (those that are left).
    """
    found: set[int] = set()
    for step, at in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        if p[at] * (len(p) - step) > level:
            break
        found.add(at)
    return found


@given(P_VALUES, st.floats(0.001, 0.999))
def test_the_adjusted_say_what_the_steps_of_holm_say(p: list[float], level: float) -> None:
    adjusted = slices.holm(p)

    assert {i for i, value in enumerate(adjusted) if value <= level} == holds(p, level)


@given(P_VALUES)
def test_the_order_of_slices_is_nothing_to_holm(p: list[float]) -> None:
    expected = slices.holm(p)

    for order in permutations(range(len(p))):
        assert slices.holm([p[i] for i in order]) == [expected[i] for i in order]


def test_a_real_loss_in_one_of_many_slices_is_called() -> None:
    rows = pd.DataFrame({"site": np.arange(2000) % 10})
    both = numbers(2000, 0, loss=np.where(rows["site"] == 3, 0.5, 0.0))

    found = slices.slices(["site"], "mean_absolute_error", judged(rows, *both)).entries

    assert [e["value"] for e in found if e["comparison"]["outcome"] == "worse"] == ["3"]
    assert next(e["p"] for e in found if e["value"] == "3") < 0.001


def test_a_slice_that_only_its_own_interval_calls_says_why_not() -> None:
    """The first seed of which that is so; the interval stays what it is."""
    rows = pd.DataFrame({"site": np.arange(2000) % 10})

    found = slices.slices(["site"], "mean_absolute_error", judged(rows, *numbers(2000, 1))).entries

    out = [e for e in found if e["comparison"]["low"] * e["comparison"]["high"] > 0]
    assert {e["comparison"]["outcome"] for e in out} == {"cannot tell"}
    assert "among 10 slices that is often luck" in out[0]["comparison"]["reason"]


def test_slices_without_an_interval_do_not_count() -> None:
    rows = pd.DataFrame({"site": np.repeat(["large", "small"], [200, 5])})

    large, small = slices.slices(
        ["site"], "mean_absolute_error", judged(rows, *numbers(205, 0))
    ).entries

    found = large["comparison"]
    error = (found["high"] - found["low"]) / 2 / NORMAL_95
    alone = slices.p_value(found["difference"], [Spread(error, 199)])
    assert (large["p"], small["p"]) == (pytest.approx(alone), None)


def test_rows_of_a_group_and_the_luck_of_training_make_a_slice_less_sure() -> None:
    rows = pd.DataFrame({"site": np.repeat("a", 200)})
    both = numbers(200, 0, loss=0.05)
    pairs = tuple((numbers(200, 0)[0], numbers(200, 0, loss)[1]) for loss in (0.0, 0.05, 0.1))
    apart = Units("groups", np.arange(200) // 5)

    alone, grouped, trained = (
        slices.slices(["site"], "mean_absolute_error", judged(rows, *both, *more)).entries[0]["p"]
        for more in [(), (apart,), (None, Refits(pairs, 3))]
    )

    assert alone < min(grouped, trained)


def test_a_column_that_is_not_there_is_said_and_a_base_that_is_not_is_too() -> None:
    rows = pd.DataFrame({"site": np.repeat("a", 30)})

    found = slices.slices(["site", "town"], "r2", judged(rows, None, numbers(30, 0)[1]))

    assert found.notes[0].endswith("slice 'town' is no column of the test rows.")
    assert found.entries[0]["comparison"]["outcome"] == "cannot tell"


@pytest.mark.simulation
@pytest.mark.parametrize("size", [1, 5])
def test_of_reports_of_equal_models_at_most_five_percent_call_a_slice(size: int) -> None:
    """Of 100, each with 30 slices of three columns; by the intervals alone it would be most.

    Also of rows that come in groups, which err alike. Of 2,000 reports it was 4.9 %; 9 of 100 is
    what luck makes of that.
    """
    called, alone, apart = 0, 0, np.arange(600 * size) // size
    for seed in range(100):
        sites = np.random.default_rng(seed).integers(0, 10, (600, 3))[apart]
        models = [p[apart] for p in numbers(600, seed)]
        frame, units = pd.DataFrame(sites, columns=["a", "b", "c"]), Units("groups", apart)
        both = judged(frame, *models, units if size > 1 else None)
        found = slices.slices(["a", "b", "c"], "mean_absolute_error", both).entries
        comparisons = [entry["comparison"] for entry in found if entry["p"] is not None]
        called += any(c["outcome"] in slices.CALLED for c in comparisons)
        alone += any(c["low"] * c["high"] > 0 for c in comparisons)

    assert called <= 9 < 50 < alone
