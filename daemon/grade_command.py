"""`peea grade`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from config import logs
from daemon.expected import in_one_line
from daemon.refusals import RefusedError, regular_file
from daemon.settings_file import found_settings
from daemon.terminal import Graded, print_outcomes, told
from daemon.worker import WorkerLostError
from daemon.worker_grades import WorkerGrades
from grading.ports import Grades
from grading.types import PAIN_GRADES, Assessment, Grade, Outcome, Reason, Rejection
from reports.words import advice, grade_words, reason_words


def grade(files: Sequence[Path], settings_file: Path | None, ward: Path | None, *, as_json: bool) -> int:
    """Grade the files in their order; a file that cannot be read costs the exit status 1 and not the others."""
    settings = found_settings(settings_file, ward)
    logs.set_up("warning")
    with WorkerGrades.of(settings) as grades:
        return grade_with(grades.started(), files, as_json=as_json)


def grade_with(grades: Grades, files: Sequence[Path], *, as_json: bool) -> int:
    """As `grade`, with these grades; returns the exit status."""
    graded: list[Graded] = []
    failed = False
    with told("grading") as say:
        for file in files:
            say(f"grading {file.name}")
            try:
                outcome = _outcome(grades, regular_file(file))
            except (RefusedError, OSError) as error:
                failed = True
                print(f"peea: {in_one_line(error)}", file=sys.stderr)
                continue
            if as_json:
                print(_line(as_object(str(file), outcome)), flush=True)
            else:
                graded.append(Graded(str(file), outcome))
    if graded:
        print_outcomes(graded)
    return 1 if failed else 0


def _outcome(grades: Grades, file: Path) -> Outcome:
    """Tried twice: what costs the worker both times is no recording that can be graded."""
    try:
        return grades.grade(file)
    except WorkerLostError:
        with suppress(WorkerLostError):
            return grades.grade(file)
    return Rejection(Reason.INTRACTABLE, model=grades.model)


def _line(graded: dict[str, object]) -> str:
    """JSON on one line; a name that is no text in UTF-8 keeps its bytes as \\udc80 to \\udcff."""
    line = json.dumps(graded, ensure_ascii=False)
    return line if line.encode("utf-8", "replace").decode() == line else json.dumps(graded)


def as_object(file: str, outcome: Outcome) -> dict[str, object]:
    """The outcome for programs; seconds are the confirmed ones, mild to intense."""
    quality = outcome.quality
    seen: dict[str, object] = {
        "length_s": round(quality.length_s, 3) if quality else None,
        "face_share": round(quality.face_share, 4) if quality else None,
        "notes": [str(note) for note in quality.notes] if quality else [],
    }
    return {"file": file, **_judged(outcome), **seen}


def _judged(outcome: Outcome) -> dict[str, object]:
    if not isinstance(outcome, Assessment):
        return {
            "outcome": "rejected",
            "grade": None,
            "grade_word": None,
            "seconds": [0.0] * len(PAIN_GRADES),
            "none_s": 0.0,
            "reason": str(outcome.reason),
            "reason_words": reason_words(outcome.reason, "en"),
            "advice": advice(outcome.reason, "en"),
            "confidence": None,
            "model": outcome.model,
        }
    return {
        "outcome": "graded",
        "grade": int(outcome.grade),
        "grade_word": grade_words(outcome.grade, "en"),
        "seconds": [round(outcome.seconds[grade], 3) for grade in PAIN_GRADES],
        "none_s": round(outcome.seconds[Grade.NONE], 3),
        "reason": None,
        "reason_words": None,
        "advice": None,
        "confidence": round(outcome.confidence, 4),
        "model": outcome.model,
        "peak_grade": int(outcome.peak_grade),
        "segments": [
            {"grade": int(each.grade), "start_s": round(each.start_s, 3), "end_s": round(each.end_s, 3)}
            for each in outcome.segments
        ],
    }
