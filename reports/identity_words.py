"""What the sheets say of identity: what people must fill in, and who is outside the studied group (pure)."""

from __future__ import annotations

from collections.abc import Iterable

from reports.patient import Check, Outside, occasion_h
from reports.record import Record
from reports.words import Language

_FILL_IN: dict[Language, str] = {"en": "Complete by hand: {what}", "zh": "请手工补全：{what}"}
_FIELDS: dict[Language, tuple[str, str]] = {"en": ("bed", "patient id"), "zh": ("床号", "患者编号")}
_OUTSIDE: dict[Language, str] = {"en": "Outside the studied group: {why}", "zh": "不属于研究人群：{why}"}
_WHY: dict[Language, dict[Outside, str]] = {
    "en": {
        Outside.UNDER_65: "under 65 years",
        Outside.NEUROLOGICAL: "neurological disease",
        Outside.DEAF: "deafness",
        Outside.APHASIA: "aphasia",
        Outside.NOT_AWAKE: "not fully awake",
        Outside.NO_CONSENT: "no consent",
        Outside.OTHER: "an exclusion criterion on the roster",
    },
    "zh": {
        Outside.UNDER_65: "未满 65 岁",
        Outside.NEUROLOGICAL: "神经系统疾病",
        Outside.DEAF: "耳聋",
        Outside.APHASIA: "失语",
        Outside.NOT_AWAKE: "意识不清",
        Outside.NO_CONSENT: "未同意",
        Outside.OTHER: "名册中的排除标准",
    },
}
_CHECKS: dict[Language, dict[Check, str]] = {
    "en": {
        Check.NOT_ON_ROSTER: "Check: nobody on the roster fits",
        Check.SEVERAL_FIT: "Check: several on the roster fit",
        Check.OTHER_BED: "Check: the roster has another bed",
        Check.INJURED_LATER: "Check: the roster's injury time is after the recording",
    },
    "zh": {
        Check.NOT_ON_ROSTER: "请核对：名册中没有相符者",
        Check.SEVERAL_FIT: "请核对：名册中有多人相符",
        Check.OTHER_BED: "请核对：名册中的床号不同",
        Check.INJURED_LATER: "请核对：名册中的受伤时间晚于录像",
    },
}
_OCCASION: dict[Language, str] = {"en": "{hours} h", "zh": "{hours} 小时"}


def is_incomplete(record: Record) -> bool:
    """Whether people must fill in where the recording belongs: without a bed nobody finds the patient."""
    return not record.bed.strip()


def identity_words(record: Record, language: Language) -> str:
    """All that people should know of a record's identity, as sentences; "" if there is nothing.

    A bed is asked for wherever it is missing; a patient id where it is missing too, or nobody on the roster fits.
    """
    said = []
    bed, patient = _FIELDS[language]
    unknown = Check.NOT_ON_ROSTER in record.checks or Check.SEVERAL_FIT in record.checks
    missing = [bed] if is_incomplete(record) else []
    if not record.patient.strip() and (missing or unknown):
        missing.append(patient)
    if missing:
        said.append(_FILL_IN[language].format(what=_listed(missing, language)))
    if record.outside:
        said.append(outside_words(record.outside, language))
    said.extend(_CHECKS[language][check] for check in record.checks)
    stop, between = ("。", "") if language == "zh" else (".", " ")
    return between.join(sentence + stop for sentence in said)


def outside_words(outside: Iterable[Outside], language: Language) -> str:
    """That a patient is outside the studied group, and why, without a full stop."""
    return _OUTSIDE[language].format(why=_listed((_WHY[language][why] for why in outside), language))


def occasion_words(record: Record, language: Language) -> str:
    """ "24 h" or "48 h" after the injury, whichever is meant; "" where neither is or the injury time is not known."""
    hours = occasion_h(record.hours_since_injury)
    return _OCCASION[language].format(hours=hours) if hours else ""


def _listed(what: Iterable[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(what)
