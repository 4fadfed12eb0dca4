"""Finds the patient of a recording on the roster, by id, by name or by bed, and says what does not fit (pure).

A bed says who lies in it only at the moment of the recording: later another patient may. So a recording is matched by
its bed when it comes in, and after that only by what does not change: its id, or a name in the name of its file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reports.identity import Named
from reports.patient import YOUNGEST_YEARS, Check, Outside
from reports.roster import Patient, Roster, bed_key

_BETWEEN = re.compile(r"[\s_\-.,;+()（）【】\[\]·、，/]+")
_SHORTEST_NAME, _SHORTEST_ID = 2, 5  # shorter ids are too much like beds, years and takes


@dataclass(frozen=True)
class Who:
    """Whose recording it is, by its names and by the roster."""

    bed: str
    patient: str
    activity: str
    injured_at: datetime | None = None
    outside: tuple[Outside, ...] = ()
    checks: tuple[Check, ...] = ()


def on_arrival(named: Named, texts: Sequence[str], roster: Roster, at: datetime, zone: ZoneInfo) -> Who:
    """Whose recording it is that has just come in.

    Args: texts: the names of the file and of its folders, in which an id or a name is looked for. at: when it was made.
          zone: by which the patient's age is told.
    """
    if not roster.patients:
        return Who(named.bed, named.patient, named.activity)
    found = _by_id_or_name(named, texts, roster)
    if not found and not named.patient:
        found = _by_bed(named.bed, roster)
    if len(found) != 1:
        check = Check.SEVERAL_FIT if found else Check.NOT_ON_ROSTER
        return Who(named.bed, named.patient, named.activity, checks=(check,))
    return _known(named, found[0], at, zone, other_bed=None)


def later(was: Who, texts: Sequence[str], roster: Roster, at: datetime, zone: ZoneInfo) -> Who:
    """As it was, with what the roster tells by now of the same patient; unchanged if they are not on it."""
    named = Named(was.bed, was.patient, was.activity)
    found = _by_id_or_name(named, texts, roster)
    if len(found) != 1:
        return was
    return _known(named, found[0], at, zone, other_bed=Check.OTHER_BED in was.checks)


def _known(named: Named, patient: Patient, at: datetime, zone: ZoneInfo, *, other_bed: bool | None) -> Who:
    """other_bed: whether the beds were found to differ when it came in; None: look now."""
    if other_bed is None:
        other_bed = bool(named.bed and patient.bed and bed_key(named.bed) != bed_key(patient.bed))
    injured_later = patient.injured_at is not None and patient.injured_at > at
    outside = set(patient.outside)
    if patient.born is not None and age_years(patient.born, at.astimezone(zone).date()) < YOUNGEST_YEARS:
        outside.add(Outside.UNDER_65)
    checks = ((Check.OTHER_BED, other_bed), (Check.INJURED_LATER, injured_later))
    return Who(
        bed=named.bed or patient.bed,
        patient=patient.patient,
        activity=named.activity,
        injured_at=patient.injured_at,
        outside=tuple(why for why in Outside if why in outside),
        checks=tuple(check for check, is_so in checks if is_so),
    )


def age_years(born: date, on: date) -> int:
    """Full years of age on a day; who is born on 29 February has the birthday on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _by_id_or_name(named: Named, texts: Sequence[str], roster: Roster) -> list[Patient]:
    """The patients that are named: by the id that the pattern found, else by an id or a name anywhere in the texts."""
    if named.patient:
        return [each for each in roster.patients if each.patient.casefold() == named.patient.casefold()]
    words = [_plain(text) for text in texts]
    by_id = [each for each in roster.patients if _holds(words, each.patient, _SHORTEST_ID)]
    if by_id:
        return by_id
    by_name = [each for each in roster.patients if _holds(words, each.name, _SHORTEST_NAME)]
    # 王小 is part of 王小明: the longer name is meant
    return [each for each in by_name if not any(_is_part(each.name, other.name) for other in by_name)]


def _by_bed(bed: str, roster: Roster) -> list[Patient]:
    key = bed_key(bed)
    return [each for each in roster.patients if key and bed_key(each.bed) == key]


def _plain(text: str) -> str:
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _holds(texts: Sequence[str], name: str, shortest: int) -> bool:
    """Whether a name stands in one of the texts: one in letters or digits as whole words, one in Chinese anywhere."""
    plain = _plain(name)
    if len(plain) < shortest:
        return False
    if plain.isascii():
        return any(re.search(rf"(?<![a-z0-9]){re.escape(plain)}(?![a-z0-9])", text) for text in texts)
    return any(plain in text for text in texts)


def _is_part(name: str, other: str) -> bool:
    return name != other and _plain(name) in _plain(other)
