"""Put each row on the training or the test side, where it stays when data grows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import dataset, stage
from pipeline.schema import Schema, read_schema
from pipeline.stage import UserError


class SplitError(UserError):
    """The rows cannot be split as params.yaml asks."""


@dataclass(frozen=True)
class Params:
    """How rows are put on a side: by a hash of the row or of its group, or by time."""

    by: str
    test_share: float
    test_from: object

    def __post_init__(self) -> None:
        if self.by not in ("row", "group", "time"):
            raise ValueError(f"'by' is {stage.brief(self.by)}; expected row, group or time")
        if not 0 < self.test_share < 1:
            raise ValueError(
                f"'test_share' is {stage.brief(self.test_share)}; expected between 0 and 1"
            )
        if (self.by == "time") != (self.test_from is not None):
            raise ValueError(
                f"'by' is {stage.brief(self.by)} and 'test_from' is {stage.brief(self.test_from)}; "
                "expected 'test_from' with, and only with, 'by: time'"
            )


def is_test(rows: pd.DataFrame, schema: Schema, params: Params) -> np.ndarray:
    """Return, for each row, whether it is a test row; depends on that row alone.

    The hash is compared with `test_share` of its range, so that the share holds on average and a
    larger share only ever moves rows from train to test. Raises SplitError.
    """
    if params.by == "row":
        chosen = dataset.hashes(rows, schema.identity)
        return chosen < np.uint64(params.test_share * 2.0**64)
    column = next(iter(schema.having(params.by)), None)
    if column is None:
        raise SplitError(
            f"params.yaml, section 'split': 'by' is '{params.by}', but data/schema.yaml gives no "
            f"column the role '{params.by}'; expected one."
        )
    if params.by == "group":
        return dataset.hashes(rows, [column]) < np.uint64(params.test_share * 2.0**64)
    try:
        return (rows[column] >= _moment(rows[column], params.test_from)).to_numpy()
    except (TypeError, ValueError):
        raise SplitError(
            f"params.yaml, section 'split': 'test_from' is {stage.brief(params.test_from)}; "
            f"expected a value like those of column '{column}'{_such(rows[column])}."
        ) from None


def _such(values: pd.Series) -> str:
    return "".join(f", such as '{value}'" for value in values[:1])


def _moment(times: pd.Series, value: object) -> object:
    return pd.Timestamp(str(value)) if pd.api.types.is_datetime64_any_dtype(times) else value


def split(
    parts: dict[str, pd.DataFrame], schema: Schema, params: Params
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Yield each part's name, training rows and test rows; raise SplitError if a side is empty.

    Rows without a target are on neither side; a later delivery that has it puts them on theirs.
    """
    counts = np.zeros(2, dtype=int)
    for name, every in dataset.latest(parts, schema.having("key")).items():
        rows = dataset.labelled(every, schema.target)
        test = is_test(rows, schema, params)
        counts += [np.count_nonzero(~test), np.count_nonzero(test)]
        yield name, rows[~test], rows[test]
    for side, count in zip(("training", "test"), counts, strict=True):
        if not count:
            raise SplitError(
                f"params.yaml, section 'split': {params} leaves the {side} side empty "
                f"({stage.plural(int(counts.sum()), 'row')} with a target in all); "
                "expected rows on both sides."
            )


def main() -> None:
    schema, params = read_schema(), stage.read_params("split", Params)
    parts = dataset.read_parts("data/valid")
    with stage.replacing("data/train") as train, stage.replacing("data/test") as test:
        for name, train_rows, test_rows in split(parts, schema, params):
            dataset.write_part(train, name, train_rows)
            dataset.write_part(test, name, test_rows)


if __name__ == "__main__":
    stage.run(main)
