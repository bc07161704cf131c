"""The cells of a column, text or any Arrow type, in the type that the schema gives them."""

import re
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.schema import NUMBER_FORMAT, Column

ARROW = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.timestamp("us"),
    "string": pa.string(),
    "text": pa.string(),
}
LEADING_ZERO = r"^\s*[+-]?0([0-9]+\s*$|[xX])"  # a code, such as 01067, or 0x1F: no number
LETTER, DIGITS = "[A-Za-z]", 15  # so many digits of a number a float surely keeps
SURPLUS = rf"[1-9]\D?(\d\D?){{{DIGITS},}}"
GROUPS = {" ": "[ \u00a0\u202f]", "'": "['\u2019]", ",": ",", ".": "[.]"}  # as people type them
TRUE, FALSE = ["true", "1", "1.0"], ["false", "0", "0.0"]
GAP, MINUS = "[ \u00a0\u202f]?", "[-+\u2212]?"


def convert(values: pa.ChunkedArray, column: Column) -> tuple[pd.Series, np.ndarray]:
    """Return the values in the column's type, and a mask of those that are not of that type."""
    values = plain(values)
    if not _castable(values.type, column):
        return pd.Series(dtype="object"), values.is_valid().to_numpy()
    if column.type in ("date", "string") and pa.types.is_integer(values.type):
        values = values.cast(pa.string())
    text = pa.types.is_string(values.type)
    if text and (column.type in ("string", "text") or column.missing):
        values = trimmed(values, column)
    try:
        if _is_ours_to_read(values, column):
            raise pa.ArrowInvalid("Arrow is laxer with booleans and codes, and knows no format")
        cast = values.cast(ARROW[column.type])
    except pa.ArrowInvalid:
        values = trimmed(values, column) if text else values
        cast = _parse(values, column)
        bad = pc.and_(values.is_valid(), cast.is_null()).to_numpy()
        if bad.any():
            return _to_pandas(cast, column), bad
    if column.missing and column.type in ("integer", "number", "date"):
        cast = _without_codes(cast, column)
    return _to_pandas(cast, column), np.zeros(len(values), dtype=bool)


