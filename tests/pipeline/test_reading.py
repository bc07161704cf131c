"""Every kind of file becomes the same table, and one that is none says what to do."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from pipeline.tables import delivery, reading
from pipeline.tables.delivery import DeliveryError, deliveries, name_of, read_table

ROWS = [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]


def said(path: Path) -> str:
    """Return what reading a file that is no table says."""
    with pytest.raises(DeliveryError) as raised:
        read_table(path)
    return str(raised.value)


def cells_of(path: Path, content: bytes | str) -> list[dict[str, object]]:
    """Write a file and return the rows that are read of it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path).to_pylist()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b\n1,2\n", ["a", "b"]),
        ('"a, b, c";"d, e";t\n1;2;3\n', ["a, b, c", "d, e", "t"]),
        ('"a;;;;",t\n1,2\n', ["a;;;;", "t"]),
        ('"a\nb"\tt\n1\t2\n', ["a\nb", "t"]),
        ("size, in cm\tt\n1\t2\n3\t4\n", ["size, in cm", "t"]),
        ("a|b\n1|2\n", ["a", "b"]),
        ("a,b;t\n1,5;2\n", ["a,b", "t"]),
        ("last, first;x;y\nDoe, J;1;2\n", ["last, first", "x", "y"]),
        ("\na,b\n01,2\n", ["a", "b"]),
        ("a\n1\n", ["a"]),
        (" a, b \n1,2\n", ["a", "b"]),
        ("0,1,2\n5,6,7\n", ["0", "1", "2"]),
        ("land,2020,2021,2022\nA,1,2,3\n", ["land", "2020", "2021", "2022"]),
    ],
)
def test_the_separator_is_what_parts_the_rows_alike(
    tmp_path: Path, text: str, names: list[str]
) -> None:
    """Whatever stands inside quotes; cells are text, spaces around names are no part of them."""
    (tmp_path / "a.csv").write_text(text)

    table = read_table(tmp_path / "a.csv")

    assert table.column_names == names
    assert set(table.schema.types) == {pa.string()}


def test_the_separator_of_a_tsv_is_a_tab(tmp_path: Path) -> None:
    """Even if commas would part it, too."""
    assert cells_of(tmp_path / "a.tsv", "a,b\n1,2\n") == [{"a,b": "1,2"}]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('a,b\n"1, 2","say ""x"""\n', [{"a": "1, 2", "b": 'say "x"'}]),
        ('a,b\n"1\n2",x\n', [{"a": "1\n2", "b": "x"}]),
        ("a,b\r\n1,x\r\n2,y\r\n", ROWS),
        ("a,b\n1,x\n2,y", ROWS),
        ("a,b\n1,x\n\n2,y\n\n", ROWS),
        (b"\xef\xbb\xbfa,b\n1,x\n2,y\n", ROWS),
        ("a,b\n#N/A,x\n", [{"a": None, "b": "x"}]),
    ],
)
def test_however_a_csv_is_written_its_cells_are_the_same(
    tmp_path: Path, content: bytes | str, expected: list[dict[str, object]]
) -> None:
    assert cells_of(tmp_path / "a.csv", content) == expected


@pytest.mark.parametrize("name", ["a.csv.gz", "A.CSV.GZ", "a.tsv.gz"])
def test_packed_text_is_read(tmp_path: Path, name: str) -> None:
    text = pd.DataFrame(ROWS).to_csv(index=False, sep="\t" if "tsv" in name else ",")

    assert cells_of(tmp_path / name, gzip.compress(text.encode())) == ROWS


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_lines_of_json_are_read_in_their_own_types(tmp_path: Path, name: str) -> None:
    """An object may lack a name."""
    lines = '{"a": 1, "b": "01"}\n{"a": 2.5}\n'

    assert cells_of(tmp_path / name, lines) == [{"a": 1.0, "b": "01"}, {"a": 2.5, "b": None}]


