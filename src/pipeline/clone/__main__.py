"""Check that the project in this folder may be followed, before DVC pulls or reruns anything."""

import argparse
import sys
from pathlib import Path

from pipeline import stage
from pipeline.clone import check


def main() -> None:
    """Say nothing, or exit with what is not followed."""
    argparse.ArgumentParser(prog="python -m pipeline.clone", description=__doc__).parse_args()
    check.expect_sound(Path.cwd())


if __name__ == "__main__":
    try:
        main()
    except stage.UserError as error:
        sys.exit(str(error))
