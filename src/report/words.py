"""Says a review in words: the verdict, the metrics, what changed, what caused it, and details.

Sections come in order of importance, so that a report that is too long is cut from its end.
"""

from report import charts, doubts
from report.blocks import Alert, Block, Name, Paragraph, Section, Table, Text
from report.causes import causes
from report.edits import Found, changes, data_details, edit, plural, stages
from report.numbers import Figures, exact, figures

SYMBOLS = {"better": "▲", "worse": "▼", "no difference": "≈", "no worse": "△", "cannot tell": "?"}
GATES = {
    "passed": ("✅", "The gate passed."),
    "failed": ("❌", "The gate failed."),
    "off": ("", "No gate was applied."),
}
MATRIX = 6  # classes a confusion matrix shows before it becomes a list


def sections(review: Found) -> list[Section]:
    """Return the report, most important first; sections with nothing to say are left out."""
    written = [
        verdict(review),
        Section("Metrics", metrics(review)),
        Section("Metrics on the rows of both test sets", common(review), folded=True),
        Section("Metrics against an older version", since(review), folded=True),
        Section("What changed", changes(review["changes"])),
        causes(review),
        Section("Charts", pictures(review)),
        slices(review["slices"]),
        Section("Confusion: test rows, base → head", confusion(review["charts"]), folded=True),
        Section("Data in detail", data_details(review["changes"]["data"]), folded=True),
        Section("Stages", stages(review["changes"]["stages"]), folded=True),
    ]
    return [section for section in written if section.blocks]


def verdict(review: Found) -> Section:
    """Return the first line, the gate, and everything that needs attention."""
    found = review["verdict"]
    symbol, gate = GATES[found["gate"]]
    sides = (*_revision("Base: ", review["base"]), ", head: ", *_revision("", review["head"]))
    blocks: list[Block] = [Paragraph((*sides, "."))]
    if found["reasons"]:
        blocks.append(Alert("CAUTION", found["reasons"]))
    if review["changes"]["rules"]:
        rules = [edit(rule) for rule in review["changes"]["rules"]]
        blocks.append(Alert("IMPORTANT", ["This change alters the rules of the gate.", *rules]))
    data = review["changes"]["data"]
    doubted = [*doubts.leaks(data["leaks"]), *doubts.outside(data["outside"])]
    blocks += [Alert("WARNING", said) for said in (doubted, review["notes"]) if said]
    return Section(f"{symbol or SYMBOLS[found['outcome']]} {found['sentence']} {gate}", blocks)


def _revision(side: str, found: Found) -> Text:
    commit = (" at ", Name(found["commit"][:7])) if found["commit"] else ()
    return (side, Name(found["label"]), *commit)


def metrics(review: Found) -> list[Block]:
    """Return the table of metrics, the primary one first, and how to read it."""
    found = review["metrics"]
    if not found:
        return []
    reading = Paragraph((*_reading(review), *used(review["rows"])))
    return [comparisons(found), reading, *could_be_seen(found[0])]


def common(review: Found) -> list[Block]:
    """Return the same table for the test rows that both sides have, if those are fewer."""
    found = review["common"]
    if not found:
        return []
    which = f"{review['rows']['common']:,} of head's {review['rows']['head']:,} test rows"
    but = " What a model knows is left out here, too." * (
        review["rows"]["scored"] == "unseen test rows"
    )
    return [Paragraph(f"{which} are test rows of base too.{but}"), comparisons(found)]


def used(rows: Found) -> Text:
    """Say how many results head's test set has judged before, if any."""
    if not rows["judged"]:
        return ()
    return (
        f" This test set has judged at least {plural(rows['judged'], 'result')} before: "
        "the more, the less a small gain says.",
    )


def since(review: Found) -> list[Block]:
    """Return how head stands to an older version, where many small losses would add up."""
    found = review["since"]
    if not found:
        return []
    rows = f"on {plural(found['rows'], 'row')} that are test rows of both."
    what = f". It stands in the column base; what each recorded is compared, {rows}"
    start = ("The older version is ", Name(found["label"]), what)
    return [Paragraph(start), comparisons(found["metrics"])]


def comparisons(found: list[Found]) -> Table:
    """Return a table of comparisons, a metric each."""
    header = ("metric", "base", "head", "difference", "95 % interval", "verdict")
    rows = [comparison(c, (Name(c["metric"]), *_direction(c))) for c in found]
    return Table(header, "lrrrrl", rows)


def _direction(found: Found) -> Text:
    return () if found["greater_is_better"] else (" (lower is better)",)


def _reading(review: Found) -> Text:
    count, rows = len(review["metrics"]), review["rows"]
    primary: Text = (Name(review["metrics"][0]["metric"]),)
    decides: Text = ("One metric was looked at: ", *primary, ". ")
    if count > 1:
        decides = (f"{count} metrics were looked at; only the first, ", *primary, ", decides. ")
    compared = f"{rows['compared']:,} of head's {rows['head']:,} test rows"
    scored = {
        "head's test rows": f"Both models score the same {rows['head']:,} rows, head's test set.",
        "unseen test rows": f"Both models score the {compared} that neither learnt.",
        "common test rows": f"Compared on the {compared} that are test rows of base too.",
        "none": "There are no rows that both models score.",
    }[rows["scored"]]
    covered = _covered(review) if rows["compared"] else ()
    return (*decides, scored, _apart(rows), *covered)


