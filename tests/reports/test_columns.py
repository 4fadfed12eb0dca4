"""The ward's own columns: every one is kept, merged, offered lists, and carried over from earlier layouts."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reports.choices import LONGEST_LIST, choices
from reports.columns import keys_by_heading, open_columns, record_columns
from reports.handwriting import Stroke, time_in
from reports.patient import Outside
from reports.reading import read_record_sheet
from reports.words import LANGUAGES, Language
from tests.reports.earlier import fill
from tests.reports.people import (
    CHARACTER,
    DUE,
    HUMAN,
    INTERVENTION,
    REMARKS,
    RESCORE,
    ROUTE,
    SITE,
    VAS,
    all_typed,
    cell,
    comment_at,
    edited,
    looked_at,
    record_sheet,
    seen_in,
    sorted_backwards,
)
from tests.reports.samples import NOON, eight
from tests.reports.test_merge import AT, RECORDS, A, B, Ward, added_texts
from tests.reports.test_workbook import opened, record_rows

KEYS = dict(zip(HUMAN, open_columns(), strict=True))
TYPED: dict[str, object] = {
    VAS: 7,
    SITE: "Left hip",
    CHARACTER: "=dull",
    INTERVENTION: "Paracetamol 1 g",
    ROUTE: "p.o.",
    DUE: time(14, 30),
    RESCORE: 3,
    "Signature": "王",
    REMARKS: "asked twice",
}


def test_what_is_typed_into_any_of_the_columns_is_kept_and_comes_back() -> None:
    ward = Ward()
    data = all_typed(ward.written(), {(A, heading): value for heading, value in TYPED.items()})

    data = ward.rebuilt(edited(data, sorted_backwards))

    assert {heading: seen_in(data, A, heading) for heading in HUMAN} == TYPED
    assert {stroke.column: stroke.text for stroke in ward.strokes} == {
        KEYS[heading]: "14:30" if heading == DUE else str(value) for heading, value in TYPED.items()
    }
    assert ward.found(data) == ()


def test_two_who_typed_into_the_same_cell_are_both_kept_in_every_column() -> None:
    ward = Ward()
    first = ward.written()
    ward.found(all_typed(first, {(A, heading): "one" for heading in HUMAN}))
    data = ward.rebuilt(all_typed(first, {(A, heading): "two" for heading in HUMAN}))
    assert {heading: seen_in(data, A, heading) for heading in HUMAN} == dict.fromkeys(HUMAN, "two")
    assert all("“one”" in comment_at(data, A, heading) for heading in HUMAN)


DUES: list[tuple[object, object]] = [
    (time(9, 5), time(9, 5)),
    ("09:05", time(9, 5)),
    ("9:05", "9:05"),
    ("24:10", "24:10"),
    (time(14, 30, 20), "14:30:20"),
    (timedelta(hours=26, minutes=30), "26:30"),
    ("in half an hour", "in half an hour"),
    (datetime(2026, 11, 23, 8, 0), "2026-11-23 08:00"),
]


def test_when_to_look_again_is_a_time_or_the_text_that_was_typed() -> None:
    ward = Ward()
    ids = [record.record_id for record in RECORDS]
    values = {(id, DUE): value for id, (value, _) in zip(ids, DUES, strict=True)}

    data = ward.rebuilt(all_typed(ward.written(), values))

    assert [seen_in(data, id, DUE) for id in ids] == [shows for _, shows in DUES]
    assert ward.found(data) == ()


def test_a_number_in_the_column_for_times_stays_a_number() -> None:
    def put(sheet: Worksheet) -> None:
        target = cell(sheet, A, DUE)
        target.value, target.number_format = 0.5, "General"

    assert seen_in(Ward().rebuilt(edited(Ward().written(), put)), A, DUE) == "0.5"


def test_only_a_time_of_day_in_full_is_one() -> None:
    assert [time_in(text) for text in ("00:00", "23:59", "24:00", "7:30", "14:30 ", "14:60", "１4:30")] == [
        time(0, 0),
        time(23, 59),
        *[None] * 5,
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_offered_where_words_are_usual_and_other_words_may_be_typed(language: Language) -> None:
    sheet = opened(eight(), language)[{"en": "Record", "zh": "记录"}[language]]
    rules = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    offered = choices(language)

    lists = [offered.sites, offered.characters, offered.interventions, offered.routes]
    assert [rule.formula1 for rule in rules] == [f'"{",".join(each)}"' for each in lists]
    assert not any(rule.showErrorMessage for rule in rules), "else nothing but the list could be typed"
    assert all(len(",".join(each)) <= LONGEST_LIST for each in lists)
    assert not any("," in choice or '"' in choice for each in lists for choice in each)
    places = [place for place, column in enumerate(record_columns(language), start=1) if column.choices]
    covered = [cells for rule in rules for cells in rule.sqref.ranges]
    assert [cells.min_col for cells in covered] == places
    assert {(cells.min_row, cells.max_row) for cells in covered} == {(5, 17)}


def test_typing_over_a_cell_of_ours_is_refused_and_sorting_is_not() -> None:
    data = Ward().written()
    sheet = looked_at(data)
    refused = [rule for rule in sheet.data_validations.dataValidation if rule.type == "custom"]

    stopped, warned = (
        {cell for rule in refused if rule.errorStyle == style for cells in rule.sqref.ranges for cell in cells.cells}
        for style in ("stop", "warning")
    )
    ours = {(row, place) for row in range(5, 13) for place in (*range(1, 18), *range(27, 30))}
    assert warned == {(row, place) for row in range(5, 13) for place in (5, 6, 7)}, "bed, patient id and activity"
    assert stopped == ours - warned, "each locked cell, and no cell that people may fill"
    locked = {(row, cell.column) for row in range(5, 13) for cell in sheet[row] if cell.protection.locked}
    found_nothing = {(10, 6), (10, 7), (11, 5), (11, 6), (11, 7)}
    assert locked == ours - found_nothing, "where no name told bed, patient or activity, people may"
    assert all(rule.formula1 == "FALSE" and rule.showErrorMessage for rule in refused)
    assert not sheet.protection.sort and not sheet.protection.autoFilter, "False: allowed"
    # programs sort locked cells only within such a range; openpyxl drops it on reading
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = archive.read("xl/worksheets/sheet1.xml").decode()
    assert '<protectedRange name="rows" sqref="A4:AC17"' in part
    assert part.index("<sheetProtection") < part.index("<protectedRanges") < part.index("<autoFilter")


def test_open_rows_below_the_last_one_wait_for_what_has_no_recording() -> None:
    sheet = record_sheet(openpyxl.load_workbook(io.BytesIO(Ward().written())))
    blank = [sheet[row] for row in range(13, 18)]
    assert all(cell.value is None for row in blank for cell in row)
    assert all(not cell.protection.locked for row in blank for cell in row[:26])


def test_a_recording_says_when_it_was_made_and_how_long_after_the_injury() -> None:
    one = eight()[0]
    made = NOON - timedelta(minutes=3)
    rows = record_rows(
        [
            replace(one, recorded_at=made, injured_at=made - timedelta(hours=26)),
            replace(one, recorded_at=made - timedelta(days=1), injured_at=made - timedelta(hours=150)),
            replace(one, outside=(Outside.UNDER_65,)),
        ]
    )
    recorded, hours, note = ([row[name] for row in rows] for name in ("Time recorded", "Hours since injury", "To note"))
    assert [cell.value for cell in recorded] == [time(12, 2, 6), "11-21 12:02", None]
    assert [(cell.value, cell.number_format) for cell in hours] == [(26, '0" (24 h)"'), (126, "0"), (None, "General")]
    assert [cell.value for cell in note] == [None, None, "Outside the studied group: under 65 years."]


def test_no_heading_of_any_layout_means_two_columns() -> None:
    headings = [column.heading for language in LANGUAGES for column in record_columns(language)]
    assert len(set(headings)) == len(headings)
    assert set(headings) < set(keys_by_heading())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_of_an_earlier_layout_loses_nothing(language: Language) -> None:
    data = (Path(fill.__file__).parent / "layout-1.xlsx").read_bytes()
    ward = Ward(language)
    ward.strokes = [
        Stroke(A, "remarks", "known to the ledger", AT, False, 1),
        Stroke(A, "signature", "Li", AT, False, 2),
        Stroke("2026-11-22/1", "bed", "14", AT, False, 3),
        Stroke("2026-11-22/1", "mild_s", "about 5", AT, False, 4),
    ]
    assert not read_record_sheet(data).besides, "nothing has to be moved aside"

    again = ward.rebuilt(data)

    assert (ward.known.text(A, "remarks"), ward.known.text(A, "signature")) == ("changed since", "Li")
    assert ward.known.text(B, "clinician_vas") == "7"
    mild, obvious = {"en": ("Mild (s)", "Obvious (s)"), "zh": ("轻度 (秒)", "明显 (秒)")}[language]
    assert added_texts(again) == [
        {"bed": "14", "remarks": f"{mild}: about 5"},
        {"bed": "15", "remarks": f"walk-in; {obvious}: 3.5"},
    ]
    assert len(RECORDS) == 8


def test_an_added_row_of_an_earlier_layout_settles_and_is_not_doubled() -> None:
    ward = Ward()
    ward.strokes = [
        Stroke("2026-11-22/1", "bed", "14", AT, False, 1),
        Stroke("2026-11-22/1", "mild_s", "5", AT, False, 2),
    ]
    data = ward.written()
    ward.found(data)
    assert ward.rebuilt(data) == ward.written()
    assert added_texts(ward.written()) == [{"bed": "14", "remarks": "Mild (s): 5"}]
    assert ward.found(ward.written()) == ()
