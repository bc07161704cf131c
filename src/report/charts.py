"""Mermaid charts of numbers only: no text from the project is ever part of a diagram.

Mermaid's xychart spaces points evenly and has no legend, so lines are drawn through evenly spaced
points and captions name the colours, which colour-blind people can tell apart, on light and dark.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from report.blocks import Chart, Name, Text

ORANGE, BLUE, GREY = "#D55E00", "#2E86C8", "#8C8C8C"
LARGEST = 1e12  # beyond it, numbers do not fit beside an axis
WIDTH, HEIGHT = 640, 280
Points = Sequence[float]


def curve(found: dict[str, Any] | None) -> list[Chart]:
    """Return the ROC curves, or the distributions of residuals, of base and head."""
    lines = _evenly(found)
    if found is None or not lines:
        return []
    if found["kind"] == "ROC":
        axes = _axis("x", "false positive rate", (0, 1)), _axis("y", "true positive rate", (0, 1))
        caption = "ROC: base in orange, head in blue; the nearer to the top left, the better."
    else:
        axes = (
            _axis("x", "residual: truth minus prediction", found["x"]),
            _axis("y", "test rows", [0, *lines[0], *lines[1]]),
        )
        caption = "Residuals: base in orange, head in blue; the closer to zero, the better."
    return [Chart(caption, _diagram(axes, lines, (ORANGE, BLUE)))]


def calibration(found: dict[str, Any] | None) -> list[Chart]:
    """Return observed shares against predicted probabilities, beside the diagonal."""
    lines = _evenly(found)
    if found is None or not lines:
        return []
    low, high = found["x"][0], found["x"][-1]
    diagonal = [low + (high - low) * i / (len(lines[0]) - 1) for i in range(len(lines[0]))]
    axes = _axis("x", "predicted probability", (low, high)), _axis("y", "observed share", (0, 1))
    caption = "Calibration: base in orange, head in blue; the nearer to the grey line, the better."
    return [Chart(caption, _diagram(axes, (diagonal, *lines), (GREY, ORANGE, BLUE)))]


def history(found: list[dict[str, Any]], metric: str, head: float | None) -> list[Chart]:
    """Return the metric as the last commits of the base branch recorded it, then head's."""
    values = [entry["value"] for entry in found] + [head] * (head is not None)
    if len(found) < 2 or not _drawable(values):
        return []
    labels = [str(ago) for ago in range(len(found), 0, -1)] + ["head"] * (head is not None)
    quoted = ", ".join(f'"{label}"' for label in labels)
    axes = f'  x-axis "commits before head" [{quoted}]', _axis("y", "recorded", values)
    first, last = (Name(entry["commit"][:7]) for entry in (found[0], found[-1]))
    caption: Text = (Name(metric), " on the base branch from ", first, " to ", last)
    end = ", then of head at the right end." if head is not None else "."
    return [Chart((*caption, end), _diagram(axes, [values], (BLUE,)))]


def _drawable(values: Points) -> bool:
    return all(math.isfinite(value) and abs(value) <= LARGEST for value in values)


def _evenly(found: dict[str, Any] | None) -> tuple[list[float], ...]:
    """Return base's and head's values at evenly spaced x; nothing if that cannot be drawn."""
    x = found["x"] if found else []
    if not found or len(x) < 2 or not _drawable([*x, *found["base"], *found["head"]]):
        return ()
    if any(b <= a for a, b in pairwise(x)):
        return ()
    grid = [x[0] + (x[-1] - x[0]) * i / (len(x) - 1) for i in range(len(x))]
    return tuple([_at(point, x, found[side]) for point in grid] for side in ("base", "head"))


def _at(point: float, x: Points, y: Points) -> float:
    """Interpolate linearly."""
    right = min(max(bisect_right(x, point), 1), len(x) - 1)
    share = (point - x[right - 1]) / (x[right] - x[right - 1])
    return y[right - 1] + min(max(share, 0), 1) * (y[right] - y[right - 1])


def _axis(which: str, title: str, values: Points) -> str:
    low, high = min(values), max(values)
    room = (high - low) * 0.05 if which == "y" and (low, high) != (0, 1) else 0.0
    if high == low:
        room = abs(low) * 0.05 or 1.0
    ends = _numbers([low - room * (low != 0), high + room])
    return f'  {which}-axis "{title}" {ends[0]} --> {ends[1]}'


def _numbers(values: Points) -> list[str]:
    """Write numbers with fixed decimals, enough to tell them apart."""
    spread = (max(values) - min(values)) or max(map(abs, values)) or 1
    decimals = min(max(3 - math.floor(math.log10(spread)), 0), 15)
    return [f"{value:.{decimals}f}" for value in values]


def _diagram(axes: Sequence[str], lines: Sequence[Points], colours: Sequence[str]) -> str:
    return "\n".join(
        [
            "---",
            "config:",
            f"  xyChart: {{width: {WIDTH}, height: {HEIGHT}}}",
            f'  themeVariables: {{xyChart: {{plotColorPalette: "{", ".join(colours)}"}}}}',
            "---",
            "xychart-beta",
            *axes,
            *(f"  line [{', '.join(_numbers(line))}]" for line in lines),
        ]
    )
