"""What a clone names is refused, in one sentence, before it is followed."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from conftest import AUTHOR, run
from pipeline.clone import check, credentials
from pipeline.clone.names import CloneError, flaw
from pipeline.stage import UserError

CONFIG = """\
[core]
    remote = storage
['remote "storage"']
    url = ../data/storage
    verify = true
"""
FILE = {"md5": "0" * 32, "relpath": "rows.csv"}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with a remote of its own, and one output that is a folder."""
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text(CONFIG)
    point(tmp_path, [FILE])
    run("git", "init", "-q", "-b", "main", cwd=tmp_path)
    run("git", "add", "-A", cwd=tmp_path)
    run("git", *AUTHOR, "commit", "-qm", "start", cwd=tmp_path)
    return tmp_path


def point(root: Path, entries: object, path: str = "raw", more: str = "") -> Path:
    """Have data/raw.dvc name a folder object with these entries, and return where that lies."""
    content = json.dumps(entries).encode()
    name = hashlib.md5(content).hexdigest()
    place = root / "data/storage/files/md5" / name[:2] / f"{name[2:]}.dir"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    pointer = f"outs:\n- md5: {name}.dir\n  hash: md5\n  path: {path}\n{more}"
    (root / "data/raw.dvc").write_text(pointer)
    return place


def test_what_is_sound_is_kept_where_dvc_looks_first(clone: Path) -> None:
    """A remote could say something else the next time that it is asked."""
    place = point(clone, [FILE])

    check.expect_sound(clone)

    kept = clone / ".dvc/cache/files/md5" / place.parent.name / place.name
    assert kept.read_bytes() == place.read_bytes()
    assert (clone / ".dvc/tmp/site").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "../x", "a/../../x", "/etc/x", "a//x", "a/", "C:/x", "c:x", "a\\x", "a\0x",
     "x" * 256, ".git/hooks/x", "a/.GIT/x", ".git./x", ".g\u200cit/x", "GIT~1/x", None, 1, ["x"],
     "a\ud800"],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_refused(clone: Path, path: object) -> None:
    point(clone, [FILE, {"md5": "1" * 32, "relpath": path}])

    with pytest.raises(CloneError, match=r"^data/raw.dvc: folder object '.*' is not followed"):
        check.expect_sound(clone)


@pytest.mark.parametrize("path", ["rows.csv", "part/rows.csv", "...", "a..b", "Über 12:00.csv"])
def test_a_plain_path_is_none_of_them(path: str) -> None:
    assert flaw(path) == ""


@pytest.mark.parametrize(
    "entry",
    [{"md5": "../x"}, {"md5": "0" * 32 + ".dir"}, {"md5": None}, {"md5": "0" * 32, "remote": "x"}],
)
def test_an_entry_is_one_object(clone: Path, entry: dict[str, object]) -> None:
    """Neither a path in the storage, nor a folder of which nobody has seen the list."""
    point(clone, [{"relpath": "x", **entry}])

    with pytest.raises(CloneError, match="it is no file"):
        check.expect_sound(clone)


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"not json", b"[" * 100_000, b"\xff"])
def test_a_folder_object_is_a_list_of_files(clone: Path, content: bytes) -> None:
    name = hashlib.md5(content).hexdigest()
    place = clone / "data/storage/files/md5" / name[:2] / f"{name[2:]}.dir"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(content)
    (clone / "data/raw.dvc").write_text(f"outs:\n- md5: {name}.dir\n  hash: md5\n  path: raw\n")

    with pytest.raises(CloneError, match="cannot be read; expected a list of files"):
        check.expect_sound(clone)


@pytest.mark.parametrize("place", ["data/storage", ".dvc/cache"])
def test_an_object_is_what_its_name_says(clone: Path, place: str) -> None:
    there = point(clone, [FILE]).relative_to(clone / "data/storage")
    (clone / place / there).parent.mkdir(parents=True, exist_ok=True)
    (clone / place / there).write_text("[]")

    with pytest.raises(CloneError, match="is not what its name says"):
        check.expect_sound(clone)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../.venv/lib/python3.11/site-packages/x.pth", "in a hidden folder"),
        ("../../x", "it holds '..'"),
        ("/etc/x", "it is absolute"),
        ("refresh", "not for DVC to write"),
        ("storage/x", "not for DVC to write"),
        (".hidden/x", "in a hidden folder"),
        ("linked/x", "'data/linked' is a link"),
        ("schema.yaml", "Git tracks 'data/schema.yaml' there"),
    ],
)
def test_an_output_has_a_place_of_its_own(clone: Path, path: str, said: str) -> None:
    (clone / "data/elsewhere").mkdir()
    (clone / "data/linked").symlink_to("elsewhere")
    (clone / "data/schema.yaml").write_text("columns: {}\n")
    run("git", "add", "data/schema.yaml", cwd=clone)
    point(clone, [FILE], path=path)

    with pytest.raises(CloneError) as caught:
        check.expect_sound(clone)

    assert str(caught.value).startswith("data/raw.dvc: output ") and said in str(caught.value)


