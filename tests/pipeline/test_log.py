"""What data holds never reaches the log as a command to GitHub's runner, nor as a line of its own.

The runner acts on lines of a job that may have a token that writes; see tests/runner.py.
"""

import importlib
from pathlib import Path

import pandas as pd
import pytest
import yaml

from conftest import made_up
from pipeline import stage
from runner import ATTACKS, commands

RAW, SCHEMA, PARAMS = Path("data/raw/first.csv"), Path("data/schema.yaml"), Path("params.yaml")


def edited(path: Path, *where: str, to: object) -> None:
    """Set one entry of a YAML file."""
    content = entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key in where[:-1]:
        entry = entry[key]
    entry[where[-1]] = to
    path.write_text(yaml.safe_dump(content, allow_unicode=False), encoding="utf-8")


def cell(text: str) -> None:
    """Say it in cells of two deliveries."""
    made_up().assign(colour=text).to_csv(RAW, index=False)


def column(text: str) -> None:
    """Call two columns so."""
    rows = made_up().rename(columns={"size": text, "visits": text})
    rows.to_csv(RAW, index=False)


def known_column(text: str) -> None:
    """Call a column so that the schema knows, and give it a wrong type."""
    entries = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["columns"]
    edited(SCHEMA, "columns", to=entries | {text: {"type": "whatever", "role": "feature"}})


def file(text: str) -> None:
    """Call a delivery so."""
    RAW.with_name(f"{text.replace('/', '')}.csv").write_text("id\n1\n")


def ending(text: str) -> None:
    """Let the name of a delivery end so."""
    RAW.with_name(f"first.{text.replace('/', '').replace('.', '')}").write_text("id\n1\n")


def parameter(text: str) -> None:
    """Call a metric so."""
    edited(PARAMS, "evaluate", "metrics", to=[text])


def kind(text: str) -> None:
    """Give a parameter of another type."""
    edited(PARAMS, "split", "test_share", to=text)


def estimator(text: str) -> None:
    """Train what is called so."""
    edited(PARAMS, "train", "estimator", to=text)


SPOILT = {
    cell: "validate", column: "validate", known_column: "validate", file: "validate",
    ending: "validate", kind: "split", estimator: "train", parameter: "evaluate",
}  # fmt: skip
READ = {"train": ["validate", "split"], "evaluate": ["validate", "split", "train"]}


def said(name: str) -> str:
    """Return what a stage says before it ends, once those before it ran."""
    with pytest.raises(SystemExit) as ended:
        stage.run(importlib.import_module(f"pipeline.{name}").main)
    return str(ended.value)


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_an_error_is_one_line_that_nothing_acts_on(folder: Path, spoil: object) -> None:
    for name in READ.get(SPOILT[spoil], []):
        importlib.import_module(f"pipeline.{name}").main()
    files, settings = sorted(RAW.parent.iterdir()), {p: p.read_bytes() for p in (SCHEMA, PARAMS)}
    for attack in ATTACKS:
        spoil(attack)  # type: ignore[operator]

        message = said(SPOILT[spoil])

        assert commands(message) == []
        assert message.count("\n") == 1 and message.replace("\n", "").isprintable()
        for path in set(RAW.parent.iterdir()) - set(files):
            path.unlink()
        for path, content in settings.items():
            path.write_bytes(content)


def test_a_class_is_no_command_in_a_warning(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A class that stands on one side of the split only is warned about by its name."""
    rows = made_up()
    rows.loc[rows.index[: len(ATTACKS)], "bought"] = ATTACKS
    RAW.unlink()
    rows.to_parquet(RAW.with_suffix(".parquet"))
    edited(SCHEMA, "columns", "bought", to={"type": "string", "role": "target"})
    edited(PARAMS, "evaluate", to={"metrics": ["accuracy"], "positive": None, "threshold": None})
    for name in ("validate", "split", "train", "evaluate"):
        importlib.import_module(f"pipeline.{name}").main()

    lines = capsys.readouterr().err.split("\n")[:-1]

    assert len([line for line in lines if line.startswith("warning: class ")]) == len(ATTACKS)
    assert commands("\n".join(lines)) == []
    assert [line for line in lines if not line.startswith("warning: ")] == []


def test_each_problem_has_a_line(folder: Path) -> None:
    """A list of problems is one of lines still, though none of them holds a line break."""
    made_up().assign(size="a\nb", visits="##[error]c").to_csv(RAW, index=False)

    lines = said("validate").splitlines()

    assert [line.split(",")[1] for line in lines[:-1]] == [" column 'size'", " column 'visits'"]
    assert commands("\n".join(lines)) == []


def test_pandas_reads_what_the_tests_write(folder: Path) -> None:
    """Else the attacks would prove nothing: the line break is in the cell."""
    cell("a\n::error::b")

    assert pd.read_csv(RAW)["colour"].unique().tolist() == ["a\n::error::b"]
