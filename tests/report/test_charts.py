"""Charts are numbers that Mermaid draws as they are meant."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from report import charts
from report.document import load

SAMPLE = Path(__file__).parent / "data/review.json"
MERMAID = Path(__file__).parent / "mermaid"
# What is left of red, green and blue (Machado, Oliveira and Fernandes 2009, severity 1).
PROTANOPIA = np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]])
DEUTERANOPIA = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
numbers = st.floats(-1e300, 1e300) | st.sampled_from([0.0, -0.0, 5e-324, 1e-12, 0.5, 1.0, 1e12])


def lines(diagram: str) -> list[list[float]]:
    """Return the numbers of each line of a diagram."""
    return [json.loads(found) for found in re.findall(r"^  line (\[.*\])$", diagram, re.M)]


def roc(x: list[float], base: list[float], head: list[float]) -> dict[str, Any]:
    """Return a chart of review.json."""
    return {"kind": "ROC", "x": x, "base": base, "head": head}


def test_a_curve_is_drawn_whole() -> None:
    (chart,) = charts.curve(roc([0, 0.5, 1], [0, 0.6, 1], [0, 0.8, 1]))

    assert chart.caption == (
        "ROC: base in orange, head in blue; the nearer to the top left, the better."
    )
    assert chart.mermaid == "\n".join(
        [
            "---",
            "config:",
            "  xyChart: {width: 640, height: 280}",
            '  themeVariables: {xyChart: {plotColorPalette: "#D55E00, #2E86C8"}}',
            "---",
            "xychart-beta",
            '  x-axis "false positive rate" 0.000 --> 1.000',
            '  y-axis "true positive rate" 0.000 --> 1.000',
            "  line [0.000, 0.600, 1.000]",
            "  line [0.000, 0.800, 1.000]",
        ]
    )


def test_points_are_spaced_evenly() -> None:
    """Mermaid knows no x of a point, so the line is read off at even steps."""
    (chart,) = charts.curve(roc([0, 0.1, 1], [0, 1, 1], [0, 0.5, 1]))

    assert lines(chart.mermaid) == [[0, 1, 1], [0, 0.722, 1]]


def test_calibration_shows_the_diagonal_first() -> None:
    (chart,) = charts.calibration({"x": [0.25, 0.75], "base": [0.3, 0.6], "head": [0.2, 0.8]})

    assert lines(chart.mermaid) == [[0.25, 0.75], [0.3, 0.6], [0.2, 0.8]]


def test_history_ends_with_head() -> None:
    found = [{"commit": "a" * 40, "value": 0.8}, {"commit": "b" * 7, "value": 0.81}]

    (chart,) = charts.history(found, "accuracy", 0.82)

    assert 'x-axis "commits before head" ["2", "1", "head"]' in chart.mermaid
    assert lines(chart.mermaid) == [[0.8, 0.81, 0.82]]


def light(colour: str) -> np.ndarray:
    """Return linear red, green and blue of '#RRGGBB' (sRGB)."""
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("paper", ["#FFFFFF", "#333333", "#0D1117"])
def test_lines_stand_out_on_light_and_dark(paper: str) -> None:
    """WCAG 2.1 asks for a contrast of 3 to 1 in graphics."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    ground = weights @ light(paper) + 0.05

    for colour in (charts.ORANGE, charts.BLUE, charts.GREY):
        line = weights @ light(colour) + 0.05
        assert max(line, ground) / min(line, ground) >= 3


@pytest.mark.parametrize("seen", [PROTANOPIA, DEUTERANOPIA])
def test_colour_blind_people_tell_base_from_head(seen: np.ndarray) -> None:
    base, head = (seen @ light(colour) for colour in (charts.ORANGE, charts.BLUE))

    assert np.linalg.norm(base - head) > 0.4


@pytest.mark.parametrize(
    "found",
    [
        None,
        roc([], [], []),
        roc([0], [0], [0]),
        roc([0, 0], [0, 1], [0, 1]),
        roc([1, 0], [0, 1], [0, 1]),
        roc([0, 1], [0, 1e13], [0, 1]),
    ],
)
def test_what_cannot_be_drawn_is_left_out(found: dict[str, Any] | None) -> None:
    assert charts.curve(found) == charts.calibration(found) == []


@given(st.lists(st.tuples(numbers, numbers, numbers), max_size=101), st.sampled_from(["ROC", "r"]))
def test_numbers_are_written_with_fixed_decimals(
    points: list[tuple[float, float, float]], kind: str
) -> None:
    """No exponent, no NaN, and under Mermaid's 50,000 characters."""
    x, base, head = (
        (list(column) for column in zip(*points, strict=True)) if points else ([], [], [])
    )
    found = {"kind": kind, "x": sorted(set(x)), "base": base, "head": head}
    history = [{"commit": "0" * 40, "value": value} for value in base[:20]]

    drawn = [*charts.curve(found), *charts.calibration(found), *charts.history(history, "m", None)]

    for chart in drawn:
        assert re.search(r"\d[eE]|nan|inf\b|\[\]", chart.mermaid.split("xychart-beta")[1]) is None
        assert len(chart.mermaid) < 50_000


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs Node.js and npm")
def test_mermaid_itself_parses_every_chart(tmp_path: Path) -> None:
    """The exact version in tests/report/mermaid, from its lock file; the pictures of pages, too."""
    for name in ("package.json", "package-lock.json", "parse.mjs"):
        shutil.copy(MERMAID / name, tmp_path)
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=tmp_path, check=True)
    found = load(SAMPLE)["charts"]
    tiny = {"kind": "residuals", "x": [-1e-9, 0, 1e12], "base": [0, 0, 0], "head": [-5, 5e-324, 1]}
    drawn = [
        *charts.curve(found["curve"]),
        *charts.curve(tiny),
        *charts.calibration(found["calibration"]),
        *charts.history(found["history"], "accuracy", -1e12),
    ]

    pages = "".join((ROOT / name).read_text("utf-8") for name in ("README.md", "SECURITY.md"))
    written = re.findall(r"```mermaid\n(.*?)```", pages, flags=re.DOTALL)
    diagrams = [chart.mermaid for chart in drawn] + ["xychart-beta\n  line [1e-3]", *written]

    done = subprocess.run(
        ["node", "parse.mjs"],
        cwd=tmp_path,
        input=json.dumps(diagrams),
        capture_output=True,
        text=True,
    )

    pictures = ["xychart", "flowchart-v2"]
    assert json.loads(done.stdout) == ["xychart"] * 4 + ["not a diagram", *pictures]
