"""What can be picked from the lists of the tinted columns, in English and Chinese; other text may be typed (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from reports.words import Language

LONGEST_LIST = 255  # characters with the commas between them: Excel calls a file with more "damaged"


@dataclass(frozen=True)
class Choices:
    """The lists, in the order in which they are offered."""

    sites: tuple[str, ...]
    characters: tuple[str, ...]
    interventions: tuple[str, ...]
    routes: tuple[str, ...]


_ENGLISH = Choices(
    sites=("Left hip", "Right hip", "Groin", "Left thigh", "Right thigh", "Knee", "Lower leg", "Back", "Other"),
    characters=("Dull", "Sharp", "Stabbing", "Burning", "Cramping", "Throbbing", "Pressing", "Other"),
    interventions=(
        "None",
        "Repositioned",
        "Cold pack",
        "Paracetamol",
        "NSAID",
        "Weak opioid",
        "Strong opioid",
        "Nerve block",
        "Doctor called",
        "Other",
    ),
    routes=("Oral", "Intravenous", "Intramuscular", "Subcutaneous", "Rectal", "Patch", "Pump", "Nerve block", "Other"),
)

_CHINESE = Choices(
    sites=("左髋", "右髋", "腹股沟", "左大腿", "右大腿", "膝部", "小腿", "腰背", "其他"),
    characters=("钝痛", "锐痛", "刺痛", "灼痛", "绞痛", "跳痛", "胀痛", "其他"),
    interventions=(
        "无",
        "调整体位",
        "冷敷",
        "对乙酰氨基酚",
        "非甾体抗炎药",
        "弱阿片类",
        "强阿片类",
        "神经阻滞",
        "已通知医生",
        "其他",
    ),
    routes=("口服", "静脉", "肌内", "皮下", "直肠", "贴剂", "镇痛泵", "神经阻滞", "其他"),
)


def choices(language: Language) -> Choices:
    """The lists in a language."""
    return _CHINESE if language == "zh" else _ENGLISH
