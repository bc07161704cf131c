"""Says in words what changed on each level: data, params, code, environment."""

from typing import Any

from report.blocks import Block, Bullets, Name, Paragraph, Strong, Table, Text
from report.numbers import number

Found = dict[str, Any]  # the review, or a part of it, as schema.json describes it
FEW = 5  # names in one sentence


def changes(found: Found) -> list[Block]:
    """Return what changed, level by level; levels without a change are only named."""
    written = {
        "data": data(found["data"]),
        "params": [edit(change) for change in found["params"]],
        "code": [code(change) for change in found["code"]],
        "environment": [edit(change) for change in found["environment"]],
    }
    blocks: list[Block] = []
    for level, items in written.items():
        if items:
            silent = "" if level in found["levels"] else " (nothing the model depends on)"
            blocks += [Paragraph((Strong(level.capitalize()), silent)), Bullets(items)]
    same = [level for level, items in written.items() if not items]
    return [*blocks, Paragraph(f"Unchanged: {', '.join(same)}.")] if same else blocks


def data(found: Found) -> list[Text]:
    """Return the changes of deliveries, rows, columns and sides, a sentence each."""
    items: list[Text] = []
    for what, names in found["deliveries"].items():
        items += [(f"delivery {what}: ", Name(name)) for name in names]
    rows = found["rows"]
    if rows and rows.get("rekeyed"):
        items.append(_rekeyed(rows))
    if rows and any(rows[key] for key in ("added", "removed", "changed")):
        items.append(
            f"{rows['base']:,} → {rows['head']:,} rows: {rows['added']:,} added, "
            f"{rows['removed']:,} removed, {rows['changed']:,} changed, "
            f"of which {rows['relabelled']:,} have another target"
        )
    if rows and rows.get("repeated"):
        items.append(f"{rows['repeated']:,} of the added stood in base under another key")
    if rows and rows.get("labelled"):
        items.append(f"{plural(rows['labelled'], 'row')} got their target")
    waiting = found["unlabelled"]
    if waiting and waiting["base"] != waiting["head"]:
        items.append(f"{waiting['base']:,} → {waiting['head']:,} rows wait for their target")
    items += [("column ", *edit(change)) for change in found["schema"]]
    shifted = [entry for entry in found["drift"] if entry["size"] == "large"]
    if shifted:
        worst = (Name(shifted[0]["column"]), f" most (PSI {shifted[0]['psi']:.2f}, ")
        items.append(
            (f"{plural(len(shifted), 'column')} shifted, ", *worst, compared(shifted[0]), ")")
        )
    sides = found["sides"] or {"to_test": 0, "to_train": 0}
    if sides["to_test"]:
        items.append(
            f"{sides['to_test']:,} test rows were training rows of base: base's numbers flatter it"
        )
    if sides["to_train"]:
        items.append(f"{sides['to_train']:,} test rows of base are training rows now")
    return items


def _rekeyed(rows: Found) -> str:
    every = "all " * (rows["rekeyed"] == rows["base"] == rows["head"])
    same = "" if rows["changed"] else ", their content did not"
    return f"the keys of {every}{plural(rows['rekeyed'], 'row')} changed{same}"


def code(found: Found) -> Text:
    """Return one changed file, its lines and the stages that depend on it."""
    lines = f" ({found['added']:,} lines added, {found['removed']:,} removed)"
    if not found["stages"]:
        return (Name(found["file"]), lines, ", no stage depends on it")
    return (Name(found["file"]), lines, ", read by ", *listed(found["stages"]))


def listed(names: list[str]) -> tuple[str, ...]:
    """Return at most FEW names with commas between them, and how many are left out."""
    shown = [part for name in names[:FEW] for part in (", ", Name(name))][1:]
    return (*shown, *[f" and {len(names) - FEW} more"] * (len(names) > FEW))


def edit(change: Found) -> Text:
    """Return what was added, removed or changed, from → to."""
    if change["base"] is None:
        return (Name(change["name"]), " added: ", Name(change["head"] or ""))
    if change["head"] is None:
        return (Name(change["name"]), " removed; it was ", Name(change["base"]))
    return (Name(change["name"]), ": ", Name(change["base"]), " → ", Name(change["head"]))


def data_details(found: Found) -> list[Block]:
    """Return drift, target balance and changed cells, as far as there are any."""
    blocks: list[Block] = []
    if found["drift"]:
        rows: list[tuple[Text, ...]] = [
            (Name(e["column"]), f"{e['psi']:.3f}", f"{e['chance']:.3f}", e["size"], compared(e))
            for e in found["drift"]
        ]
        header = ("column", "PSI", "by chance up to", "drift", "compared")
        blocks.append(Table(header, "lrrll", rows))
    if found["target"]:
        balance = [
            (Name(e["value"]), number(e["base"]), number(e["head"])) for e in found["target"]
        ]
        blocks.append(Table(("target", "base", "head"), "lrr", list(balance)))
    cells = found["rows"]["cells"] if found["rows"] else []
    if cells:
        counted = [(Name(e["column"]), f"{e['changed']:,}") for e in cells]
        blocks.append(Table(("column", "cells changed"), "lr", list(counted)))
    if found["duplicates"]:
        alike = "every column" if found.get("keyed") is False else "all but their key"
        blocks.append(Paragraph(f"{found['duplicates']:,} rows are alike in {alike}."))
    return blocks


def compared(drifted: Found) -> str:
    """Return what the drift of a column is between, and how many rows that are."""
    what = drifted["compared"]
    count = plural(drifted["head"], what.removesuffix("s")) if what != "rows left" else ""
    return {
        "new rows": f"{count} with {drifted['base']:,} of base",
        "changed cells": f"{count} with what they held",
        "rows left": f"the {drifted['head']:,} rows left with {drifted['base']:,} of base",
    }[what]


def stages(found: list[Found]) -> list[Block]:
    """Return what each stage did, how long it took and why."""
    rows: list[tuple[Text, ...]] = [
        (
            Name(entry["stage"]),
            entry["result"],
            "—" if entry["seconds"] is None else f"{entry['seconds']:.1f}",
            listed(entry["because"]),
        )
        for entry in found
    ]
    return [Table(("stage", "result", "seconds", "because"), "llrl", rows)] if rows else []


def plural(count: int, noun: str) -> str:
    """Return '1 column' or '2 columns'."""
    return f"{count:,} {noun}" + "s" * (count != 1)
