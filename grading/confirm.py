"""Confirms grades over consecutive frames (paper, section 3: a label must be stable; pure).

A label counts once it has held for `confirm_s` of consecutive graded frames; it then counts from its first frame, and
holds until another label is confirmed. Time without a usable face breaks the run and belongs to no grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grading.types import Grade, Reading, Segment

ROUNDING_S = 1e-6  # presentation times are sums of binary fractions


def label(probabilities: Sequence[float]) -> Grade:
    """The most probable grade; a tie goes to the more severe. Four probabilities start with MILD, five with NONE."""
    values = np.asarray(probabilities)
    best = len(values) - 1 - int(np.argmax(values[::-1]))
    return Grade(best if len(values) == len(Grade) else best + 1)


def segments(readings: Iterable[Reading], confirm_s: float) -> tuple[Segment, ...]:
    """The confirmed stretches, in order; neighbours of the same grade are one stretch unless a gap lies between."""
    found: list[Segment] = []
    for run in _runs_without_gaps(readings):
        found.extend(_confirmed(run, confirm_s))
    return tuple(found)


def _runs_without_gaps(readings: Iterable[Reading]) -> list[list[Reading]]:
    runs: list[list[Reading]] = [[]]
    for reading in readings:
        if reading.probabilities is not None:
            runs[-1].append(reading)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _confirmed(run: Sequence[Reading], confirm_s: float) -> list[Segment]:
    """One run of consecutive graded frames: each label from the first frame of the stretch that confirmed it."""
    changes: list[tuple[Grade, float]] = []
    candidate: Grade | None = None
    since_s = 0.0
    for reading in run:
        assert reading.probabilities is not None  # noqa: S101 - runs hold nothing else
        seen = label(reading.probabilities)
        if seen is not candidate:
            candidate, since_s = seen, reading.time_s
        held_s = reading.time_s + reading.duration_s - since_s
        holds_already = bool(changes) and changes[-1][0] is candidate
        if held_s + ROUNDING_S >= confirm_s and not holds_already:
            changes.append((candidate, since_s))
    if not changes:
        return []
    end_s = run[-1].time_s + run[-1].duration_s
    ends = [start for _, start in changes[1:]] + [end_s]
    return [Segment(grade, start, end) for (grade, start), end in zip(changes, ends, strict=True)]
