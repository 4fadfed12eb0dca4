"""What the lines of lists (trainer.lists) are: a rated picture, recording, or moment; or why one cannot be used."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from grading.types import Grade

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
RECORDINGS = frozenset({".mp4", ".mov", ".avi", ".mkv", ".m4v", ".webm", ".3gp", ".mts"})


class ListError(ValueError):
    """The list as a whole cannot be read; the message says what it needs."""


@dataclass(frozen=True)
class Line:
    """One rated picture, recording, or part of one. number: for messages; part: "" if the list has none.

    grades: one for each rater; pspi: if it was coded; units: the intensities of UNITS if all were coded;
    start_s, end_s: None if the label is for the whole recording.
    """

    number: int
    source: Path
    patient: str
    grades: tuple[Grade, ...]
    part: str = ""
    pspi: float | None = None
    start_s: float | None = None
    end_s: float | None = None
    truth: Path | None = None
    units: tuple[float, ...] | None = None

    @property
    def is_recording(self) -> bool:
        """Whether the source is a film, by its name."""
        return self.source.suffix.lower() in RECORDINGS


@dataclass(frozen=True)
class Moment:
    """What a recording shows at one time."""

    time_s: float
    grade: Grade
    pspi: float | None
    units: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Fault:
    """Why a line cannot be used."""

    number: int
    why: str


def pseudonym(text: str) -> str:
    """A patient's pseudonym as it is compared: Chinese keyboards write P01 in wide letters, copied cells hide marks."""
    seen = (
        letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) not in ("Cf", "Cc")
    )
    return " ".join("".join(seen).split())
