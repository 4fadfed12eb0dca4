"""Lists of labelled pictures and recordings: CSV, Excel, or a folder of pictures, read into lines.

A list has one rating a line. Columns (in any order, case ignored): `file` (or picture, recording, video), `patient` (or
identity), and one of `grade` (0 to 4, or its name), `VAS` (0 to 10), `PSPI` (0 to 16) or the action units `AU4` `AU6`
`AU7` `AU9` `AU10` `AU43`; where several are filled in, the first of these counts. Several raters are several columns
(`grade nurse 1`, `VAS surgeon`) or several lines with a column `rater`. May be there: `split` (train, val, test); for
recordings `start_s` and `end_s`, the part that the label is for, or `truth`, a CSV of labels by `time_s`.

A folder holds one folder a grade, and in each or above each one folder a patient: patient/grade/picture or
grade/patient/picture; or grade/picture, with the patient's pseudonym before the first underscore of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grading.types import Grade
from trainer.lines import PICTURES, RECORDINGS, Fault, Line, ListError, Moment, pseudonym
from trainer.ratings import (
    UNITS,
    WORDS,
    Coding,
    RatingError,
    grade_from_pspi,
    grade_from_text,
    grade_from_vas,
    pspi_from_text,
    pspi_from_units,
    units_from_text,
)
from trainer.tables import read_table

NAMES = {
    "file": ("file", "picture", "image", "recording", "video"),
    "patient": ("patient", "identity"),
    "split": ("split", "part"),
    "rater": ("rater",),
    "start_s": ("start_s",),
    "end_s": ("end_s",),
    "truth": ("truth",),
}
RATED = re.compile(r"(grade|vas)(?:[ _:-]+(.+))?", re.IGNORECASE)
# grade1, VAS2; and grade.1, as pandas calls the second of two columns named grade
LIKE_RATED = re.compile(r"(grade|vas)\.?\d+", re.IGNORECASE)
NOT_RATERS = frozenset({"name"})  # grade_name says the grade again


def read_lines(path: Path, coding: Coding | None = None) -> Iterator[Line | Fault]:
    """The lines of a list or folder; each that cannot be used is a fault.

    Args:
        coding: what the letters a to e of action units are worth; None: letters are faults.

    Raises:
        ListError: there is no such list, or it lacks the columns.
    """
    if path.is_dir():
        return _of_folder(path)
    table = read_table(path)
    columns = {str(name).strip().lower(): str(name) for name in table.columns}
    if unread := [str(name) for name in table.columns if LIKE_RATED.fullmatch(str(name).strip())]:
        raise ListError(
            f"{path}: the columns {', '.join(unread)} may be ratings, but cannot be told apart: name each rater in its "
            "column, such as 'grade nurse 1' or 'VAS surgeon'"
        )
    named = {use: next((columns[name] for name in names if name in columns), "") for use, names in NAMES.items()}
    rated = [column for column in table.columns if _is_rating(str(column))]
    units = _coded_columns(path, columns, needed=not rated)
    if not named["file"] or not named["patient"] or not (rated or units or named["truth"]):
        found = ", ".join(map(str, table.columns)) or "none"
        raise ListError(
            f"{path}: it needs the columns file, patient and grade (or VAS, PSPI or action units); it has {found}"
        )
    rows = [{str(name): str(value).strip() for name, value in row.items()} for row in table.to_dict("records")]
    of_raters = _by_rater([str(column) for column in rated])
    return (
        _line(row, number, path, named, of_raters, units, coding)
        for number, row in enumerate(rows, start=2)
        if any(row.values())
    )


def _coded_columns(path: Path, columns: Mapping[str, str], *, needed: bool) -> dict[str, str]:
    """The columns of action units and of PSPI. Of some units only, PSPI would come out too low: these do not count.

    Raises:
        ListError: only some are there, and nothing else says the grade (needed).
    """
    found = {unit: columns[unit.lower()] for unit in ("PSPI", *UNITS) if unit.lower() in columns}
    missing = [unit for unit in UNITS if unit not in found]
    if "PSPI" in found or not missing or not found:
        return found
    if needed:
        raise ListError(
            f"{path}: PSPI is the sum of {', '.join(UNITS)}, but there is no column for {', '.join(missing)}: add it, "
            "with empty cells where the unit was not seen"
        )
    return {}


def read_groups(path: Path, column: str) -> dict[Path, str]:
    """What a column of a list says of each of its pictures, such as `sex` or `light`.

    Raises:
        ListError: there is no such list or column.
    """
    table = read_table(path)
    columns = {str(name).strip().lower(): str(name) for name in table.columns}
    files = next((columns[name] for name in NAMES["file"] if name in columns), "")
    if not files or column.lower() not in columns:
        raise ListError(f"{path} has no column {column}: it has {', '.join(map(str, table.columns))}")
    rows = [row for row in table.to_dict("records") if str(row[files]).strip()]  # blank ones are no lines
    return {_found(path, str(row[files]).strip()): str(row[columns[column.lower()]]).strip() for row in rows}


def _by_rater(rated: Sequence[str]) -> list[list[str]]:
    """The columns of each rater, the grade before the VAS."""
    columns: dict[str, list[str]] = {}
    for column in sorted(rated, key=str.lower):
        matched = RATED.fullmatch(column.strip())
        columns.setdefault((matched[2] or "").lower() if matched else "", []).append(column)
    return list(columns.values())


def read_truth(path: Path, coding: Coding | None = None) -> tuple[Moment, ...]:
    """The labels of a recording by time: a CSV or Excel file with `time_s` and grade, VAS, PSPI or action units.

    Raises:
        ListError: it cannot be read, or a line of it has no time or no label.
    """
    table = read_table(path)
    columns = {str(name).strip().lower(): str(name) for name in table.columns}
    coded = _coded_columns(path, columns, needed=not {"grade", "vas"} & columns.keys())
    moments = []
    for number, cells in enumerate(table.to_dict("records"), start=2):
        row = {str(name).strip().lower(): str(value).strip() for name, value in cells.items()}
        if not any(row.values()):
            continue
        try:
            time_s = _seconds("time_s", row.get("time_s", ""))
            given = {unit: row[unit.lower()] for unit in coded}
            value = _coded(given, coding)
            column = next((name for name in ("grade", "vas") if row.get(name)), "")
            grade = _rating(column, row[column]) if column else None if value is None else grade_from_pspi(value)
        except RatingError as problem:
            raise ListError(f"{path}, line {number}: {problem}") from problem
        if time_s is None or grade is None:
            raise ListError(f"{path}, line {number}: a truth needs time_s and a grade, VAS, PSPI or action units")
        moments.append(Moment(time_s, grade, value, _all_units(given, coding)))
    return tuple(moments)


def is_truth(path: Path) -> bool:
    """Whether a table is a recording's labels by time, which lies beside its list, and no list itself."""
    try:
        columns = {str(name).strip().lower() for name in read_table(path).columns}
    except ListError:
        return False
    return "time_s" in columns and not columns.intersection(NAMES["file"])


