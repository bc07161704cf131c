"""Reads one kind of file again and again, each time changed otherwise.

`python fuzz.py KIND FOLDER`, with src/ on PYTHONPATH; FOLDER is an empty one.

A case is its number: `--case 17` runs that one alone, and shows what it holds. A reader may return,
or raise the error that it documents; anything else ends the run, and so does a case that takes over
ten seconds, a process that grows over a gigabyte, and anything that is written, started or reached
outside of FOLDER.
"""

import argparse
import gzip
import hashlib
import json
import os
import random
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SECONDS, MEGABYTES = 10, 1000
TOKENS = [
    b"[" * 70, b"{" * 70, b"- " * 70, b"&a [*a, *a]", b"*a", b"&a", b"<<: *a",
    b"!!python/object:os.system", b"!!int x", b"!!binary x", b"2026-99-99", b"9" * 400, b"1e999",
    b"-1", b"NaN", b"Infinity", b".inf", b"null", b"true", b"''", b'"', b"..", b"../", b"/etc/x",
    b".git", b"\\", b"\0", b"\xff", b"\r", b"\t", "\u202e\u2066\ud7ff\U0001f600".encode(),
    b"\\ud800", b"\\u0000", b"{}", b"[]", b"0", b"0x7f", b"? ", b": ", b"#", b"|\n ", b"\n---\n",
    b"%YAML 9.9\n", b"<<<<<<< a\n", b"<script>", b"::error::x\n", b"##[x]", b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f", b"PK\x01\x02", b"PAR1", b"\x80",
]  # fmt: skip
Read = Callable[[bytes], object]


def changed(content: bytes, chance: random.Random) -> bytes:
    """Return `content` with up to four changes: bits, bytes, pieces, and TOKENS put in."""
    made = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(made) + 1)
        upto = min(len(made), at + chance.choice((1, 1, 4, 30, 400)))
        way = chance.randrange(6)
        if way == 0 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            del made[at:upto]
        elif way == 2:
            made[at:at] = made[at:upto] * chance.choice((1, 2, 20))
        elif way == 3:
            made[at:upto] = chance.choice(TOKENS)
        elif way == 4:
            other = chance.randrange(len(made) + 1)
            made[at:upto] = made[other : other + upto - at]
        else:
            made[at:at] = chance.choice(TOKENS)
    return bytes(made)


def case(seeds: list[bytes], number: int) -> bytes:
    """Return what case `number` reads; the first ones are the seeds as they are."""
    if number < len(seeds):
        return seeds[number]
    chance = random.Random(number)
    return changed(chance.choice(seeds), chance)


def yaml(folder: Path) -> tuple[list[bytes], Read]:
    """params.yaml, by those who read a section of it."""
    from pipeline import evaluate, split, stage, train

    path = folder / "params.yaml"
    sections = {"split": split.Params, "train": train.Params, "evaluate": evaluate.Params}

    def read(content: bytes) -> None:
        path.write_bytes(content)
        for section, kind in sections.items():
            stage.read_params(section, kind, str(path))

    found = (ROOT / "params.yaml").read_bytes()
    kept = [
        b"[" * 50_000,
        b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        b"a: 2026-99-99",
        b"a: !!int x",
    ]
    return [found, *kept], read


def schema(folder: Path) -> tuple[list[bytes], Read]:
    from pipeline.schema import read_schema

    path = folder / "schema.yaml"

    def read(content: bytes) -> None:
        path.write_bytes(content)
        read_schema(str(path))

    small = b"""columns:
  id: {type: integer, role: key}
  when: {type: date, role: time, format: '%d.%m.%Y', missing: [9999-12-31]}
  size: {type: number, role: feature, min: 0, max: 9.5, missing: ['-', -999], nullable: true}
  kind: {type: string, role: group, values: [a, b], present: ['NA']}
  y: {type: boolean, role: target}
"""
    twice = small.replace(b"%d.%m.%Y", b"%d.%Y.%Y")
    return [(ROOT / "data/schema.yaml").read_bytes(), small, twice], read


