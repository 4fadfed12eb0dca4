"""A clinician's VAS as it was typed, and the grade that it stands for (pure)."""

from __future__ import annotations

import re
import unicodedata

from grading.types import VAS_BANDS, Grade

# 7, 7.0, "7 分", "7/10", "VAS 7"; not 7.5, which no band holds between 3 and 4, and not "6-7"
_VAS = re.compile(r"(?:vas|nrs)?\s*[:=]?\s*(\d{1,2})(?:\.0+)?\s*(?:分|points?|/\s*10)?", re.IGNORECASE)
_HIGHEST = 10


def vas_in(typed: str) -> int | None:
    """The whole number from 0 to 10 that a text is; None if it is none."""
    found = _VAS.fullmatch(unicodedata.normalize("NFKC", typed).strip(" .。"))
    value = int(found[1]) if found else _HIGHEST + 1
    return value if value <= _HIGHEST else None


def grade_of_vas(vas: int) -> Grade:
    """The grade whose band holds a VAS of 0 to 10 (paper, section 3.2). Raises: ValueError: another number."""
    for grade, (lowest, highest) in VAS_BANDS.items():
        if lowest <= vas <= highest:
            return grade
    raise ValueError(f"{vas} is no VAS from 0 to {_HIGHEST}")
