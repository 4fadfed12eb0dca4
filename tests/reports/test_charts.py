"""What is drawn and coloured on the sheets Day, Timeline and Trend."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
from openpyxl.chart import BarChart
from openpyxl.worksheet.worksheet import Worksheet

from grading.types import Grade, Reason, Rejection
from reports.record import Record
from reports.timeline import MOST_BARS
from reports.trend import MOST_PATIENTS, Graded, patients_of
from reports.words import LANGUAGES, Language, grade_words
from reports.workbook import day_workbook
from tests.reports.samples import assessment, eight, record
from tests.reports.test_workbook import DAY, SHANGHAI


def written(records: list[Record], earlier: tuple[Graded, ...] = (), language: Language = "en") -> bytes:
    return day_workbook(records, DAY, "Ward 3", SHANGHAI, language, earlier=earlier)


def sheet_of(data: bytes, name: str) -> Worksheet:
    found = openpyxl.load_workbook(io.BytesIO(data))[name]
    assert isinstance(found, Worksheet)
    return found


def values(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def bars_of(sheet: Worksheet) -> list[list[tuple[str, str]]]:
    """For each bar of the sheet's chart its parts: colour, and length as it stands in the cell that is drawn."""
    (chart,) = sheet._charts
    assert isinstance(chart, BarChart)
    bars: dict[int, list[tuple[str, str]]] = {}
    for series in chart.series:
        cells = [cell for row in sheet[series.val.numRef.f.split("!")[1].replace("$", "")] for cell in row]
        for point in series.dPt:
            pattern = point.spPr.pattFill
            colour = str(point.spPr.solidFill.srgbClr) if pattern is None else f"{pattern.prst} {pattern.bgClr.srgbClr}"
            bars.setdefault(point.idx, []).append((colour, str(cells[point.idx].value)))
    return [bars.get(place, []) for place in range(max(bars) + 1)]


def test_each_bed_has_a_cell_for_every_hour_with_the_most_severe_grade_of_it() -> None:
    day = [
        record(1, assessment(((Grade.MILD, 0.0, 9.0),)), bed="7"),
        replace(record(2, assessment(((Grade.SEVERE, 0.0, 9.0),)), bed="7"), received_at=eight()[0].received_at),
        record(3, Rejection(Reason.NO_FACE), bed="7"),
        record(4, Rejection(Reason.NO_FACE), bed="12"),
    ]
    rows = list(sheet_of(written(day), "Day").iter_rows())
    heads = next(row for row in rows if row[0].value == "Bed")
    seven, twelve = (next(row for row in rows if row[0].value == bed) for bed in ("7", "12"))

    assert [cell.value for cell in heads][1:25] == [f"{hour:02}" for hour in range(24)]
    assert {heads[n].value: cell.value for n, cell in enumerate(seven) if n and cell.value is not None} == {
        "12": 3,
        "13": "–",
        "No pain seen": 0,
        "Mild": 1,
        "Obvious": 0,
        "Severe": 1,
        "Intense": 0,
        "Not gradable": 1,
        "All": 3,
    }
    assert seven[13].fill.fgColor.rgb == "00CC4A0C"
    assert [cell.value for cell in twelve][1:25].count("–") == 1


def test_the_timeline_chart_draws_what_the_cells_say() -> None:
    sheet = sheet_of(written(list(eight())), "Timeline")
    bars = bars_of(sheet)

    none, mild, obvious, severe, intense = "FFFFFF", "FBE08A", "F9AE45", "CC4A0C", "661100"
    gap, unconfirmed = "wdUpDiag D9DCE1", "wdDnDiag FFFFFF"
    assert bars[1] == [(none, "6"), (mild, "16")]
    assert bars[3] == [(unconfirmed, "1"), (obvious, "6"), (severe, "11"), (intense, "4")]
    assert bars[4] == [(mild, "28"), (gap, "12"), (intense, "72"), (unconfirmed, "8")]
    labels = sheet._charts[0].series[0].cat.strRef.f.split("!")[1].replace("$", "")
    assert [cell.value for row in sheet[labels] for cell in row][:2] == ["1 · Bed 3", "2 · Bed 09"]
    assert sheet.print_area.endswith("$AN$29"), "the chart is printed, what it is drawn from is not"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_of_a_bar_has_its_grade_in_words(language: Language) -> None:
    with zipfile.ZipFile(io.BytesIO(written(list(eight()), language=language))) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    formats = re.findall(r'<dLbl>.*?<numFmt formatCode="([^"]*)" sourceLinked="0"/>', chart)
    assert f"&quot;3 {grade_words(Grade.SEVERE, language)}&quot;" in formats
    assert "&quot;–&quot;" in formats and "&quot;·&quot;" in formats, "as in the cells above"
    assert "&quot;4&quot;" in formats, "four seconds of grade 4 have room for the number only"


