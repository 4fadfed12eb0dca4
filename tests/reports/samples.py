"""Records of eight kinds for the tests of reports: every grade, every way of having none, awkward text."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from grading.types import Assessment, Gap, Grade, Note, Outcome, Quality, Reading, Reason, Rejection, Segment
from reports.record import Record

NOON = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)


def assessment(
    segments: tuple[tuple[Grade, float, float], ...],
    *,
    length_s: float = 22.0,
    gap_s: tuple[float, float] | None = None,
    notes: tuple[Note, ...] = (),
    model: str = "phantom-1",
    confidence: float = 0.87,
) -> Assessment:
    """An assessment whose grade, seconds and peak follow from its segments; ten readings a second."""
    seconds = [0.0] * 5
    for grade, start_s, end_s in segments:
        seconds[grade] += end_s - start_s
    pain = max(range(4, 0, -1), key=lambda grade: seconds[grade])
    grade = Grade(pain if seconds[pain] else 0)
    times_s = [n / 10 for n in range(round(length_s * 10))]
    readings = tuple(
        Reading(at, 0.1, None, Gap.TURNED_AWAY)
        if gap_s and gap_s[0] <= at < gap_s[1]
        else Reading(at, 0.1, (0.1, 0.1, 0.6, 0.1, 0.1))
        for at in times_s
    )
    gap_length_s = gap_s[1] - gap_s[0] if gap_s else 0.0
    return Assessment(
        grade=grade,
        seconds=(seconds[0], seconds[1], seconds[2], seconds[3], seconds[4]),
        segments=tuple(Segment(grade, start, end) for grade, start, end in segments),
        readings=readings,
        confidence=confidence,
        peak_grade=max((grade for grade, _, _ in segments), default=Grade.NONE),
        quality=Quality(length_s, 1 - gap_length_s / length_s, 120.0, notes),
        model=model,
        confirm_s=0.5,
        frames_per_s=10.0,
    )


def record(
    number: int,
    outcome: Outcome | None,
    *,
    bed: str = "12",
    patient: str = "P0042",
    activity: str = "turning",
    parked: str = "",
) -> Record:
    """A record received `number` times 37 minutes after noon in Shanghai."""
    fingerprint = hashlib.sha256(f"recording {number}".encode()).hexdigest()
    received_at = NOON + timedelta(minutes=37 * (number - 1))
    return Record(number, fingerprint[:12], fingerprint, received_at, None, bed, patient, activity, outcome, parked)


def eight() -> tuple[Record, ...]:
    """A day: grades NONE to INTENSE, two that cannot be graded, one that was given up."""
    return (
        record(1, assessment(((Grade.NONE, 0.5, 22.0),)), bed="3", patient="P0007", activity="standing"),
        record(
            2,
            assessment(((Grade.NONE, 0.5, 6.0), (Grade.MILD, 6.0, 22.0)), gap_s=(9.0, 11.0), notes=(Note.TURNED_AWAY,)),
            bed="09",
            patient="P0042",
        ),
        record(
            3,
            assessment(((Grade.MILD, 1.0, 5.0), (Grade.OBVIOUS, 5.0, 19.0), (Grade.MILD, 19.0, 24.5)), length_s=24.5),
            activity="flexion",
        ),
        record(
            4,
            assessment(
                ((Grade.OBVIOUS, 1.0, 7.0), (Grade.SEVERE, 7.0, 18.0), (Grade.INTENSE, 18.0, 21.4)),
                notes=(Note.DIM, Note.SEVERAL_FACES, Note.LENGTH_UNUSUAL),
            ),
            bed="12A",
            activity="straight-leg-raise",
        ),
        record(
            5,
            assessment(
                ((Grade.MILD, 2.0, 30.0), (Grade.INTENSE, 40.0, 110.0)),
                length_s=120.0,
                notes=(Note.FACE_OFTEN_LOST, Note.ONLY_THE_START, Note.LENGTH_UNUSUAL),
                gap_s=(30.0, 40.0),
                model="ward-2026-11-01",
            ),
            activity="transfer",
        ),
        record(6, Rejection(Reason.TOO_DIM, Quality(21.0, 0.12, 9.0)), bed="7", patient="", activity=""),
        record(7, Rejection(Reason.UNREADABLE), bed="", patient="", activity=""),
        record(8, None, bed="15", patient="=1+1", activity="吃饭", parked="3 starts ended in a crash of the reader."),
    )
