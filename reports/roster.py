"""Reads a ward's roster: the workbook in which people keep who lies where, since when, and who may be studied (pure).

Names are read so that a recording can be found by them, and go no further: nothing that this file says in words has
text of a cell in it, only the numbers of rows and the headings of columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reports.criteria import outside_by
from reports.dates import NoDateError, date_in, moment_in
from reports.handwriting import number_text
from reports.opening import SavedBook, opened
from reports.patient import Outside
from reports.saved_rows import SavedCell

HEADINGS: dict[str, tuple[str, ...]] = {
    "patient": ("Patient id", "患者编号", "Patient", "Patient ID", "ID", "住院号", "病案号", "患者号", "编号"),
    "bed": ("Bed", "床号", "床位", "床"),
    "name": ("Name", "姓名", "患者姓名", "Patient name"),
    "sex": ("Sex", "性别", "Gender"),
    "born": ("Birth date", "出生日期", "Date of birth", "Born", "生日"),
    "injured": ("Injury time", "受伤时间", "Time of injury", "Injured", "Injury"),
    "consent": ("Consent", "知情同意", "同意"),
    "exclusion": ("Exclusion criteria", "排除标准", "Exclusion", "Exclusion criterion", "排除"),
}
_WITHIN_ROWS = 20  # how far down the headings are looked for
_MOST_ROWS = 5_000
_OLDEST_YEARS = 120
_BRACKETS = re.compile(r"[(（\[【].*")
_NO_ROSTER = "no workbook with a roster"


class RosterError(ValueError):
    """The file is no roster: damaged, behind a password, or without the headings of one."""


@dataclass(frozen=True)
class Patient:
    """A row of the roster. injured_at: aware. outside: by consent and exclusion criteria, not by age."""

    row: int
    patient: str
    bed: str = ""
    name: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    born: date | None = field(default=None, repr=False)
    injured_at: datetime | None = None
    outside: tuple[Outside, ...] = ()


@dataclass(frozen=True)
class Roster:
    """The patients of a ward, each id once. problems: what could not be used, in words without any cell's text."""

    patients: tuple[Patient, ...] = ()
    problems: tuple[str, ...] = ()


def read_roster(data: bytes, zone: ZoneInfo, today: date) -> Roster:
    """The roster in the bytes of a workbook: the first sheet with a heading for the patient id.

    What cannot be read in a row is left out and named among the problems; the rest of the row counts.

    Args:    zone: in which injury times are meant. today: of that zone; nobody is born or injured after it.
    Raises:  RosterError: there is no such sheet.
    """
    with opened(data, RosterError, _NO_ROSTER, computed=True) as book:
        lines = _lines(book)
    problems: list[str] = []
    read = [_patient(row, line, zone, today, problems) for row, line in lines]
    patients = [patient for patient in read if patient is not None]
    return Roster(tuple(_once(patients, problems)), tuple(problems))


@dataclass(frozen=True)
class _Line:
    """A row's cells by the key of their column."""

    cells: Mapping[str, object]

    def text(self, key: str) -> str:
        """A cell as text, on one line."""
        value = self.cells.get(key)
        if isinstance(value, bool) or value is None:
            return "" if value is None else ("yes" if value else "no")
        if isinstance(value, int | float):
            return number_text(value)
        return " ".join(unicodedata.normalize("NFC", str(value)).split())


def _lines(book: SavedBook) -> list[tuple[int, _Line]]:
    for sheet in range(len(book.names)):
        keys: dict[int, str] = {}
        found: list[tuple[int, _Line]] = []
        for row, cells in book.rows(sheet):
            if row > (_MOST_ROWS if keys else _WITHIN_ROWS):
                break
            if not keys:
                keys = _headings(cells)
            elif any(cell.value != "" for cell in cells):
                found.append((row, _Line({keys[column]: value for column, value in cells if column in keys})))
        if keys:
            return found
    raise RosterError("no sheet has a heading for the patient id; see config/examples/roster.xlsx")


def _headings(cells: Sequence[SavedCell]) -> dict[int, str]:
    """The key of each column that is known; none unless one of them is the patient id."""
    keys: dict[int, str] = {}
    for column, value in cells:
        heading = _plain(value) if isinstance(value, str) else ""
        for key, names in HEADINGS.items():
            if heading and key not in keys.values() and heading in {_plain(name) for name in names}:
                keys[column] = key
    return keys if "patient" in keys.values() else {}


def _plain(heading: str) -> str:
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", heading)).strip(" :*").casefold()


def _patient(row: int, line: _Line, zone: ZoneInfo, today: date, problems: list[str]) -> Patient | None:
    patient = line.text("patient")
    if not patient:
        if any(line.text(key) for key in line.cells):
            problems.append(f"row {row} has no patient id; it is not used")
        return None
    return Patient(
        row=row,
        patient=patient,
        bed=line.text("bed"),
        name=line.text("name"),
        sex=line.text("sex"),
        born=_born(row, line, today, problems),
        injured_at=_injured_at(row, line, zone, today, problems),
        outside=outside_by(line.text("consent"), line.text("exclusion")),
    )


def _born(row: int, line: _Line, today: date, problems: list[str]) -> date | None:
    try:
        born = date_in(line.cells.get("born"))
    except NoDateError:
        problems.append(f"row {row}: the birth date cannot be read; write it as 1948-03-09")
        return None
    if born is not None and not (today.year - _OLDEST_YEARS <= born.year and born <= today):
        problems.append(f"row {row}: the birth date is in the future or more than {_OLDEST_YEARS} years ago")
        return None
    return born


def _injured_at(row: int, line: _Line, zone: ZoneInfo, today: date, problems: list[str]) -> datetime | None:
    try:
        moment = moment_in(line.cells.get("injured"))
    except NoDateError as error:
        words = "has no time of day" if error.has_date else "cannot be read"
        problems.append(f"row {row}: the injury time {words}; write it as 2026-11-22 08:30")
        return None
    if moment is not None and moment.date() > today:
        problems.append(f"row {row}: the injury time is in the future")
        return None
    return moment.replace(tzinfo=zone) if moment is not None else None


def _once(patients: Sequence[Patient], problems: list[str]) -> Iterator[Patient]:
    """The patients whose id no other row has; which of two rows is right, nobody here can tell."""
    counted = Counter(patient.patient.casefold() for patient in patients)
    for id, n_rows in counted.items():
        if n_rows > 1:
            rows = ", ".join(str(each.row) for each in patients if each.patient.casefold() == id)
            problems.append(f"rows {rows} have the same patient id; none of them is used")
    beds = Counter(key for patient in patients if (key := bed_key(patient.bed)))
    for bed, n_rows in beds.items():
        if n_rows > 1:
            rows = ", ".join(str(each.row) for each in patients if bed_key(each.bed) == bed)
            problems.append(f"rows {rows} are in the same bed; the bed alone names none of them")
    yield from (patient for patient in patients if counted[patient.patient.casefold()] == 1)


def bed_key(bed: str) -> str:
    """A bed as it is compared: "Bed 03", "3", "３床" and "3号床" are the same one."""
    plain = re.sub(r"^bed|^床[号位]?|号?床$|[\s_-]", "", unicodedata.normalize("NFKC", bed).strip().casefold())
    return re.sub(r"^0+(?=[0-9])", "", plain)
