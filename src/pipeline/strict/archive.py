"""Looks through a skops file before any of it is opened: names, sizes, nesting, loaders, arrays."""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from pipeline.strict import sizes
from pipeline.strict.texts import SHOWN, StrictError

DOCUMENT, LARGEST, DEEPEST = "schema.json", 32_000_000, 200
MEMBER = re.compile(r"[0-9]{1,20}\.np[yz]|[0-9a-f-]{36}\.bin")
# How skops may make an object. What is left out calls or looks up whatever a file names, and no
# estimator of scikit-learn needs it.
LOADERS = {
    *("BytearrayNode", "BytesNode", "DTypeNode", "DefaultDictNode", "DictNode", "FunctionNode"),
    *("JsonNode", "ListNode", "LossNode", "MaskedArrayNode", "NdArrayNode", "ObjectNode"),
    *("RandomGeneratorNode", "RandomStateNode", "SetNode", "SliceNode", "SparseMatrixNode"),
    *("TreeNode", "TupleNode", "TypeNode"),
}
ROOT = {"__loader__": "ObjectNode", "__module__": "sklearn.pipeline", "__class__": "Pipeline"}
BROKEN = (
    *(EOFError, KeyError, NotImplementedError, OSError, OverflowError, RecursionError),
    *(RuntimeError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error),
)


def expect_pipeline(content: bytes) -> None:
    """Raise StrictError unless `content` is a skops file of a Pipeline, as `model.save` writes."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive.infolist(), len(content))
            _check_document(archive.read(DOCUMENT), set(archive.namelist()))
            for member in archive.infolist():
                _check_arrays(archive.read(member), member.filename)
    except StrictError:
        raise
    except BROKEN as error:
        raise StrictError(f"it is damaged: {str(error).splitlines() or ['']}"[:160]) from None


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    names = [member.filename for member in members]
    wrong = next((n for n in names if n != DOCUMENT and not MEMBER.fullmatch(n)), None)
    if wrong is not None:
        raise StrictError(f"it holds the file {wrong[:SHOWN]!a}, which skops does not write")
    if len(set(names)) < len(names):
        raise StrictError("it holds two files of the same name")
    if any(m.compress_type != zipfile.ZIP_STORED or m.flag_bits & 1 for m in members):
        raise StrictError("its files are packed; expected plain ones, as `dvc repro` writes them")
    if sum(member.file_size for member in members) > size:
        raise StrictError("its files are larger than it is")


def _check_document(text: bytes, members: set[str]) -> None:
    if len(text) > LARGEST:
        raise StrictError(f"its {DOCUMENT} has {len(text):,} bytes; expected at most {LARGEST:,}")
    document = json.loads(text)
    if not isinstance(document, dict) or {name: document.get(name) for name in ROOT} != ROOT:
        raise StrictError("it holds no Pipeline of scikit-learn")
    for node in _nodes(document):
        loader, file = node["__loader__"], node.get("file")
        if not isinstance(loader, str) or loader not in LOADERS:
            raise StrictError(
                f"it asks for the loader {str(loader)[:SHOWN]!a}; expected one of LOADERS in "
                "src/pipeline/strict/archive.py"
            )
        if not all(isinstance(node.get(name), str) for name in ("__module__", "__class__")):
            raise StrictError(f"a {loader} in it names no type")
        if loader != "DictNode" and isinstance(file, str) and file not in members:
            raise StrictError(f"it refers to {file[:SHOWN]!a}, which it does not hold")


def _nodes(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each object that says how it is loaded; raise StrictError for too deep nesting."""
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        yield from (item for item in level if isinstance(item, dict) and "__loader__" in item)
        children = (i.values() if isinstance(i, dict) else i for i in level)
        level = [child for inner in children for child in inner if isinstance(child, dict | list)]
    if level:
        raise StrictError(f"its {DOCUMENT} is nested more than {DEEPEST} deep")


def _check_arrays(content: bytes, name: str) -> None:
    if name.endswith(".npy"):
        _check_array(io.BytesIO(content), len(content), name)
    elif name.endswith(".npz"):
        with zipfile.ZipFile(io.BytesIO(content)) as inner:
            members = inner.infolist()
            if sum(member.file_size for member in members) > sizes.allowed(len(content)):
                raise StrictError(f"its {name} unpacks to more than a matrix of its size can")
            for member in members:
                with inner.open(member) as file:
                    _check_array(file, member.file_size, name)


def _check_array(file: IO[bytes], size: int, name: str) -> None:
    """Raise StrictError unless an array is as large as its header says."""
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    shape, _, dtype = read[np.lib.format.read_magic(file)](file)
    header = file.tell()
    count = 1
    for length in shape:
        count *= length
    if dtype.hasobject or not dtype.itemsize or header + count * dtype.itemsize != size:
        raise StrictError(f"its {name} is no array of the size that it says")