@pytest.mark.parametrize("path", ["src/x", "Makefile", "yaml", "GNUmakefile"])
def test_a_pipeline_writes_no_code(clone: Path, path: str) -> None:
    stage = {"cmd": "python x.py", "outs": [path]}
    (clone / "src").mkdir()
    (clone / "src/a.py").touch()
    run("git", "add", "src", cwd=clone)
    (clone / "dvc.yaml").write_text(json.dumps({"stages": {"a": stage}}))

    with pytest.raises(CloneError, match=r"^dvc.yaml: output '.*' is not followed: (Git|programs)"):
        check.expect_sound(clone)


@pytest.mark.parametrize(
    "out", ["reports/x", "./reports/x/", "data/${item}.txt", {"scores.json": {"cache": False}}]
)
def test_a_pipeline_writes_elsewhere(clone: Path, out: object) -> None:
    """Into folders of its own; and at the top what Git keeps, and DVC does not write."""
    stage = {"cmd": "python x.py", "metrics": [out]}
    (clone / "dvc.yaml").write_text(json.dumps({"stages": {"a": stage}}))
    (clone / "data/make.py").touch()
    run("git", "add", "-A", cwd=clone)

    check.expect_sound(clone)


@pytest.mark.parametrize(
    "more",
    [
        "deps:\n- path: rows.csv\n",
        "frozen: true\ndeps:\n- path: x\n  fs_config: {password: x}\n",
        "frozen: true\ndeps:\n- path: x\n  repo: {url: 'ext::sh -c id'}\n",
        "frozen: true\ndeps:\n- path: x\n  repo: {url: x, config: {core: {}}}\n",
        "  files: [{relpath: ../x, md5: a}]\n",
        "wdir: ../..\n",
    ],
)
def test_what_a_pointer_says_beyond_its_object_is_refused(clone: Path, more: str) -> None:
    point(clone, [FILE], more=more)

    with pytest.raises(CloneError, match=r"^data/raw.dvc: "):
        check.expect_sound(clone)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[cache]\n    dir = /tmp/x", "'dir' is not for a repository to say"),
        ("    bearer_token_command = touch x", "'bearer_token_command' is not for"),
        ("    password = secret", "'password' is not for"),
        ("[hydra]\n    plugins_path = x", "line 6: found '\\[hydra\\]'"),
        ('    region = """x', "line 6: found"),
        ("    verify = true", "line 6: found"),
    ],
)
def test_settings_are_those_a_repository_may_say(clone: Path, line: str, said: str) -> None:
    (clone / ".dvc/config").write_text(CONFIG + line + "\n")

    with pytest.raises(CloneError, match=f"^.dvc/config, .*{said}"):
        check.expect_sound(clone)


def test_settings_move_no_database(clone: Path) -> None:
    moved = CONFIG.replace("remote = storage", "site_cache_dir = data/x")
    (clone / ".dvc/config").write_text(moved)

    with pytest.raises(CloneError, match="'site_cache_dir' is not for a repository to say"):
        check.expect_sound(clone)


def test_a_password_in_a_url_is_refused_and_not_repeated(clone: Path) -> None:
    url = "https://me:secret@example.com/x"
    (clone / ".dvc/config").write_text(CONFIG.replace("../data/storage", url))

    with pytest.raises(CloneError) as caught:
        check.expect_sound(clone)

    assert "with a password" in str(caught.value) and "secret" not in str(caught.value)


@pytest.mark.parametrize("path", [".dvc/config.local", ".dvc/cache/runs/x", ".dvc/tmp/x", ".DVC/x"])
def test_what_dvc_keeps_is_not_in_git(clone: Path, path: str) -> None:
    (clone / path).parent.mkdir(parents=True, exist_ok=True)
    (clone / path).write_text("x")
    run("git", "add", "-f", path, cwd=clone)

    with pytest.raises(CloneError, match="is in Git; expected of DVC's own files none but"):
        check.expect_sound(clone)


def test_a_link_out_of_the_repository_is_refused(clone: Path) -> None:
    (clone / "params.yaml").symlink_to("/etc/hostname")
    run("git", "add", "params.yaml", cwd=clone)

    with pytest.raises(CloneError, match=r"'params.yaml' is a link out of the repository"):
        check.expect_sound(clone)


def test_own_settings_are_written_for_the_user_alone(clone: Path) -> None:
    credentials.write_local(clone, credentials.local(clone / "nothing"))

    assert (clone / ".dvc/config.local").stat().st_mode & 0o777 == 0o600


