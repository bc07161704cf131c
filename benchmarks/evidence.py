"""How often intervals and verdicts are right, by simulation.

`python benchmarks/evidence.py > docs/evidence.md` writes the page, a function a table; what is done
goes to standard error. Everything is drawn from seeds, so that a run gives the same page.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
from scipy.signal import lfilter
from sklearn.ensemble import RandomForestClassifier

from pipeline.scores import METRICS, Array, Predictions
from review.dependence import BLOCKS
from review.gate import failures
from review.methods import bootstrap, cautions, compare, confusion, delong, rowwise, weighted
from review.methods.interval import Interval

SETS = 1000  # test sets that are simulated for a number
LARGE = 400_000  # rows whose difference is taken for the true one
CLASSES = np.array(["no", "yes"])
Made = tuple[Predictions, Predictions, Array | None]  # base, head, and units if rows depend
Make = Callable[[np.random.Generator], Made]


def labelled(positive: Array, chance: Array) -> Predictions:
    """Return predictions of two classes from the probability of the second."""
    truth, said = (CLASSES[side.astype(int)] for side in (positive, chance >= 0.5))
    return Predictions(truth, said, np.column_stack([1 - chance, chance]), CLASSES, "yes")


def models(positive: Array, signals: tuple[float, float], shared: Array, own: Array) -> Made:
    """Return two models, each with a signal of its own, whose errors go together."""
    base, head = (
        labelled(positive, 1 / (1 + np.exp(-(signal * (2.0 * positive - 1) + shared + noise))))
        for signal, noise in zip(signals, own, strict=True)
    )
    return base, head, None


def rows(size: int, gain: float, random: np.random.Generator) -> Made:
    """Draw rows of which none depends on another."""
    positive, shared = random.random(size) < 0.4, random.normal(size=size)
    return models(positive, (1.0, 1.0 + gain), shared, random.normal(0, 0.5, (2, size)))


def saturated(share: float, size: int, gain: float, random: np.random.Generator) -> Made:
    """Draw rows of which few are positive, for two models that are hardly ever wrong."""
    positive, shared = random.random(size) < share, random.normal(size=size)
    return models(positive, (2.5, 2.5 + gain), shared, random.normal(0, 0.5, (2, size)))


def groups(sizes: Array, gain: float, random: np.random.Generator, label: str = "row") -> Made:
    """Draw groups of rows; half of each error is the group's. Labels are by row, or by group."""
    units, many = np.repeat(np.arange(len(sizes)), sizes), int(sizes.sum())
    positive = random.random(len(sizes))[units] if label == "group" else random.random(many)
    shared = random.normal(size=len(sizes))[units] + random.normal(size=many)
    own = random.normal(size=(2, len(sizes)))[:, units] + random.normal(size=(2, many))
    return *models(positive < 0.4, (1.0, 1.0 + gain), shared, own / 2)[:2], units


def weeks(memory: float, size: int, gain: float, random: np.random.Generator) -> Made:
    """Draw rows in time, an error of each being `memory` times the one before, and luck."""
    luck = np.sqrt(1 - memory**2) * random.normal(size=(3, size + 100))
    positive, errors = random.random(size) < 0.4, lfilter([1], [1, -memory], luck)[:, 100:]
    made = models(positive, (1.0, 1.0 + gain), errors[0], errors[1:] / 2)
    return *made[:2], np.arange(size) * BLOCKS // size


def interval(metric: str, base: Predictions, head: Predictions, units: Array | None) -> Interval:
    """Return the interval of a metric, also of fewer units than `compare` asks for."""
    if metric in rowwise.VALUES:
        value = rowwise.VALUES[metric]
        return rowwise.interval(value(base), value(head), units)
    if metric in delong.AREAS:
        area = delong.AREAS[metric]
        return delong.interval(area(base), area(head), units)
    if metric in confusion.CONFUSION:
        return confusion.interval(metric, base, head, units)
    base, head, units = bootstrap.ordered(base, head, units)
    pair = weighted.BUILDERS[metric](base), weighted.BUILDERS[metric](head)
    return bootstrap.intervals({metric: pair}, len(head.truth), 0, 500, units)[metric]


def ends(metrics: Iterable[str], make: Make, many: int = SETS, *, by_unit: bool = True) -> Array:
    """Return the intervals of simulated test sets: a metric, an end, a set."""
    found = []
    for seed in range(many):
        base, head, units = make(np.random.default_rng([1, seed]))
        found.append([interval(m, base, head, units if by_unit else None) for m in metrics])
    return np.array(found).transpose(1, 2, 0)


def truths(metrics: Iterable[str], make: Make) -> list[float]:
    """Return head's metrics minus base's on rows that are many."""
    base, head, _ = make(np.random.default_rng(0))
    return [METRICS[m].compute(head) - METRICS[m].compute(base) for m in metrics]


def held(value: float, found: Array) -> str:
    """Return the share of intervals that hold a value."""
    return f"{np.mean((found[0] <= value) & (value <= found[1])):.3f}"


