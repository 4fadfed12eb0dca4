"""Labelled cases: lists read, raters' disagreement left out, recordings cut into key frames, split by patient.

(Paper, section 3.1.) What a list looks like: trainer.lists. What a case is in the end is one picture with one grade.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from grading.types import Grade
from trainer.lists import Fault, Line, ListError, read_lines
from trainer.ratings import Coding, agreed

Split: TypeAlias = Literal["patient", "random"]

PARTS = ("train", "val", "test")
SHARES = (0.6, 0.2, 0.2)  # of the patients; the paper's 60/20/20, but by patient
FAULTS_TOLD = 20
LEAKING = "random, by picture (leaks: patients stand in several parts, figures are too good)"


class CasesError(ValueError):
    """Cases that cannot be used; the message names every fault."""


@dataclass(frozen=True)
class Case:
    """One labelled picture.

    pspi: Prkachin and Solomon's intensity (paper, eq. 2), 0 to 16, or None if not coded.
    units: the intensities of trainer.ratings.UNITS, or None if not all were coded.
    recording: the SHA-256 of the recording that the picture was taken from; "" if it came as a picture.
    is_crop: the picture is a face already levelled and cropped, as a key frame is.
    """

    picture: Path
    patient: str
    grade: Grade
    part: str
    pspi: float | None = None
    recording: str = ""
    is_crop: bool = False
    units: tuple[float, ...] | None = None


@dataclass(frozen=True)
class KeyFrame:
    """A crop from a recording, kept as a picture, with the time it shows; labels as far as they are its own."""

    picture: Path
    recording: str
    time_s: float
    grade: Grade | None = None
    pspi: float | None = None
    units: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Taken:
    """What a recording gave: key frames, or in words why none."""

    frames: tuple[KeyFrame, ...]
    why_none: str = ""


TakeKeyFrames: TypeAlias = Callable[[Line], Taken]


@dataclass(frozen=True)
class Listed:
    """The cases of a list; left_out: what was not taken, and why, in words with counts.

    is_dealt: the list has no split of its own, and the patients were dealt out here.
    """

    cases: tuple[Case, ...]
    left_out: tuple[str, ...]
    is_dealt: bool = False


def read_cases(path: Path, *, only_training: bool = False, seed: int = 0) -> list[Case]:
    """The cases of a list of pictures, each in its part; as `read_list` with what is usual."""
    return list(read_list(path, only_training=only_training, seed=seed).cases)


def read_list(
    path: Path,
    *,
    only_training: bool = False,
    seed: int = 0,
    split: Split = "patient",
    coding: Coding | None = None,
    key_frames: TakeKeyFrames | None = None,
) -> Listed:
    """The cases of a list or folder, each in its part.

    Args:
        only_training: put all of them into the training part, as for pictures that supplement another list.
        seed: of the split, where the list has none.
        split: "patient"; or "random", the paper's split by picture, whose figures are too good: for comparison only.
        coding: what the letters a to e of action units are worth.
        key_frames: takes key frames from a recording; None: a list with recordings is refused.

    Raises:
        CasesError: lines that cannot be understood, pictures that are missing, a patient in two parts.
    """
    lines = _usable_lines(path, coding, with_recordings=key_frames is not None)
    left_out: Counter[str] = Counter()
    found = [case for line in _rated_once(lines, left_out) for case in _cases(line, key_frames, left_out)]
    if only_training:
        found = [replace(case, part="train") for case in found]
    elif split == "random":
        found = split_by_picture(found, seed)
    is_dealt = not only_training and split == "patient" and not any(line.part for line in lines)
    if is_dealt:
        found = split_by_patient(found, seed)
    if split == "patient":
        refuse_leaks(found)
    return Listed(tuple(found), tuple(f"{why}: {count} left out" for why, count in left_out.items()), is_dealt)


def _usable_lines(path: Path, coding: Coding | None, *, with_recordings: bool) -> list[Line]:
    try:
        read = list(read_lines(path, coding))
    except ListError as problem:
        raise CasesError(str(problem)) from problem
    lines = [line for line in read if isinstance(line, Line)]
    faults = [line for line in read if isinstance(line, Fault)]
    faults += [
        Fault(line.number, f"split is {line.part!r}, not one of {', '.join(PARTS)}")
        for line in lines
        if line.part and line.part not in PARTS
    ]
    if any(line.part for line in lines):
        faults += [
            Fault(line.number, "the split is missing, which other lines have: fill it in, or empty the whole column")
            for line in lines
            if not line.part
        ]
    if not with_recordings:
        faults += [Fault(line.number, "recordings are not taken here") for line in lines if line.is_recording]
    if faults:
        told = [f"line {fault.number}: {fault.why}" for fault in sorted(faults, key=lambda fault: fault.number)]
        raise CasesError("\n".join([f"{path}: {len(faults)} lines cannot be used", *told[:FAULTS_TOLD]]))
    return lines


def _rated_once(lines: Sequence[Line], left_out: Counter[str]) -> Iterator[Line]:
    """One line for each thing rated, with the grade that all raters agree on; the paper kept consistent ones only."""
    together: dict[tuple[Path, float | None, float | None], list[Line]] = {}
    for line in lines:
        together.setdefault((line.source, line.start_s, line.end_s), []).append(line)
    for same in together.values():
        grades = [grade for line in same for grade in line.grades]
        if len({line.patient for line in same}) > 1 or len({line.part for line in same}) > 1:
            numbers = ", ".join(str(line.number) for line in same)
            raise CasesError(f"lines {numbers} rate one file, but for different patients or parts: correct the list")
        if same[0].truth is None and agreed(grades) is None:
            left_out["the raters disagree"] += 1
            continue
        coded = [line.pspi for line in same if line.pspi is not None]
        units = [line.units for line in same if line.units is not None]
        yield replace(
            same[0],
            grades=tuple(grades[:1]),
            pspi=float(np.mean(coded)) if coded else None,
            units=tuple(np.mean(units, axis=0).tolist()) if units else None,
        )


def _cases(line: Line, key_frames: TakeKeyFrames | None, left_out: Counter[str]) -> Iterator[Case]:
    if not line.is_recording or key_frames is None:
        yield Case(line.source, line.patient, line.grades[0], line.part or "train", line.pspi, units=line.units)
        return
    taken = key_frames(line)
    if not taken.frames:
        left_out[taken.why_none] += 1
    for frame in taken.frames:
        grade = frame.grade if frame.grade is not None else line.grades[0]
        pspi, units = (frame.pspi, frame.units) if frame.grade is not None else (line.pspi, line.units)
        part = line.part or "train"
        yield Case(frame.picture, line.patient, grade, part, pspi, frame.recording, is_crop=True, units=units)


def split_by_patient(cases: Sequence[Case], seed: int) -> list[Case]:
    """60/20/20 of the patients, drawn with the seed; patients of about the same mean grade are dealt out in turn."""
    part_of = dealt_out(by_mean_grade(cases), seed)
    return [replace(case, part=part_of[case.patient.casefold()]) for case in cases]


def by_mean_grade(cases: Sequence[Case]) -> list[str]:
    """The patients, casefolded, from the least pain to the most."""
    grades: dict[str, list[int]] = {}
    for case in cases:
        grades.setdefault(case.patient.casefold(), []).append(int(case.grade))
    return sorted(grades, key=lambda name: (float(np.mean(grades[name])), name))


def dealt_out(patients: Sequence[str], seed: int) -> dict[str, str]:
    """The part of each, in fives: three to training, one each to validation and test. More at the end change none."""
    rng = np.random.default_rng(seed)
    part_of: dict[str, str] = {}
    for start in range(0, len(patients), 5):
        dealt = rng.permutation(["train", "val", "test", "train", "train"])
        part_of |= dict(zip(patients[start : start + 5], (str(part) for part in dealt), strict=False))
    return part_of


def split_by_picture(cases: Sequence[Case], seed: int) -> list[Case]:
    """The paper's random split: 60/20/20 of the pictures of each grade, whoever they show. For comparison only."""
    rng = np.random.default_rng(seed)
    parts = np.full(len(cases), "train", dtype=object)
    for grade in Grade:
        at = rng.permutation([position for position, case in enumerate(cases) if case.grade is grade]).astype(int)
        first, second = np.rint(np.cumsum(SHARES)[:2] * len(at)).astype(int)
        parts[at[first:second]], parts[at[second:]] = "val", "test"
    return [replace(case, part=str(part)) for case, part in zip(cases, parts, strict=True)]


