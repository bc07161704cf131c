"""What the audit says."""

from ci import audit
from ci.audit import Audit


def test_what_differs_is_named_by_stage() -> None:
    found = Audit("a" * 40, "equivalent", [("train", "models/model.skops")])

    text = audit.report(found)

    assert "equivalent. Some files differ, but every metric is the same" in text
    assert "| `train` | `models/model.skops` |" in text
