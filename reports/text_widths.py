"""How wide a text is on a sheet, and how many lines it takes: not every program finds that out by itself (pure)."""

from __future__ import annotations

import math
import re
import unicodedata

_PIECE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+")

# widths in Arial and fonts like it, in widths of a digit; what is not named is about one digit wide
_NARROW = dict.fromkeys(" !'()*,-./:;I[]fijlrt|", 0.5)
_WIDE = dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZw&", 1.3) | dict.fromkeys("MW%@m", 1.6)
_WIDTHS = _NARROW | _WIDE


def text_width(text: str) -> float:
    """About how wide a text is, in widths of a digit; Chinese characters are two wide."""
    return sum(_WIDTHS.get(character) or _unusual_width(character) for character in text)


def _unusual_width(character: str) -> float:
    return 2.0 if not character.isascii() and unicodedata.east_asian_width(character) in "WF" else 1.0


def text_lines(text: str, width: float) -> int:
    """How many lines a text takes in a column: broken at spaces, between Chinese characters, in long words."""
    if "\n" in text:
        return sum(text_lines(line, width) for line in text.split("\n"))
    lines, used = 1, 0.0
    for piece in _PIECE.findall(text):
        needed = text_width(piece)
        if used + text_width(piece.rstrip()) > width and used > 0:
            lines, used = lines + 1, 0.0
        if needed > width:
            more = math.ceil(needed / width) - 1
            lines, needed = lines + more, needed - int(more * width)
        used += needed
    return lines