def refuse_leaks(cases: Sequence[Case]) -> None:
    """Checks that no patient and no recording stands in two parts.

    Raises:
        CasesError: some do; all are named (lists use pseudonyms), recordings by the pseudonyms of their patients.
    """
    named_as = {case.patient.casefold(): case.patient for case in cases}  # P01 and p01 are one patient
    leaked = [named_as[name] for name in _in_several_parts([(case.patient.casefold(), case.part) for case in cases])]
    if leaked:
        raise CasesError(
            f"patients in more than one part: {', '.join(leaked)}. Figures from such a split would be too good; "
            "leave out the column split to have it made by patient"
        )
    filmed = [case for case in cases if case.recording]
    twice = set(_in_several_parts([(case.recording, case.part) for case in filmed]))
    if twice:
        named = sorted({case.patient for case in filmed if case.recording in twice})
        raise CasesError(
            f"{len(twice)} recordings stand in more than one part, each under several patients: {', '.join(named)}. "
            "One recording shows one patient: correct the list"
        )


def _in_several_parts(seen: Sequence[tuple[str, str]]) -> list[str]:
    parts: dict[str, set[str]] = {}
    for name, part in seen:
        parts.setdefault(name, set()).add(part)
    return sorted(name for name, where in parts.items() if len(where) > 1)