def test_of_many_recordings_the_latest_are_drawn_and_the_chart_says_so() -> None:
    day = [record(n, eight()[n % 5].outcome) for n in range(1, 101)]
    data = written(day)
    sheet = sheet_of(data, "Timeline")
    (chart,) = sheet._charts
    assert len(bars_of(sheet)) == MOST_BARS
    assert chart.series[0].val.numRef.f.endswith("$105")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert f"the latest {MOST_BARS} recordings" in archive.read("xl/charts/chart1.xml").decode()


def test_a_day_without_a_grade_has_no_timeline_chart() -> None:
    sheet = sheet_of(written([record(1, Rejection(Reason.NO_FACE))]), "Timeline")
    assert sheet._charts == []


def test_a_trend_shows_the_most_severe_grade_of_each_day_and_how_many_there_were() -> None:
    before = [
        Graded("P0042", DAY - timedelta(days=back), grade)
        for back, grade in ((1, Grade.MILD), (1, Grade.INTENSE), (2, None), (13, Grade.NONE), (14, Grade.INTENSE))
    ]
    day = [record(1, assessment(((Grade.OBVIOUS, 0.0, 9.0),)), bed="9"), record(2, None, patient="", bed="3")]
    rows = values(sheet_of(written(day, tuple(before)), "Trend"))
    heads = next(row for row in rows if row[0] == "Bed")
    patient = rows[rows.index(heads) + 1]

    assert (heads[2], heads[15]) == ("11-09", "11-22")
    assert (patient[:2], patient[2], patient[13:17]) == (["9", "P0042"], 0, ["–", "4 (2)", 2, 5])
    counts = {str(row[0]): row[2:17] for row in rows[rows.index(heads) + 3 :]}
    assert (counts["Intense"][12], counts["Intense"][14], counts["Not gradable"][11]) == (1, 1, 1)


def test_the_trend_chart_draws_the_counts_below_the_patients() -> None:
    data = written(list(eight()), (Graded("P0042", date(2026, 11, 21), Grade.MILD),))
    sheet = sheet_of(data, "Trend")
    (chart,) = sheet._charts
    drawn = {
        series.tx.v: [cell.value for row in sheet[series.val.numRef.f.split("!")[1].replace("$", "")] for cell in row]
        for series in chart.series
    }
    assert list(drawn) == ["No pain seen", "Mild", "Obvious", "Severe", "Intense", "Not gradable"]
    assert drawn["Mild"][-2:] == [1, 1]
    assert drawn["Not gradable"][-1] == 1, "only of patients that are known"
    assert sheet.page_setup.fitToHeight == 1 and not sheet.row_breaks.brk, "table and chart on one page of paper"


def test_of_very_many_patients_the_first_by_bed_are_shown_and_the_sheet_says_how_many_are_not() -> None:
    day = [record(n, None, bed=str(n), patient=f"P{n:04}") for n in range(1, MOST_PATIENTS + 8)]
    rows = values(sheet_of(written(day), "Trend"))
    assert "7 more patients of today are not shown." in {row[0] for row in rows}
    assert len([row for row in rows if str(row[1]).startswith("P0")]) == MOST_PATIENTS
    assert patients_of(day)[-1] == f"P{MOST_PATIENTS:04}"
