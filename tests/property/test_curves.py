"""A curve goes one way and counts every row: ROC rises, precision falls, nothing is left out."""

from hypothesis import given

from pairs import Pair, few, of_classes, of_numbers
from pipeline import points


@few
@given(of_classes)
def test_curves_of_classes_go_one_way(pair: Pair) -> None:
    p = pair[0]
    found = points.curves(p)
    weights = 1 if p.task == "binary" else 3  # several classes: one after the other

    if "roc" in found:
        assert found["roc"]["true_positive_rate"].is_monotonic_increasing
        assert found["roc"]["true_positive_rate"].iloc[-1] == 1
        assert found["precision_recall"]["precision"].is_monotonic_decreasing
    assert found["confusion"]["rows"].sum() == len(p.truth)
    assert found["calibration"]["rows"].sum() == weights * len(p.truth)
    assert found["calibration"]["predicted"].is_monotonic_increasing


@few
@given(of_numbers())
def test_residuals_count_every_row(pair: Pair) -> None:
    found = points.curves(pair[0])

    assert found["residuals"]["rows"].sum() == len(pair[0].truth)
    assert len(found["predicted"]) == len(pair[0].truth)
