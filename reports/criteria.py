"""Reads what a roster says of consent and exclusion criteria, in words of both languages (pure).

The criteria are the paper's (section 3.1): neurological disease such as Alzheimer's, deafness, aphasia, not fully
awake, no consent. Only which of them apply goes on from here, never the text: it may tell more than a sheet should.
"""

from __future__ import annotations

import re
import unicodedata

from reports.patient import Outside

_NOTHING = re.compile(
    r"|0|-+|–|—|/|no|none|nil|n|n/a|na|not applicable|false|without|nothing|no exclusion( criteri(a|on))?"
    r"|无|否|没有|无排除标准|不适用|未见|无异常"
)
_REFUSED = re.compile(
    r"no\b.*|n|false|0|refused.*|declined.*|withdrawn.*|not given.*|否|不同意|未同意|拒绝|未签.*|撤回.*|无|×|✗|x"
)
_CRITERIA: dict[Outside, re.Pattern[str]] = {
    Outside.NEUROLOGICAL: re.compile(
        r"neurolog|alzheimer|dement|parkinson|stroke|epilep|神经|阿尔茨海默|阿尔兹海默|痴呆|帕金森|卒中|脑梗|癫痫"
    ),
    Outside.DEAF: re.compile(r"deaf|hearing|聋|听力|失聪"),
    Outside.APHASIA: re.compile(r"aphasi|dysphasi|失语|言语障碍|语言障碍"),
    Outside.NOT_AWAKE: re.compile(r"not (fully )?awake|uncons|deliri|coma|drows|confus|sedat|意识|谵妄|昏迷|嗜睡|镇静"),
    Outside.NO_CONSENT: re.compile(r"no consent|without consent|refus|declin|拒绝|不同意|未同意"),
}


def outside_by(consent: str, exclusion: str) -> tuple[Outside, ...]:
    """Why a patient is outside the studied group, by the texts of two cells; an empty cell says nothing.

    A text that is none of the known criteria is one all the same: `Outside.OTHER`.
    """
    found = set()
    criteria = _plain(exclusion)
    if not _NOTHING.fullmatch(criteria):
        found = {outside for outside, pattern in _CRITERIA.items() if pattern.search(criteria)} or {Outside.OTHER}
    if _plain(consent) and _REFUSED.fullmatch(_plain(consent)):
        found.add(Outside.NO_CONSENT)
    return tuple(outside for outside in Outside if outside in found)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(" .。")
