"""A table is adopted from every kind of file, however its cells are written."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from conftest import made_up, run


def odd() -> pd.DataFrame:
    """Return the made-up table as other systems would write it."""
    rows = made_up(200)
    return rows.assign(
        size=rows["size"].map("${:,.2f}".format),
        visits=rows["visits"].astype("object").fillna("?").astype("str"),
        joined=rows["joined"].dt.strftime("%d %b %Y"),
        member=rows["member"].map({True: " TRUE", False: "FALSE"}),
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["odd.csv.gz", "odd.parquet"])
def test_an_odd_table_is_adopted_and_runs(project: Path, tmp_path: Path, name: str) -> None:
    """The last one is a folder as Spark writes it; what was decided is said and drafted."""
    path = tmp_path / name
    if name.endswith(".parquet"):
        path.mkdir()
        odd()[:150].to_parquet(path / "part-00000.snappy.parquet")
        odd()[150:].to_parquet(path / "part-00001.snappy.parquet")
        (path / "_SUCCESS").touch()
        (path / ".part-00000.snappy.parquet.crc").write_bytes(b"x")
    else:
        odd().to_csv(path, index=False)
    env = {"PYTHONPATH": str(project / "src")}

    words = ("--data", str(path), "--target", "bought", "--key", "id")
    said = run("python", "-m", "adopt", *words, cwd=project, **env).stdout

    run("dvc", "repro", "-q", cwd=project, **env)
    columns = yaml.safe_load((project / "data/schema.yaml").read_text())["columns"]
    assert columns["size"]["format"] == "$1,234.5"
    assert columns["visits"]["missing"] == ["?"]
    assert columns["joined"]["format"] == "%d %b %Y"
    assert "'visits' is numbers, but for '?' in" in said
    assert json.loads((project / "metrics/test.json").read_text())["roc_auc"] > 0.6
