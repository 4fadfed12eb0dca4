"""A new version grades from the next recording on; a broken one costs nothing but a line in the journal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.models import ModelStore, bundled
from config.settings import Settings, load
from daemon.active_grades import ActiveGrades, Choice, InUse, NoModelError
from daemon.grades import ready_grades
from daemon.model_in_use import read_in_use, write_in_use
from grading.ports import OnFrame
from grading.types import Outcome
from grading.version import WEIGHTS_FILE
from tests.hospital import SEVERE, Hospital, ToyGrades
from tests.versions import renamed_version, spoilt


class NamedGrades(ToyGrades):
    """Toy grades by a version of this name."""

    def __init__(self, model: str) -> None:
        super().__init__()
        self.model = model

    def grade(self, path: Path, on_frame: OnFrame | None = None) -> Outcome:
        return replace(super().grade(path, on_frame), model=self.model)


class ToyStore:
    """Versions by name; `choose` is what `peea model activate` does."""

    def __init__(self, *names: str) -> None:
        self.stamp = 0
        self.names = list(names)
        self.gone: set[str] = set()
        self.broken: set[str] = set()
        self.told: list[InUse] = []
        self.tried: list[str] = []

    def choose(self, name: str) -> None:
        self.stamp += 1
        self.names.insert(0, name)

    def choice(self) -> Choice:
        return Choice(self.stamp, self.names[0], tuple(Path(name) for name in self.names if name not in self.gone))

    def ready(self, folder: Path) -> NamedGrades:
        self.tried.append(folder.name)
        if folder.name in self.broken:
            raise ValueError("its files do not belong together")
        return NamedGrades(folder.name)

    def grades(self) -> ActiveGrades:
        return ActiveGrades(self.choice, self.ready, self.told.append)


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Hospital]:
    yield Hospital(tmp_path)


def models(ward: Hospital) -> list[str]:
    return [row.outcome.model for row in ward.rows() if row.outcome]


def test_each_row_names_the_version_that_was_active_when_its_recording_was_begun(ward: Hospital) -> None:
    store = ToyStore("ward-1")
    ward.grades = store.grades()  # type: ignore[assignment]
    with ward:
        ward.drop("bed1.mp4", SEVERE)
        ward.work()
        store.choose("ward-2")
        ward.drop("bed2.mp4", SEVERE + b"\n2")
        ward.work()
    assert models(ward) == ["ward-1", "ward-2"]
    assert store.told == [InUse("ward-1", ""), InUse("ward-2", "")]


def test_a_broken_version_leaves_the_one_that_grades_at_work_and_says_so(
    ward: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    store = ToyStore("ward-1")
    ward.grades = store.grades()  # type: ignore[assignment]
    store.broken.add("ward-2")
    store.choose("ward-2")
    with ward, caplog.at_level(logging.ERROR):
        for number in range(3):
            ward.drop(f"bed{number}.mp4", SEVERE + b"\n%d" % number)
        ward.work()
    assert models(ward) == ["ward-1"] * 3
    assert store.tried == ["ward-1", "ward-2"]  # not once more for each recording
    assert store.told[-1].model == "ward-1" and "do not belong together" in store.told[-1].trouble
    assert "ward-2 cannot be used" in caplog.text


def test_a_mended_version_is_taken_once_it_is_activated_again() -> None:
    store = ToyStore("ward-1")
    grades = store.grades()
    store.broken.add("ward-2")
    store.choose("ward-2")
    grades.grade(Path(__file__))
    store.broken.clear()
    grades.grade(Path(__file__))
    assert grades.model == "ward-1"
    store.choose("ward-2")
    grades.grade(Path(__file__))
    assert grades.model == "ward-2" and store.told[-1].trouble == ""


def test_at_a_start_the_versions_before_a_broken_one_are_tried_in_turn() -> None:
    store = ToyStore("ward-3", "ward-2", "ward-1")
    store.broken = {"ward-3"}
    store.gone = {"ward-2"}
    grades = store.grades()
    assert grades.model == "ward-1" and "ward-3 cannot be used" in store.told[0].trouble
    store.broken = {"ward-3", "ward-1"}
    with pytest.raises(NoModelError, match=r"ward-3 cannot be used.*ward-1 cannot be used"):
        store.grades()


def test_a_version_that_was_removed_is_told() -> None:
    store = ToyStore("ward-1")
    grades = store.grades()
    store.gone = {"ward-2"}
    store.choose("ward-2")
    grades.grade(Path(__file__))
    assert grades.model == "ward-1" and "ward-2 is not there any more" in store.told[-1].trouble


def test_a_store_out_of_reach_stops_no_grading() -> None:
    store = ToyStore("ward-1")
    choices = iter([store.choice()])

    def once() -> Choice:
        if (found := next(choices, None)) is None:
            raise OSError("the disk is away")
        return found

    grades = ActiveGrades(once, store.ready, store.told.append)
    grades.grade(Path(__file__))
    assert grades.model == "ward-1"


def test_the_note_for_the_status_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    assert read_in_use(path) == InUse("", "")
    write_in_use(path, InUse("ward-1", "Version ward-2 cannot be used."))
    assert read_in_use(path) == InUse("ward-1", "Version ward-2 cannot be used.")
    path.write_text("[]")
    assert read_in_use(path) == InUse("", "")
    write_in_use(tmp_path / "no" / "ward" / "here.json", InUse("ward-1", ""))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "state").mkdir()
    return load(None, ward_folder=tmp_path)


def test_a_real_version_with_one_changed_byte_never_grades(tmp_path: Path, settings: Settings) -> None:
    store = ModelStore(tmp_path / "state" / "models")
    store.activate(store.install(renamed_version(tmp_path / "made" / "ward-1")), lambda version: None)
    spoilt(tmp_path / "state" / "models" / "versions" / "ward-1" / WEIGHTS_FILE)
    grades = ready_grades(settings)
    assert grades.model == bundled().name
    assert "not the file that the version was made with" in read_in_use(tmp_path / "state/model-in-use.json").trouble
