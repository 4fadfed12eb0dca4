"""Bars drawn as a chart of the workbook's own kind, in the colours of the cells (openpyxl)."""

from __future__ import annotations

import re
from typing import Literal

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumRef, StrRef
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series import Series as ExcelSeries
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.colors import ColorChoice
from openpyxl.drawing.fill import PatternFillProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.worksheet.worksheet import Worksheet

from reports.sheet import PAINTS, Area, Chart, Look, Point, Series, safe_text

_BAR_CM, _AROUND_CM = 0.62, 3.2
_UPRIGHT_HIGH_CM = 9.0
_LABEL_FORMAT = re.compile(rb'(<numFmt formatCode="[^"]*") ?/>')
_EDGE = LineProperties(solidFill="6B7178", w=6350)
# as light as a grade is: on grey paper only stripes tell them apart
_PATTERNS: dict[Look, Literal["wdUpDiag", "wdDnDiag"]] = {
    Look.GAP: "wdUpDiag",
    Look.UNGRADED: "wdUpDiag",
    Look.UNCONFIRMED: "wdDnDiag",
}
_TITLE_SIZE, _TEXT_SIZE, _LABEL_SIZE = 1200, 900, 800  # hundredths of a point


def drawn(chart: Chart, sheet: Worksheet, first_row: int, wide_cm: float) -> BarChart:
    """The chart of a sheet whose first row below the headings has that number."""
    excel = BarChart()
    excel.type = "col" if chart.upright else "bar"
    excel.grouping, excel.overlap, excel.gapWidth = "stacked", 100, 35
    excel.width, excel.height = wide_cm, high_cm(chart)  # type: ignore[assignment]
    excel.title = _title(chart.title, _TITLE_SIZE, bold=True)
    excel.legend = Legend() if chart.legend else None
    excel.plot_area.spPr = GraphicalProperties(noFill=True)
    _axes(excel, chart)
    labels = AxDataSource(strRef=StrRef(_cells(chart.labels, sheet, first_row)))
    for place, series in enumerate(chart.series):
        excel.series.append(_series(place, series, labels, _cells(series.lengths, sheet, first_row)))
    return excel


def own_formats(part: bytes) -> bytes:
    """The part of a chart in which formats of labels are said to be their own; the library leaves that open.

    Programs take the format of the cells otherwise.
    """
    return _LABEL_FORMAT.sub(rb'\1 sourceLinked="0"/>', part)


def high_cm(chart: Chart) -> float:
    """How high the chart is on the sheet."""
    return _UPRIGHT_HIGH_CM if chart.upright else _AROUND_CM + _BAR_CM * chart.n_bars


def _cells(area: Area, sheet: Worksheet, first_row: int) -> str:
    return str(
        Reference(
            sheet,
            min_col=area.first_column + 1,
            max_col=area.last_column + 1,
            min_row=area.first_row + first_row,
            max_row=area.last_row + first_row,
        )
    )


def _title(text: str, size: int, *, bold: bool) -> Title:
    look = CharacterProperties(sz=size, b=bold, solidFill="1A1A1A")
    words = Paragraph(pPr=ParagraphProperties(defRPr=look), r=[RegularTextRun(rPr=look, t=safe_text(text))])
    return Title(tx=Text(rich=RichText(p=[words])), overlay=False)


def _axes(excel: BarChart, chart: Chart) -> None:
    excel.x_axis.delete = excel.y_axis.delete = False  # or they vanish in new programs
    excel.y_axis.title = _title(chart.axis, _TEXT_SIZE, bold=False)
    excel.y_axis.scaling.min, excel.y_axis.scaling.max = 0, chart.end
    excel.y_axis.number_format = "0"
    excel.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill="D9DCE1")))
    if not chart.upright:
        excel.x_axis.scaling.orientation = "maxMin"  # the first bar on top, as in the rows
        excel.y_axis.crosses = "max"
    for axis in (excel.x_axis, excel.y_axis):
        axis.txPr = _written(_TEXT_SIZE, "1A1A1A")


def _series(place: int, series: Series, labels: AxDataSource, cells: str) -> ExcelSeries:
    excel = ExcelSeries(
        idx=place,
        order=place,
        val=NumDataSource(numRef=NumRef(cells)),
        cat=labels,
        tx=SeriesLabel(v=safe_text(series.name)),
        invertIfNegative=False,
    )
    if series.points:
        excel.spPr = _painted(series.points[0])
    excel.dPt = [DataPoint(idx=each.place, invertIfNegative=False, spPr=_painted(each)) for each in series.points]
    excel.dLbls = DataLabelList(dLbl=[_label(each) for each in series.points if each.label])
    _show_nothing(excel.dLbls)
    return excel


def _painted(point: Point) -> GraphicalProperties:
    """Grades are full of their colour; what has none is striped."""
    paint, pattern = PAINTS[point.look], _PATTERNS.get(point.look)
    if pattern is None:
        return GraphicalProperties(solidFill=paint.background, ln=_EDGE)
    fill = PatternFillProperties(pattern)
    fill.fgClr, fill.bgClr = _colour(paint.ink), _colour(paint.background)
    return GraphicalProperties(pattFill=fill, ln=_EDGE)


def _colour(rgb: str) -> ColorChoice:
    return ColorChoice(srgbClr=rgb)  # type: ignore[arg-type]


def _label(point: Point) -> DataLabel:
    """What is written on a part: a format of its value that shows the label instead."""
    label = DataLabel(idx=point.place, numFmt=f'"{point.label}"')
    label.txPr = _written(_LABEL_SIZE, PAINTS[point.look].ink, bold=True)
    _show_nothing(label)
    label.showVal = True
    return label


def _show_nothing(labels: DataLabel | DataLabelList) -> None:
    labels.showVal = labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = False


def _written(size: int, ink: str, *, bold: bool = False) -> RichText:
    look = CharacterProperties(sz=size, b=bold, solidFill=ink)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])
