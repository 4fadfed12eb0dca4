"""The comment beside a cell into which people typed different things, in English and Chinese (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from reports.handwriting import Stroke
from reports.sheet import safe_text
from reports.words import LANGUAGES, Language

LONGEST_QUOTE = 200
MOST_QUOTES = 5

_HEADS: dict[Language, str] = {
    "en": "PEEA: people typed different things here without knowing of each other.",
    "zh": "PEEA：此格有人在互不知情时填写了不同内容。",
}
_ALSO: dict[Language, str] = {"en": "Also typed, found {at}: {text}", "zh": "另有内容（{at} 读到）：{text}"}
_MORE: dict[Language, str] = {"en": "And {count} more, in the ledger.", "zh": "另有 {count} 条，见台账。"}
_ADVICE: dict[Language, str] = {
    "en": "Type into the cell what is right; this note then goes.",
    "zh": "请在此格填写正确内容，本批注随后消失。",
}


def conflict_note(rivals: Sequence[Stroke], zone: ZoneInfo, language: Language) -> str:
    """What else was typed into a cell, and what to do about it; "" if nothing was. All of it is in the ledger."""
    if not rivals:
        return ""
    lines = [_HEADS[language]]
    for rival in rivals[:MOST_QUOTES]:
        at = rival.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        lines.append(_ALSO[language].format(at=at, text=_quoted(rival.text)))
    if len(rivals) > MOST_QUOTES:
        lines.append(_MORE[language].format(count=len(rivals) - MOST_QUOTES))
    return "\n".join([*lines, _ADVICE[language]])


def is_ours(note: str) -> bool:
    """Whether a comment was made here, in any language."""
    return any(_HEADS[language] in note for language in LANGUAGES)


def _quoted(text: str) -> str:
    whole = safe_text(text)
    return f"“{whole}”" if len(whole) <= LONGEST_QUOTE else f"“{whole[:LONGEST_QUOTE]}…”"
