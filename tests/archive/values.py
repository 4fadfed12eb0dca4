"""Values that the tests of the ledger are made with."""

import hashlib
from datetime import UTC, datetime

import numpy as np

from archive.jobs import Arrival, Identity, Receipt
from grading.types import Assessment, Gap, Grade, Note, Quality, Reading, Reason, Rejection, Segment

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
RECEIPT = Receipt("2026/1.age", hashlib.sha256(b"sealed").hexdigest(), 200)
REJECTION = Rejection(Reason.TOO_DIM, Quality(21.5, 0.25, 9.5, (Note.DIM, Note.FACE_OFTEN_LOST)), "2026-11-a")
ASSESSMENT = Assessment(
    grade=Grade.SEVERE,
    seconds=(0.1, 0.2, 1 / 3, 12.7, 0.0),
    segments=(Segment(Grade.SEVERE, 0.1, 12.8), Segment(Grade.MILD, 13.0, 13.2)),
    readings=(
        Reading(0.0, 0.1, (0.1, 0.2, 0.3, 0.4)),
        Reading(0.1, 0.1, tuple(float(each) for each in np.array([0.1, 0.2, 0.3, 0.3, 0.1], np.float32))),
        Reading(0.2, 1e-9, None, Gap.TURNED_AWAY),
    ),
    confidence=0.1 + 0.2,
    peak_grade=Grade.INTENSE,
    quality=Quality(25.0, 0.9, 111.5),
    model="2026-11-a",
    confirm_s=0.5,
    frames_per_s=10.0,
)


def fingerprint(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def arrival(number: int = 1, at: datetime = NOON, source: str = "bed12_P007_rest.mp4") -> Arrival:
    return Arrival(fingerprint(number), source, 1000 + number, at, None, Identity("12", "P007", "rest"))