def test_whole_numbers_of_json_keep_every_digit(tmp_path: Path) -> None:
    """Also where no integer holds them; 1e300 is none, and stays a float."""
    ids = [9223372036854775808, 9223372036854775809]
    lines = [
        f'{{"id": {number}, "size": {size}}}' for number, size in ((ids[0], "1e300"), (ids[1], 2))
    ]

    found = cells_of(tmp_path / "a.jsonl", "\n".join(lines))

    assert found == [{"id": ids[0], "size": 1e300}, {"id": ids[1], "size": 2.0}]


def test_a_word_for_a_missing_value_can_be_a_value(tmp_path: Path) -> None:
    """In the column that says so, and in no other."""
    (tmp_path / "a.csv").write_text("land ,b\nNA,NA\nDE,1\n,\nnull,2\n")

    table = read_table(tmp_path / "a.csv", {"land": ["NA", "DE"]})

    assert table["land"].to_pylist() == ["NA", "DE", None, None]
    assert table["b"].to_pylist() == [None, "1", None, "2"]


def test_a_header_wider_than_what_is_read_at_once_is_read_whole(tmp_path: Path) -> None:
    names = [f"column number {i}" for i in range(9000)]
    (tmp_path / "a.csv").write_text(",".join(names) + "\n" + ",".join(["01"] * 9000) + "\n")

    table = read_table(tmp_path / "a.csv")

    assert table.column_names == names and set(table.schema.types) == {pa.string()}


def test_a_cell_longer_than_a_block_is_read(tmp_path: Path) -> None:
    assert cells_of(tmp_path / "a.csv", "a,b\n1," + "x" * 3_000_000 + "\n")[0]["a"] == "1"


def spark(folder: Path) -> Path:
    """Write a folder of parts as Spark does, partitioned by year."""
    for year in (2025, 2026):
        part = folder / f"year={year}"
        part.mkdir(parents=True)
        pd.DataFrame({"a": [year]}).to_parquet(part / "part-00000-c000.snappy.parquet")
        (part / ".part-00000-c000.snappy.parquet.crc").write_bytes(b"x")
    (folder / "_SUCCESS").touch()
    return folder


def test_a_folder_of_parts_is_one_delivery(tmp_path: Path) -> None:
    """With what its folders say as columns; other deliveries may lie beside it."""
    folder = spark(tmp_path / "sales.parquet")
    (tmp_path / "other.csv").write_text("a,year\n1,2024\n")

    found = deliveries(str(tmp_path))

    assert [name_of(path) for path in found] == ["other", "sales"]
    assert read_table(folder).to_pylist() == [
        {"a": 2025, "year": "2025"},
        {"a": 2026, "year": "2026"},
    ]


@pytest.mark.parametrize("name", ["part-0.parquet", "part.1.pq"])
def test_a_folder_needs_no_ending_if_its_files_are_parts(tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "out" / name)

    assert deliveries(str(tmp_path)) == [tmp_path / "out"]


def test_a_folder_of_parquet_files_by_name_is_no_delivery(tmp_path: Path) -> None:
    """They are deliveries of their own."""
    (tmp_path / "out").mkdir()
    for name in ("january", "february"):
        pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "out" / f"{name}.parquet")

    assert [name_of(path) for path in deliveries(str(tmp_path / "out"))] == ["february", "january"]
    with pytest.raises(DeliveryError, match="is a folder, and not of Parquet parts"):
        delivery.deliveries(str(tmp_path))


TEXT = "name,größe\nJosé,1\n„x“ … ñ,2\n"
LATIN = "name,größe\nJosé,1\nñ,2\n"


