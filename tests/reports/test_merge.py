"""What people type into a workbook comes back, is merged, and is kept."""

from __future__ import annotations

import io
import itertools
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reports.columns import open_columns
from reports.handwriting import Handwriting, Stroke
from reports.merge import typed_since
from reports.reading import UnreadableWorkbookError, read_record_sheet
from reports.words import LANGUAGES, Language
from reports.workbook import day_workbook
from tests.reports.people import (
    HUMAN,
    RECORD_ID,
    REMARKS,
    RESCORE,
    SIGNATURE,
    VAS,
    all_typed,
    cell,
    column,
    comment_at,
    edited,
    first_row,
    looked_at,
    needs_office,
    next_row,
    saved_by_libreoffice,
    seen_in,
    sorted_backwards,
    typed,
)
from tests.reports.samples import eight
from tests.reports.test_workbook import HOSTILE, as_in_file

DAY = date(2026, 11, 22)
SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
RECORDS = eight()
IDS = {record.record_id for record in RECORDS}
A, B, C = (record.record_id for record in RECORDS[:3])


@lru_cache(maxsize=32)
def written(language: Language, strokes: tuple[Stroke, ...]) -> bytes:
    """The workbook of the eight records; most tests begin with the same one."""
    return day_workbook(RECORDS, DAY, "Ward 3", SHANGHAI, language, Handwriting(strokes, DAY))


class Ward:
    """Rebuilds a workbook as the daemon does; a list stands for the ledger."""

    def __init__(self, language: Language = "en") -> None:
        self.language = language
        self.strokes: list[Stroke] = []

    @property
    def known(self) -> Handwriting:
        return Handwriting(self.strokes, DAY)

    def written(self) -> bytes:
        return written(self.language, tuple(self.strokes))

    def found(self, data: bytes) -> tuple[Stroke, ...]:
        new = typed_since(data, self.known, IDS, AT + timedelta(minutes=len(self.strokes)))
        start = len(self.strokes) + 1
        self.strokes += [replace(stroke, number=number) for number, stroke in enumerate(new, start)]
        return new

    def rebuilt(self, data: bytes) -> bytes:
        self.found(data)
        return self.written()


def added_texts(data: bytes) -> list[dict[str, str]]:
    """The rows without a record id."""
    rows = read_record_sheet(data).rows
    return [{cell.column: cell.text for cell in row.cells} for row in rows if not row.record_id]


def put_row(*values: object) -> object:
    """An edit that writes these values into the columns bed, remarks and clinician's VAS of a row below all others."""

    def put(sheet: Worksheet) -> None:
        row = next_row(sheet)
        for heading, value in zip(("Bed", REMARKS, VAS), values, strict=False):
            sheet.cell(row, column(sheet, heading)).value = value  # type: ignore[assignment]

    return put


