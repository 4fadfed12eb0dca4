"""The paper's five activities, in the many words that nurses have for them in both languages (pure)."""

from __future__ import annotations

import re
import unicodedata

# Longer words stand before shorter ones that are part of them. Words in Latin letters count only as whole words.
_WORDS: dict[str, tuple[str, ...]] = {
    "turning": ("turning over", "turning", "turned", "turn over", "turn", "rolling", "roll", "翻身", "翻转", "轴线翻"),
    "transfer": ("flat car", "flatcar", "transfer", "trolley", "gurney", "stretcher", "平车", "过床", "转运"),
    "flexion": ("flexion", "flexing", "flex", "extension", "bending", "bend", "屈伸", "屈曲", "伸屈", "屈髋", "屈膝"),
    "straight-leg-raise": (
        *("straight leg raise", "straight leg raising", "leg raise", "leg raising", "legraise", "straightlegraise"),
        *("raise", "raising", "slr", "直腿抬高", "抬高", "抬腿", "直腿"),
    ),
    "standing": ("bedside standing", "standing", "stand up", "stand", "站立", "起立", "站"),
}
_SEPARATORS = re.compile(r"[\s_\-.,;+()（）【】\[\]·、，]+")


def activity_in(text: str) -> str:
    """The key of the activity that a text speaks of, such as "straight-leg-raise"; the first if it names several.

    Returns: "" if it names none of the five.
    """
    plain = _SEPARATORS.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    found = [
        (match.start(), -len(word), key)
        for key, words in _WORDS.items()
        for word in words
        if (match := _pattern(word).search(plain)) is not None
    ]
    return min(found)[2] if found else ""


def activities() -> tuple[str, ...]:
    """The keys of the five."""
    return tuple(_WORDS)


def _pattern(word: str) -> re.Pattern[str]:
    """In Latin letters a word ends where letters end; a digit may follow it ("turning2")."""
    return re.compile(rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word))