def test_own_settings_are_not_written_through_a_link(clone: Path) -> None:
    """Neither through the file's nor through the folder's."""
    (clone / "other").mkdir()
    (clone / "other/.dvc").symlink_to(clone / ".dvc")
    (clone / ".dvc/config.local").symlink_to(clone / "victim")

    for root in (clone, clone / "other"):
        with pytest.raises(CloneError, match="cannot be written"):
            credentials.write_local(root, credentials.local(clone / "nothing"))

    assert not os.path.lexists(clone / "victim")


def test_a_url_of_the_users_own_is_believed(clone: Path) -> None:
    """Who says in .dvc/config.local where the password goes, is not asked again."""
    (clone / ".dvc/config").write_text(CONFIG.replace("../data/storage", "https://example.com/x"))
    own = "['remote \"storage\"']\n    password = secret\n"
    (clone / ".dvc/config.local").write_text(own)
    (clone / "data/raw.dvc").unlink()

    with pytest.raises(CloneError, match="'storage' is not as on the default branch"):
        check.expect_sound(clone)

    (clone / ".dvc/config.local").write_text(own + "    url = https://example.com/x\n")
    check.expect_sound(clone)


@pytest.mark.parametrize("kept", ["", "    url = ssh://mine/x\n"])
def test_a_password_for_all_projects_goes_to_none_that_a_clone_names(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    """A clone of a stranger's repository has the stranger's default branch."""
    (clone / ".dvc/config").write_text(CONFIG.replace("../data/storage", "ssh://stranger/x"))
    run("git", *AUTHOR, "commit", "-qam", "theirs", cwd=clone)
    (clone / "data/raw.dvc").unlink()
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    own = f"['remote \"storage\"']\n    password = secret\n{kept}"
    (tmp_path / "own/config").write_text(own)

    with pytest.raises(CloneError, match=r"send to 'ssh://stranger/x'.* modify --local storage"):
        check.expect_sound(clone)

    (clone / ".dvc/config.local").write_text('[remote "storage"]\n    url = ssh://stranger/x\n')
    check.expect_sound(clone)
    (clone / ".dvc/config.local").unlink()
    (tmp_path / "own/config").write_text(own.replace("mine", "stranger"))
    if kept:
        check.expect_sound(clone)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("data/raw.dvc", "outs:\n- md5: {oid}\n  path: raw\n"),
        ("dvc.lock", "stages: {{a: {{outs: [{{md5: '{oid}', path: data/x}}]}}}}\n"),
    ],
)
def test_an_object_of_dvc_2_is_refused(clone: Path, name: str, text: str) -> None:
    """DVC looks for it elsewhere in the storage, where nobody has looked at it."""
    (clone / name).write_text(text.format(oid="0" * 32 + ".dir"))

    with pytest.raises(CloneError, match=f"^{name}: .*expected `hash: md5`"):
        check.expect_sound(clone)


@pytest.mark.parametrize(
    ("pointer", "path"),
    [("src/sitecustomize.py.dvc", "sitecustomize.py"), ("src/b/data.dvc", "data"),
     ("tests/data.dvc", "data")],
)  # fmt: skip
def test_nothing_is_put_beside_code(clone: Path, pointer: str, path: str) -> None:
    """Where it would be imported; whatever another file says of the same path."""
    for name in ("src/a/__init__.py", "src/b/data.py", "tests/test_a.py"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).touch()
    kept = {"stages": {"a": {"foreach": [], "do": {"outs": [{f"src/{path}": {"cache": False}}]}}}}
    (clone / "dvc.yaml").write_text(json.dumps(kept))
    (clone / pointer).parent.mkdir(exist_ok=True)
    (clone / pointer).write_text(f"outs:\n- md5: {'0' * 32}\n  hash: md5\n  path: {path}\n")
    run("git", "add", "-A", cwd=clone)

    with pytest.raises(CloneError, match=f"^{pointer}: output .* is not followed"):
        check.expect_sound(clone)


def test_parameters_are_looked_at_before_dvc_loads_them(clone: Path) -> None:
    """Which it does for its templates, without a bound."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    (clone / "other.yaml").write_text("\n".join(lines))
    (clone / "dvc.yaml").write_text(json.dumps({"vars": ["other.yaml"], "stages": {}}))

    with pytest.raises(UserError, match=r"other.yaml.*aliases are written out"):
        check.expect_sound(clone)


def test_a_list_with_more_brackets_than_files_is_not_read(clone: Path) -> None:
    """Each empty object would take a hundred times its size."""
    point(clone, [{}] * 100_000)

    with pytest.raises(CloneError, match="cannot be read; expected a list of files"):
        check.expect_sound(clone)
