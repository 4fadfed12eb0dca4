"""Labelled pictures: read from lists, split by patient, checked for leaks (paper, section 3.1).

A list is a CSV file with one picture a line and at least the columns `file`, `patient` (or `identity`) and `grade`
(0 to 4) or `VAS` (0 to 10). `split` (train, val, test) and `PSPI` (0 to 16) are used where they are there. Pictures
are looked for beside the list and in its folder `img/`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from grading.types import VAS_BANDS, Grade

PARTS = ("train", "val", "test")
SHARES = (0.6, 0.2, 0.2)  # of the patients; the paper's 60/20/20, but by patient


class CasesError(ValueError):
    """A list of cases that cannot be used; the message names every fault."""


@dataclass(frozen=True)
class Case:
    """One labelled picture. pspi: Prkachin and Solomon's intensity (paper, eq. 2), 0 to 16, or None if not coded."""

    picture: Path
    patient: str
    grade: Grade
    part: str
    pspi: float | None = None


def read_cases(path: Path, *, only_training: bool = False, seed: int = 0) -> list[Case]:
    """The cases of a list, each in its part.

    Args:
        path: the CSV list.
        only_training: put all of them into the training part, as for pictures that supplement another list.
        seed: of the split, where the list has none.

    Raises:
        CasesError: lines that cannot be understood, pictures that are missing, a patient in two parts.
    """
    if not path.is_file():
        raise CasesError(f"there is no list {path}: name a CSV file with the columns file, patient and grade")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    patient = "patient" if "patient" in table else "identity"
    missing = [column for column in ("file", patient) if column not in table]
    if missing or not {"grade", "VAS"} & set(table.columns):
        raise CasesError(f"{path}: it needs the columns file, patient and grade (or VAS); it has {list(table.columns)}")
    faults: list[str] = []
    cases = [_case(row, patient, path, line, faults) for line, row in enumerate(table.to_dict("records"), start=2)]
    if faults:
        raise CasesError("\n".join([f"{path}: {len(faults)} lines cannot be used", *faults[:20]]))
    found = [case for case in cases if case]
    if only_training:
        found = [replace(case, part="train") for case in found]
    elif "split" not in table:
        found = split_by_patient(found, seed)
    refuse_leaks(found)
    return found


def _case(row: Mapping[Hashable, str], patient: str, path: Path, line: int, faults: list[str]) -> Case | None:
    picture = next((place for place in _places(path, row["file"]) if place.is_file()), None)
    grade = _grade(row)
    part = row.get("split", "train") or "train"
    if picture is None:
        faults.append(f"line {line}: there is no picture {row['file']}")
    elif grade is None:
        faults.append(f"line {line}: a grade is 0 to 4 and a VAS 0 to 10")
    elif part not in PARTS:
        faults.append(f"line {line}: split is {part!r}, not one of {', '.join(PARTS)}")
    elif not row[patient]:
        faults.append(f"line {line}: the patient is missing; without it a split by patient is not possible")
    else:
        pspi = row.get("PSPI", "")
        return Case(picture, row[patient], grade, part, float(pspi) if pspi else None)
    return None


def _places(path: Path, name: str) -> tuple[Path, Path]:
    return path.parent / name, path.parent / "img" / name


def _grade(row: Mapping[Hashable, str]) -> Grade | None:
    text, is_vas = (row["grade"], False) if row.get("grade") else (row.get("VAS", ""), True)
    try:
        value = int(text)
    except ValueError:
        return None
    if is_vas:
        return next((grade for grade, (low, high) in VAS_BANDS.items() if low <= value <= high), None)
    return Grade(value) if value in list(Grade) else None


def split_by_patient(cases: Sequence[Case], seed: int) -> list[Case]:
    """60/20/20 of the patients, drawn with the seed; patients of about the same mean grade are dealt out in turn."""
    rng = np.random.default_rng(seed)
    grades: dict[str, list[int]] = {}
    for case in cases:
        grades.setdefault(case.patient, []).append(int(case.grade))
    # sorted by mean grade, then cut into fives: three to training, one each to validation and test
    order = sorted(grades, key=lambda name: (float(np.mean(grades[name])), name))
    part_of: dict[str, str] = {}
    for start in range(0, len(order), 5):
        dealt = rng.permutation(["train", "val", "test", "train", "train"])
        part_of |= dict(zip(order[start : start + 5], (str(part) for part in dealt), strict=False))
    return [replace(case, part=part_of[case.patient]) for case in cases]


def refuse_leaks(cases: Iterable[Case]) -> None:
    """Checks that no patient stands in two parts.

    Raises:
        CasesError: some do; all are named (lists use pseudonyms).
    """
    parts: dict[str, set[str]] = {}
    for case in cases:
        parts.setdefault(case.patient, set()).add(case.part)
    leaked = sorted(patient for patient, where in parts.items() if len(where) > 1)
    if leaked:
        raise CasesError(
            f"patients in more than one part: {', '.join(leaked)}. Figures from such a split would be too good; "
            "leave out the column split to have it made by patient"
        )
