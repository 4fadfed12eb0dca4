"""What an announcement says: a bed, a grade or a reason, and what to do; never a name, never free text (pure).

Every announcement is one subject and one of a few fixed sentences ("Bed 12: severe pain, grade 3. Please check."), so
that it can be spoken by a voice engine or put together from clips that were made ahead of time.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from grading.types import Assessment, Grade, Reason, Rejection
from reports.record import Record
from reports.words import Language

# "12", "3A", "B-07", "3-12", also as people write them: "Bed 12", "12床", "１２号床". A name or a remark does not fit.
_SHORT_CODE = re.compile(r"(?:bed)?\s*([a-z]{0,2}-?[0-9]{1,4}(?:-[0-9]{1,3})?[a-z]?)\s*(?:号?床|号)?", re.IGNORECASE)

_GRADES: dict[Language, dict[Grade, str]] = {
    "en": {
        Grade.NONE: "no pain seen.",
        Grade.MILD: "mild pain, grade 1.",
        Grade.OBVIOUS: "obvious pain, grade 2. Please check.",
        Grade.SEVERE: "severe pain, grade 3. Please check.",
        Grade.INTENSE: "intense pain, grade 4. Please check.",
    },
    "zh": {
        Grade.NONE: "未见疼痛。",
        Grade.MILD: "轻度疼痛，1级。",
        Grade.OBVIOUS: "明显疼痛，2级。请复核。",
        Grade.SEVERE: "重度疼痛，3级。请复核。",
        Grade.INTENSE: "剧烈疼痛，4级。请复核。",
    },
}
_REASONS: dict[Language, dict[Reason, str]] = {
    "en": {
        Reason.UNREADABLE: "not graded, the file cannot be read. Please record again.",
        Reason.TRUNCATED: "not graded, the recording is incomplete. Please copy it again.",
        Reason.TOO_DIM: "not graded, too dark. Please record again.",
        Reason.NO_FACE: "not graded, no face in the picture. Please record again.",
        Reason.TOO_FEW_FACES: "not graded, the face was seldom in the picture. Please record again.",
        Reason.NOT_STABLE: "not graded, no steady expression. Please record again.",
        Reason.TOO_SHORT: "not graded, too short. Please record again.",
        Reason.INTRACTABLE: "not graded, the file cannot be worked through. Please record again.",
        Reason.LOST: "not graded, the recording was lost. Please record again.",
    },
    "zh": {
        Reason.UNREADABLE: "无法评级，文件无法读取。请重新录制。",
        Reason.TRUNCATED: "无法评级，录像不完整。请重新复制。",
        Reason.TOO_DIM: "无法评级，光线太暗。请重新录制。",
        Reason.NO_FACE: "无法评级，画面中没有人脸。请重新录制。",
        Reason.TOO_FEW_FACES: "无法评级，面部出现时间太短。请重新录制。",
        Reason.NOT_STABLE: "无法评级，表情不稳定。请重新录制。",
        Reason.TOO_SHORT: "无法评级，录像太短。请重新录制。",
        Reason.INTRACTABLE: "无法评级，文件无法处理。请重新录制。",
        Reason.LOST: "无法评级，录像已丢失。请重新录制。",
    },
}
_STOPPED: dict[Language, str] = {"en": "not graded. Please look at the record sheet.", "zh": "未评级。请查看记录单。"}
_BED: dict[Language, str] = {"en": "Bed {}: ", "zh": "{}床："}
_RECORDING: dict[Language, str] = {"en": "Recording {}: ", "zh": "第{}号录像："}
_SUBJECT: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"(?:Bed (?P<bed>[A-Z0-9-]+)|Recording (?P<number>[0-9]+)): "),
    "zh": re.compile(r"(?:(?P<bed>[A-Z0-9-]+)床|第(?P<number>[0-9]+)号录像)："),
}
_BELOW_TWENTY = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_CHINESE_DIGITS = "零一二三四五六七八九十"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class NotFixedError(ValueError):
    """A text that is no announcement: its words are not all known ahead of time."""


@dataclass(frozen=True)
class Phrase:
    """A piece of announcements that never changes; `key` (letters, digits, "-", "_") names its clip."""

    key: str
    text: str


def announcement(record: Record, language: Language) -> str:
    """One sentence or two about a record; the bed only if it is a short code, else the recording's number."""
    code = spoken_bed(record.bed)
    subject = _BED[language].format(code) if code else _RECORDING[language].format(record.number)
    return subject + _finding(record, language)


