"""Outcomes as text for the ledger, and back: exactly the same value comes out (pure).

The text is JSON with short lists for the readings. `version` counts the forms of this text; a form once written stays
readable for ever.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from grading.types import Assessment, Gap, Grade, Note, Outcome, Quality, Reading, Reason, Rejection, Segment

VERSION = 1
_SAME_MOMENT_S = 1e-6


class OutcomeTextError(ValueError):
    """Text that is not an outcome as `to_json` writes it."""


def to_json(outcome: Outcome) -> str:
    """The outcome as one line of JSON. Raises: ValueError: a number in it is not finite."""
    match outcome:
        case Assessment():
            content = {"assessment": _assessment_to_plain(outcome)}
        case Rejection():
            content = {"rejection": _rejection_to_plain(outcome)}
    return json.dumps({"version": VERSION, **content}, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def fingerprint(text: str) -> str:
    """SHA-256 (hex) of an outcome's text, by which the audit trail knows whether it was changed afterwards."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def outline(outcome: Outcome) -> Outcome:
    """The outcome as sheets of a day need it: of its readings only those without a face, neighbours taken together.

    A day of 10,000 recordings has two million readings, which would fill the memory.
    """
    if isinstance(outcome, Rejection):
        return outcome
    gaps: list[Reading] = []
    for reading in outcome.readings:
        if reading.gap is None:
            continue
        last = gaps[-1] if gaps else None
        if last and last.gap is reading.gap and abs(last.time_s + last.duration_s - reading.time_s) < _SAME_MOMENT_S:
            gaps[-1] = replace(last, duration_s=reading.time_s + reading.duration_s - last.time_s)
        else:
            gaps.append(replace(reading, probabilities=None))
    return replace(outcome, readings=tuple(gaps))


def outline_text(text: str) -> str | None:
    """The outline of an outcome's text, as text; None if it is no outcome."""
    try:
        return to_json(outline(from_json(text)))
    except OutcomeTextError:
        return None


def grade_of(outcome: Outcome) -> int | None:
    """The grade as a number; None if there is none."""
    return int(outcome.grade) if isinstance(outcome, Assessment) else None


def from_json(text: str) -> Outcome:
    """The outcome that was written. Raises: OutcomeTextError: it is not one, or of a newer version."""
    try:
        content = json.loads(text)
        if content["version"] != VERSION:
            raise OutcomeTextError(
                f"an outcome of version {content['version']}; this program reads {VERSION}: update it"
            )
        if "assessment" in content:
            return _assessment(content["assessment"])
        return _rejection(content["rejection"])
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, OutcomeTextError):
            raise
        raise OutcomeTextError(f"not an outcome ({type(error).__name__}: {error}): {text[:60]!r}") from error


def _assessment_to_plain(outcome: Assessment) -> dict[str, Any]:
    return {
        "grade": int(outcome.grade),
        "seconds": [float(each) for each in outcome.seconds],
        "segments": [[int(each.grade), float(each.start_s), float(each.end_s)] for each in outcome.segments],
        "readings": [_reading_to_plain(each) for each in outcome.readings],
        "confidence": float(outcome.confidence),
        "peak_grade": int(outcome.peak_grade),
        "quality": _quality_to_plain(outcome.quality),
        "model": outcome.model,
        "confirm_s": float(outcome.confirm_s),
        "frames_per_s": float(outcome.frames_per_s),
    }


def _assessment(plain: dict[str, Any]) -> Assessment:
    none_s, mild_s, obvious_s, severe_s, intense_s = (float(each) for each in plain["seconds"])
    return Assessment(
        grade=Grade(plain["grade"]),
        seconds=(none_s, mild_s, obvious_s, severe_s, intense_s),
        segments=tuple(Segment(Grade(grade), float(start), float(end)) for grade, start, end in plain["segments"]),
        readings=tuple(_reading(each) for each in plain["readings"]),
        confidence=float(plain["confidence"]),
        peak_grade=Grade(plain["peak_grade"]),
        quality=_quality(plain["quality"]),
        model=str(plain["model"]),
        confirm_s=float(plain["confirm_s"]),
        frames_per_s=float(plain["frames_per_s"]),
    )


def _rejection_to_plain(outcome: Rejection) -> dict[str, Any]:
    quality = None if outcome.quality is None else _quality_to_plain(outcome.quality)
    return {"reason": outcome.reason.value, "quality": quality, "model": outcome.model}


def _rejection(plain: dict[str, Any]) -> Rejection:
    quality = None if plain["quality"] is None else _quality(plain["quality"])
    return Rejection(Reason(plain["reason"]), quality, str(plain["model"]))


def _reading_to_plain(reading: Reading) -> list[Any]:
    probabilities = None if reading.probabilities is None else [float(each) for each in reading.probabilities]
    gap = None if reading.gap is None else reading.gap.value
    return [float(reading.time_s), float(reading.duration_s), probabilities, gap]


def _reading(plain: list[Any]) -> Reading:
    time_s, duration_s, probabilities, gap = plain
    return Reading(
        float(time_s),
        float(duration_s),
        None if probabilities is None else tuple(float(each) for each in probabilities),
        None if gap is None else Gap(gap),
    )


def _quality_to_plain(quality: Quality) -> dict[str, Any]:
    return {
        "length_s": float(quality.length_s),
        "face_share": float(quality.face_share),
        "brightness": float(quality.brightness),
        "notes": [note.value for note in quality.notes],
    }


def _quality(plain: dict[str, Any]) -> Quality:
    return Quality(
        float(plain["length_s"]),
        float(plain["face_share"]),
        float(plain["brightness"]),
        tuple(Note(each) for each in plain["notes"]),
    )
