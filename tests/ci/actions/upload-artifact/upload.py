"""Pack the files that match the patterns, one a line; without a file there is no artifact.

As in actions/upload-artifact, names start below the folder that all files share.
"""

import glob
import os
import sys
import zipfile
from pathlib import Path

name, patterns = sys.argv[1:]
found = sorted(path for pattern in patterns.split() for path in glob.glob(pattern))
if found:
    shared = os.path.commonpath([os.path.dirname(os.path.abspath(path)) for path in found])
    with zipfile.ZipFile(Path(os.environ["ARTIFACTS"], f"{name}.zip"), "w") as archive:
        for path in found:
            archive.write(path, os.path.relpath(os.path.abspath(path), shared))
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write("artifact-id=1\n")
