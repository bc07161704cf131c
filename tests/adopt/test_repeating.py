"""The number of a patient is told from a leak."""

import numpy as np
import pandas as pd

from adopt import repeating
from pipeline import leaks


def test_a_number_that_comes_again_is_told_from_a_leak() -> None:
    """Of patients each cut means another person; of a refund one cut says it all."""
    random = np.random.default_rng(0)
    who = np.repeat(np.arange(30.0), 30)
    ill = random.integers(0, 2, 30)[who.astype(int)]
    rows = pd.DataFrame({"number": who, "refund": np.where(ill, random.integers(1, 40, 900), 0.0)})
    target = pd.Series(np.where(ill, "yes", "no"))

    found = leaks.leaks(rows, list(rows), target, "binary")

    told = {
        name: repeating.groups(rows, leak, target, "binary")
        for leak in found
        for name in leak.columns
    }
    assert told == {"number": True, "refund": False}
