"""Findings of a check as a data frame."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from kb.checking.result import Finding

if TYPE_CHECKING:
    import pandas as pd

    from kb.checking.result import CheckResult


def frame(result: CheckResult) -> pd.DataFrame:
    """A finding a row, in the order of the result; ``suppressed`` is the reason, None where it stands."""
    import pandas as pd

    names = [field.name for field in fields(Finding)]
    rows = []
    for finding in result.findings(suppressed=True):
        row = {name: getattr(finding, name) for name in names}
        row["severity"], row["basis"] = finding.severity.value, finding.basis.value
        row["suppressed"] = finding.suppressed.reason if finding.suppressed else None
        rows.append(row)
    return pd.DataFrame(rows, columns=names).astype({"line": "int64"})
