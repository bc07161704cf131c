"""What a row is called hangs on its own cells alone, not on which rows or columns are beside it."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pairs import SEEDS
from pipeline.dataset import hashes

KEYS = st.lists(st.integers(0, 2**53), min_size=1, max_size=20, unique=True)


@given(KEYS, SEEDS)
def test_a_row_keeps_its_name_among_any_others(keys: list[int], seed: int) -> None:
    """Moved, among fewer rows, beside another column, and with a key that became text."""
    rows = pd.DataFrame({"id": keys, "size": np.arange(len(keys)) / 2})
    some = rows.sample(frac=0.5, random_state=seed).assign(colour="red", id=lambda r: r["id"] + 0)

    found = pd.Series(hashes(rows, ["id"]), index=rows.index)

    assert found[some.index].tolist() == hashes(some, ["id"]).tolist()
    assert found.tolist() == hashes(rows.astype({"id": "str"}), ["id"]).tolist()


@given(KEYS)
def test_rows_with_other_keys_have_other_names(keys: list[int]) -> None:
    assert len(set(hashes(pd.DataFrame({"id": keys}), ["id"]))) == len(keys)
