"""Grades from what people wrote: a grade, a VAS, a PSPI or coded action units, by one rater or several (pure)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from grading.types import VAS_BANDS, Grade

Coding: TypeAlias = Literal["facs", "paper"]

# FACS scores a unit's intensity A to E, trace to maximum, as 1 to 5; the paper (section 3.1.3) scores a to e as 0 to 4.
# The same letter is another number, so letters are read only under a coding that was named.
CODINGS: Mapping[Coding, Mapping[str, int]] = {
    "facs": {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5},
    "paper": {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4},
}
# Upper edges of NONE, MILD, OBVIOUS and SEVERE on the PSPI scale: VAS = round(PSPI * 10 / 16), then the paper's VAS
# bands 1-3, 4-6, 7-8, 9-10, which is PSPI 1-5, 6-10, 11-13, 14-16. Not in the paper, which gives no such table.
PSPI_EDGES = (0.5, 5.5, 10.5, 13.5)

UNITS = ("AU4", "AU6", "AU7", "AU9", "AU10", "AU43")
HIGHEST_UNIT, HIGHEST_PSPI = 5.0, 16.0
WORDS = {grade.name.lower(): grade for grade in Grade}


class RatingError(ValueError):
    """What was written is no rating; the message says what one is."""


def pspi(au4: float, au6: float, au7: float, au9: float, au10: float, au43: float) -> float:
    """Prkachin and Solomon's pain intensity: AU4 + max(AU6, AU7) + max(AU9, AU10) + AU43 (paper, eq. 2)."""
    return au4 + max(au6, au7) + max(au9, au10) + au43


def grade_from_text(text: str) -> Grade:
    """A grade 0 to 4, as a number or by its name (none, mild, obvious, severe, intense).

    Raises:
        RatingError: it is neither.
    """
    word = text.strip().lower()
    if word in WORDS:
        return WORDS[word]
    value = _number(word)
    if value is None or value not in list(Grade):
        raise RatingError(f"{text!r} is no grade: 0 to 4, or none, mild, obvious, severe, intense")
    return Grade(int(value))


def grade_from_vas(text: str) -> Grade:
    """The paper's grade of a VAS of 0 to 10; one between two points counts as the nearer, a half as the higher.

    Raises:
        RatingError: it is none.
    """
    value = _number(text)
    if value is None or not 0 <= value <= 10:
        raise RatingError(f"{text!r} is no VAS: a number from 0 to 10")
    points = math.floor(value + 0.5)
    return next(grade for grade, (low, high) in VAS_BANDS.items() if low <= points <= high)


def grade_from_pspi(value: float) -> Grade:
    """The grade whose band of PSPI (PSPI_EDGES) holds the value, 0 to 16."""
    return Grade(sum(value > edge for edge in PSPI_EDGES))


def pspi_from_text(text: str) -> float:
    """A PSPI of 0 to 16.

    Raises:
        RatingError: it is none.
    """
    value = _number(text)
    if value is None or not 0 <= value <= HIGHEST_PSPI:
        raise RatingError(f"{text!r} is no PSPI: a number from 0 to 16")
    return value


def pspi_from_units(units: Mapping[str, str], coding: Coding | None) -> float:
    """The PSPI (paper, eq. 2) of coded action units.

    Args:
        units: AU4, AU6, AU7, AU9, AU10 and AU43 as numbers 0 to 5 or as letters a to e; "" counts as 0.
        coding: what a letter is worth. AU43, closed eyes, is 0 or 1 in FACS; in the paper it has a letter too.

    Raises:
        RatingError: a unit is neither a number nor a letter, or a letter without a coding.
    """
    return pspi(*units_from_text(units, coding))


def units_from_text(units: Mapping[str, str], coding: Coding | None) -> tuple[float, ...]:
    """The intensities of UNITS, in that order, 0 to 5 (AU43: 0 or 1).

    Args, raises: as `pspi_from_units`.
    """
    return tuple(_unit(unit, units.get(unit, ""), coding) for unit in UNITS)


def agreed(grades: Sequence[Grade]) -> Grade | None:
    """The grade on which all raters agree; None if they do not: the paper kept consistent pictures only."""
    return grades[0] if len(set(grades)) == 1 else None


def _unit(unit: str, text: str, coding: Coding | None) -> float:
    word = text.strip().lower()
    if not word:
        return 0.0
    highest = 1.0 if unit == "AU43" else HIGHEST_UNIT
    if word in CODINGS["facs"]:
        if coding is None:
            raise RatingError(
                f"{unit} is {text!r}: a number, or say with --coding facs (1-5) or paper (0-4) what it is worth"
            )
        return float(min(CODINGS[coding][word], highest))
    value = _number(word)
    if value is None or not 0 <= value <= highest:
        raise RatingError(f"{unit} is {text!r}: a number from 0 to {highest:g}, or a letter a to e")
    return value


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
