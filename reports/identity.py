"""Whose recording it is, read from the name of its file by the ward's own pattern (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass

GROUPS = ("bed", "patient", "activity")


class IdentityPatternError(ValueError):
    """The pattern is not a regular expression, or names a group that nothing is known about."""


@dataclass(frozen=True)
class Named:
    """What a file name said; "" where it said nothing."""

    bed: str = ""
    patient: str = ""
    activity: str = ""


def read_identity(source: str, pattern: str) -> Named:
    """Bed, patient and activity from a file name (with its ending), by the named groups of a regular expression.

    A name that does not match is no mistake: the recording is graded all the same, and people complete its row.

    Args:    pattern: is searched for in `source`; its groups bed, patient and activity may all be missing.
    Raises:  IdentityPatternError: it cannot be used at all.
    """
    expression = _compiled(pattern)
    found = expression.search(source)
    if found is None:
        return Named()
    said = {group: (text or "").strip() for group, text in found.groupdict().items()}
    return Named(said.get("bed", ""), said.get("patient", ""), said.get("activity", ""))


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        expression = re.compile(pattern)
    except re.error as mistake:
        raise IdentityPatternError(
            f"the identity pattern {pattern!r} is not a regular expression: {mistake}; correct it in the settings"
        ) from mistake
    unknown = sorted(set(expression.groupindex) - set(GROUPS))
    if unknown:
        raise IdentityPatternError(
            f"the identity pattern has the group {', '.join(unknown)}; only {', '.join(GROUPS)} may be named"
        )
    return expression
