"""Whether a challenger may replace the champion: the rule (pure; docs/adr/0016).

Both grade the same pictures of held-out patients. The challenger replaces the champion only if

1. there are enough held-out patients, so that a bootstrap over them tells anything;
2. quadratic kappa is not lower and the mean error in grades not higher than the champion's, and the unfavourable end of
   the 95 % interval of either difference (paired bootstrap: each draw takes whole patients, and for both networks the
   same ones) is within the margin: a difference that could be chance must not hide a loss;
3. it makes no new error of two grades or more towards less pain: on no picture where the champion does not;
4. the pictures are not all of one grade: a network that says that grade of everybody would be right each time.

Else the champion stays. Reference: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 13 and 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grading.types import Grade
from grading.version import Figure

Ints = NDArray[np.int64]
Counts = NDArray[np.float64]

N_GRADES = 5
DRAWS = 2000
MARGIN_KAPPA = 0.05
MARGIN_ERROR_GRADES = 0.05
TOO_MILD_GRADES = 2


@dataclass(frozen=True)
class HeldOut:
    """What both said of the same pictures; grades int64 (n,), 0 to 4, and the patient of each."""

    true: Ints
    champion: Ints
    challenger: Ints
    patients: Sequence[str]


@dataclass(frozen=True)
class Verdict:
    """What came of it. Figures of kappa and error: challenger less champion. faults: why not, in words."""

    champion: str
    challenger: str
    patients: int
    pictures: int
    kappas: tuple[float, float]
    kappa_gain: Figure
    errors_grades: tuple[float, float]
    error_rise: Figure
    new_too_mild: int
    faults: tuple[str, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether the challenger may replace the champion."""
        return not self.faults

    def in_words(self) -> str:
        """One paragraph for the journal."""
        measured = (
            f"on {self.pictures} pictures of {self.patients} patients that neither had learnt from: "
            f"quadratic kappa {self.kappas[0]:.3f} -> {self.kappas[1]:.3f} (difference {_signed(self.kappa_gain)}), "
            f"mean error {self.errors_grades[0]:.3f} -> {self.errors_grades[1]:.3f} grades "
            f"(difference {_signed(self.error_rise)}), "
            f"new errors of two grades or more towards less pain: {self.new_too_mild}"
        )
        if self.is_accepted:
            return f"{self.challenger} may replace {self.champion}: {measured}"
        if not self.pictures:
            return f"{self.champion} stays, not {self.challenger}: {'; '.join(self.faults)}"
        return f"{self.champion} stays, not {self.challenger}: {'; '.join(self.faults)}. Measured {measured}"


def decide(
    champion: str, challenger: str, held_out: HeldOut, least_patients: int, seed: int = 0, draws: int = DRAWS
) -> Verdict:
    """The verdict on these pictures.

    Args:
        champion, challenger: names for the words.
        least_patients: fewer held-out patients decide nothing.
    """
    tables = _by_patient(held_out)
    patients, pictures = tables.shape[1], len(held_out.true)
    if not pictures:
        nothing = Figure(value=0.0, low=0.0, high=0.0)
        faults = ("there is no patient that both have not learnt from, so nothing can be compared",)
        return Verdict(champion, challenger, 0, 0, (0.0, 0.0), nothing, (0.0, 0.0), nothing, 0, faults)
    times = np.random.default_rng(seed).multinomial(patients, np.full(patients, 1 / patients), size=draws)
    drawn = np.einsum("dp,npij->ndij", times.astype(np.float64), tables)
    whole = tables.sum(axis=1)
    kappas, errors = _kappa(whole), _error(whole)
    new_too_mild = _new_too_mild(held_out)
    kappa_gain = _figure(kappas[1] - kappas[0], np.subtract(*_kappa(drawn)[::-1]))
    error_rise = _figure(errors[1] - errors[0], np.subtract(*_error(drawn)[::-1]))
    return Verdict(
        champion,
        challenger,
        patients,
        pictures,
        (float(kappas[0]), float(kappas[1])),
        kappa_gain,
        (float(errors[0]), float(errors[1])),
        error_rise,
        len(new_too_mild),
        (
            *_faults(patients, least_patients, kappa_gain, error_rise, [held_out.patients[at] for at in new_too_mild]),
            *_of_one_grade(held_out.true),
        ),
    )


