"""What two sides of a merge delivered is put together by name, and never by guessing."""

import hashlib
import json
from pathlib import Path

import pytest
from dvc.repo import Repo
from hypothesis import given
from hypothesis import strategies as st

from adopt import union
from adopt.union import ResolveError
from pipeline.stage import UserError

BASE = {"a.csv": "1", "b.csv": "2"}
FILES = st.dictionaries(st.sampled_from("abc"), st.sampled_from("123"))
OID = "0" * 32


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (BASE | {"c.csv": "3"}, BASE | {"d.csv": "4"}, BASE | {"c.csv": "3", "d.csv": "4"}),
        (BASE | {"c.csv": "3"}, BASE | {"c.csv": "3"}, BASE | {"c.csv": "3"}),
        ({"a.csv": "1"}, BASE | {"a.csv": "9"}, {"a.csv": "9"}),
        ({"a.csv": "1"}, {"b.csv": "2"}, {}),
    ],
)
def test_what_each_side_added_changed_or_removed_is_kept(
    ours: dict[str, str], theirs: dict[str, str], expected: dict[str, str]
) -> None:
    assert union.union(BASE, ours, theirs) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "name"),
    [
        (BASE | {"c.csv": "3"}, BASE | {"c.csv": "4"}, "c.csv"),
        (BASE | {"a.csv": "3"}, BASE | {"a.csv": "4"}, "a.csv"),
        (BASE | {"a.csv": "3"}, {"b.csv": "2"}, "a.csv"),
    ],
)
def test_what_the_sides_disagree_on_is_named(
    ours: dict[str, str], theirs: dict[str, str], name: str
) -> None:
    """Two contents, or one changed and removed: nobody but a person can tell which counts."""
    with pytest.raises(ResolveError, match=f"'{name}'"):
        union.union(BASE, ours, theirs)


@given(base=FILES, ours=FILES, theirs=FILES)
def test_it_does_not_matter_which_side_is_ours(
    base: dict[str, str], ours: dict[str, str], theirs: dict[str, str]
) -> None:
    """In a rebase, Git calls the other one *ours*."""
    results = []
    for one, other in ((ours, theirs), (theirs, ours)):
        try:
            results.append(union.union(base, one, other))
        except ResolveError as error:
            results.append({"error": str(error)})

    assert results[0] == results[1]
    assert union.union(base, ours, ours) == ours == union.union(base, base, ours)


def stored(tmp_path: Path, text: str) -> tuple[Repo, str]:
    """Return a project with a folder object in its cache, and the object's name."""
    repo = Repo.init(str(tmp_path), no_scm=True)
    oid = f"{hashlib.md5(text.encode()).hexdigest()}.dir"
    path = Path(repo.cache.local.oid_to_path(oid))
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return repo, oid


@pytest.mark.parametrize("name", ["../../outside", "/etc/x", "..", "a/b.csv", "a\\b.csv", ""])
def test_a_folder_object_names_files_and_no_other_places(tmp_path: Path, name: str) -> None:
    """A clone is a stranger's: what it lists is not followed out of data/raw."""
    repo, oid = stored(tmp_path, json.dumps([{"relpath": name, "md5": OID}]))

    with pytest.raises(UserError, match=r"^data/raw of theirs.*; expected (names of )?files"):
        union.listed(repo, oid, "theirs")


@pytest.mark.parametrize("text", ["[" * 100_000, '[{"relpath": "a"}]', "7", '["a"]'])
def test_a_folder_object_that_lists_nothing_is_refused(tmp_path: Path, text: str) -> None:
    repo, oid = stored(tmp_path, text)

    with pytest.raises(UserError, match=r"^data/raw of theirs: folder object .* expected"):
        union.listed(repo, oid, "theirs")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 50_000, "names no folder"),
        ("<<<<<<< a\nouts: []\n", "names no folder"),
        (f"outs:\n- md5: {OID}\n  hash: md5\n", "names no folder"),
        ("outs:\n- md5: ../../x.dir\n  hash: md5\n", "names no folder"),
        (f"deps: [1]\nouts:\n- md5: {OID}.dir\n  hash: md5\n", "is an import"),
    ],
)
def test_a_pointer_that_leads_to_no_folder_is_refused(text: str, said: str) -> None:
    with pytest.raises(ResolveError, match=said):
        union.pointed(text, "theirs")
