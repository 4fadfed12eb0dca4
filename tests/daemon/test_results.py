"""Result sheets on a ward: one for each recording, whole, and faces only where the ward has asked for them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from archive.jobs import State
from archive.ledger import Ledger
from daemon.claims import Claims
from daemon.cutting import NotCutError, stills
from daemon.results import Results
from grading.types import Grade
from reports.result import Stills
from reports.roster_form import roster_form
from tests.grading.made import plain, steady, video
from tests.hospital import BREAKS, DIM, SEVERE, Hospital, assessment

MEMORY_MIB = 2048


def sheets(ward: Hospital) -> list[Path]:
    return sorted((ward.place.sheets / "Ward-3-2026-11-23-results").glob("*"))


def words_in(path: Path) -> str:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None)


def n_images(path: Path) -> int:
    return sum(len(sheet._images) for sheet in openpyxl.load_workbook(io.BytesIO(path.read_bytes())))


def test_every_recording_with_an_outcome_has_a_sheet_and_its_name_tells_nothing(ward: Hospital) -> None:
    ward.drop("bed12_P0042_turning.mp4", SEVERE)
    ward.drop("bed7.mp4", DIM)
    ward.drop("bed8.mp4", BREAKS)
    ward.work()

    ids = [job.id[:12] for job in ward.rows() if job.state is State.ARCHIVED]
    assert [path.name for path in sheets(ward)] == [f"1-{ids[0]}.xlsx", f"2-{ids[1]}.xlsx"]
    assert "Severe" in words_in(sheets(ward)[0])
    assert "Too dark to see the face" in words_in(sheets(ward)[1])
    assert n_images(sheets(ward)[0]) == 1  # the timeline, and no face


def test_a_chinese_ward_has_chinese_sheets(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, 'language = "zh"')
    with hospital as ward:
        ward.drop("12床_翻身.mp4", SEVERE)
        ward.work()

    (path,) = (hospital.place.sheets / "Ward-3-2026-11-23-结果").iterdir()
    assert "床上翻身" in words_in(path)


def test_half_a_sheet_left_by_a_crash_is_swept_away(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    with hospital as ward:
        ward.drop("bed12.mp4", SEVERE)
        ward.work()
    left = sheets(hospital)[0].with_name(".peea-0123.part")
    left.write_bytes(b"half")

    with hospital:
        assert not left.exists()


def test_a_folder_that_is_away_delays_a_sheet_and_holds_up_nobody(
    ward: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    away = ward.place.sheets.rename(ward.place.state / "away")
    ward.drop("bed12.mp4", SEVERE)
    ward.drop("bed7.mp4", DIM)
    ward.work()
    ward.work()
    assert [job.state for job in ward.rows()] == [State.ARCHIVED] * 2
    assert len([line for line in caplog.messages if "result sheets cannot be written" in line]) == 1

    away.rename(ward.place.sheets)
    ward.work()

    assert len(sheets(ward)) == 2
    assert list(ward.place.unwritten_results.iterdir()) == []


def test_a_crash_before_the_sheet_is_made_up_for(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    with hospital as ward:
        ward.drop("bed12.mp4", SEVERE)
        ward.work()
        sheets(ward)[0].unlink()
        (ward.place.unwritten_results / ward.row().id).touch()
        (ward.place.unwritten_results / ("0" * 64)).touch()  # of a recording that nobody knows
    with hospital as ward:
        ward.work()

        assert len(sheets(ward)) == 1
        assert list(ward.place.unwritten_results.iterdir()) == []


def test_a_sheet_follows_what_the_roster_learns_unless_it_shows_frames(tmp_path: Path) -> None:
    for folder, toml, said in (("a", "", True), ("b", "[reports]\nfaces = true", False)):
        (tmp_path / folder).mkdir()
        hospital = Hospital(tmp_path / folder, toml)
        with hospital as ward:
            ward.drop("bed12_P0105.mp4", DIM)
            ward.work()
            roster = ward.settings.ward.roster
            roster.parent.mkdir()
            roster.write_bytes(roster_form("en", [("P0105", "12", "", "", "", "", "no")]))
            ward.work()

            assert ("no consent" in words_in(sheets(ward)[0])) == said
            assert ward.row().identity.outside == ("no_consent",)


def cut_into(asked: list[Path]) -> object:
    def cut(path: Path, at_s: Sequence[float]) -> Stills:
        asked.append(path)
        raise NotCutError("no")

    return cut


def test_frames_that_cannot_be_cut_cost_the_frames_only(tmp_path: Path) -> None:
    asked: list[Path] = []
    hospital = Hospital(tmp_path, "[reports]\nfaces = true")
    with hospital as ward:
        ward.drop("bed12.mp4", SEVERE)  # a line of text, from which no program cuts frames
        ward.work()
        assert "No frames could be cut" in words_in(sheets(ward)[0])
        with Ledger(ward.place.ledger) as ledger:
            claims = Claims(ward.place.work)
            Results(ward.settings.ward, ward.place, ledger, claims, cut_into(asked)).write(ward.row())  # type: ignore[arg-type]

        assert asked == [], "the plain recording is gone"
        assert "No frames could be cut" in words_in(sheets(ward)[0])


def test_with_the_setting_frames_are_cut_from_the_plain_recording_before_it_is_sealed(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, "[reports]\nfaces = true")
    film = video(tmp_path / "film.mp4", steady(10, 3.0), plain(90)).read_bytes()
    hospital.grades.outcome_of_others = assessment(Grade.SEVERE)
    with hospital as ward:
        ward.drop("bed12.mp4", film)
        ward.work()

        assert ward.row().state is State.ARCHIVED
        assert n_images(sheets(ward)[0]) == 2
        assert "FACES OF A PATIENT" in words_in(sheets(ward)[0])
        assert ward.work_files() == []


def test_the_process_that_cuts_may_break_and_never_names_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "王小明.mp4"
    path.write_bytes(b"no video" * 1000)

    with pytest.raises(NotCutError) as error:
        stills(path, (0.0, 1.0, 2.0), MEMORY_MIB)

    assert "王小明" not in str(error.value)
