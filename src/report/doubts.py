"""Says what to look at before a difference is believed: leaks, and values base never had."""

from report.blocks import Name, Text
from report.edits import Found, listed, plural

FIRST = 3  # of each kind that are told in a sentence; the others are counted


def leaks(found: list[Found]) -> list[Text]:
    """Return a sentence for each of the first leaks."""
    more = len(found) - FIRST
    return [*map(_leak, found[:FIRST]), *[f"{plural(more, 'more leak')} like these."] * (more > 0)]


def _leak(entry: Found) -> Text:
    score, where = f"{entry['score']:.3f} of 1", ""
    if entry["base"] is not None:
        where = f" in the {entry['rows']:,} rows that are new or changed"
        score += f", {entry['base']:.3f} in base"
    if len(entry["columns"]) > 1:
        return (
            *("Columns ", *listed(entry["columns"])),
            f" add up to the target{where} ({score}): look at them before you believe the "
            "difference.",
        )
    return (
        *("Column ", Name(entry["columns"][0])),
        f" alone tells the target almost for sure{where} ({score}): look at it before you believe "
        "the difference.",
    )


def outside(found: list[Found]) -> list[Text]:
    """Return a sentence for each of the first columns that hold what base never had."""
    said = [_outside(entry) for entry in found[:FIRST]]
    more = len(found) - FIRST
    return said + [f"New values of {plural(more, 'more column')} lie outside."] * (more > 0)


def _outside(entry: Found) -> Text:
    counted = f": {entry['rows']:,} of {entry['of']:,} new values lie far outside those of base, "
    if entry["low"] is None:
        counted = f": {entry['rows']:,} of {entry['of']:,} new values do not occur in base, "
        return ("Column ", Name(entry["column"]), counted, "such as ", Name(entry["example"]), ".")
    ends = (Name(entry["low"]), " to ", Name(entry["high"]), ", such as ")
    return (
        *("Column ", Name(entry["column"]), counted, *ends, Name(entry["example"])),
        ": is it in another unit?",
    )
