"""What no name told of a recording can be typed into its row, and counts; over what was told it is a comment."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from reports.completing import completed
from reports.merge import typed_since
from reports.reading import read_record_sheet
from tests.reports.people import comment_at, edited, looked_at, seen_in, typed
from tests.reports.samples import eight
from tests.reports.test_merge import AT, IDS, Ward

BROKEN = eight()[6].record_id  # nothing is known of it
OBVIOUS = eight()[2].record_id
BED, PATIENT, ACTIVITY = "Bed", "Patient id", "Activity"


class AskedWard(Ward):
    """Hands the records to the merge, as the daemon does."""

    def typed_since(self, data: bytes) -> int:
        new = typed_since(data, self.known, IDS, AT, eight())
        start = len(self.strokes) + 1
        self.strokes += [replace(stroke, number=number) for number, stroke in enumerate(new, start)]
        return len(new)


def words_on(data: bytes, sheet: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(data))[sheet].iter_rows()]


def test_what_is_typed_where_nothing_was_found_counts_on_all_sheets_and_can_be_changed_and_cleared() -> None:
    ward = AskedWard()
    data = typed(typed(typed(ward.written(), BROKEN, BED, 31), BROKEN, PATIENT, "P0099"), BROKEN, ACTIVITY, "turning")

    assert ward.typed_since(data) == 3
    data = ward.written()

    assert [seen_in(data, BROKEN, each) for each in (BED, PATIENT, ACTIVITY)] == ["31", "P0099", "turning"]
    assert "Complete by hand" not in str(seen_in(data, BROKEN, "To note"))
    assert any(row[0] == "31" for row in words_on(data, "Day"))
    assert any(row[1] == "P0099" for row in words_on(data, "Trend"))
    assert completed(eight()[6], ward.known).patient == "P0099"
    assert ward.typed_since(data) == 0
    data = typed(typed(data, BROKEN, BED, "32"), BROKEN, ACTIVITY, None)
    assert ward.typed_since(data) == 2
    assert [seen_in(ward.written(), BROKEN, each) for each in (BED, ACTIVITY)] == ["32", None]


def test_two_who_typed_different_beds_are_both_kept() -> None:
    ward = AskedWard()
    first = ward.written()
    for bed in ("31", "32"):
        ward.typed_since(typed(first, BROKEN, BED, bed))

    data = ward.written()

    assert seen_in(data, BROKEN, BED) == "32"
    assert "“31”" in comment_at(data, BROKEN, BED)


def test_what_is_typed_over_what_was_found_is_a_comment_and_asks_for_nothing_again() -> None:
    ward = AskedWard()
    data = typed(typed(ward.written(), OBVIOUS, BED, "=14"), OBVIOUS, ACTIVITY, "fell asleep")

    assert ward.typed_since(data) == 2
    data = ward.written()

    assert (seen_in(data, OBVIOUS, BED), seen_in(data, OBVIOUS, ACTIVITY)) == ("12", "Lower-limb flexion and extension")
    assert "“=14”" in comment_at(data, OBVIOUS, BED) and "“fell asleep”" in comment_at(data, OBVIOUS, ACTIVITY)
    assert ward.typed_since(data) == 0
    assert ward.typed_since(typed(data, OBVIOUS, BED, None)) == 0, "a cell of ours that was emptied is filled again"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_found_is_not_taken_for_typed_in_either_language(language: str) -> None:
    ward = AskedWard("zh" if language == "en" else "en")
    data = ward.written()

    assert ward.typed_since(data) == 0
    assert ward.typed_since(edited(data, lambda sheet: sheet.insert_cols(3))) == 0


def test_words_beside_the_title_are_noticed() -> None:
    data = AskedWard().written()
    assert not read_record_sheet(data).besides
    assert read_record_sheet(edited(data, lambda sheet: sheet.cell(1, 9, "night shift: Li"))).besides
    assert looked_at(data)["A1"].value