def _apart(rows: Found) -> str:
    """Say in how many groups or blocks of time the rows come, if they do: those were resampled."""
    units = rows.get("units")
    if not units:
        return ""
    many = f"{rows['compared']:,} rows in {units['count']:,} {units['kind']}"
    return f" They are {many}: rows of one depend on each other, and the intervals allow for it."


def _covered(review: Found) -> Text:
    """Say whether the intervals cover training, and by how many refits; nothing of one model."""
    training = review.get("training")
    if not training or all(found["low"] is None for found in review["metrics"]):
        return ()
    made, asked, reason = (training[name] for name in ("refits", "asked", "reason"))
    if all(found.get("training") is None for found in review["metrics"]):
        why = reason or "what was recorded is compared"
        return (f" The intervals cover test rows alone, not training: {why}.",)
    took = f"{training['seconds']:.0f} s" if training["seconds"] else "kept from an earlier review"
    some = f" of {asked}" if made < asked else ""
    why = f" There are no more: {reason}." if reason else ""
    said = f" The intervals cover test rows and training: {made}{some} refits of each side, {took}."
    return (said, why)


def could_be_seen(primary: Found) -> list[Block]:
    """Say which loss such a test set shows, and what would be told with a margin."""
    if primary["seen"] is None:
        return []
    lost = "lowered" if primary["greater_is_better"] else "raised"
    size, name = exact(float(f"{primary['seen']:.2g}")), Name(primary["metric"])
    seen = (f"Had this change {lost} ", name, f" by {size}, 8 of 10 such test sets would show it. ")
    margin = (
        *("Only the sign of a difference is judged: with ", Name("max_drop"), " of ", name),
        " in the gate, one that is too small to matter would be told, too.",
    )
    return [Paragraph((*seen, *(margin if primary["margin"] is None else ())))]


def comparison(found: Found, name: Text) -> tuple[Text, ...]:
    """Return one row of a table of comparisons."""
    said = f"{SYMBOLS[found['outcome']]} {found['outcome']}{_margin(found)}"
    shown = figures(*(found[field] for field in Figures._fields))
    interval = "—" if found["low"] is None else f"{shown.low} to {shown.high}"
    return (name, *shown[:3], interval, f"{said}: {found['reason']}" if found["reason"] else said)


def _margin(found: Found) -> str:
    """Return what an outcome is measured by, if that is a margin."""
    if not found["margin"] or found["low"] == found["high"] == 0:
        return ""
    margin, lost = exact(found["margin"]), "-" if found["greater_is_better"] else "+"
    measured = {"no worse": f" than {lost}{margin}", "no difference": f" (±{margin})"}
    return measured.get(found["outcome"], "")


def pictures(review: Found) -> list[Block]:
    """Return the charts."""
    found = review["charts"]
    primary: Found = review["metrics"][0] if review["metrics"] else {"metric": "", "head": None}
    return [
        *charts.curve(found["curve"]),
        *charts.calibration(found["calibration"]),
        *charts.history(found["history"], primary["metric"], primary["head"]),
    ]


def slices(found: list[Found]) -> Section:
    """Return the comparison for each value of each column, losses first; folded without any."""
    worse = [entry for entry in found if entry["comparison"]["outcome"] == "worse"]
    ordered = [*worse, *(entry for entry in found if entry not in worse)]
    header = ("slice", "rows", "base", "head", "difference", "95 % interval", "verdict")
    rows = []
    for entry in ordered:
        name = (Name(entry["column"]), " is ", Name(entry["value"]))
        first, *cells = comparison(entry["comparison"], name)
        rows.append((first, f"{entry['rows']:,}", *cells))
    title = f"Slices: {len(worse) or 'none'} of {len(found)} worse"
    if not rows:
        return Section(title, [])
    reading = "An interval is of its slice alone; what is better or worse is so among all of them."
    return Section(title, [Table(header, "lrrrrrl", rows), Paragraph(reading)], folded=not worse)


def confusion(review: Found) -> list[Block]:
    """Return test rows by actual and predicted class; the largest errors when classes are many."""
    found = review["confusion"]
    classes = list(dict.fromkeys(entry["actual"] for entry in found))
    cells = {(e["actual"], e["predicted"]): _cell(e) for e in found}
    if len(classes) <= MATRIX:
        columns = [("predicted ", Name(name)) for name in classes]
        rows: list[tuple[Text, ...]] = [
            (Name(actual), *(cells.get((actual, predicted), "—") for predicted in classes))
            for actual in classes
        ]
        return [Table(("actual", *columns), "l" + "r" * len(classes), rows)] * bool(found)
    wrong = sorted((e for e in found if e["actual"] != e["predicted"]), key=lambda e: -e["head"])
    listed: list[tuple[Text, ...]] = [
        (Name(e["actual"]), Name(e["predicted"]), cells[e["actual"], e["predicted"]]) for e in wrong
    ]
    return [Table(("actual", "predicted", "test rows"), "llr", listed)]


def _cell(entry: Found) -> str:
    before = "—" if entry["base"] is None else f"{entry['base']:,}"
    return f"{before} → {entry['head']:,}"
