"""Toy grades: a recording is a line of text that says what comes of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from time import sleep

from grading.ports import OnFrame
from grading.types import Assessment, Grade, Outcome, Quality, Reading, Reason, Rejection, Segment

# What a toy recording may hold. One more line after the first makes it another recording of the same kind.
MILD, OBVIOUS, SEVERE, INTENSE, RESTING = b"toy mild", b"toy obvious", b"toy severe", b"toy intense", b"toy none"
DIM = b"toy too_dim"
BREAKS = b"toy breaks"  # grading raises
KILLS = b"toy kills"  # grading ends the process, as a crash in a decoder does
GARBAGE = b"\x00\x01 no video"


class ToyGrades:
    """Keeps the contract of grading.ports.Grades with recordings that are one line of text."""

    model = "toy-1"

    def __init__(self, frame_s: float = 0.0) -> None:
        self.graded: list[str] = []
        self.outcome_of_others: Outcome = Rejection(Reason.UNREADABLE, None, self.model)  # of what is no line of text
        self.meanwhile: Callable[[], None] = lambda: None  # what happens while a recording is being graded
        self._frame_s = frame_s

    def grade(self, path: Path, on_frame: OnFrame | None = None) -> Outcome:
        data = path.read_bytes()
        self.graded.append(path.name)
        self.meanwhile()
        for frame in range(4):
            if on_frame is not None:
                on_frame(frame * 0.5, 2.0)
            sleep(self._frame_s)
        return self._outcome(path, data.split(b"\n")[0])

    def _outcome(self, path: Path, line: bytes) -> Outcome:
        if line == BREAKS:
            raise RuntimeError(f"the decoder of {path.name} broke")
        if line == KILLS:
            os._exit(9)
        word = line.removeprefix(b"toy ").decode("latin-1")
        if line.startswith(b"toy ") and word.upper() in Grade.__members__:
            return assessment(Grade[word.upper()])
        if line.startswith(b"toy ") and word.upper() in Reason.__members__:
            return Rejection(Reason(word), None, self.model)
        return self.outcome_of_others


def assessment(grade: Grade) -> Assessment:
    """A recording of two seconds of one grade."""
    seconds = tuple(2.0 if each == grade else 0.0 for each in Grade)
    return Assessment(
        grade=grade,
        seconds=seconds,  # type: ignore[arg-type]
        segments=(Segment(grade, 0.0, 2.0),),
        readings=tuple(Reading(time_s, 0.5, (0.2,) * 5) for time_s in (0.0, 0.5, 1.0, 1.5)),
        confidence=0.9,
        peak_grade=grade,
        quality=Quality(2.0, 1.0, 120.0),
        model="toy-1",
        confirm_s=0.5,
        frames_per_s=2.0,
    )
