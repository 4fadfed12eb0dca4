"""Bed, patient and activity that people typed where nothing was found, or over what was found (pure).

What was found in file name, folders or roster stays in its cell. Where nothing was, the cell is open, and what is
typed there counts on all sheets.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from reports.handwriting import Handwriting, shown
from reports.record import Record
from reports.sheet import safe_text
from reports.words import LANGUAGES, activity_words

IDENTITY = ("bed", "patient", "activity")  # keys of columns


def completed(record: Record, typed: Handwriting) -> Record:
    """The record with what people typed where nothing was found."""
    if not any(typed.text(record.record_id, key) for key in IDENTITY):
        return record
    texts = (_found(record, key) for key in IDENTITY)
    bed, patient, activity = (
        text if text.strip() else typed.text(record.record_id, key) for key, text in zip(IDENTITY, texts, strict=True)
    )
    return replace(record, bed=bed, patient=patient, activity=activity)


def cell_texts(record: Record, key: str) -> frozenset[str]:
    """What a cell of ours may say of what was found, in either language; empty if nothing was."""
    return _shown_texts(_found(record, key), key == "activity")


def typed_over(record: Record, key: str, typed: Handwriting) -> bool:
    """Whether people typed something else over what was found."""
    text, ours = typed.text(record.record_id, key).strip(), cell_texts(record, key)
    return bool(text and ours) and text not in ours


@lru_cache(maxsize=4096)
def _shown_texts(found: str, is_activity: bool) -> frozenset[str]:
    if not found.strip():
        return frozenset()
    texts = {found, *(activity_words(found, language) for language in LANGUAGES)} if is_activity else {found}
    return frozenset(each.strip() for text in texts for each in (shown(text), safe_text(text)))


def _found(record: Record, key: str) -> str:
    match key:
        case "bed":
            return record.bed
        case "patient":
            return record.patient
        case _:
            return record.activity
