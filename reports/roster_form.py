"""Makes an empty roster for people to fill in, with lists to choose from and an explanation (pure)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from reports.sheet import safe_text
from reports.words import Language

_ROWS = 200
_NAMES: dict[Language, tuple[str, str]] = {"en": ("Roster", "How to fill it in"), "zh": ("名册", "填写说明")}
_HEADINGS: dict[Language, tuple[str, ...]] = {
    "en": ("Patient id", "Bed", "Name", "Sex", "Birth date", "Injury time", "Consent", "Exclusion criteria"),
    "zh": ("患者编号", "床号", "姓名", "性别", "出生日期", "受伤时间", "知情同意", "排除标准"),
}
_WIDTHS = (14, 8, 16, 8, 13, 18, 10, 34)
_FORMATS = ("@", "@", "@", "@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "@", "@")
_LISTS: dict[Language, dict[int, tuple[str, ...]]] = {
    "en": {
        4: ("female", "male"),
        7: ("yes", "no"),
        8: ("none", "neurological disease", "deafness", "aphasia", "not fully awake"),
    },
    "zh": {4: ("女", "男"), 7: ("是", "否"), 8: ("无", "神经系统疾病", "耳聋", "失语", "意识不清")},
}
_HELP: dict[Language, tuple[str, ...]] = {
    "en": (
        "One row for each patient. Only the patient id is needed; what is not known stays empty.",
        "A recording is matched by the patient id in its file name, by the name in it, or by the bed. Names stay here.",
        "Birth date as 1948-03-09; injury time as 2026-11-22 08:30, with the time of day.",
        "Injury time: the sheet counts the hours from it to the recording (24 h, 48 h).",
        "Under 65 years, no consent, or an exclusion criterion: the row says “outside the studied group”.",
        "It is still graded. Exclusion criteria may be chosen from the list or typed.",
        "When a patient leaves, remove the row; rows of earlier recordings stay as they are.",
        "Save and close. `peea status` names rows that could not be used.",
    ),
    "zh": (
        "每位患者一行。只有患者编号是必填项；不清楚的内容留空。",
        "录像按文件名中的患者编号、姓名或床号与本表对应。姓名只留在本表中。",
        "出生日期写作 1948-03-09；受伤时间写作 2026-11-22 08:30，须含时刻。",
        "受伤时间：记录单据此计算至录像时的小时数（24 小时、48 小时）。",
        "未满 65 岁、未同意或有排除标准：该行标明“不属于研究人群”，但仍会评级。",
        "排除标准可从列表中选择，也可自行填写。",
        "患者离开后请删除该行；此前录像的记录不变。",
        "填写后请保存并关闭。`peea status` 会指出无法使用的行。",
    ),
}


def roster_form(language: Language, rows: Sequence[Sequence[str | date | datetime | None]] = ()) -> bytes:
    """A roster as an .xlsx file: headings, lists to choose from, an explanation; `rows` below the headings."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title, help_name = _NAMES[language]
    _write(sheet, language, rows)
    explained = workbook.create_sheet(help_name)
    explained.column_dimensions["A"].width = 100
    for line in _HELP[language]:
        explained.append([line])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _write(sheet: Worksheet, language: Language, rows: Sequence[Sequence[str | date | datetime | None]]) -> None:
    for column, (heading, width) in enumerate(zip(_HEADINGS[language], _WIDTHS, strict=True), start=1):
        cell = sheet.cell(1, column, heading)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="22394F")
        cell.alignment = Alignment(horizontal="center", vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, values in enumerate([*rows, *[()] * (_ROWS - len(rows))], start=2):
        for column, number_format in enumerate(_FORMATS, start=1):
            value = values[column - 1] if column <= len(values) else None
            place = sheet.cell(row, column, safe_text(value) if isinstance(value, str) else value)
            place.number_format = number_format
            if isinstance(value, str):
                place.data_type = "s"
    for column, choices in _LISTS[language].items():
        offered = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=True, showErrorMessage=False)
        letter = get_column_letter(column)
        offered.add(f"{letter}2:{letter}{_ROWS + 1}")
        sheet.add_data_validation(offered)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 22
