"""A weight is a repetition: weights of one give scikit-learn's metric, others that of the rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairs import SEEDS, Pair, chosen, few, metrics, of_any_task, of_numbers
from pipeline import scores
from review.methods import confusion, delong, rowwise, weighted


@few
@given(of_any_task, SEEDS, st.sampled_from([1, 2, 3, 4, 60]))
def test_a_weighted_metric_is_that_of_the_rows_repeated(pair: Pair, seed: int, rows: int) -> None:
    """Undefined where the target never varies: scikit-learn's 0 or 1 is a convention."""
    p = pair[0]
    weights = np.bincount(np.random.default_rng(seed).integers(0, len(p.truth), rows))
    weights = np.pad(weights, (0, len(p.truth) - len(weights)))
    repeated = chosen(p, np.repeat(np.arange(len(p.truth)), weights))

    for name in metrics(p):
        if name in weighted.BUILDERS:
            constant = name in ("r2", "explained_variance") and len(set(repeated.truth)) == 1
            expected = np.nan if constant else scores.value(name, repeated)
            found = weighted.BUILDERS[name](p)(weights)
            assert found == pytest.approx(expected, abs=1e-9, nan_ok=True), name


@given(of_numbers(), SEEDS)
def test_of_a_target_that_never_varies_nothing_is_explained(pair: Pair, seed: int) -> None:
    """Whatever rounding leaves of its spread, which would be divided by."""
    p = pair[0]
    often = np.random.default_rng(seed).integers(1, 9, len(p.truth))

    for name in ("r2", "explained_variance"):
        assert np.isnan(weighted.BUILDERS[name](p)(often * (p.truth == p.truth[0])))


@few
@given(of_any_task)
def test_weights_of_one_give_the_metric_of_scikit_learn(pair: Pair) -> None:
    """So do counts, the mean of the values per row, and the area of DeLong's interval."""
    p, ones = pair[0], np.ones(len(pair[0].truth))
    found = set(metrics(p))
    values = {name: weighted.BUILDERS[name](p)(ones) for name in weighted.BUILDERS if name in found}
    values |= {n: confusion.value(n, p) for n in confusion.CONFUSION if n in found}
    values |= {name: rowwise.VALUES[name](p).mean() for name in rowwise.VALUES if name in found}
    values |= {name: delong.AREAS[name](p)[0] for name in delong.AREAS if name in found}

    assert found - set(values) <= {"max_error"}
    for name, value in values.items():
        if np.isfinite(value):
            assert value == pytest.approx(scores.value(name, p), abs=1e-9), name
