"""Check every delivery, and write it typed."""

import json
from pathlib import Path

import pandas as pd

TARGET = {"benign", "malignant"}


def validate(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows; raise ValueError unless they are as the model expects them."""
    numbers = rows.drop(columns=["id", "diagnosis"]).astype("float64")
    if rows["id"].duplicated().any():
        raise ValueError("a key appears twice")
    if numbers.isna().any(axis=None) or (numbers < 0).any(axis=None):
        raise ValueError("a number is missing or negative")
    if not set(rows["diagnosis"]) <= TARGET:
        raise ValueError("an unknown diagnosis")
    return pd.concat([rows["id"], numbers, rows["diagnosis"]], axis=1)


def profile(rows: pd.DataFrame) -> dict[str, object]:
    """Count rows, and rows of each class."""
    return {"rows": len(rows), "target": rows["diagnosis"].value_counts().to_dict()}


if __name__ == "__main__":
    Path("data/valid").mkdir(parents=True, exist_ok=True)
    Path("metrics").mkdir(exist_ok=True)
    parts = []
    for path in sorted(Path("data/raw").glob("*.csv")):
        parts.append(validate(pd.read_csv(path)))
        parts[-1].to_parquet(f"data/valid/{path.stem}.parquet")
    Path("metrics/data.json").write_text(json.dumps(profile(pd.concat(parts))))
