"""The Legend sheet: what the grades mean, how they were found, and what they are not (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from grading.types import Assessment, Grade
from reports.cells import top
from reports.headings import headings
from reports.record import Record
from reports.sheet import GRADE_LOOKS, Cell, Column, Look, Row, Sheet
from reports.words import Language, grade_words, is_synthetic, statement, vas_band, warnings

_HOW: dict[Language, tuple[str, ...]] = {
    "en": (
        "The grade is the pain grade (1 to 4) that was held for the most seconds of the recording.",
        "If two were held equally long, it is the more severe one.",
        "Longest duration: the seconds of that grade, all stretches together.",
        "Peak grade: the most severe one confirmed.",
        "Seconds are true seconds. Without a usable face (turned away, hidden, too dark) none are counted.",
        "Time with a face: the share of the recording in which a usable face was seen.",
        "Confidence: how sure the model was, on average, while it saw this grade; not a probability of being right.",
    ),
    "zh": (
        "等级为录像中累计持续时间最长的疼痛等级（1 至 4 级）；若两个等级时间相同，取较重者。",
        "最长持续：该等级各时段累计秒数。最高等级：已确认的最重等级。",
        "秒数为录像的真实时间。没有可用面部的时间（转开、遮挡、太暗）不计入。",
        "有面部时间：录像中可见可用面部的时间占比。",
        "置信度：模型在该等级时段内的平均把握程度，并非判断正确的概率。",
    ),
}

_BESIDES: dict[Language, tuple[str, str, str, str]] = {
    "en": (
        "VAS 0: a face at rest. It does not say that the patient feels no pain.",
        "The recording has no grade. The Record sheet says why and what to do.",
        "On the Timeline: nobody's face could be used (turned away, hidden, too dark).",
        "On the Timeline: no expression had held long enough yet.",
    ),
    "zh": (
        "VAS 0：面部平静，但不表示患者没有疼痛感受。",
        "该录像没有等级。原因与建议见“记录”表。",
        "时间轴：没有可用的面部（转开、遮挡、太暗）。",
        "时间轴：尚无持续足够长的表情。",
    ),
}

_SETTINGS: dict[Language, str] = {
    "en": "An expression counts once held for {confirm_s:g} s without a break; {frames_per_s:g} frames per second "
    "were graded. Model: {model}",
    "zh": "表情须连续保持 {confirm_s:g} 秒方可确认；每秒评估 {frames_per_s:g} 帧画面。模型：{model}",
}

_NO_SETTINGS: dict[Language, str] = {
    "en": "No recording of this day has a grade yet.",
    "zh": "当日尚无已评级的录像。",
}

_LIMITS: dict[Language, tuple[str, ...]] = {
    "en": (
        "Made for patients of 65 years and over with a hip fracture who are fully awake. Pain at rest was not studied.",
        "Do not rely on it for patients with a neurological disease (dementia), deafness or aphasia: not studied.",
        "It sees the face only. A face can be still in great pain, and moved without pain. Ask the patient.",
        "A recording without a grade says nothing about the patient's pain.",
    ),
    "zh": (
        "适用于意识清醒、65 岁及以上的髋部骨折患者。静息痛未经研究。",
        "痴呆等神经系统疾病、耳聋或失语患者未纳入研究，请勿以此为依据。",
        "本软件只看面部表情。剧痛时面部可以平静，无痛时也可能有表情。请询问患者并进行测量。",
        "录像未能评级，不代表患者没有疼痛。",
    ),
}

_WRITING: dict[Language, tuple[str, ...]] = {
    "en": (
        "Tinted cells are for people. Some offer a list; other words may be typed. Scores: whole numbers from 0 to 10.",
        "What is typed is kept, also in the open rows below the last one, and after sorting and filtering.",
        "Save and close, so that new rows can come.",
        "Two people typed different things into one cell: the last is there, the other is in a comment.",
        "All other cells are locked, without a password, and written anew.",
        "Record id and fingerprint tie a row to its recording in the archive.",
    ),
    "zh": (
        "浅色底纹的单元格由医护人员填写。部分列可从列表选择，也可填写其他内容；评分为 0 至 10 的整数。",
        "所填内容会保留，最后一行下方空行中自行添加的记录也会保留；可以排序和筛选。",
        "填写后请保存并关闭工作簿，以便写入新的行。其余单元格已锁定（无密码），每次重新写入。",
        "若两人在同一格填写了不同内容，单元格中保留后保存的内容，另一内容见批注。",
        "记录编号与指纹将每一行与归档中的录像对应。",
    ),
}

_SECTIONS: dict[Language, tuple[str, str, str, str, str]] = {
    "en": ("Grades", "How a grade is found", "Settings of this day", "Limits", "Writing in this workbook"),
    "zh": ("等级", "等级如何得出", "当日设置", "局限", "填写说明"),
}


def legend_sheet(records: Sequence[Record], day: date, ward: str, zone: ZoneInfo, language: Language) -> Sheet:
    """The Legend sheet."""
    words = headings(language)
    rows = tuple(_rows(records, language))
    return Sheet(
        name=words.legend_sheet,
        top=top(words.legend_title, records, day=day, ward=ward, zone=zone, language=language),
        columns=(Column("", 24), Column("", 9), Column("", 90)),
        rows=rows,
        n_rows=len(rows),
        headed=False,
        one_page=True,
    )


def _rows(records: Sequence[Record], language: Language) -> Iterator[Row]:
    grades, how, settings, limits, writing = _SECTIONS[language]
    yield from _section(grades)
    yield from _grades(language)
    yield from _section(how, *_HOW[language])
    yield from _section(settings, *settings_words(records, language))
    yield from _section(limits, statement(language), *_LIMITS[language])
    yield from _section(writing, *_WRITING[language])


def _grades(language: Language) -> Iterator[Row]:
    words = headings(language)
    at_rest, ungraded, gap, unconfirmed = _BESIDES[language]
    for grade in reversed(Grade):
        look = GRADE_LOOKS[grade]
        meaning = f"VAS {vas_band(grade)}" if grade else at_rest
        yield (Cell(grade_words(grade, language), look), Cell(int(grade), look), Cell(meaning))
    yield (Cell(words.ungraded, Look.UNGRADED), Cell("–", Look.UNGRADED), Cell(ungraded))
    yield (Cell(words.gap, Look.GAP), Cell("–", Look.GAP), Cell(gap))
    yield (Cell(words.unconfirmed, Look.UNCONFIRMED), Cell("·", Look.UNCONFIRMED), Cell(unconfirmed))


def settings_words(records: Sequence[Record], language: Language) -> tuple[str, ...]:
    """How the day's recordings were graded, a sentence for each set of settings."""
    used = sorted(
        {
            (each.outcome.model, each.outcome.confirm_s, each.outcome.frames_per_s)
            for each in records
            if isinstance(each.outcome, Assessment)
        }
    )
    if not used:
        return (_NO_SETTINGS[language],)
    said: list[str] = []
    for model, confirm_s, frames_per_s in used:
        said.append(_SETTINGS[language].format(model=model, confirm_s=confirm_s, frames_per_s=frames_per_s))
        if is_synthetic(model):
            said.extend(warnings((model,), language))
    return tuple(said)


def _section(title: str, *sentences: str) -> Iterator[Row]:
    yield ()
    yield (Cell(title, Look.SECTION),)
    for sentence in sentences:
        yield (Cell(sentence, Look.PLAIN),)
