"""The work of all four stages in one process, with nothing written: what they cost at least.

Imports are part of it, as they are of the stages. Run by speed.py inside a project.
"""

import pandas as pd

from pipeline import evaluate, points, scores, split, stage, train, validate
from pipeline.schema import read_schema
from pipeline.tables import delivery


def main() -> None:
    """Validate, split, train and evaluate the deliveries of this folder."""
    schema = read_schema()
    checks = validate.checks(schema)
    parts = {}
    for path in delivery.deliveries():
        rows = delivery.typed(path, delivery.read_table(path), schema)
        validate.check(path, rows, schema, checks)
        parts[path.stem] = rows
    sides = list(split.split(parts, schema, stage.read_params("split", split.Params)))
    train_rows, test_rows = (
        pd.concat([side[i] for side in sides], ignore_index=True) for i in (1, 2)
    )
    fitted = train.train(train_rows, schema, stage.read_params("train", train.Params))
    params = stage.read_params("evaluate", evaluate.Params)
    predictions = evaluate.predict(fitted, test_rows, schema, params)
    scores.score(params.metrics, predictions)
    points.curves(predictions)
    evaluate.importance(fitted, test_rows, schema, params)


if __name__ == "__main__":
    main()
