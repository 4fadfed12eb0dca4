"""The paper's Tables 5 to 7 as recordings: what it prints does not fix the table of pairs, so all that fit are made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reports.kappa import Table

CLINICIAN, PEEA = (68, 90, 91, 23), (69, 94, 88, 21)  # Table 5
BY_ONE = 60  # 211 of 272 agree (kappa 0.683); of the other 61, 60 differ by one grade and one by two (ICC 0.8616)


def fitting_tables() -> Iterator[Table]:
    """Tables (4, 4), clinician in rows, with the paper's margins, 60 pairs one grade apart and one two grades apart."""
    rows, columns = np.array(CLINICIAN), np.array(PEEA)
    surplus = np.cumsum(rows - columns)[:3]  # how many more pairs lie above the diagonal than below it, at each border
    for two in ((0, 2), (1, 3), (2, 0), (3, 1)):
        crossing = [(two[0] <= border < two[1]) - (two[1] <= border < two[0]) for border in range(3)]
        up_less_down = [int(surplus[border]) - crossing[border] for border in range(3)]
        for first in range(BY_ONE + 1):
            for second in range(BY_ONE + 1 - first):
                ups = [first, second]
                downs = [up - less for up, less in zip(ups, up_less_down, strict=False)]
                left = BY_ONE - sum(ups) - sum(downs)
                if min(downs) < 0 or left < 0 or (left + up_less_down[2]) % 2:
                    continue
                ups.append((left + up_less_down[2]) // 2)
                downs.append(left - ups[2])
                table = np.zeros((4, 4), np.int64)
                table[two] = 1
                for border, (up, down) in enumerate(zip(ups, downs, strict=True)):
                    table[border, border + 1], table[border + 1, border] = up, down
                table[np.diag_indices(4)] = rows - table.sum(axis=1)
                if min(*ups, *downs, *table.diagonal()) >= 0:
                    assert (table.sum(axis=0) == columns).all()
                    yield table


def ratings(table: Table) -> np.ndarray:
    """The pairs of a table as grades 1..4, shape (n, 2)."""
    return np.array([(i + 1, j + 1) for (i, j), n in np.ndenumerate(table) for _ in range(n)], np.float64)
