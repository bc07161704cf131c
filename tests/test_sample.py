"""The sample data set is what scikit-learn ships. `make adopt` removes this file."""

from pathlib import Path

import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer

RAW = Path(__file__).parents[1] / "data" / "raw"
ENDS = {"delivery-1": 200, "delivery-2": 400, "delivery-3": 569}


def deliveries() -> dict[str, str]:
    """Return the text of each delivery: the bundled table, in its order, with a running number."""
    bunch = load_breast_cancer(as_frame=True)
    rows = bunch.data.assign(diagnosis=pd.Series(bunch.target_names)[bunch.target].to_numpy())
    rows.insert(0, "id", range(1, len(rows) + 1))
    starts = [0, *list(ENDS.values())[:-1]]
    return {
        name: rows[start:end].to_csv(index=False, lineterminator="\n")
        for (name, end), start in zip(ENDS.items(), starts, strict=True)
    }


@pytest.mark.parametrize("name", ENDS)
def test_a_delivery_is_what_scikit_learn_ships(name: str) -> None:
    """The bytes under data/raw can be made again from the library."""
    assert (RAW / f"{name}.csv").read_text(encoding="utf-8") == deliveries()[name]