def delivery(folder: Path) -> tuple[list[bytes], Read]:
    """A table as CSV, packed, as JSON Lines and as Parquet: the first byte says which."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    from pipeline.schema import read_schema
    from pipeline.tables import delivery as deliveries

    (folder / "schema.yaml").write_bytes(schema(folder)[0][1])
    known = read_schema(str(folder / "schema.yaml"))
    kinds = (".csv", ".csv.gz", ".jsonl", ".parquet", ".tsv")
    rows = [
        {"id": i, "when": f"0{i}.02.2026", "size": i / 2, "kind": "ab"[i % 2], "y": i > 3}
        for i in range(1, 9)
    ]
    cells = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    text = "\n".join(cells).encode()
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    lines = "\n".join(map(json.dumps, rows)).encode()
    contents = (text, gzip.compress(text), lines, file.getvalue(), text.replace(b",", b"\t"))
    kept = [
        b'\x02{"\xf7": 1}',  # a name that is not UTF-8, in JSON Lines
        b"\x02" + b"[" * 100_000,  # ended the process
        b"\x02" + b"\n" * 100_000 + b"null",  # took a minute, as did the next
        b"\x00" + b"1" * 50_000 + b"x,2\n1,2\n",
    ]

    def read(content: bytes) -> None:
        ending = kinds[content[0] % len(kinds)] if content else ".csv"
        path = folder / f"rows{ending}"
        path.write_bytes(content[1:])
        deliveries.typed(path, deliveries.read_table(path, known.present), known)

    return [*(bytes([at]) + found for at, found in enumerate(contents)), *kept], read


def folders(folder: Path) -> tuple[list[bytes], Read]:
    """A folder object, under the name that it has: its hash."""
    from pipeline.clone import folders as listed

    def read(content: bytes) -> None:
        oid = f"{hashlib.md5(content, usedforsecurity=False).hexdigest()}.dir"
        listed.check(content, oid, "data/raw.dvc")

    entries = [{"md5": f"{i:032x}", "relpath": f"part/{i}.csv"} for i in range(3)]
    evil = [{"md5": "0" * 32, "relpath": "../../.git/hooks/post-checkout"}]
    return [json.dumps(entries).encode(), json.dumps(evil).encode(), b"[" * 100_000], read


def lock(folder: Path) -> tuple[list[bytes], Read]:
    """dvc.lock, data/raw.dvc, dvc.yaml and .dvc/config, each as who looks at a clone reads it."""
    from pipeline.clone import config, outputs
    from review.gather import snapshot

    names = ("dvc.lock", "data/raw.dvc", "dvc.yaml")
    (folder / "data").mkdir()
    (folder / ".dvc").mkdir()

    def read(content: bytes) -> None:
        which, rest = content[:1], content[1:]
        if which == b"c":
            (folder / ".dvc/config").write_bytes(rest)
            config.read(folder)
            return
        name = names[which[0] % len(names)] if which else names[0]
        (folder / name).write_bytes(rest)
        outputs.read(folder, [name], {})
        if name == "dvc.lock":
            snapshot.locked(folder)

    seeds = [bytes([at]) + (ROOT / name).read_bytes() for at, name in enumerate(names)]
    return [*seeds, b"c" + (ROOT / ".dvc/config").read_bytes(), b"c\xff"], read


def review(folder: Path) -> tuple[list[bytes], Read]:
    """review.json, and what is made of it if it is one."""
    from report import document, markdown, terminal

    path = folder / "review.json"

    def read(content: bytes) -> None:
        path.write_bytes(content)
        found = document.load(path)
        markdown.report(found)
        terminal.report(found)

    return [(ROOT / "tests/report/data/review.json").read_bytes()], read


def model(folder: Path) -> tuple[list[bytes], Read]:
    """A model file: a zip of a description and of arrays; both are changed, and packed again."""
    import io
    import zipfile

    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from pipeline import model as models

    path = folder / "model.skops"
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(np.eye(4), [0, 1, 0, 1])
    models.save(fitted, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    names = sorted(members)

    def read(content: bytes) -> None:
        if content[:1] == b"z":
            path.write_bytes(content[1:])
        else:
            name = names[content[0] % len(names)] if content else names[0]
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as archive:
                for each in names:
                    archive.writestr(each, content[1:] if each == name else members[each])
            path.write_bytes(made.getvalue())
        models.load(path)

    return [bytes([at]) + members[name] for at, name in enumerate(names)] + [
        b"z" + path.read_bytes()
    ], read


KINDS = {f.__name__: f for f in (yaml, schema, delivery, folders, lock, review, model)}
ACTS = {"os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "socket.connect"}
WRITES = {"os.remove", "os.rename", "os.link", "os.symlink", "os.mkdir", "os.rmdir", "os.chmod"}


def watched(folder: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """Return a hook that ends the process when a reader acts, or writes outside of `folder`."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        writes = (
            event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if event in ACTS or ((event in WRITES or writes) and not inside(args[0])):
            os.write(2, f"{event} {args!a:.500}\n".encode())
            os._exit(3)

    def inside(name: object) -> bool:
        return isinstance(name, int) or os.path.realpath(os.fsdecode(name)).startswith(str(folder))

    return hook


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--case", type=int, help="run this one alone")
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    seeds, read = KINDS[asked.kind](folder)
    from pipeline.stage import UserError
    from report.plain import PlainError

    sys.addaudithook(watched(folder))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which no reader can catch
    refused = 0
    for number in [asked.case] if asked.case is not None else range(asked.cases):
        content = case(seeds, number)
        os.pwrite(1, f"{number:<12}\n".encode(), 0) if asked.case is None else print(content)
        signal.alarm(SECONDS)
        try:
            read(content)
        except (UserError, PlainError) as error:
            refused += 1
            lines = str(error).split("\n")  # one for each problem of a delivery
            if len(str(error)) > 4000 or not all(map(str.isprintable, lines)):
                raise ValueError(f"no sentence: {error!s:.300}") from None
    signal.alarm(0)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{refused} refused, {grown:.0f} MB            ")
    sys.exit(4 if grown > MEGABYTES else 0)


if __name__ == "__main__":
    main()