def _faults(
    patients: int, least_patients: int, kappa_gain: Figure, error_rise: Figure, too_mild: Sequence[str]
) -> tuple[str, ...]:
    said = []
    if patients < least_patients:
        said.append(f"{patients} held-out patients are too few to tell, at least {least_patients} are needed")
    if kappa_gain.value < 0:
        said.append(f"quadratic kappa falls by {-kappa_gain.value:.4f}")
    elif kappa_gain.low < -MARGIN_KAPPA:
        said.append(f"quadratic kappa may have fallen by as much as {-kappa_gain.low:.3f} (allowed: {MARGIN_KAPPA})")
    if error_rise.value > 0:
        said.append(f"the mean error rises by {error_rise.value:.4f} grades")
    elif error_rise.high > MARGIN_ERROR_GRADES:
        said.append(
            f"the mean error may have risen by as much as {error_rise.high:.3f} grades (allowed: {MARGIN_ERROR_GRADES})"
        )
    if too_mild:
        said.append(
            f"{len(too_mild)} pictures of {len(set(too_mild))} patients are now graded two grades or more too mild, "
            "where the champion does not (allowed: none)"
        )
    return tuple(said)


def _of_one_grade(true: Ints) -> tuple[str, ...]:
    if len(np.unique(true)) > 1:
        return ()
    grade = Grade(int(true[0])).name.lower()
    return (
        f"all held-out pictures are {grade}, so one that says {grade} of everybody looks perfect: label others too",
    )


def _new_too_mild(held_out: HeldOut) -> list[int]:
    """The pictures that the challenger, and not the champion, grades two grades or more below the truth."""
    before = held_out.true - held_out.champion >= TOO_MILD_GRADES
    now = held_out.true - held_out.challenger >= TOO_MILD_GRADES
    return [int(at) for at in np.flatnonzero(now & ~before)]


def _by_patient(held_out: HeldOut) -> Counts:
    """Confusion tables, (2, patients, 5, 5): champion and challenger, rows true, columns said."""
    names, codes = np.unique(np.asarray(held_out.patients, dtype=str), return_inverse=True)
    tables = np.zeros((2, len(names), N_GRADES, N_GRADES))
    for which, said in enumerate((held_out.champion, held_out.challenger)):
        np.add.at(tables[which], (codes, held_out.true, said), 1.0)
    return tables


def _kappa(tables: Counts) -> NDArray[np.float64]:
    """Cohen's kappa with quadratic weights (1968) of each table (.., 5, 5); 1 where nothing varies."""
    steps = np.arange(N_GRADES)
    weights = (steps[:, None] - steps[None, :]) ** 2.0
    count = tables.sum(axis=(-2, -1))
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    seen = (tables * weights).sum(axis=(-2, -1)) / count
    by_chance = np.einsum("...i,ij,...j->...", rows, weights, columns) / count**2
    varies = by_chance > 0
    return np.asarray(np.where(varies, 1 - seen / np.where(varies, by_chance, 1.0), 1.0), np.float64)


def _error(tables: Counts) -> NDArray[np.float64]:
    """Mean absolute error in grades of each table (.., 5, 5)."""
    steps = np.arange(N_GRADES)
    apart = np.abs(steps[:, None] - steps[None, :])
    return np.asarray((tables * apart).sum(axis=(-2, -1)) / tables.sum(axis=(-2, -1)), np.float64)


def _figure(value: float, drawn: NDArray[np.float64]) -> Figure:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Figure(value=float(value), low=float(low), high=float(high))


def _signed(figure: Figure) -> str:
    return f"{figure.value:+.3f}, 95 % interval {figure.low:+.3f} to {figure.high:+.3f}"
