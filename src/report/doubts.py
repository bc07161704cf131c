"""Says what to look at before a difference is believed: values that base never had."""

from report.blocks import Name, Text
from report.edits import FEW, Found, plural


def outside(found: list[Found]) -> list[Text]:
    """Return a sentence for each of the first columns that hold what base never had."""
    said = [_outside(entry) for entry in found[:FEW]]
    more = len(found) - FEW
    return said + [f"So do those of {plural(more, 'more column')}."] * (more > 0)


def _outside(entry: Found) -> Text:
    counted = f": {entry['rows']:,} of {entry['of']:,} new values lie far outside all of base's "
    if entry["low"] is None:
        counted = f": {entry['rows']:,} of {entry['of']:,} new values are none that base has, "
        return ("Column ", Name(entry["column"]), counted, "such as ", Name(entry["example"]), ".")
    ends = ("(", Name(entry["low"]), " to ", Name(entry["high"]), "), such as ")
    return (
        *("Column ", Name(entry["column"]), counted, *ends, Name(entry["example"])),
        ": another unit?",
    )
