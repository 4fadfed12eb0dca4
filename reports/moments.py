"""Which moments of a recording a strip of frames shows: where pain begins, where it is worst, where it ends (pure)."""

from __future__ import annotations

from grading.types import Assessment, Grade, Reading, Segment

_BEFORE_THE_END_S = 0.1


def moments_s(outcome: Assessment) -> tuple[float, float, float]:
    """Onset, apex and end in seconds, ascending.

    Onset and end are those of all confirmed pain (of everything confirmed, if no pain was). Apex is the frame that the
    model was surest of in the most severe stretches; their middle if the readings are not there any more.
    """
    stretches = [each for each in outcome.segments if each.grade is not Grade.NONE] or list(outcome.segments)
    if not stretches:
        return 0.0, outcome.quality.length_s / 2, outcome.quality.length_s
    onset_s = min(each.start_s for each in stretches)
    end_s = max(onset_s, max(each.end_s for each in stretches) - _BEFORE_THE_END_S)
    worst = [each for each in stretches if each.grade is outcome.peak_grade] or stretches
    return onset_s, min(max(_apex_s(outcome, worst), onset_s), end_s), end_s


def _apex_s(outcome: Assessment, worst: list[Segment]) -> float:
    inside = [
        (probability, -reading.time_s)
        for reading in outcome.readings
        if any(each.start_s <= reading.time_s < each.end_s for each in worst)
        and (probability := _probability(reading, outcome.peak_grade)) is not None
    ]
    if inside:
        return -max(inside)[1]
    longest = max(worst, key=lambda each: each.end_s - each.start_s)
    return (longest.start_s + longest.end_s) / 2


def _probability(reading: Reading, grade: Grade) -> float | None:
    if reading.probabilities is None:
        return None
    first = Grade.NONE if len(reading.probabilities) == len(Grade) else Grade.MILD
    place = grade - first
    return reading.probabilities[place] if place >= 0 else None
