"""What an examination finds: a subject, how it stands, and words that say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How a subject stands."""

    FINE = "fine"
    REMARK = "remark"  # worth knowing; the ward works
    FAULT = "FAULT"  # recordings are held up, in danger, or not protected


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; in English, and without a name or a bed."""

    subject: str
    standing: Standing
    words: str


def fine(subject: str, words: str) -> Finding:
    """All is as it should be."""
    return Finding(subject, Standing.FINE, words)


def remark(subject: str, words: str) -> Finding:
    """Worth knowing."""
    return Finding(subject, Standing.REMARK, words)


def fault(subject: str, words: str) -> Finding:
    """To be mended."""
    return Finding(subject, Standing.FAULT, words)
