"""A model file that is made to harm is refused in one sentence, before anything of it is made."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from pipeline import model
from pipeline.model import ModelError

Files = dict[str, bytes]
Document = dict[str, Any]


def dumped(kind: Any = LogisticRegression) -> bytes:
    """Return a small fitted Pipeline as skops writes it."""
    columns = ColumnTransformer([("all", "passthrough", [0])])
    pipeline = Pipeline([("columns", columns), ("estimator", kind())])
    fitted = pipeline.fit(np.arange(12.0).reshape(-1, 1), [0, 1] * 6)
    return model.canonical(skops.io.dumps(fitted))


def packed(change: Callable[[Document, Files], None], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return the Pipeline's file after a change of its document and of its other files."""
    with zipfile.ZipFile(io.BytesIO(dumped())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(files.pop("schema.json"))
    change(document, files)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr("schema.json", json.dumps(document))
    return made.getvalue()


def loader(name: str) -> bytes:
    """Return a file of which the last step is to be made by another loader."""

    def change(document: Document, _: Files) -> None:
        step = document["content"]["content"]["steps"]["content"][1]["content"][1]
        step["__loader__"] = name

    return packed(change)


def member(name: str, content: bytes = b"") -> bytes:
    """Return a file that holds one more, or another, of this name."""
    return packed(lambda _, files: files.update({name: content}))


def replaced(content: bytes) -> bytes:
    """Return a file of which the first array is this."""
    return packed(lambda _, files: files.update({next(iter(files)): content}))


def array(shape: tuple[int, ...], content: bytes = b"") -> bytes:
    """Return an array of 64-bit floats whose header says what it likes."""
    header = io.BytesIO()
    said = {"shape": shape, "fortran_order": False, "descr": "<f8"}
    np.lib.format.write_array_header_1_0(header, said)
    return header.getvalue() + content


def pickled(content: np.ndarray) -> bytes:
    """Return an array of objects, which only pickle can hold."""
    held = io.BytesIO()
    np.save(held, content, allow_pickle=True)
    return held.getvalue()


def alone(document: bytes) -> bytes:
    """Return a file that holds this in place of a document, and nothing else."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("schema.json", document)
    return made.getvalue()


def bomb() -> bytes:
    """Return a sparse matrix of 320 MB of zeros, in a third of a megabyte."""
    matrix, held = scipy.sparse.csr_matrix([[1.0]]), io.BytesIO()
    scipy.sparse.save_npz(held, matrix)
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("more.npy", array((40_000_000,), bytes(320_000_000)))
    return held.getvalue()


def twice() -> bytes:
    """Return a file with two documents: which is read depends on who reads."""
    made = io.BytesIO(dumped())
    with zipfile.ZipFile(made, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("schema.json", "{}")
    return made.getvalue()


def overlapping() -> bytes:
    """Return a file whose index names the same bytes a thousand times."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("schema.json", b" " * 9999)
        for i in range(1000):
            info = zipfile.ZipInfo(f"{i}.npy")
            info.file_size = info.compress_size = 9999
            info.header_offset = info.CRC = 0
            archive.filelist.append(info)
            archive.NameToInfo[info.filename] = info
        archive._didModify = True
    return made.getvalue()


def deep(document: Document, _: Files) -> None:
    for _level in range(300):
        document["content"] = [document["content"]]


ATTACKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a list": (lambda: skops.io.dumps([1, 2]), "holds no Pipeline of scikit-learn"),
    "a text": (lambda: skops.io.dumps("x"), "holds no Pipeline of scikit-learn"),
    "an estimator alone": (lambda: skops.io.dumps(LogisticRegression()), "holds no Pipeline"),
    "a loader that is unknown": (lambda: loader("EvilNode"), "asks for the loader 'EvilNode'"),
    "a loader that calls": (lambda: loader("MethodNode"), "asks for the loader 'MethodNode'"),
    "another protocol's": (
        lambda: packed(lambda document, _: document.update(protocol=99)),
        "saved with skops protocol 99",
    ),
    "deep nesting": (lambda: packed(deep), "is nested more than 200 deep"),
    "deeper nesting": (lambda: alone(b"[" * 200_000), "maximum recursion depth"),
    "a packed member": (
        lambda: packed(lambda _, files: files.update({"9.npy": bytes(9999)}), zipfile.ZIP_DEFLATED),
        "its files are packed",
    ),
    "a packed matrix": (lambda: member("9.npz", bomb()), "unpacks to more than a matrix"),
    "members that overlap": (overlapping, "larger than it is"),
    "a document twice": (twice, "two files of the same name"),
    "a name above": (lambda: member("../9.npy"), "holds the file '../9.npy'"),
    "a name from the root": (lambda: member("/etc/passwd"), "holds the file '/etc/passwd'"),
    "an array that lies": (
        lambda: replaced(array((10**12,), bytes(8))),
        "is no array of the size that it says",
    ),
    "an array of objects": (
        lambda: replaced(pickled(np.array([print], dtype="object"))),
        "is no array of the size that it says",
    ),
    "a reference to nothing": (
        lambda: packed(lambda _, files: files.pop(next(iter(files))) and None),
        "which it does not hold",
    ),
    "a file that is cut": (lambda: dumped()[:-30], "no model file"),
    "nothing": (lambda: b"", "no model file"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ATTACKS)
def test_a_file_that_is_made_to_harm_is_refused(tmp_path: Path, name: str) -> None:
    make, said = ATTACKS[name]
    (tmp_path / "model.skops").write_bytes(make())

    with pytest.raises(ModelError) as raised:
        model.load(tmp_path / "model.skops")

    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400 + len(str(tmp_path))


@pytest.mark.parametrize("kind", [LogisticRegression, KNeighborsClassifier])
def test_a_model_of_this_repository_is_read(tmp_path: Path, kind: Any) -> None:
    (tmp_path / "model.skops").write_bytes(dumped(kind))

    assert model.load(tmp_path / "model.skops").predict([[1.0]]) in (0, 1)
