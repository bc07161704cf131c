"""Says what caused the difference: each part with its interval, as numbers and as a picture."""

from report.blocks import Block, Bullets, Name, Paragraph, Section, Strong, Table, Text
from report.edits import Found, plural
from report.numbers import figures

Sides = tuple[float | None, float | None]  # the metric of base and of head
TOLD = ("better", "worse")  # outcomes of a difference that has causes
WIDTH = 25  # characters of a picture
OTHER_ROWS = (
    "The difference above is without that of the test rows, which is what base's model gains or "
    "loses because head's are other rows than base's."
)
LEGEND = (Name("█"), " is the effect, ", Name("─"), " its 95 % interval, and ", Name("0"), " none.")


def causes(review: Found) -> Section:
    """Return each part of the difference; no word of causes unless there is a difference."""
    found = review["causes"]
    if not found:
        return Section("", [])
    sure = sum(map(_is_sure, found["parts"]))
    count = f"{sure or 'none'} of {plural(len(found['parts']), 'part')} can be told from luck"
    told = review["verdict"]["outcome"] in TOLD
    title = "What caused the difference" if told else f"What each level did: {count}"
    sides = (review["metrics"][0]["base"], review["metrics"][0]["head"])
    return Section(title, _blocks(found, sides), folded=not told and not sure)


def _blocks(found: Found, sides: Sides) -> list[Block]:
    parts = [*found["parts"], {**found, "cause": Strong("together"), "value": found["total"]}]
    ends = [0.0, *(each for part in parts for each in (*_ends(part), part["value"]))]
    low, high = min(ends), max(ends)
    rows: list[tuple[Text, ...]] = [
        (part["cause"], *_measured(part, sides), picture(*_ends(part), part["value"], (low, high)))
        for part in parts
    ]
    header = ("cause", ("effect on ", Name(found["metric"])), "95 % interval", "")
    blocks: list[Block] = [Table(header, "lrrl", rows)]
    if high > low:
        blocks.append(Paragraph(LEGEND))
    if found["parts"][0]["value"]:
        blocks.append(Paragraph(OTHER_ROWS))
    orders = [_order(part, sides) for part in found["parts"] if _depends(part)]
    notes = [*orders, *found["notes"]]
    return [*blocks, Bullets(notes)] if notes else blocks


def _ends(part: Found) -> tuple[float, float]:
    low, high = part.get("low"), part.get("high")
    return (part["value"], part["value"]) if low is None or high is None else (low, high)


def _is_sure(part: Found) -> bool:
    low, high = part.get("low"), part.get("high")
    return low is not None and high is not None and (low > 0 or high < 0)


def _measured(part: Found, sides: Sides) -> tuple[str, str]:
    """Return value and interval with the digits that the interval knows."""
    shown = figures(*sides, part["value"], part.get("low"), part.get("high"))
    return shown.difference, "—" if part.get("low") is None else f"{shown.low} to {shown.high}"


def picture(low: float, high: float, value: float, scale: tuple[float, float]) -> Text:
    """Draw an interval, the value in it, and zero, on a scale that holds them all."""
    least, most = scale
    if not most > least:
        return ""

    def at(number: float) -> int:  # halves, of which no difference is too large for a float
        return round((WIDTH - 1) * ((number / 2 - least / 2) / (most / 2 - least / 2)))

    drawn, (start, end) = ["·"] * WIDTH, sorted((at(low), at(high)))
    drawn[start : end + 1] = "─" * (end + 1 - start)
    drawn[at(0.0)] = "0"
    drawn[at(value)] = "█"
    return Name("".join(drawn))


def _depends(part: Found) -> bool:
    return part.get("alone") is not None and part.get("last") is not None


def _order(part: Found, sides: Sides) -> Text:
    low, high = _ends(part)
    reach = high / 2 - low / 2
    alone, last = (
        figures(*sides, part[key], part[key] - reach, part[key] + reach).difference
        for key in ("alone", "last")
    )
    return (
        f"The order matters: {part['cause']} alone is {alone}, and {last} once all else has "
        "changed; the part is the mean over all orders."
    )
