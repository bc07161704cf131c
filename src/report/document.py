"""Reads a review.json that nobody vouches for: size, encoding, numbers and schema are checked."""

import json
import math
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from report.plain import PlainError

LARGEST_BYTES = 2_000_000
SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
SHOWN = 80  # characters of a value in an error


class DocumentError(PlainError):
    """A file is not a review; its message says what was found and what was expected."""


def fitted(value: Any, schema: dict[str, Any] = SCHEMA, at: str = "") -> tuple[Any, list[str]]:
    """Return `value` with texts and lists cut to what the schema allows, and which lists were."""
    while "$ref" in schema or "oneOf" in schema:
        schema = schema["oneOf"][-1] if "oneOf" in schema else _referred(schema, SCHEMA)
    cut: list[str] = []
    if isinstance(value, str) and len(value) > schema.get("maxLength", math.inf):
        return value[: schema["maxLength"] - 1] + "…", cut
    if isinstance(value, list):
        kept = value[: schema.get("maxItems")]
        if len(kept) < len(value):
            cut.append(f"Of the {len(value):,} entries in {at} the first {len(kept):,} are kept.")
        inner = [fitted(item, schema.get("items", {}), at) for item in kept]
        return [item for item, _ in inner], [*cut, *dict.fromkeys(c for _, cs in inner for c in cs)]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        parts = {k: fitted(v, known.get(k, {}), f"{at}.{k}".lstrip(".")) for k, v in value.items()}
        return {k: v for k, (v, _) in parts.items()}, [c for _, cs in parts.values() for c in cs]
    return value, cut


def _referred(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return found


def load(path: str | Path) -> dict[str, Any]:
    """Return the review in a file; raise DocumentError unless it is just what the schema says."""
    review = _read(Path(path))
    for problem in problems(review, SCHEMA, SCHEMA):
        raise DocumentError(f"{path}, {problem}.")
    for name in ("curve", "calibration"):
        chart = review["charts"][name] or {}
        counts = [len(chart.get(key, [])) for key in ("x", "base", "head")]
        if len(set(counts)) > 1:
            raise DocumentError(
                f"{path}, charts.{name}: found {counts} points in x, base and head; "
                "expected as many in each."
            )
    return review


def _read(path: Path) -> Any:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(f"{path}: is not a regular file; expected a review.json.")
        if status.st_size > LARGEST_BYTES:
            raise DocumentError(
                f"{path}: has {status.st_size:,} bytes; expected at most {LARGEST_BYTES:,}."
            )
        text = path.read_bytes().decode("utf-8")
        found = json.loads(
            text, object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite
        )
        json.dumps(found, ensure_ascii=False).encode()  # half a character is no text
        return found
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: is not UTF-8 (byte {error.start}).") from None
    except RecursionError:
        raise DocumentError(f"{path}: is nested too deeply; expected a review.") from None
    except ValueError as error:
        raise DocumentError(f"{path}: is not JSON ({str(error)[:SHOWN]}).") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice: which of them counts depends on who reads."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{_short(name)} is written twice")
        found[name] = value
    return found


def _refuse(constant: str) -> float:
    raise ValueError(f"found {constant}; expected finite numbers")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits[:SHOWN])


def _integer(value: Any) -> bool:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool)


TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": _integer,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}


def problems(
    value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = ""
) -> Iterator[str]:
    """Yield what is wrong with `value`, for the keywords of JSON Schema that schema.json uses."""
    if "$ref" in schema:
        schema = _referred(schema, root)
    if "type" in schema and not TYPES[schema["type"]](value):
        yield f"{at or 'top'}: found {_short(value)}; expected {schema['type']}"
        return
    if "oneOf" in schema:
        found = [next(problems(value, option, root, at), None) for option in schema["oneOf"]]
        if found.count(None) != 1:
            yield found[-1] or f"{at}: found {_short(value)}; expected one kind, not several"
    yield from _limits(value, schema, at)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        yield from _names(value, schema, at)
        for name in known.keys() & value.keys():
            yield from problems(value[name], known[name], root, f"{at}.{name}".lstrip("."))
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from problems(item, schema["items"], root, f"{at}[{index}]")


def _limits(value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if allowed is not None and not any(_same(value, option) for option in allowed):
        yield f"{at}: found {_short(value)}; expected one of {allowed}"
    if isinstance(value, str):
        if len(value) > schema.get("maxLength", math.inf):
            yield f"{at}: found {len(value)} characters; expected at most {schema['maxLength']}"
        if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
            yield f"{at}: found {_short(value)}; expected {schema['pattern']}"
    if isinstance(value, list) and len(value) > schema.get("maxItems", math.inf):
        yield f"{at}: found {len(value)} items; expected at most {schema['maxItems']}"
    if TYPES["number"](value) and not (
        schema.get("minimum", -math.inf) <= value <= schema.get("maximum", math.inf)
    ):
        low, high = schema.get("minimum"), schema.get("maximum")
        yield f"{at}: found {_short(value)}; expected a number from {low} to {high}"


def _same(value: Any, other: Any) -> bool:
    """In JSON 1 and 1.0 are equal, 1 and true are not."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _names(value: dict[str, Any], schema: dict[str, Any], at: str) -> Iterator[str]:
    unknown = sorted(value.keys() - schema.get("properties", {}).keys())
    if unknown and schema.get("additionalProperties") is False:
        expected = list(schema["properties"])
        yield f"{at or 'top'}: found unknown {_short(unknown)}; expected only {expected}"
    missing = [name for name in schema.get("required", []) if name not in value]
    if missing:
        yield f"{at or 'top'}: found no {missing}; expected all of {schema['required']}"


def _short(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
