"""Put your own table in place of the data: deliveries, schema, parameters, datasheet, storage."""

import argparse
import sys

from adopt.adopt import adopt
from pipeline import stage
from pipeline.stage import UserError


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line; an option that is empty counts as not given."""
    parser = argparse.ArgumentParser(prog="python -m adopt", description=__doc__)
    parser.add_argument(
        "--data", required=True, help="a CSV, Parquet or JSON Lines file, or a folder of them"
    )
    parser.add_argument("--target", required=True, help="the column to predict")
    parser.add_argument(
        "--key", help="the column that tells rows apart; later deliveries correct by it"
    )
    parser.add_argument("--group", help="rows of the same group stay on one side of the split")
    parser.add_argument("--time", help="the column that says when; see 'by: time' in params.yaml")
    parser.add_argument("--time-format", help="how it is written, such as %%d.%%m.%%Y")
    parser.add_argument(
        "--task", choices=["classification", "regression", ""], help="default: inferred"
    )
    parser.add_argument(
        "--force",
        nargs="?",
        const="1",
        choices=["1", "0", ""],
        help="even with uncommitted changes",
    )
    asked = parser.parse_args(words)
    for name, value in vars(asked).items():
        setattr(asked, name, value or None)
    asked.force = asked.force == "1"
    for name in ("data", "target"):
        if not getattr(asked, name):
            parser.error(
                f"{name.upper()} is missing, as in: make adopt DATA=table.csv TARGET=column"
            )
    return asked


def main() -> None:
    asked = arguments()
    try:
        print(adopt(asked))
    except UserError as error:
        sys.exit(f"{error}\nNothing was changed.")
    except OSError as error:
        found = stage.one_line(f"{error.strerror}: '{error.filename}'.")
        sys.exit(f"{found}\nNothing was changed.")
    except KeyboardInterrupt:
        sys.exit("Interrupted. Nothing was changed.")


if __name__ == "__main__":
    main()
