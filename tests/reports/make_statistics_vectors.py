"""Makes statistics_vectors.py with statsmodels and pingouin: python -m tests.reports.make_statistics_vectors.

They are not installed with PEEA (`pip install statsmodels pingouin`); each takes seconds to import.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
from statsmodels.stats.inter_rater import cohens_kappa

from tests.reports.paper_tables import fitting_tables, ratings

TABLES = {
    "the paper's": next(table for number, table in enumerate(fitting_tables()) if number == 700),
    "fleiss 1981": np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]]),
    "less than chance": np.array([[1, 5, 2], [6, 1, 4], [2, 7, 1]]),
    "five grades": np.array([[9, 2, 0, 0, 0], [3, 20, 6, 1, 0], [0, 5, 18, 4, 1], [0, 1, 6, 11, 2], [0, 0, 1, 3, 5]]),
    "one stricter": np.array([[4, 9, 0, 0], [0, 5, 12, 1], [0, 1, 3, 8], [0, 0, 0, 2]]),
}
HEAD = '''"""Figures of other programs; made by make_statistics_vectors.py, not by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vector:
    """A table of counts. kappa, weighted: value, error, T, p (statsmodels). iccs, intervals: pingouin, by form."""

    name: str
    table: tuple[tuple[int, ...], ...]
    kappa: tuple[float, float, float, float]
    weighted: tuple[float, float, float, float]
    iccs: tuple[tuple[str, float], ...]
    intervals: tuple[tuple[str, float, float], ...]


VECTORS = (
'''


def _kappa(table: np.ndarray, weights: str | None) -> tuple[float, ...]:
    found = cohens_kappa(table, wt=weights)
    return tuple(float(each) for each in (found.kappa, found.std_kappa, found.z_value, found.pvalue_two_sided))


def _iccs(table: np.ndarray) -> tuple[list[tuple[str, float]], list[tuple[str, float, float]]]:
    pairs = ratings(table)
    long = pd.DataFrame(
        {
            "subject": np.repeat(np.arange(len(pairs)), 2),
            "rater": np.tile(["clinician", "peea"], len(pairs)),
            "grade": pairs.ravel(),
        }
    )
    found = pingouin.intraclass_corr(data=long, targets="subject", raters="rater", ratings="grade")
    column = next(name for name in found.columns if name.startswith("CI95"))
    values = [(str(row["Type"]), float(row["ICC"])) for _, row in found.iterrows()]
    intervals = [(str(row["Type"]), float(row[column][0]), float(row[column][1])) for _, row in found.iterrows()]
    return values, intervals


def main() -> None:
    lines = [HEAD]
    for name, table in TABLES.items():
        values, intervals = _iccs(table)
        lines.append(
            f"    Vector(\n        {name!r},\n        {tuple(tuple(int(n) for n in row) for row in table)!r},\n"
            f"        {_kappa(table, None)!r},\n        {_kappa(table, 'quadratic')!r},\n"
            f"        {tuple(values)!r},\n        {tuple(intervals)!r},\n    ),\n"
        )
    Path(__file__).with_name("statistics_vectors.py").write_text("".join(lines) + ")\n", "utf-8")


if __name__ == "__main__":
    main()