def in_the_file(data: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with these bytes in all of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return out.getvalue()


def test_a_workbook_that_nobody_touched_has_nothing_new() -> None:
    ward = Ward()
    assert ward.found(ward.written()) == ()
    assert ward.rebuilt(ward.written()) == ward.written()


def test_a_score_comes_back_as_a_number_and_words_as_words() -> None:
    ward = Ward()
    data = typed(typed(typed(ward.written(), A, VAS, 7), A, REMARKS, "asked twice"), B, SIGNATURE, "王")

    data = ward.rebuilt(data)

    assert (seen_in(data, A, VAS), seen_in(data, A, REMARKS), seen_in(data, B, SIGNATURE)) == (7, "asked twice", "王")
    assert {(each.row, each.column, each.text, each.contested) for each in ward.strokes} == {
        (A, "clinician_vas", "7", False),
        (A, "remarks", "asked twice", False),
        (B, "signature", "王", False),
    }
    assert ward.strokes[0].at == AT
    assert ward.found(data) == ()


SCORES: list[tuple[object, object]] = [
    (0, 0),
    (10, 10),
    (7.5, 7.5),
    ("7", 7),
    ("07", "07"),
    ("7.0", "7.0"),
    ("about 7", "about 7"),
    ("=3+4", "=3+4"),
    (True, "TRUE"),
    ("1" * 20, "1" * 20),
    ("７", "７"),
    ("7 ", "7 "),
    (datetime(2026, 11, 22), "2026-11-22"),
    (datetime(2026, 11, 22, 14, 5), "2026-11-22 14:05"),
    (clock(14, 5, 9), "14:05:09"),
]


def test_whatever_is_typed_as_a_score_stays_what_it_says() -> None:
    ward = Ward()
    places = [(record.record_id, heading) for record in RECORDS for heading in (VAS, RESCORE)][: len(SCORES)]
    typed_there = {place: value for place, (value, _) in zip(places, SCORES, strict=True)}

    data = ward.rebuilt(all_typed(ward.written(), typed_there))

    assert [seen_in(data, *place) for place in places] == [shows for _, shows in SCORES]
    assert ward.found(data) == ()


def test_a_formula_becomes_the_text_that_was_typed() -> None:
    def calculate(sheet: Worksheet) -> None:
        target = cell(sheet, A, REMARKS)
        target.value = '=HYPERLINK("http://example.org","x")'
        assert target.data_type == "f"

    ward = Ward()
    data = ward.rebuilt(edited(ward.written(), calculate))

    found = cell(looked_at(data), A, REMARKS)
    assert (found.value, found.data_type) == ('=HYPERLINK("http://example.org","x")', "s")


AWKWARD = [
    *HOSTILE,
    *("two\nlines", "a\ttab", "\t=1+1", "\n=1+1", "  \n ", "_x005F_x0041_", "x" * 32_767, "\u202eright to left", "👩‍⚕️"),
]


def test_text_stays_the_same_text_edition_after_edition_in_every_column() -> None:
    places = list(itertools.product([record.record_id for record in RECORDS], HUMAN))
    for start in range(0, len(AWKWARD), len(places)):
        ward = Ward()
        texts = dict(zip(places, AWKWARD[start:], strict=False))

        def put(sheet: Worksheet, texts: dict[tuple[str, str], str] = texts) -> None:
            for (record_id, heading), text in texts.items():
                target = cell(sheet, record_id, heading)
                target.value, target.data_type = as_in_file(text), "s"

        data = ward.rebuilt(edited(ward.written(), put))

        keys = dict(zip(HUMAN, open_columns(), strict=True))
        assert {place: ward.known.text(place[0], keys[place[1]]) for place in texts} == texts
        sheet = looked_at(data)
        assert {each.data_type for row in sheet for each in row} <= set("snd")
        assert ward.found(data) == ()


@pytest.mark.slow
@needs_office
def test_libreoffice_may_save_it_again(tmp_path: Path) -> None:
    ward = Ward()
    # LibreOffice itself makes another text of a spelled spelling
    awkward = [text for text in AWKWARD if text.strip() and text != "_x005F_x0041_"]
    ward.strokes = [Stroke(A, "clinician_vas", "7", AT, False, 1), Stroke(A, "clinician_vas", "8", AT, True, 2)]
    for text in [*awkward, "x" * 40_000, "\x01\ud800\r"]:
        number = len(ward.strokes) + 1
        ward.strokes.append(Stroke(f"2026-11-22/{number}", "remarks", text, AT, False, number))
    ward.strokes.append(Stroke(B, "remarks", awkward[0], AT, False, len(ward.strokes) + 1))

    saved = saved_by_libreoffice(ward.written(), tmp_path)

    found = read_record_sheet(saved)
    assert (found.edition, found.besides) == (len(ward.strokes), False)
    assert ward.found(saved) == ()
    remarks = [row["remarks"] for row in added_texts(saved)]
    assert remarks[: len(awkward)] == awkward
    ward = Ward()
    typed_there = saved_by_libreoffice(typed(ward.written(), C, REMARKS, "typed there"), tmp_path)
    assert [(each.row, each.text) for each in ward.found(typed_there)] == [(C, "typed there")]


def test_40_000_characters_and_what_no_sheet_can_hold_are_kept_whole_and_shown_in_part() -> None:
    ward = Ward()
    for number, text in enumerate(["x" * 40_000, "a\x01\ud800b"], start=1):
        ward.strokes = [Stroke(A, "remarks", text, AT, False, number)]
        data = ward.written()
        assert ward.found(data) == ()
        assert ward.known.text(A, "remarks") == text
    assert seen_in(data, A, REMARKS) == "a␁�b"


def test_a_text_longer_than_a_cell_is_read_whole() -> None:
    ward = Ward()
    data = typed(ward.written(), A, REMARKS, "short")
    ward.found(in_the_file(data, b"short", b"y" * 40_000))

    assert ward.known.text(A, "remarks") == "y" * 40_000
    assert ward.found(ward.written()) == ()


def test_a_program_that_misstates_the_size_of_the_sheet_hides_nothing() -> None:
    ward = Ward()
    data = typed(ward.written(), C, REMARKS, "far below")
    misstated = in_the_file(data, b'<dimension ref="A1:AC17"', b'<dimension ref="A1:C4"')
    assert misstated != data
    ward.found(misstated)
    assert [(each.row, each.text) for each in ward.strokes] == [(C, "far below")]


def test_sorting_filtering_and_hiding_do_no_harm() -> None:
    ward = Ward()
    data = edited(typed(typed(ward.written(), A, REMARKS, "first"), C, VAS, 3), sorted_backwards)

    data = ward.rebuilt(data)

    assert (seen_in(data, A, REMARKS), seen_in(data, C, VAS), seen_in(data, B, VAS)) == ("first", 3, None)
    assert len(ward.strokes) == 2
    assert ward.found(edited(data, sorted_backwards)) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_in_another_language_is_read_too(language: Language) -> None:
    ward = Ward("zh" if language == "en" else "en")
    data = ward.written()
    ward.language = language
    heading = "备注" if language == "en" else REMARKS
    ward.found(edited(data, lambda sheet: sheet.cell(first_row(sheet), column(sheet, heading), "写")))
    assert ward.known.text(A, "remarks") == "写"


def test_moved_columns_and_a_damaged_id_do_no_harm() -> None:
    def move(sheet: Worksheet) -> None:
        cell(sheet, A, RECORD_ID).value = "?"  # the fingerprint beside it is whole
        sheet.insert_cols(2)

    ward = Ward()
    ward.found(edited(typed(ward.written(), A, REMARKS, "mine"), move))
    assert [(each.row, each.column, each.text) for each in ward.strokes] == [(A, "remarks", "mine")]


def test_a_cleared_cell_stays_cleared_and_a_removed_row_comes_back() -> None:
    ward = Ward()
    data = ward.rebuilt(typed(typed(ward.written(), A, REMARKS, "wrong bed"), B, REMARKS, "stays"))

    data = ward.rebuilt(edited(typed(data, A, REMARKS, None), lambda sheet: sheet.delete_rows(6)))

    assert (seen_in(data, A, REMARKS), seen_in(data, B, REMARKS)) == (None, "stays")
    assert [each.text for each in ward.strokes] == ["wrong bed", "stays", ""]


def test_two_who_saved_copies_of_the_same_edition_are_both_kept_and_told() -> None:
    ward = Ward()
    first = ward.written()
    ward.found(typed(first, A, REMARKS, "by Li"))

    data = ward.rebuilt(typed(first, A, REMARKS, "by Wang"))

    assert seen_in(data, A, REMARKS) == "by Wang"
    assert "Also typed, found 2026-11-22 14:30: “by Li”" in comment_at(data, A, REMARKS)
    assert ward.found(data) == ()
    data = ward.rebuilt(typed(data, A, REMARKS, "both"))
    assert (seen_in(data, A, REMARKS), comment_at(data, A, REMARKS)) == ("both", "")


def test_three_texts_for_one_cell_are_all_in_the_comment_and_none_twice() -> None:
    ward = Ward()
    first = ward.written()
    for text in ("one", "two", "three", "two"):
        ward.found(typed(first, A, REMARKS, text))
    note = comment_at(ward.written(), A, REMARKS)
    assert (seen_in(ward.written(), A, REMARKS), note.count("one"), note.count("three")) == ("two", 1, 1)
    assert "“two”" not in note


def test_an_old_copy_saved_over_a_newer_one_takes_nothing_back() -> None:
    ward = Ward()
    old = ward.rebuilt(typed(ward.written(), A, VAS, 3))
    ward.rebuilt(typed(old, A, VAS, 5))

    data = ward.rebuilt(typed(old, B, VAS, 4))

    assert (seen_in(data, A, VAS), seen_in(data, B, VAS), comment_at(data, A, VAS)) == (5, 4, "")


def test_clearing_a_cell_of_an_old_copy_does_not_clear_what_came_since() -> None:
    ward = Ward()
    old = ward.rebuilt(typed(ward.written(), A, VAS, 3))
    ward.rebuilt(typed(old, A, VAS, 5))
    assert seen_in(ward.rebuilt(typed(old, A, VAS, None)), A, VAS) == 5


def test_a_text_is_not_learnt_again_after_a_crash_between_ledger_and_file_nor_from_two_who_agree() -> None:
    ward = Ward()
    first = ward.written()
    data = typed(first, A, REMARKS, "same")
    ward.found(data)
    assert ward.found(data) == ()
    assert ward.found(typed(typed(first, A, REMARKS, "same"), A, SIGNATURE, "Li"))[0].column == "signature"
    assert comment_at(ward.written(), A, REMARKS) == ""


def test_a_text_for_a_cell_that_was_cleared_meanwhile_has_no_rival() -> None:
    ward = Ward()
    old = ward.rebuilt(typed(ward.written(), A, VAS, 3))
    ward.rebuilt(typed(old, A, VAS, None))
    (stroke,) = ward.found(typed(old, A, VAS, 5))
    assert (stroke.text, stroke.contested) == ("5", False)


def test_a_workbook_of_unknown_edition_adds_and_takes_nothing_away() -> None:
    ward = Ward()
    ward.found(typed(typed(ward.written(), A, VAS, 3), B, VAS, 4))
    ward.found(edited(ward.written(), put_row("14", "mine")))
    stranger = Ward()  # the same rows, without what was typed
    data = ward.rebuilt(typed(stranger.written(), A, VAS, 6))

    assert (seen_in(data, A, VAS), seen_in(data, B, VAS)) == (6, 4)
    assert "“3”" in comment_at(data, A, VAS)
    assert [row["remarks"] for row in added_texts(data)] == ["mine"]


def test_a_row_that_was_copied_says_both_things() -> None:
    def copy_row(sheet: Worksheet) -> None:
        values = [cell.value for cell in sheet[5]]
        row = next_row(sheet)
        for place, value in enumerate(values, start=1):
            sheet.cell(row, place).value = value
        sheet.cell(row, column(sheet, REMARKS)).value = "second"

    ward = Ward()
    data = ward.rebuilt(edited(typed(ward.written(), A, REMARKS, "first"), copy_row))
    assert seen_in(data, A, REMARKS) == "second"
    assert "“first”" in comment_at(data, A, REMARKS)


def test_a_copied_row_without_the_text_clears_nothing() -> None:
    def copy_row(sheet: Worksheet) -> None:
        row = next_row(sheet)
        for place, source in enumerate(list(sheet[5]), start=1):
            sheet.cell(row, place).value = source.value if place != column(sheet, REMARKS) else None

    ward = Ward()
    data = ward.rebuilt(typed(ward.written(), A, REMARKS, "first"))
    assert ward.found(edited(data, copy_row)) == ()


def test_rows_that_people_added_stay_can_be_changed_and_removed() -> None:
    ward = Ward()
    data = ward.rebuilt(edited(edited(ward.written(), put_row("14", "=walk-in", 6)), put_row("15", "second")))
    assert added_texts(data) == [
        {"bed": "14", "clinician_vas": "6", "remarks": "=walk-in"},
        {"bed": "15", "remarks": "second"},
    ]
    assert ward.found(edited(data, sorted_backwards)) == ()
    sheet = looked_at(data)
    bed, vas, remarks = (sheet.cell(13, column(sheet, heading)) for heading in ("Bed", VAS, REMARKS))
    assert (bed.value, vas.value, remarks.data_type) == ("14", 6, "s")
    assert not bed.protection.locked
    assert (sheet.auto_filter.ref, sheet.print_area) == ("A4:AC19", "'Record'!$A$1:$Z$19")

    data = ward.rebuilt(edited(data, lambda sheet: sheet.cell(13, column(sheet, REMARKS), "changed")))
    assert sorted(row["remarks"] for row in added_texts(data)) == ["changed", "second"]

    data = ward.rebuilt(edited(data, lambda sheet: sheet.delete_rows(13)))
    assert [row["remarks"] for row in added_texts(data)] == ["changed"]


def test_an_added_row_is_not_added_again_after_a_crash_between_ledger_and_file() -> None:
    ward = Ward()
    data = edited(edited(ward.written(), put_row("14", "same")), put_row("14", "same"))
    ward.found(data)
    assert ward.found(data) == ()
    assert len(added_texts(ward.written())) == 2


def test_of_two_same_rows_one_may_be_removed_and_only_one() -> None:
    ward = Ward()
    data = ward.rebuilt(edited(edited(ward.written(), put_row("14", "same")), put_row("14", "same")))
    data = edited(data, lambda sheet: sheet.delete_rows(13))
    ward.found(data)
    assert ward.found(data) == (), "also after a crash between ledger and file"
    assert len(added_texts(ward.written())) == 1


def test_a_new_row_takes_the_place_of_no_other() -> None:
    ward = Ward()
    data = ward.rebuilt(edited(edited(ward.written(), put_row("14", "first")), put_row("15", "second")))
    data = ward.rebuilt(edited(data, lambda sheet: sheet.delete_rows(13)))
    data = ward.rebuilt(edited(data, put_row("16", "third")))
    assert [row["remarks"] for row in added_texts(data)] == ["second", "third"]


def test_a_column_that_was_removed_or_moved_clears_nothing() -> None:
    ward = Ward()
    data = ward.rebuilt(edited(typed(ward.written(), A, REMARKS, "stays"), put_row("14", "added", 6)))
    assert ward.found(edited(data, lambda sheet: sheet.move_range("E4:E13", cols=30))) == ()
    found = ward.found(edited(data, lambda sheet: sheet.delete_cols(column(sheet, REMARKS))))
    assert A not in {each.row for each in found}


def test_a_row_of_a_recording_that_nobody_knows_is_kept_as_text() -> None:
    ward = Ward()
    data = typed(ward.written(), A, REMARKS, "of a lost ledger")
    new = typed_since(data, Handwriting((), DAY), IDS - {A}, AT)
    assert ("remarks", "of a lost ledger") in {(each.column, each.text) for each in new}
    assert {each.row for each in new} == {"2026-11-22/1"}


def test_what_only_people_put_into_a_workbook_is_noticed() -> None:
    def comment(sheet: Worksheet) -> None:
        from openpyxl.comments import Comment

        sheet["A5"].comment = Comment("call the family", "Li")

    ward = Ward()
    data = ward.written()
    assert not read_record_sheet(data).besides
    for edit in (
        comment,
        lambda sheet: sheet.parent.create_sheet("My list"),
        lambda sheet: sheet.cell(5, 35, "beside the table"),
    ):
        assert read_record_sheet(edited(data, edit)).besides
    ward.strokes = [Stroke(A, "remarks", text, AT, text == "b", n) for n, text in enumerate("ab", start=1)]
    assert not read_record_sheet(edited(ward.written(), lambda sheet: None)).besides, "the comment is ours"


def test_a_damaged_workbook_is_refused_whatever_is_wrong_with_it() -> None:
    whole = typed(Ward().written(), A, REMARKS, "x")
    broken = [b"", b"PK", whole[:1000], whole[:-100], whole[: len(whole) // 2], b"\xd0\xcf\x11\xe0" + bytes(600)]
    for data in broken:
        with pytest.raises(UnreadableWorkbookError):
            read_record_sheet(data)


def test_any_flipped_byte_is_read_or_refused_and_raises_nothing_else() -> None:
    whole = Ward().written()
    refused = 0
    for place in range(0, len(whole), len(whole) // 120):
        data = bytearray(whole)
        data[place] ^= 0x55
        try:
            read_record_sheet(bytes(data))
        except UnreadableWorkbookError:
            refused += 1
    assert refused > 20


def test_any_changed_part_is_read_or_refused_and_raises_nothing_else() -> None:
    with zipfile.ZipFile(io.BytesIO(Ward().written())) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for spoiled in parts:
        for content in (None, b"", b"<x/>", parts[spoiled][: len(parts[spoiled]) // 2]):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as target:
                for name, data in parts.items():
                    if name != spoiled:
                        target.writestr(name, data)
                    elif content is not None:
                        target.writestr(name, content)
            try:
                read_record_sheet(out.getvalue())
            except UnreadableWorkbookError as error:
                assert str(error)


def test_a_trap_that_would_fill_the_memory_is_refused_unopened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in range(6):
            target.writestr(str(name), b"")
            target.infolist()[name].file_size = 100_000_000  # as its list of contents says
    with pytest.raises(UnreadableWorkbookError, match="600000000 bytes"):
        read_record_sheet(out.getvalue())


def test_a_workbook_of_something_else_is_refused() -> None:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    with pytest.raises(UnreadableWorkbookError, match="headings"):
        read_record_sheet(out.getvalue())


def test_what_was_typed_gives_the_same_bytes_each_time() -> None:
    ward = Ward("zh")
    ward.strokes = [Stroke(A, "remarks", text, AT, text == "b", n) for n, text in enumerate("ab", start=1)]
    assert ward.written() == day_workbook(RECORDS, DAY, "Ward 3", SHANGHAI, "zh", ward.known)
    assert "另有内容（2026-11-22 14:30 读到）：“a”" in str(looked_at(ward.written())["Z5"].comment)
