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
from grading.types import PAIN_GRADES, Grade, Pixels
from grading.version import ModelVersion
from trainer.cases import Case, CasesError
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
        CasesError: key frames of recordings are not of the size that both see.
    """
    kept = held_out_for_both(champion, challenger, cases, ring.say)
    both = (champion, challenger)
    _refuse_other_key_frames(both, kept)
    sides = {version.card.crop_px for version in both} if kept else set()
    crops = {side: crops_of(kept, ring.finder, ring.kept_in, side) for side in sides}
    found = crops[champion.card.crop_px].cases if kept else ()
    said = [graded(version, crops[version.card.crop_px].pixels, ring.cache) if kept else _NOTHING for version in both]
    true = np.array([int(case.grade) for case in found], np.int64)
    held_out = HeldOut(true, said[0], said[1], [case.patient for case in found])
    verdict = decide(champion.card.version, challenger.card.version, held_out, ring.least_patients)
    if unseen := [grade.name.lower() for grade in PAIN_GRADES if verdict.pictures and grade not in set(true.tolist())]:
        ring.say(f"no held-out picture is {' or '.join(unseen)}: there the two were not compared")
    if _loses_none(champion, challenger):
        ring.say(
            f"{challenger.card.version} tells no face at rest from mild pain, which {champion.card.version} does; "
            "label faces at rest (grade 0) to teach it"
        )
    return verdict


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


def _refuse_other_key_frames(both: Sequence[ModelVersion], cases: Sequence[Case]) -> None:
    """Key frames are cut to one size, the champion's; pictures are cut anew for each."""
    if len({version.card.crop_px for version in both}) > 1 and any(case.is_crop for case in cases):
        sizes = " and ".join(f"{version.card.version} of {version.card.crop_px} px" for version in both)
        raise CasesError(
            f"the list names recordings, whose key frames are cut to one size, but the two see crops of two ({sizes}): "
            "judge them by a list of pictures"
        )


def graded(version: ModelVersion, pixels: Pixels, cache: Path) -> Ints:
    """The version's grades, 0 to 4, for crops uint8 (n, side, side, 3) of its own size; int64 (n,)."""
    scorer = ready_scorer(version, cache)
    first = len(Grade) - scorer.n_grades
    return np.asarray(scored(scorer, pixels).argmax(axis=1) + first, np.int64)


def _loses_none(champion: ModelVersion, challenger: ModelVersion) -> bool:
    return len(champion.card.grades) == len(Grade) > len(challenger.card.grades)
