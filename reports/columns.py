"""The columns of the Record sheet in both languages, and those that earlier versions had (pure)."""

from __future__ import annotations

from functools import cache

from reports.choices import choices
from reports.headings import headings
from reports.sheet import Column, Look
from reports.words import LANGUAGES, Language

# What earlier versions wrote and this one does not, by heading: a workbook of theirs is still read without a loss.
_FORMER: dict[str, str] = {
    "No pain seen (s)": "none_s",
    "Mild (s)": "mild_s",
    "Obvious (s)": "obvious_s",
    "Severe (s)": "severe_s",
    "Intense (s)": "intense_s",
    "未见疼痛 (秒)": "none_s",
    "轻度 (秒)": "mild_s",
    "明显 (秒)": "obvious_s",
    "重度 (秒)": "severe_s",
    "剧烈 (秒)": "intense_s",
}


@cache
def record_columns(language: Language) -> tuple[Column, ...]:
    """The columns of the Record sheet, from left to right; people write in the open ones."""
    words = headings(language)
    listed = choices(language)
    return (
        Column(words.number, 4.5, key="number"),
        Column(words.date, 6, key="date"),
        Column(words.recorded, 7.5, key="recorded"),
        Column(words.received, 7.5, key="received"),
        Column(words.bed, 5.5, key="bed"),
        Column(words.patient, 8.5, key="patient"),
        Column(words.activity, 11, key="activity"),
        Column(words.hours_since_injury, 8.5, key="hours_since_injury"),
        Column(words.to_note, 13, key="to_note"),
        Column(words.grade, 5.5, key="grade"),
        Column(words.word, 8.5, key="word"),
        Column(words.vas, 5.5, key="vas"),
        Column(words.longest_s, 7.5, key="longest_s"),
        Column(words.face_share, 6.5, key="face_share"),
        Column(words.peak, 8.5, key="peak"),
        Column(words.confidence, 9, key="confidence"),
        Column(words.quality, 25, key="quality"),
        Column(words.clinician_vas, 8.5, Look.OPEN_NUMBER, "clinician_vas"),
        Column(words.site, 8, Look.OPEN, "site", listed.sites),
        Column(words.character, 8.5, Look.OPEN, "character", listed.characters),
        Column(words.intervention, 13, Look.OPEN, "intervention", listed.interventions),
        Column(words.route, 10, Look.OPEN, "route", listed.routes),
        Column(words.reassess_due, 8, Look.OPEN_TIME, "reassess_due"),
        Column(words.rescore, 7.5, Look.OPEN_NUMBER, "rescore"),
        Column(words.signature, 8.5, Look.OPEN, "signature"),
        Column(words.remarks, 13, Look.OPEN, "remarks"),
        Column(words.model, 22, key="model"),
        Column(words.record_id, 15, key="record_id"),
        Column(words.fingerprint, 68, key="fingerprint"),
    )


@cache
def open_columns() -> tuple[str, ...]:
    """The keys of the columns in which people write."""
    return tuple(column.key for column in record_columns("en") if column.is_open)


@cache
def keys_by_heading() -> dict[str, str]:
    """The key of every heading that this version or an earlier one wrote, in either language."""
    return _FORMER | {column.heading: column.key for language in LANGUAGES for column in record_columns(language)}


def heading_of(key: str, language: Language) -> str:
    """What stands or once stood above a column; the key itself if nothing did."""
    now = {column.key: column.heading for column in record_columns(language)}
    once = [heading for heading, former in _FORMER.items() if former == key]
    return now.get(key) or (once[LANGUAGES.index(language)] if once else key)
