"""The comment beside a cell into which people typed different things, in English and Chinese (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_OVER_HEADS: dict[Language, str] = {
    "en": "PEEA: something else was typed here. The cell says what was found in file name, folder or roster.",
    "zh": "PEEA：此格曾被填写为其他内容。单元格中为文件名、文件夹或名册中的信息。",
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
    return "\n".join([_HEADS[language], *_quotes(rivals, zone, language), _ADVICE[language]])


def typed_over_note(strokes: Sequence[Stroke], zone: ZoneInfo, language: Language) -> str:
    """What was typed over something that PEEA found, the newest first; all of it is in the ledger."""
    return "\n".join([_OVER_HEADS[language], *_quotes(strokes, zone, language)])


def is_ours(note: str) -> bool:
    """Whether a comment was made here, in any language."""
    return any(heads[language] in note for heads in (_HEADS, _OVER_HEADS) for language in LANGUAGES)


def _quotes(strokes: Sequence[Stroke], zone: ZoneInfo, language: Language) -> Iterator[str]:
    for stroke in strokes[:MOST_QUOTES]:
        at = stroke.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        yield _ALSO[language].format(at=at, text=_quoted(stroke.text))
    if len(strokes) > MOST_QUOTES:
        yield _MORE[language].format(count=len(strokes) - MOST_QUOTES)


def _quoted(text: str) -> str:
    whole = safe_text(text)
    return f"“{whole}”" if len(whole) <= LONGEST_QUOTE else f"“{whole[:LONGEST_QUOTE]}…”"
