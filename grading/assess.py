"""Turns readings into the outcome of a recording: the pain grade of longest duration (paper, section 3; pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grading.confirm import label, segments
from grading.types import PAIN_GRADES, Assessment, Grade, Note, Quality, Reading, Reason, Rejection, Segment

Seconds = tuple[float, float, float, float, float]

CLOSE_SHARE = 0.1  # of the recording: as far as the seconds of a grade are easily off (README, the bundled network)


def assess(
    readings: Sequence[Reading], quality: Quality, confirm_s: float, frames_per_s: float, model: str
) -> Assessment | Rejection:
    """The grade with most confirmed seconds; NOT_STABLE if no label held for confirm_s anywhere."""
    stretches = segments(readings, confirm_s)
    if not stretches:
        return Rejection(Reason.NOT_STABLE, quality, model)
    seconds = seconds_per_grade(stretches)
    grade = longest(seconds)
    if is_close_call(seconds, quality.length_s):
        quality = replace(quality, notes=(*quality.notes, Note.CLOSE_CALL))
    return Assessment(
        grade=grade,
        seconds=seconds,
        segments=stretches,
        readings=tuple(readings),
        confidence=_confidence(grade, stretches, readings),
        peak_grade=max(stretch.grade for stretch in stretches),
        quality=quality,
        model=model,
        confirm_s=confirm_s,
        frames_per_s=frames_per_s,
    )


def seconds_per_grade(stretches: Sequence[Segment]) -> Seconds:
    """Confirmed seconds of NONE, MILD, OBVIOUS, SEVERE and INTENSE."""
    seconds = [0.0] * len(Grade)
    for stretch in stretches:
        seconds[stretch.grade] += stretch.end_s - stretch.start_s
    none, mild, obvious, severe, intense = seconds
    return none, mild, obvious, severe, intense


def longest(seconds: Seconds) -> Grade:
    """The pain grade with most seconds, a tie to the more severe; NONE only if no pain grade has any."""
    best = max(PAIN_GRADES, key=lambda grade: (round(seconds[grade], 3), grade))
    return best if seconds[best] > 0 else Grade.NONE


def is_close_call(seconds: Seconds, length_s: float) -> bool:
    """Whether two pain grades lasted almost equally long, so that small errors may have chosen between them."""
    *_, second, first = sorted(seconds[grade] for grade in PAIN_GRADES)
    return second > 0 and round(first - second, 3) < CLOSE_SHARE * length_s


def _confidence(grade: Grade, stretches: Sequence[Segment], readings: Sequence[Reading]) -> float:
    """Mean probability of the grade over the frames that were confirmed as it, 0..1."""
    spans = [(stretch.start_s, stretch.end_s) for stretch in stretches if stretch.grade is grade]
    said = [
        _probability(reading.probabilities, grade)
        for reading in readings
        if reading.probabilities is not None and any(start <= reading.time_s < end for start, end in spans)
    ]
    return sum(said) / len(said) if said else 0.0


def _probability(probabilities: Sequence[float], grade: Grade) -> float:
    first = Grade.NONE if len(probabilities) == len(Grade) else Grade.MILD
    return float(probabilities[grade - first])


__all__ = ["assess", "label", "longest", "seconds_per_grade"]
