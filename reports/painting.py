"""How each look of a cell is drawn: fonts, colours, borders, formats, locks (openpyxl)."""

from __future__ import annotations

from openpyxl.cell import Cell as ExcelCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.worksheet import Worksheet

from reports.sheet import PAINTS, Look
from reports.words import Language

FONTS: dict[Language, str] = {"en": "Arial", "zh": "Microsoft YaHei"}
OPEN = {Look.OPEN, Look.OPEN_NUMBER, Look.OPEN_TIME}
WRAPPED = {Look.TEXT, Look.CENTRED, Look.OPEN, Look.HEADING, Look.OPEN_HEADING, *PAINTS}
INDENTED = {Look.TEXT, Look.CODE, Look.PLAIN}
_FORMATS: dict[Look, str] = {
    Look.WHOLE: "0",
    Look.TENTHS: "0.0",
    Look.SHARE: "0%",
    Look.THOUSANDTHS: "0.000",
    Look.TEN_THOUSANDTHS: "0.0000",
    Look.HOURS_24: '0" (24 h)"',
    Look.HOURS_48: '0" (48 h)"',
    Look.DATE: "mm-dd",
    Look.TIME: "hh:mm",
    Look.OPEN_NUMBER: "General",  # a score of 7.5 that somebody pasted must not look like 8
    Look.OPEN_TIME: "hh:mm",
    Look.OPEN: "@",
}
_LEFT = {Look.TITLE, Look.STATEMENT, Look.WARNING, Look.SECTION, Look.PLAIN, Look.TEXT, Look.OPEN, Look.CODE}
_UNFRAMED = {Look.TITLE, Look.STATEMENT, Look.WARNING, Look.SECTION, Look.PLAIN}
_BACKGROUNDS: dict[Look, str] = {
    Look.HEADING: "22394F",
    Look.OPEN_HEADING: "1D6A73",
    **dict.fromkeys(OPEN, "E3F3F4"),
    **{look: paint.background for look, paint in PAINTS.items()},
}
_INKS: dict[Look, str] = {
    Look.HEADING: "FFFFFF",
    Look.OPEN_HEADING: "FFFFFF",
    Look.WARNING: "A30000",
    Look.STATEMENT: "444444",
    **{look: paint.ink for look, paint in PAINTS.items()},
}
_SIZES = {Look.TITLE: 14, Look.SECTION: 12, Look.HEADING: 8, Look.OPEN_HEADING: 8}
_BOLD = {Look.TITLE, Look.WARNING, Look.HEADING, Look.OPEN_HEADING, Look.SECTION}


class Painter:
    """Knows the number of each style in the workbook's list; each is worked out once, for a sheet has many cells."""

    def __init__(self, language: Language) -> None:
        self._font = FONTS[language]
        self._styles: dict[tuple[Look, bool], int] = {}

    def style(self, sheet: Worksheet, look: Look, is_text: bool) -> int:
        """The number of the style of cells of that look, with text in them or without."""
        number = self._styles.get((look, is_text))
        if number is None:
            model = self._model(sheet, look)
            # A leading apostrophe, as if typed: whoever edits the cell later still edits text, not a formula.
            model.quotePrefix = is_text
            number = self._styles[look, is_text] = model.style_id
        return number

    def _model(self, sheet: Worksheet, look: Look) -> ExcelCell:
        model = ExcelCell(sheet, 1, 1)
        size = _SIZES.get(look, 10)
        model.font = Font(
            name=self._font, size=size, bold=look in _BOLD or look in PAINTS, color=_INKS.get(look, "1A1A1A")
        )
        if look in _BACKGROUNDS:
            model.fill = PatternFill("solid", fgColor=_BACKGROUNDS[look])
        if look not in _UNFRAMED:
            line = Side(style="thin", color="A6ACB3")
            model.border = Border(left=line, right=line, top=line, bottom=line)
        across = "left" if look in _LEFT else "center"
        model.alignment = Alignment(
            horizontal=across, vertical="center", wrap_text=look in WRAPPED, indent=1 if look in INDENTED else 0
        )
        model.protection = Protection(locked=look not in OPEN)
        model.number_format = _FORMATS.get(look, "General")
        return model
