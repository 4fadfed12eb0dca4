"""Whose recording it is, read from the names of its file and folders by the ward's patterns (pure)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from reports.activities import activity_in

GROUPS = ("bed", "patient", "activity")
_CHINESE_NUMBER = re.compile("(加?)([零〇一二三四五六七八九十百]+)")  # 加: an extra bed
_DIGITS = {sign: value for value, signs in enumerate(("零〇", *"一二三四五六七八九")) for sign in signs}
_UNITS = {"十": 10, "百": 100}


class IdentityPatternError(ValueError):
    """The pattern is not a regular expression, or names a group that nothing is known about."""


@dataclass(frozen=True)
class Named:
    """What a file name said; "" where it said nothing. activity: one of the five keys, or the words themselves."""

    bed: str = ""
    patient: str = ""
    activity: str = ""


@dataclass(frozen=True)
class Patterns:
    """The regular expressions that find bed, patient and activity in file names and in folder names."""

    file: str
    folder: str = ""


def read_named(source: str, folder: str, patterns: Patterns) -> Named:
    """As `read_identity`; what the file name does not say is taken from its folders, the innermost first.

    Args:    folder: the folders from the inbox down, such as "bed12/today"; "" for the inbox itself.
    Raises:  IdentityPatternError: a pattern cannot be used at all.
    """
    named = read_identity(source, patterns.file)
    for name in reversed(PurePosixPath(folder).parts):
        outer = read_identity(name, patterns.folder)
        said = {group: getattr(named, group) or getattr(outer, group) for group in GROUPS}
        named = replace(named, **said)
    return named


def read_identity(source: str, pattern: str) -> Named:
    """Bed, patient and activity from a file name (with its ending), by the named groups of a regular expression.

    A name that does not match is no mistake: the recording is graded all the same, and people complete its row. If the
    pattern finds no activity, any of the usual words for one is looked for in the whole name, in both languages.

    Args:    pattern: is searched for in `source`; its groups bed, patient and activity may all be missing.
    Raises:  IdentityPatternError: it cannot be used at all.
    """
    expression = _compiled(pattern)
    plain = unicodedata.normalize("NFKC", source)  # full-width digits, and what a Mac does to accents
    found = expression.search(plain)
    said = {group: (text or "").strip() for group, text in found.groupdict().items()} if found else {}
    activity = said.get("activity", "")
    return Named(
        bed=_in_digits(said.get("bed", "")),
        patient=said.get("patient", ""),
        activity=activity_in(activity) or activity or activity_in(PurePosixPath(plain).stem),
    )


def _in_digits(bed: str) -> str:
    """A bed whose number is written in Chinese, in digits: 十二 is 12, 一零二 is 102, 加三 is 加3."""
    found = _CHINESE_NUMBER.fullmatch(bed)
    return f"{found[1]}{_value(found[2])}" if found else bed


def _value(number: str) -> int:
    if not set(number) & set(_UNITS):
        return int("".join(str(_DIGITS[sign]) for sign in number))
    total, last = 0, 0
    for sign in number:
        if sign in _UNITS:
            total, last = total + (last or 1) * _UNITS[sign], 0
        else:
            last = _DIGITS[sign]
    return total + last


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
