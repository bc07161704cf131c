"""Pack the files that match the patterns, one a line; without a file there is no artifact."""

import os
import sys
import zipfile
from pathlib import Path

name, patterns = sys.argv[1:]
found = sorted(path for pattern in patterns.split() for path in Path().glob(pattern))
if found:
    with zipfile.ZipFile(Path(os.environ["ARTIFACTS"], f"{name}.zip"), "w") as archive:
        for path in found:
            archive.write(path)