def trimmed(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Return text without the spaces around it; missing where nothing, or a code, is left."""
    numeric = column.type in ("integer", "number")
    codes = [str(code) for code in column.missing if isinstance(code, str) or not numeric]
    plain = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.is_in(plain, value_set=pa.array(["", *codes])), None, plain)


def _without_codes(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Take out the numbers, or the moments, that stand for a missing value."""
    if column.type == "date":
        moments = [pd.Timestamp(code) for code in column.missing if isinstance(code, date)]
        plain = [m.tz_convert(None) if m.tzinfo else m for m in moments]
        never = pa.array([moment.to_pydatetime() for moment in plain], ARROW["date"])
        return pc.if_else(pc.is_in(values, value_set=never), None, values)
    codes = [float(code) for code in column.missing if isinstance(code, int | float)]
    coded = pc.is_in(values.cast(pa.float64(), safe=False), value_set=pa.array(codes, pa.float64()))
    return pc.if_else(coded, None, values)


def is_naming(column: Column) -> bool:
    """Say whether numbers name rows or groups: two that differ must never become one."""
    return column.type == "number" and column.role in ("key", "group")


def _is_ours_to_read(values: pa.ChunkedArray, column: Column) -> bool:
    if is_naming(column):
        return True
    if not pa.types.is_string(values.type):
        lax = {"boolean": not pa.types.is_boolean(values.type)}
        return lax.get(column.type, column.type == "integer" and pa.types.is_floating(values.type))
    if column.type in ("integer", "number") and not column.format:
        return bool(pc.any(pc.match_substring_regex(values, LEADING_ZERO)).as_py())
    return column.type == "boolean" or column.format is not None


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values in the plainest type that Parquet has for them, NaN as missing."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    text = (pa.types.is_large_string, pa.types.is_string_view, pa.types.is_decimal)
    if any(is_of(values.type) for is_of in text):  # text holds every digit of a decimal
        return values.cast(pa.string())
    if pa.types.is_timestamp(values.type):  # what is finer than a microsecond is cut off
        return values.cast(pa.timestamp("us", values.type.tz), safe=False)
    if pa.types.is_floating(values.type):
        numbers = values.cast(pa.float64())
        return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    return values


def _castable(found: pa.DataType, column: Column) -> bool:
    number = pa.types.is_integer(found) or pa.types.is_floating(found)
    dated = pa.types.is_timestamp(found) or pa.types.is_date(found)
    return (
        pa.types.is_string(found)
        or pa.types.is_null(found)
        or {
            "integer": number or pa.types.is_boolean(found),
            "number": number or pa.types.is_boolean(found),
            "boolean": pa.types.is_boolean(found) or pa.types.is_integer(found),
            "date": dated or (pa.types.is_integer(found) and column.format is not None),
            "string": pa.types.is_integer(found) or pa.types.is_boolean(found),
            "text": False,
        }[column.type]
    )


def _parse(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Read cells as numbers, booleans or dates; what cannot be read becomes missing."""
    if column.type == "boolean":
        words = pc.utf8_lower(values.cast(pa.string()))
        true, false = (pc.is_in(words, value_set=pa.array(said)) for said in (TRUE, FALSE))
        return pc.if_else(true, True, pc.if_else(false, False, None))
    if column.type == "date":
        form = column.format or "ISO8601"
        dates = pd.to_datetime(values.to_pandas(), format=form, errors="coerce", utc=True)
        return pa.chunked_array([pa.array(dates.dt.tz_localize(None), ARROW["date"])])
    numbers = _numbers(values, column)
    if column.type == "integer":
        exact = 2**53 if pd.api.types.is_float_dtype(numbers) else 2**63  # beyond, digits are lost
        numbers = numbers.where((numbers % 1 == 0) & (-exact < numbers) & (numbers < exact))
    if is_naming(column):
        numbers = numbers.where(numbers.abs() < 10**DIGITS)
    digits = column.type != "number"  # of a number the last ones beyond 2^53 may go
    return pa.chunked_array([pa.array(numbers, ARROW[column.type], safe=digits)])


def _numbers(values: pa.ChunkedArray, column: Column) -> pd.Series:
    if not pa.types.is_string(values.type):
        return pd.to_numeric(values.to_pandas(), errors="coerce")
    naming = is_naming(column)
    power = column.type == "number" and not naming  # else 1e2 is a code, and no 100
    codes = [] if column.format else [LEADING_ZERO] + [LETTER] * (not power)
    for code in codes + [SURPLUS] * naming:
        plain = pc.replace_substring_regex(values, r"(\.\d*?)0+$", r"\1")  # 0.10 is 0.1
        values = pc.if_else(pc.match_substring_regex(plain, code), None, values)
    if column.format:
        return _formatted(values, column.format, "(?:[eE][+-]?\\d+)?" * power)
    return pd.to_numeric(values.to_pandas(), errors="coerce")


def _formatted(values: pa.ChunkedArray, form: str, power: str) -> pd.Series:
    """Read text in a format of numbers; a sign or, as accounts have it, parentheses for less."""
    said = NUMBER_FORMAT.fullmatch(form)
    assert said is not None  # the schema checks it
    before, after = (re.escape(said[affix].strip()) for affix in ("before", "after"))
    group, point = GROUPS[said["digits"][1]], re.escape(said["digits"][-2])
    whole = rf"[1-9]\d{{0,2}}(?:{group}\d{{3}})+|0|[1-9]\d*"
    digits = rf"(?P<digits>(?:(?:{whole})(?:{point}\d*)?|{point}\d+){power})"
    found = pc.extract_regex(
        values,
        rf"^(?P<open>\(?)(?P<sign>{MINUS}){GAP}(?:{before}){GAP}(?P<inner>{MINUS}){GAP}{digits}"
        rf"{GAP}(?:{after})(?P<close>\)?)$",
    )
    opened, closed, sign, inner, number = (
        pc.struct_field(found, name) for name in ("open", "close", "sign", "inner", "digits")
    )
    number = pc.replace_substring_regex(number, pattern=group, replacement="")
    number = pc.replace_substring_regex(number, pattern=point, replacement=".").cast(pa.float64())
    less = pc.is_in(
        pc.binary_join_element_wise(opened, sign, inner, ""), pa.array(["-", "\u2212", "("])
    )
    number = pc.if_else(less, pc.negate(number), number)
    whole_cell = pc.equal(pc.equal(opened, "("), pc.equal(closed, ")"))
    return pc.if_else(whole_cell, number, None).to_pandas()


def _to_pandas(values: pa.ChunkedArray, column: Column) -> pd.Series:
    if column.type not in ("integer", "boolean"):
        return values.to_pandas()
    if column.role == "feature":
        numbers = values.cast(pa.int8()) if column.type == "boolean" else values
        return numbers.cast(pa.float64(), safe=False).to_pandas()
    if values.null_count:
        mapped = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
        return values.to_pandas(types_mapper=mapped.get)
    return values.to_pandas()