def apart(found: Array) -> str:
    """Return the share of intervals that leave zero out."""
    return f"{np.mean((found[0] > 1e-6) | (found[1] < -1e-6)):.3f}"


def table(title: str, said: str, header: list[str], lines: Iterable[list[str]]) -> str:
    """Return a section in Markdown: a title, how it was made, and a table."""
    start = time.perf_counter()
    body = [f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *lines)]
    print(f"{title}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return "\n".join([f"## {title}", "", said, "", *body, ""])


def independent() -> str:
    """Coverage, false alarms and power where no row depends on another."""

    def lines() -> Iterator[list[str]]:
        for metrics, many in (
            (["roc_auc", "accuracy", "f1", "log_loss"], SETS),
            (["average_precision"], SETS // 4),
        ):
            true = truths(metrics, partial(rows, LARGE, 0.15))
            for size in (100, 300, 1000):
                moved, same = (ends(metrics, partial(rows, size, g), many) for g in (0.15, 0.0))
                for i, metric in enumerate(metrics):
                    cells = held(true[i], moved[i]), apart(same[i]), f"{true[i]:+.3f}"
                    yield [metric, f"{size:,}", *cells, apart(moved[i])]

    return table(
        "Rows that do not depend on each other",
        "40 % of the rows are positive, base's ROC AUC is about 0.90, and the errors of both\n"
        "models go together. *False alarms*: better or worse where the two are equally good.",
        ["metric", "test rows", "coverage", "false alarms", "a true difference of", "is seen in"],
        lines(),
    )


def dependent() -> str:
    """Coverage where rows come in groups, or in time."""
    metrics, fifty = ["roc_auc", "log_loss", "accuracy", "f1"], np.full(8000, 50)
    unequal = np.geomspace(5, 150, 40).astype(int)
    cases: list[tuple[str, Callable[..., Made], Array | int, Array | int]] = [
        *((f"{n} groups of 50", groups, fifty[:n], fifty) for n in (30, 20, 10, 8)),
        ("30 groups of 50, of one label each", partial(groups, label="group"), fifty[:30], fifty),
        (f"40 groups of {unequal.min()} to {unequal.max()}", groups, unequal, fifty),
        ("1,500 rows in time, AR(1) of 0.9", partial(weeks, 0.9), 1500, LARGE),
        ("500 rows in time, AR(1) of 0.5", partial(weeks, 0.5), 500, LARGE),
    ]

    def lines() -> Iterator[list[str]]:
        for name, make, size, large in cases:
            true = truths(metrics, partial(make, large, 0.15))
            for which, by_unit in (("row", False), ("unit", True)):
                found = ends(metrics, partial(make, size, 0.15), by_unit=by_unit)
                yield [name, which, *(held(t, f) for t, f in zip(true, found, strict=True))]

    return table(
        "Rows that depend on each other",
        "Coverage of 95 % intervals: *by row*, as if no row depended on another; *by unit*, as a\n"
        f"review does it with the role `group`, or with `split: by: time` ({BLOCKS} blocks). Half\n"
        "of each error is the group's. Of eight groups a review says *cannot tell*.",
        ["test rows", "by", *metrics],
        lines(),
    )


def rare() -> str:
    """Coverage where few rows are positive and models almost perfect."""
    metrics = [*("recall", "precision", "f1", "balanced_accuracy", "matthews_corrcoef"), "roc_auc"]

    def lines() -> Iterator[list[str]]:
        for share, size in ((0.02, 300), (0.02, 1000), (0.1, 300), (0.1, 1000)):
            make = partial(saturated, share)
            true = truths(metrics, partial(make, LARGE, 1.0))
            moved, same = (ends(metrics, partial(make, size, g), SETS // 2) for g in (1.0, 0.0))
            for i, metric in enumerate(metrics):
                told, none = (f[i][:, np.isfinite(f[i][0])] for f in (moved, same))
                where = f"{100 * share:.0f} % of {size:,}"
                yield [where, metric, f"{true[i]:+.3f}", held(true[i], told), apart(none)]

    return table(
        "Few positive rows, near the ceiling",
        "Base is right of nearly every row, head of more. Of ROC AUC only the test sets count\n"
        "that have five positive rows; under 100 of a class a review warns.",
        ["positive rows", "metric", "true difference", "coverage", "false alarms"],
        lines(),
    )


TAILS: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "normal": lambda random, size: random.normal(size=size),
    "Laplace": lambda random, size: random.laplace(size=size),
    "t of 4 degrees": lambda random, size: random.standard_t(4, size),
    "t of 3 degrees": lambda random, size: random.standard_t(3, size),
    "log-normal, sigma 1": lambda random, size: (
        random.lognormal(0, 1, size) * random.choice([-1, 1], size)
    ),
    "log-normal, sigma 1.5": lambda random, size: (
        random.lognormal(0, 1.5, size) * random.choice([-1, 1], size)
    ),
}


def numbers(tail: str, size: int, random: np.random.Generator) -> Made:
    """Draw two models of a number, head with errors a tenth smaller, most of which are base's."""
    truth = random.normal(size=size)
    base, own = TAILS[tail](random, size), TAILS[tail](random, size)
    head = 0.9 * (0.8 * base + 0.6 * own)
    return Predictions(truth, truth + base), Predictions(truth, truth + head), None


def heavy() -> str:
    """Coverage where few rows carry most of the squared errors."""

    def lines() -> Iterator[list[str]]:
        for tail in TAILS:
            true = truths(["mean_squared_error"], partial(numbers, tail, 10 * LARGE))[0]
            make = partial(numbers, tail, 300)
            sets = (make(np.random.default_rng([1, seed])) for seed in range(SETS))
            shares = np.array([cautions.carried(base, head) for base, head, _ in sets])
            warned = f"{np.mean(shares > cautions.LARGE_SHARE):.2f}"
            covered = held(true, ends(["mean_squared_error"], make)[0])
            yield [tail, covered, f"{np.median(shares):.2f}", warned]

    return table(
        "Squared errors that few rows carry",
        "The mean squared error of 300 rows. *Share*: of the differences, what the largest 1 %\n"
        f"carry (median); over {cautions.LARGE_SHARE:g} a review warns.",
        ["errors", "coverage", "share", "warned of"],
        lines(),
    )


def orders() -> str:
    """Whether the verdict depends on the order of the rows."""
    metrics = ["f1", "roc_auc", "average_precision"]

    def lines() -> Iterator[list[str]]:
        outcomes = []
        for seed in range(SETS // 10):
            random = np.random.default_rng([1, seed])
            base, head, _ = rows(300, 0.1, random)
            shuffled = [random.permutation(300) for _ in range(4)]
            found = [compare.compare(metrics, base[at], head[at]) for at in shuffled]
            outcomes.append(
                [len({c.outcome for c in same}) > 1 for same in zip(*found, strict=True)]
            )
        for metric, share in zip(metrics, np.mean(outcomes, axis=0), strict=True):
            yield [metric, f"{share:.3f}"]

    return table(
        "The order of the rows",
        f"Of {SETS // 10} test sets, in four orders each: how often not all verdicts are the same.",
        ["metric", "verdicts differ"],
        lines(),
    )


def visits(patients: int, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """Draw 25 visits of each patient: features, most of which is the patient's, label, patient."""
    units, own = np.repeat(np.arange(patients), 25), random.normal(size=(patients, 6))
    ill = own[:, 0] + own[:, 1] * own[:, 2] + random.normal(size=patients) > 0
    return own[units] + 0.5 * random.normal(size=(len(units), 6)), ill[units], units


def failing(project: int, by_unit: bool) -> int:
    """Return how many of eight other seeds of a forest fail the gate of the template."""
    random = np.random.default_rng([1, project])
    (x, ill, _), (tested, truth, units) = visits(40, random), visits(20, random)
    forests = (RandomForestClassifier(30, random_state=seed).fit(x, ill) for seed in range(9))
    base, *heads = (labelled(truth, fitted.predict_proba(tested)[:, 1]) for fitted in forests)
    found = [compare.compare(["roc_auc"], base, h, units if by_unit else None) for h in heads]
    return sum(bool(failures({"roc_auc": {"max_drop": 0.01}}, c, {})[0]) for c in found)


def seeds() -> str:
    """How often another seed of a forest fails the gate that the template starts with."""

    def lines() -> Iterator[list[str]]:
        for by_unit in (False, True):
            counts = [failing(project, by_unit) for project in range(20)]
            yield ["unit" if by_unit else "row", f"{sum(counts)} of 160", str(max(counts))]

    return table(
        "Another seed, 20 patients",
        "A forest of 30 trees, 40 patients to learn from and 20 to test on, 25 rows of each;\n"
        "eight other seeds for each of 20 projects, by the gate that the template starts with\n"
        "(`max_drop: 0.01`).",
        ["by", "failed", "of eight seeds at most"],
        lines(),
    )


PAGE = f"""\
# How often a review is right

Written by `python benchmarks/evidence.py > docs/evidence.md` (two minutes of a processor; the same
numbers each time), by the code that judges a change, on made-up models whose true difference is
known: that on {LARGE:,} rows or more. *Coverage* is how often a 95 % interval holds it, so that
it should be 0.95. Of {SETS:,} test sets, 0.936 to 0.964 is what luck makes of 0.95; of {SETS // 2}
(few positive rows), 0.931 to 0.969; of {SETS // 4} (average precision), 0.923 to 0.977. What is
made of it stands in [how a change is judged](review.md#is-it-real).
"""
TABLES = (independent, dependent, rare, heavy, orders, seeds)


def main() -> None:
    """Print the page."""
    print(PAGE, *(made() for made in TABLES), sep="\n", end="")


if __name__ == "__main__":
    main()