def _is_rating(column: str) -> bool:
    matched = RATED.fullmatch(column.strip())
    return matched is not None and (matched[2] or "").lower() not in NOT_RATERS


def _line(
    row: Mapping[str, str],
    number: int,
    path: Path,
    named: Mapping[str, str],
    raters: Sequence[Sequence[str]],
    units: Mapping[str, str],
    coding: Coding | None,
) -> Line | Fault:
    cell = {use: row[column] if column else "" for use, column in named.items()}
    try:
        source = _found(path, cell["file"])
        truth = _found(path, cell["truth"]) if cell["truth"] else None
        given = {unit: row[column] for unit, column in units.items()}
        value, intensities = _coded(given, coding), _all_units(given, coding)
        filled = [[column for column in columns if row[column]] for columns in raters]
        grades = [_rating(columns[0], row[columns[0]]) for columns in filled if columns]
        if not grades and value is not None:
            grades = [grade_from_pspi(value)]
        if not grades and truth is None:
            raise RatingError("no rating: it needs a grade of 0 to 4, a VAS of 0 to 10 or a PSPI of 0 to 16")
        start_s, end_s = (_seconds(use, cell[use]) for use in ("start_s", "end_s"))
    except (RatingError, OSError) as problem:
        return Fault(number, str(problem))
    if not (patient := pseudonym(cell["patient"])):
        return Fault(number, "the patient is missing; without it a split by patient is not possible")
    return Line(number, source, patient, tuple(grades), cell["split"], value, start_s, end_s, truth, intensities)


def _found(path: Path, name: str) -> Path:
    places = [path.parent / name, path.parent / "img" / name] if name else []
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise FileNotFoundError(f"there is no picture {name}" if name else "the file is missing")
    if found.suffix.lower() not in PICTURES | RECORDINGS | {".csv"}:
        raise RatingError(f"{name} is neither a picture nor a recording, by its name")
    return found


def _rating(column: str, text: str) -> Grade:
    return grade_from_vas(text) if column.strip().lower().startswith("vas") else grade_from_text(text)


def _coded(units: Mapping[str, str], coding: Coding | None) -> float | None:
    given = {unit: text for unit, text in units.items() if text}
    if "PSPI" in given:
        return pspi_from_text(given["PSPI"])
    return pspi_from_units(given, coding) if given else None


def _all_units(units: Mapping[str, str], coding: Coding | None) -> tuple[float, ...] | None:
    return units_from_text(units, coding) if all(units.get(unit) for unit in UNITS) else None


def _seconds(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise RatingError(f"{name} is {text!r}: seconds from the start of the recording") from None


def _of_folder(folder: Path) -> Iterator[Line | Fault]:
    pictures = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
    if not pictures:
        raise ListError(f"{folder} holds no pictures: it needs a folder for each grade (0 to 4, or mild, obvious, ...)")
    for number, path in enumerate(pictures, start=1):
        above = [name.strip() for name in path.relative_to(folder).parts[:-1]]
        graded = [name for name in above if name.lower() in WORDS or name in {"0", "1", "2", "3", "4"}]
        others = [name for name in above if name not in graded]
        patient = others[0] if others else path.stem.partition("_")[0] if "_" in path.stem else ""
        if len(others) > 1:
            yield Fault(
                number,
                f"{path.relative_to(folder)}: which of {', '.join(others)} is the patient? "
                "It takes patient/grade/picture or grade/patient/picture, or a list (CSV) with a column patient",
            )
        elif len(graded) != 1:
            yield Fault(number, f"{path.relative_to(folder)} lies in no folder named as a grade (0 to 4, mild, ...)")
        elif not patient:
            yield Fault(
                number, f"{path.relative_to(folder)}: put it into a folder of its patient, or name it PATIENT_..."
            )
        else:
            yield Line(number, path, pseudonym(patient), (grade_from_text(graded[0]),))


__all__ = ["Fault", "Line", "ListError", "Moment", "is_truth", "read_groups", "read_lines", "read_truth"]
