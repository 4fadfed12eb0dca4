"""Which patients a network has learnt from, as marks on its card (pure).

A mark is the beginning of a hash of the patient's pseudonym: enough to tell whether two lists name the same patient,
and not the pseudonym itself. It hides no secret: whoever has the list of pseudonyms can make the marks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grading.version import ModelCard, read_version
from trainer.cases import Case

MARK_DIGITS = 12


@dataclass(frozen=True)
class Lineage:
    """What a network brings along from the versions that it started from; marks, and names of versions without any."""

    learnt_from: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()


def mark(patient: str) -> str:
    """The mark of a pseudonym: 12 hexadecimal digits."""
    return hashlib.sha256(f"patient {patient.strip()}".encode()).hexdigest()[:MARK_DIGITS]


def is_among(patient: str, known: Collection[str]) -> bool:
    """Whether one of these marks is the patient's; P01 and p01 are one patient, as in a list."""
    name = patient.strip()
    return any(mark(written) in known for written in (name, name.upper(), name.lower(), name.casefold()))


def marks(cases: Iterable[Case], parts: Collection[str]) -> tuple[str, ...]:
    """The marks of the patients in these parts, each once, sorted."""
    return tuple(sorted({mark(case.patient) for case in cases if case.part in parts}))


def lineage(source: str) -> Lineage:
    """What a training that starts from `source` inherits: nothing, unless that is the folder of a model version.

    Raises:
        grading.version.VersionError: it is a folder, but no whole model version.
    """
    if not source or not Path(source).is_dir():
        return Lineage()
    return inherited(read_version(Path(source)).card)


def inherited(card: ModelCard) -> Lineage:
    """The patients of a version and of all that it started from."""
    unlisted = card.unlisted if card.learnt_from else (*card.unlisted, card.version)
    return Lineage(card.learnt_from, tuple(sorted(set(unlisted))))


def not_learnt(cards: Iterable[ModelCard], cases: Sequence[Case]) -> list[Case]:
    """The cases of patients that none of these networks, nor any that one started from, has learnt from.

    Where a card does not list its patients, only those that stand in the test part.
    """
    heritage = [inherited(card) for card in cards]
    learnt = {one for each in heritage for one in each.learnt_from}
    kept = [case for case in cases if not is_among(case.patient, learnt)]
    if any(each.unlisted for each in heritage):
        kept = [case for case in kept if case.part == "test"]
    return kept
