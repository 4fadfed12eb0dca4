"""Refuses cases whose figures would be worth nothing: a picture in two parts, an empty part, nothing to tell apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trainer.cases import LEAKING, PARTS, Case, CasesError, Split
from trainer.pictures import Crops, refuse_near_duplicates


def refuse_unfair(split: Split, crops: Crops, say: Callable[[str], None]) -> None:
    """Checks that no picture stands in two parts (`refuse_near_duplicates`), or says that the split leaks by design.

    Raises:
        CasesError: one does, or no face was found in any picture of a part, or of all grades but one.
    """
    refuse_too_few(crops.cases)
    if split == "patient":
        refuse_near_duplicates(crops)
    else:
        say(f"split: {LEAKING}")


def refuse_too_few(cases: Sequence[Case]) -> None:
    """Checks that there is something in each part, and something to tell apart.

    Raises:
        CasesError: a part is empty, or all that is to be learnt from is of one grade.
    """
    empty = [part for part in PARTS if not any(case.part == part for case in cases)]
    if empty:
        raise CasesError(
            f"{len(cases)} cases leave nothing for {' and '.join(empty)}: at least five patients are needed for a split"
        )
    grades = {case.grade for case in cases if case.part == "train"}
    if len(grades) == 1:
        raise CasesError(
            f"all that is to be learnt from is {grades.pop().name.lower()}: pictures of other grades are needed too"
        )
