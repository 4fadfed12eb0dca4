"""How well clinicians and PEEA agree, in the paper's figures and in fairer ones beside them (pure).

The paper's Tables 5 to 7 compare one clinician's grade with PEEA's for each recording: counts, kappa, intraclass
correlation on grades. Beside them stand what they leave out: exact agreement, which way the errors go, and errors that
know that several recordings are of one patient. Grades are 0 (VAS 0, no pain seen; not in the paper) to 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grading.types import Assessment, Grade
from reports.icc import Icc, iccs
from reports.kappa import Interval, Kappa, Table, identity_weights, kappa_of, quadratic_weights, wilson
from reports.record import Record
from reports.resampling import Errors, resampled
from reports.scores import grade_of_vas, vas_in

_LIMITS_OF_AGREEMENT = 1.96  # J. M. Bland, D. G. Altman, Lancet 327 (1986) 307
_FEWEST = 2


@dataclass(frozen=True)
class Rated:
    """A recording and what a clinician typed as its VAS."""

    record: Record
    typed: str


@dataclass(frozen=True)
class Pair:
    """One recording graded by both. vas: 0..10, the clinician's; difference: PEEA's grade less the clinician's."""

    record: Record
    vas: int
    clinician: Grade
    peea: Grade

    @property
    def difference(self) -> int:
        """In grades; below 0 PEEA saw less pain than the clinician."""
        return int(self.peea) - int(self.clinician)

    @property
    def patient(self) -> str:
        """What tells patients apart: the id, or the recording itself where no id is known."""
        return self.record.patient.strip().casefold() or f"/{self.record.record_id}"


@dataclass(frozen=True)
class Differences:
    """How PEEA's grades differ from the clinician's, in grades.

    mean_absolute: 0 is best. bias: mean of PEEA less clinician. spread: their standard deviation; None with one pair.
    under, over: recordings that PEEA graded lower, higher. by_distance: how many are off by 0, 1, 2, 3, 4 grades.
    """

    mean_absolute: float
    bias: float
    spread: float | None
    under: int
    over: int
    by_distance: tuple[int, ...]

    @property
    def limits(self) -> Interval | None:
        """Bland and Altman's limits of agreement: within them lie 95 % of differences, if these are normal."""
        if self.spread is None:
            return None
        reach = _LIMITS_OF_AGREEMENT * self.spread
        return Interval(self.bias - reach, self.bias + reach)


@dataclass(frozen=True)
class Agreement:
    """All figures of some pairs; what is not defined is None or empty, never a number that is none.

    table: counts, clinician's grades 0..4 in rows, PEEA's in columns. n_patients: recordings without a patient id
    count as a patient each. exact: share of equal grades with Wilson's interval, as if recordings were independent.
    unusable: typed, but no VAS from 0 to 10. ungraded: a VAS was typed, but PEEA has no grade.
    """

    pairs: tuple[Pair, ...]
    table: Table
    n_patients: int
    n_without_patient: int
    exact: Interval | None
    differences: Differences | None
    kappa: Kappa | None
    weighted: Kappa | None
    iccs: tuple[Icc, ...]
    errors: Errors | None
    unusable: tuple[Rated, ...]
    ungraded: tuple[Rated, ...]

    @property
    def n_exact(self) -> int:
        """Recordings with equal grades."""
        return int(np.trace(self.table))

    def worst(self, most: int) -> tuple[Pair, ...]:
        """The pairs that differ, by distance, under-graded before over-graded, older first."""
        apart = [pair for pair in self.pairs if pair.difference]
        return tuple(
            sorted(apart, key=lambda each: (-abs(each.difference), each.difference, each.record.number))[:most]
        )


def agreement(rated: Sequence[Rated], seed: int = 0, n_resamples: int = 1000) -> Agreement:
    """The agreement over recordings for which a clinician typed something.

    Args: seed: of the bootstrap; the same pairs and seed give the same figures.
    """
    pairs, unusable, ungraded = _sorted_out(rated)
    table = table_of(pairs)
    n = len(pairs)
    enough = n >= _FEWEST
    return Agreement(
        pairs=pairs,
        table=table,
        n_patients=len({pair.patient for pair in pairs}),
        n_without_patient=sum(not pair.record.patient.strip() for pair in pairs),
        exact=wilson(int(np.trace(table)), n) if n else None,
        differences=_differences(pairs) if n else None,
        kappa=kappa_of(table, identity_weights(len(Grade))) if enough else None,
        weighted=kappa_of(table, quadratic_weights(len(Grade))) if enough else None,
        iccs=iccs(ratings_of(pairs)) if enough else (),
        errors=resampled([(pair.patient, pair.clinician, pair.peea) for pair in pairs], seed, n_resamples),
        unusable=unusable,
        ungraded=ungraded,
    )


def table_of(pairs: Sequence[Pair]) -> Table:
    """Counts, int64 (5, 5): clinician's grades in rows, PEEA's in columns."""
    table = np.zeros((len(Grade), len(Grade)), np.int64)
    for pair in pairs:
        table[pair.clinician, pair.peea] += 1
    return table


def ratings_of(pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """Grades, float64 (n, 2): the clinician's, PEEA's."""
    return np.array([(pair.clinician, pair.peea) for pair in pairs], np.float64).reshape(-1, 2)


def _sorted_out(rated: Sequence[Rated]) -> tuple[tuple[Pair, ...], tuple[Rated, ...], tuple[Rated, ...]]:
    pairs: list[Pair] = []
    unusable: list[Rated] = []
    ungraded: list[Rated] = []
    for each in rated:
        vas = vas_in(each.typed)
        if vas is None:
            unusable.append(each)
        elif isinstance(each.record.outcome, Assessment):
            pairs.append(Pair(each.record, vas, grade_of_vas(vas), each.record.outcome.grade))
        else:
            ungraded.append(each)
    return tuple(pairs), tuple(unusable), tuple(ungraded)


def _differences(pairs: Sequence[Pair]) -> Differences:
    off = np.array([pair.difference for pair in pairs], np.float64)
    distances = [int((np.abs(off) == distance).sum()) for distance in range(len(Grade))]
    spread = float(off.std(ddof=1)) if len(pairs) > 1 else math.nan
    return Differences(
        mean_absolute=float(np.abs(off).mean()),
        bias=float(off.mean()),
        spread=spread if math.isfinite(spread) else None,
        under=int((off < 0).sum()),
        over=int((off > 0).sum()),
        by_distance=tuple(distances),
    )