def spoken_bed(bed: str) -> str:
    """The bed's short code, such as "12A"; "" for anything that might be a name or a remark."""
    found = _SHORT_CODE.fullmatch(unicodedata.normalize("NFKC", bed).strip())
    return found[1].upper() if found else ""


def fixed_phrases(language: Language) -> tuple[Phrase, ...]:
    """All that announcements are made of, so that clips can be made ahead of time; each key once."""
    return tuple(_phrases(language).values())


def sentence_words(text: str, language: Language) -> tuple[Phrase, ...]:
    """The fixed phrases that make up an announcement, in the order in which they are spoken.

    Raises:  NotFixedError: the text was not made by `announcement` in this language.
    """
    known = _phrases(language)
    subject = _SUBJECT[language].match(text)
    finding = {phrase.text: phrase for phrase in known.values()}.get(text[subject.end() :]) if subject else None
    if subject is None or finding is None:
        raise NotFixedError("this text is no announcement, so it cannot be put together from fixed phrases")
    code = [known[key] for key in _code_keys(subject["bed"] or subject["number"], language)]
    if subject["bed"]:
        ordered = [known["bed"], *code] if language == "en" else [*code, known["bed"]]
    else:
        ordered = [known["recording"], *code]
    return (*ordered, finding)


def _finding(record: Record, language: Language) -> str:
    match record.outcome:
        case Assessment(grade=grade):
            return _GRADES[language][grade]
        case Rejection(reason=reason):
            return _REASONS[language][reason]
        case None:
            return _STOPPED[language]


def _phrases(language: Language) -> dict[str, Phrase]:
    said = {"bed": "Bed", "recording": "Recording"} if language == "en" else {"bed": "床", "recording": "录像"}
    if language == "en":
        said |= {f"number-{n}": word for n, word in enumerate(_BELOW_TWENTY)}
        said |= {f"number-{n}": word for n, word in zip(range(20, 100, 10), _TENS, strict=True)}
    else:
        said |= {f"number-{n}": word for n, word in enumerate(_CHINESE_DIGITS)}
    said |= {f"letter-{letter.lower()}": letter for letter in _LETTERS}
    said |= {f"grade-{int(grade)}": text for grade, text in _GRADES[language].items()}
    said |= {f"reason-{reason}": text for reason, text in _REASONS[language].items()}
    said["stopped"] = _STOPPED[language]
    return {key: Phrase(key, text) for key, text in said.items()}


def _code_keys(code: str, language: Language) -> list[str]:
    """The keys for a code: "12A" is twelve, A; "09" and numbers of three digits and more go digit by digit."""
    keys: list[str] = []
    for part in re.findall(r"[0-9]+|[A-Z]", code):
        if not part.isdigit():
            keys.append(f"letter-{part.lower()}")
        elif len(part) > 2 or (len(part) == 2 and part[0] == "0"):
            keys.extend(f"number-{digit}" for digit in part)
        else:
            keys.extend(f"number-{n}" for n in _spoken_number(int(part), language))
    return keys


def _spoken_number(number: int, language: Language) -> list[int]:
    tens, ones = divmod(number, 10)
    if language == "en":
        return [number] if number < 20 or ones == 0 else [tens * 10, ones]
    return [*([tens] if tens > 1 else []), *([10] if tens else []), *([ones] if ones or not tens else [])]
