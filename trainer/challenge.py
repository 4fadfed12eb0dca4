"""A challenger against the champion: both grade the same held-out patients, by the form in which the daemon grades.

The two may see crops of different sizes and tell four or five grades apart. A patient counts as held out if neither
network, nor any that it started from, has learnt from it, by the marks on their cards. Where a card does not list its
patients, only the list's own test part can count, and the words say whom that may favour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grading.ports import FaceFinder
from grading.ready import ready_scorer
from grading.types import Grade, Pixels
from grading.version import ModelVersion
from trainer.cases import Case
from trainer.patients import inherited, not_learnt
from trainer.pictures import crops_of
from trainer.promote import HeldOut, Verdict, decide
from trainer.scoring import scored

Ints = NDArray[np.int64]
_NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Ring:
    """Where they meet. Folders: kept_in for crops, cache for serving forms."""

    finder: FaceFinder
    kept_in: Path
    cache: Path
    least_patients: int
    say: Callable[[str], None]


def challenge(champion: ModelVersion, challenger: ModelVersion, cases: Sequence[Case], ring: Ring) -> Verdict:
    """The verdict of `promote.decide` on those of the cases that both may be judged by; says how they were chosen.

    Raises:
        ServingFormError, VersionError: one of the two cannot be used.
    """
    kept = held_out_for_both(champion, challenger, cases, ring.say)
    both = (champion, challenger)
    sides = {version.card.crop_px for version in both} if kept else set()
    crops = {side: crops_of(kept, ring.finder, ring.kept_in, side) for side in sides}
    found = crops[champion.card.crop_px].cases if kept else ()
    said = [graded(version, crops[version.card.crop_px].pixels, ring.cache) if kept else _NOTHING for version in both]
    true = np.array([int(case.grade) for case in found], np.int64)
    if _loses_none(champion, challenger):
        ring.say(
            f"{challenger.card.version} tells no face at rest from mild pain, which {champion.card.version} does; "
            "label faces at rest (grade 0) to teach it"
        )
    held_out = HeldOut(true, said[0], said[1], [case.patient for case in found])
    return decide(champion.card.version, challenger.card.version, held_out, ring.least_patients)


def held_out_for_both(
    champion: ModelVersion, challenger: ModelVersion, cases: Sequence[Case], say: Callable[[str], None]
) -> list[Case]:
    """The cases of patients that neither has learnt from."""
    kept = not_learnt([champion.card, challenger.card], cases)
    lost = {case.patient for case in cases if case.part == "test"} - {case.patient for case in kept}
    if lost:
        say(f"{len(lost)} test patients are left out: one of the two networks has learnt from them")
    for version in (champion, challenger):
        if unlisted := inherited(version.card).unlisted:
            say(
                f"the card of {', '.join(unlisted)} does not say which patients it has learnt from: "
                f"figures may favour {version.card.version}"
            )
    return kept


def graded(version: ModelVersion, pixels: Pixels, cache: Path) -> Ints:
    """The version's grades, 0 to 4, for crops uint8 (n, side, side, 3) of its own size; int64 (n,)."""
    scorer = ready_scorer(version, cache)
    first = len(Grade) - scorer.n_grades
    return np.asarray(scored(scorer, pixels).argmax(axis=1) + first, np.int64)


def _loses_none(champion: ModelVersion, challenger: ModelVersion) -> bool:
    return len(champion.card.grades) == len(Grade) > len(challenger.card.grades)