@pytest.mark.parametrize(
    ("encoding", "text", "named"),
    [
        ("utf-16", TEXT, "UTF-16"),
        ("utf-16-le", TEXT, "UTF-16LE"),
        ("utf-16-be", TEXT, "UTF-16BE"),
        ("utf-32", TEXT, "UTF-32"),
        ("cp1252", TEXT, "WINDOWS-1252"),
        ("latin-1", LATIN, "WINDOWS-1252"),
        ("latin-1", LATIN + "\x81,3\n", "ISO-8859-1"),
        ("cp1252", "a,b\n" + "1,2\n" * 90_000 + "é,3\n", "WINDOWS-1252"),
    ],
)
@pytest.mark.parametrize("name", ["my table.csv", "my table.csv.gz"])
def test_another_encoding_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, encoding: str, text: str, named: str, name: str
) -> None:
    """Run as it stands, the command writes a file that is read."""
    data = text.encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)

    message = said(tmp_path / name)

    command = re.findall("`(.+)`", message)[0]
    assert f"iconv -f {named} -t UTF-8" in command
    subprocess.run(command, shell=True, check=True)
    mended = tmp_path / "my table.utf8.csv"
    assert mended.read_text(encoding="utf-8-sig") == text
    assert read_table(mended).num_columns == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"a,b\n1,\x002\n", "holds NUL bytes"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"a,b\n", "a header but no rows"),
        ("a.csv", b"a,b\n1,2,3\n", "has a ragged row"),
        ("a.csv", b"5.1,3.5,1.4,setosa\n4.9,3.0,1.4,setosa\n", "3 of 4 are numbers"),
        ("a.csv", b"39, Private, 77516, A, 13\n50, Public, 83311, B, 13\n", "3 of 5 are numbers"),
        ("a.csv", b"x,s,x\nx,s,n\n", "add a line of names if the first line holds values"),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "cannot be read"),
        ("a.csv.gz", b"a,b\n1,2\n", "cannot be read"),
        ("a.jsonl", b'{"a": 1}\n{"a": "x"}\n', "numbers in column 'a', and a string in row 2"),
        ("a.tsv", b'a\tb\n1\t"x\n2\ty\n3\tz\n', "a quote in row 1 that is never closed"),
        ("a.jsonl", b"[1, 2]\n", "is no JSON Lines"),
        ("a.jsonl", b"", "is empty"),
        ("a.pq", b"PAR1", "cannot be read"),
    ],
)
def test_what_is_no_table_is_said(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)

    assert words in said(tmp_path / name)


def test_every_ending_is_left_out_of_the_name(tmp_path: Path) -> None:
    names = ["a.b.csv.gz", "a.tsv", "x.ndjson", "y.pq", "z.parquet"]

    assert [name_of(tmp_path / n) for n in names] == ["a.b", "a", "x", "y", "z"]


def test_a_table_is_the_same_from_every_kind_of_file(tmp_path: Path) -> None:
    rows = pd.DataFrame({"a": [1.5, None], "b": ["x", "y"]})
    rows.to_csv(tmp_path / "a.csv", index=False)
    rows.to_csv(tmp_path / "b.csv.gz", index=False)
    rows.to_parquet(tmp_path / "c.pq")
    lines = [json.dumps({k: v for k, v in r.items() if v == v}) for r in rows.to_dict("records")]
    (tmp_path / "d.jsonl").write_text("\n".join(lines))
    tables = [read_table(path) for path in deliveries(str(tmp_path))]

    found = [table["a"].cast(pa.float64()).to_pylist() for table in tables]

    assert found == [[1.5, None]] * 4


@pytest.mark.parametrize("text", ["null\n", "\ufeffnull", '{"a": 1}\n\n  null {}'])
def test_a_row_that_is_null_is_refused(tmp_path: Path, text: str) -> None:
    """Arrow ends the process at one that comes first."""
    path = tmp_path / "rows.jsonl"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(reading.UnreadableError, match="a line that begins with null"):
        reading.read(path, {})


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"\xf7": 1}\n')

    with pytest.raises(reading.UnreadableError, match="holds names that are not UTF-8"):
        reading.read(path, {})
