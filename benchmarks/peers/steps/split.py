"""Put each row on a side by a hash of its key."""

from pathlib import Path

import pandas as pd
import yaml


def split(rows: pd.DataFrame, test_share: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training and the test rows; the last of rows with the same key counts."""
    rows = rows.drop_duplicates("id", keep="last", ignore_index=True)
    hashes = pd.util.hash_pandas_object(rows["id"].astype("str"), index=False)
    test = hashes < int(test_share * 2**64)
    return rows[~test], rows[test]


if __name__ == "__main__":
    params = yaml.safe_load(Path("params.yaml").read_text())
    valid = [pd.read_parquet(path) for path in sorted(Path("data/valid").glob("*.parquet"))]
    train, test = split(pd.concat(valid, ignore_index=True), params["test_share"])
    train.to_parquet("data/train.parquet")
    test.to_parquet("data/test.parquet")
