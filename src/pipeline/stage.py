"""What every stage does alike: read parameters, replace outputs whole, end in one sentence."""

import dataclasses
import gc
import json
import math
import os
import re
import shutil
import sys
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.strict import texts
from pipeline.strict.texts import StrictError

T = typing.TypeVar("T")
LONGEST = 40  # characters of a cell that an error shows
DIGITS = 6  # of a result that people read and compare
SHOWN = 5  # how many rows or names an error lists before it is cut
RESTORE = (
    "Nothing is lost: mend it and run `dvc repro` again; or undo the change, and the same command "
    "brings the last good results back from the cache."
)


# As in report/plain.py, which says where both are from; neither package may import the other.
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef\U0001d159\u2800\U00013441\U00013442\U00016fe4]"
)
ANYWHERE, STARTING = re.compile(r"#(?=#(?:vso)?\[)"), re.compile(r"^( *):(?=:)")


def one_line(text: str) -> str:
    """Return `text` as one line that neither a terminal nor GitHub's runner acts on."""
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
    shown = UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), shown)
    return STARTING.sub(r"\1\\x3a", ANYWHERE.sub(r"\\x23", shown))


class UserError(Exception):
    """Something the user can mend; its message says where, what was found, what was expected.

    Each argument is one line of the message, whatever the data is that it quotes.
    """

    def __str__(self) -> str:
        return "\n".join(one_line(str(line)) for line in self.args)


class ParamsError(UserError):
    """params.yaml does not hold what a stage needs."""


def run(main: Callable[[], None]) -> None:
    """Call `main`; on a UserError print it to standard error, without a traceback, and exit 1.

    Asked for --help, it says what the module does instead: stages have no options.
    """
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(sys.modules[main.__module__].__doc__)
        return
    gc.freeze()  # what is imported stays: looking through it for garbage at the end takes 0.2 s
    try:
        main()
    except UserError as error:
        sys.exit(f"{error}\n{RESTORE}")


def plural(count: int, noun: str) -> str:
    """Return '1 row' or '2 rows'."""
    return f"{count:,} {noun}" + "s" * (count != 1)


def cut(items: Sequence[object]) -> str:
    """List at most SHOWN items, text in quotes and cut, and say how many are left out."""
    shown = ", ".join(
        _quoted(item) if isinstance(item, str) else _short(str(item)) for item in items[:SHOWN]
    )
    return f"[{shown}{f' and {len(items) - SHOWN:,} more' * (len(items) > SHOWN)}]"


def brief(value: object) -> str:
    """Return how Python writes a value, cut to about a line."""
    return _short(repr(value))


def _short(text: str) -> str:
    return text if len(text) <= 2 * LONGEST else text[: 2 * LONGEST] + "…"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= LONGEST else text[:LONGEST] + "…")


@contextmanager
def replacing(folder: str) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `folder` only if the block succeeds."""
    target = Path(folder)
    draft = target.with_name(f".{target.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        shutil.rmtree(target, ignore_errors=True)
        os.replace(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def significant(value: float, of: float | None = None) -> float:
    """Return a number to 6 significant digits, or to the digit that is the sixth of `of`.

    >>> significant(1.23456789e-9), significant(987654321.0), significant(1e-17, of=0.5)
    (1.23457e-09, 987654000.0, 0.0)
    """
    size = abs(value if of is None else of)
    if not (math.isfinite(value) and math.isfinite(size) and size > 0):
        return value
    return round(value, DIGITS - 1 - math.floor(math.log10(size))) + 0.0  # zero has no sign


def write_json(path: str | Path, content: object) -> None:
    """Write `content` as indented JSON with a final newline, creating its folder."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def read_text(path: str | Path) -> str:
    """Return the text of a regular file in UTF-8, of at most texts.LARGEST; raise UserError."""
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise OSError("it is no regular file")
        with open(path, "rb") as file:
            content = file.read(texts.LARGEST + 1)
        if len(content) > texts.LARGEST:
            raise OSError(f"it has more than {texts.LARGEST:,} bytes")
        return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error}); expected text in UTF-8.") from None


def read_yaml(path: str | Path) -> Any:
    """Return the content of a YAML file; raise UserError, naming the line, if it is not valid."""
    try:
        return texts.parse_yaml(read_text(path))
    except StrictError as error:
        where = f"{path}, line {error.line}" if error.line else path
        raise UserError(f"{where}: not valid YAML ({error}); correct that line.") from None


def read_json(path: str | Path) -> Any:
    """Return the content of a JSON file; raise UserError if it is not valid."""
    try:
        return texts.parse_json(read_text(path))
    except StrictError as error:
        raise UserError(f"{path}: not valid JSON ({error}); make it again.") from None


def read_params(section: str, kind: type[T], path: str = "params.yaml") -> T:
    """Return one section of params.yaml as the frozen dataclass `kind`; raise ParamsError."""
    content = read_yaml(path)
    where = f"{path}, section '{section}'"
    values = content.get(section) if isinstance(content, dict) else None
    if not isinstance(values, dict):
        raise ParamsError(f"{where}: found {brief(values)}; expected a mapping of parameters.")
    expected = [field.name for field in dataclasses.fields(typing.cast(Any, kind))]
    unknown = sorted(set(map(str, values)) - set(expected))
    missing = [name for name in expected if name not in values]
    if unknown or missing:
        found = [f"unknown {cut(unknown)}"] * bool(unknown) + [f"missing {missing}"] * bool(missing)
        raise ParamsError(f"{where}: {', '.join(found)}; expected exactly {', '.join(expected)}.")
    for name, hint in typing.get_type_hints(kind).items():
        if not _fits(values[name], hint):
            expected_type = (
                getattr(hint, "__name__", str(hint)) if not typing.get_args(hint) else hint
            )
            raise ParamsError(
                f"{where}: '{name}' is {brief(values[name])}; expected {expected_type}."
            )
    try:
        return kind(**values)
    except ValueError as error:
        raise ParamsError(f"{where}: {error}.") from None


def _fits(value: object, hint: Any) -> bool:
    """Say whether a YAML value has the annotated type; integers pass as floats, booleans do not."""
    if isinstance(hint, types.UnionType):
        return any(_fits(value, option) for option in typing.get_args(hint))
    if typing.get_origin(hint) is list:
        return isinstance(value, list) and all(_fits(v, typing.get_args(hint)[0]) for v in value)
    if typing.get_origin(hint) is dict:
        return isinstance(value, dict) and all(isinstance(key, str) for key in value)
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else hint)
