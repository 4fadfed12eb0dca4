"""Recordings with known grades, graded as the daemon grades them.

A list is a CSV file with one recording a line: `file` (or `video`), `patient` (or `identity`) and `grade` (0 to 4, or
its name) or `longest_grade`; a line without a grade is a recording that must be refused, such as an empty bed.
Recordings lie beside the list.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grading.ports import Grades
from grading.types import Assessment, Grade
from grading.version import Figure
from trainer.cases import CasesError
from trainer.lines import pseudonym
from trainer.metrics import by_grades, with_interval

NAMES = {
    "file": ("file", "video", "recording"),
    "patient": ("patient", "identity"),
    "grade": ("grade", "longest_grade"),
}
RIGHT = "right"


@dataclass(frozen=True)
class Labelled:
    """A recording whose grade is known; None: it must be refused."""

    path: Path
    patient: str
    grade: Grade | None


@dataclass(frozen=True)
class Answer:
    """What grading said of a recording; None: it was refused, for this reason."""

    recording: Labelled
    said: Grade | None
    reason: str = ""

    @property
    def is_right(self) -> bool:
        """The grade is the known one, or it was rightly refused."""
        return self.said == self.recording.grade


def read_recordings(path: Path) -> list[Labelled]:
    """The recordings of a list.

    Raises:
        CasesError: a column is missing, or lines cannot be used; all are named.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as rows:
            lines = list(csv.DictReader(rows))
    except (OSError, UnicodeDecodeError) as problem:
        raise CasesError(f"{path} cannot be read as a list of recordings ({problem})") from problem
    faults: list[str] = []
    columns = {name: _column(lines, options, faults) for name, options in NAMES.items()}
    found = [] if faults else [_labelled(line, columns, path.parent, at, faults) for at, line in enumerate(lines, 2)]
    if faults or not found:
        raise CasesError("\n".join([f"{path}: nothing in it can be used" if not faults else f"{path}:", *faults[:20]]))
    return [one for one in found if one is not None]


def _column(lines: Sequence[Mapping[str, str]], options: Sequence[str], faults: list[str]) -> str:
    name = next((option for option in options if lines and option in lines[0]), "")
    if lines and not name:
        faults.append(f"there is no column {' or '.join(options)}")
    return name


def _labelled(
    line: Mapping[str, str], columns: Mapping[str, str], folder: Path, number: int, faults: list[str]
) -> Labelled | None:
    file, patient, text = ((line.get(columns[name]) or "").strip() for name in NAMES)
    known = {str(int(grade)): grade for grade in Grade} | {grade.name.lower(): grade for grade in Grade}
    if not (folder / file).is_file():
        faults.append(f"line {number}: there is no recording {file}")
    elif text and text.lower() not in known:
        faults.append(f"line {number}: a grade is 0 to 4 or its name, not {text!r}")
    elif not patient:
        faults.append(f"line {number}: the patient is missing")
    else:
        return Labelled(folder / file, pseudonym(patient), known.get(text.lower()))
    return None


def answers(recordings: Iterable[Labelled], grades: Grades, say: Callable[[str], None]) -> list[Answer]:
    """Grades them one after the other, and says what came of each (by its number in the list: no file is named)."""
    found = []
    for number, recording in enumerate(recordings, start=1):
        outcome = grades.grade(recording.path)
        if isinstance(outcome, Assessment):
            answer = Answer(recording, outcome.grade)
        else:
            answer = Answer(recording, None, str(outcome.reason))
        found.append(answer)
        said = answer.said.name.lower() if answer.said is not None else answer.reason
        known = recording.grade.name.lower() if recording.grade is not None else "to be refused"
        say(f"recording {number}: {said}" + ("" if answer.is_right else f", but it is {known}"))
    return found


def recording_figures(found: Sequence[Answer]) -> dict[str, Figure]:
    """The share of all that is right, refusals included, and the figures by grade of those graded that have one."""
    right = np.array([answer.is_right for answer in found])
    patients = [answer.recording.patient for answer in found]
    figures = {RIGHT: with_interval(lambda at: float(right[at].mean()), patients)}
    true, said, graded = graded_pairs(found)
    if len(true):
        figures |= by_grades(true, said, [answer.recording.patient for answer in graded])
    return figures


def graded_pairs(found: Sequence[Answer]) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Answer]]:
    """Known and said grades, int64, of the recordings that have both, and these."""
    both = [answer for answer in found if answer.said is not None and answer.recording.grade is not None]
    true = np.array([int(answer.recording.grade or 0) for answer in both], np.int64)
    return true, np.array([int(answer.said or 0) for answer in both], np.int64), both
