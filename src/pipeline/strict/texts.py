"""Reads YAML and JSON that anybody may have written: plain values within bounds, or nothing."""

import itertools
import json
import math
import re
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError
from yaml.parser import ParserError
from yaml.scanner import ScannerError

LARGEST = 4_000_000  # bytes of a file, and characters of YAML with its aliases written out
NODES, DEEPEST = 300_000, 64  # values of a YAML file, and how many may stand inside each other
LONGEST_NUMBER, LONGEST_KEY = 100, 20  # characters of what is not text; long keys can all collide
SHOWN = 40  # characters of a value that an error shows
PLAIN = {
    yaml.ScalarNode: {"str", "int", "float", "bool", "null", "timestamp"},
    yaml.SequenceNode: {"seq"},
    yaml.MappingNode: {"map"},
}
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class StrictError(ValueError):
    """A text is not what is read here; the message says why, `line` where, if that is known."""

    line: int | None = None


class MalformedError(StrictError):
    """A text is no YAML at all, so that no other reader takes it either."""


class _Loader(yaml.CSafeLoader):
    """YAML that is counted while it is read, and refuses a key written twice.

    Plain YAML keeps the last of these in silence; libyaml's recursion ends the process. Only true
    and false are booleans, as in YAML 1.2, which DVC writes: yes, no, on, off are text.
    """

    depth = nodes = 0

    def descend_resolver(self, current_node: yaml.Node | None, current_index: Any) -> None:
        """Count: the parser calls this for each value before it reads it."""
        self.depth += 1
        self.nodes += 1
        mark = current_node.start_mark if current_node else None
        if self.depth > DEEPEST:
            raise ComposerError(None, None, f"is nested more than {DEEPEST} deep", mark)
        if self.nodes > NODES:
            raise ComposerError(None, None, f"holds more than {NODES:,} values", mark)

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def get_single_node(self) -> yaml.Node | None:
        node: yaml.Node | None = super().get_single_node()
        if node is not None:
            _measure(node, {})
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            kind = node.tag.rpartition(":")[2].replace("timestamp", "date")
            raise _refused(f"{node.value[:SHOWN]!r} is no {kind}", node) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise _refused(f"'{str(name)[:SHOWN]}' is written twice", node)
            seen.add(name)
        return super().construct_mapping(node, deep)


BOOLEAN = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != BOOLEAN]
    for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    BOOLEAN, re.compile("^(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def _refused(why: str, node: yaml.Node) -> ConstructorError:
    return ConstructorError(None, None, why, node.start_mark)


def _measure(node: yaml.Node, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Return the characters and the depth of a node with its aliases written out.

    Raises ConstructorError for what is too large, holds itself, or is no plain value.
    """
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind not in PLAIN[type(node)]:
        why = f"{str(node.value)[:SHOWN]!r} has the type '{kind[:SHOWN]}', which is not read"
        raise _refused(f"{why}: write the value out, or in quotes", node)
    if isinstance(node, yaml.ScalarNode):
        if kind != "str" and len(node.value) > LONGEST_NUMBER:
            raise _refused(f"{node.value[:SHOWN]!r}… is too long for a number", node)
        return 1 + len(node.value), 1
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = (LARGEST, DEEPEST)  # while it is open: what then finds it is too large
    if isinstance(node, yaml.MappingNode):
        _check_keys(node)
    inner = itertools.chain(*node.value) if isinstance(node, yaml.MappingNode) else node.value
    measured = [_measure(child, known) for child in inner]
    size = 1 + sum(characters for characters, _ in measured)
    depth = 1 + max((depth for _, depth in measured), default=0)
    if size > LARGEST or depth > DEEPEST:
        raise _refused("is too large or too deep once its aliases are written out", node)
    known[id(node)] = (size, depth)
    return size, depth


def _check_keys(node: yaml.MappingNode) -> None:
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused("a key is a list or a mapping; expected text or a number", key)
        if len(key.value) > LONGEST_KEY and not key.tag.endswith(":str"):
            raise _refused(f"the key {key.value[:SHOWN]!r} is long; write it in quotes", key)


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML document of plain values; raise StrictError, or Malformed-."""
    _check_size(len(text))
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        kind = MalformedError if isinstance(error, ParserError | ScannerError) else StrictError
        mark, refused = error.problem_mark or error.context_mark, kind(error.problem)
        refused.line = mark.line + 1 if mark else None
    except yaml.reader.ReaderError as error:
        refused = StrictError(f"holds the character {chr(error.character)!a}, which is no text")
        refused.line = text.encode()[: error.position].count(b"\n") + 1
    raise refused


def parse_json(text: str) -> Any:
    """Return the value of a JSON text; raise StrictError.

    No name stands twice in an object, numbers are finite, and texts can be written as UTF-8.

    >>> parse_json('{"rows": 12}')
    {'rows': 12}
    """
    _check_size(len(text))
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_finite, parse_float=_finite
        )
        if _is_deep(value):
            raise RecursionError
        if SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise StrictError(f"is nested more than {DEEPEST} deep") from None
    except ValueError as error:
        raise StrictError(str(error).splitlines()[0]) from None
    return value


def _check_size(found: int) -> None:
    if found > LARGEST:
        raise StrictError(f"has {found:,} characters; expected at most {LARGEST:,}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:SHOWN]!a} is written twice")
        found[name] = value
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"found {digits[:SHOWN]}; expected finite numbers")
    return number


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return any(isinstance(item, dict | list) for item in level)
