"""Print the primary metric over the last 20 commits, as Markdown for a job's summary."""

import argparse
import sys
from pathlib import Path

from pipeline import evaluate, stage
from report import charts, markdown
from report.blocks import Block, Name, Paragraph, Table
from review.gather import git


def history(root: Path) -> str:
    """Return the chart and the table of what each commit's metrics/test.json recorded."""
    params = stage.read_params("evaluate", evaluate.Params, str(root / "params.yaml"))
    metric = params.metrics[0]
    found = git.history(metric, "HEAD", root)
    rows = [(Name(entry["commit"]), f"{entry['value']:.6g}") for entry in reversed(found)]
    start = Paragraph((Name(metric), " as these commits recorded it, the newest first."))
    blocks: list[Block] = [
        *charts.history(found, metric, None),
        start,
        Table(("commit", "value"), "lr", list(rows)),
    ]
    return "\n\n".join(map(markdown.block, blocks))


def main() -> None:
    """Print the history of the repository in the current folder."""
    argparse.ArgumentParser(prog="python -m ci.history", description=__doc__).parse_args()
    print(history(Path.cwd()))


if __name__ == "__main__":
    try:
        main()
    except stage.UserError as error:
        sys.exit(str(error))
