"""A ward's training: what it takes up, what it leaves, and who grades afterwards."""

from __future__ import annotations

import csv
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from archive.inspection import Inspection
from archive.locks import HeldElsewhereError
from archive.models import ModelStore, bundled
from config.settings import Settings, load
from grading.faces import CascadeFinder
from grading.types import Grade
from grading.version import read_version
from grading.weights import HEAD_BIAS, HEAD_KERNEL, Array
from tests.versions import changed_version, renamed_version
from trainer.cases import Case, CasesError
from trainer.challenge import Ring, challenge, held_out_for_both
from trainer.diary import Entry, read_diary, write_diary
from trainer.patients import mark, not_learnt
from trainer.ward import case_digests, diary_path, kept_apart, promote, train_now, training_here, ward_cases

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def a_ward(folder: Path, more: str = "") -> Settings:
    folder.mkdir(exist_ok=True)
    (folder / "state").mkdir()
    (folder / "cases").mkdir()
    (folder / "peea.toml").write_text(f'[ward]\nfolder = "."\nzone = "UTC"\n[trainer]\n{more}')
    return load(folder / "peea.toml")


def listed(folder: Path, name: str = "cases.csv", part: str | None = None) -> None:
    """The pictures of six synthetic patients as a list in the ward's folder."""
    with (DATA / "labels.csv").open(newline="", encoding="utf-8") as rows:
        lines = list(csv.DictReader(rows))
    with (folder / "cases" / name).open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["file", "patient", "grade", *(["split"] if part else [])])
        for line in lines:
            row = [str(DATA / line["file"]), line.get("patient") or line["identity"], line["grade"]]
            writer.writerow([*row, *([part] if part else [])])


def worse(weights: dict[str, Array]) -> None:
    """Gives each grade's weights to the next grade."""
    for name in (HEAD_KERNEL, HEAD_BIAS):
        weights[name] = np.roll(weights[name], 1, axis=-1)


def test_too_few_new_cases_train_nothing_and_say_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = a_ward(tmp_path, "least_new_cases = 25")
    listed(tmp_path)
    with caplog.at_level(logging.INFO):
        assert train_now(settings, NOW) is None
    assert "no training: 24 new cases" in caplog.text and "25 are needed (trainer.least_new_cases)" in caplog.text
    assert read_diary(diary_path(settings)).looked_at == NOW
    assert not (tmp_path / "state" / "models").exists()


def test_only_cases_that_were_not_learnt_from_are_new(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = a_ward(tmp_path, "least_new_cases = 3")
    listed(tmp_path)
    cases = ward_cases(settings)
    relabelled = [replace(case, grade=Grade.INTENSE if case.grade != Grade.INTENSE else Grade.MILD) for case in cases]
    write_diary(diary_path(settings), Entry(learnt=case_digests([*cases[2:], *relabelled])))
    with caplog.at_level(logging.INFO):
        assert train_now(settings, NOW) is None
    assert "2 new cases" in caplog.text


def test_a_patient_in_two_lists_stands_in_one_part(tmp_path: Path) -> None:
    settings = a_ward(tmp_path)
    listed(tmp_path, "a.csv", "test")
    listed(tmp_path, "b.csv", "train")
    path = tmp_path / "cases" / "b.csv"
    path.write_text(path.read_text().replace(",P1", ",p1"))
    assert {case.part for case in ward_cases(settings)} == {"test"}


def test_a_second_training_says_which_process_is_at_it(tmp_path: Path) -> None:
    settings = a_ward(tmp_path)
    with training_here(settings), pytest.raises(HeldElsewhereError, match=f"process {os.getpid()} is training here"):
        train_now(settings, NOW)


def case(patient: str, part: str) -> Case:
    return Case(Path("p.jpg"), patient, Grade.MILD, part)


def test_patients_stay_in_the_part_in_which_the_champion_had_them() -> None:
    card = read_version(bundled()).card.model_copy(
        update={"learnt_from": (mark("learnt"), mark("calibrated")), "held_out": (mark("judged"),)}
    )
    cases = [case("learnt", "test"), case("calibrated", "val"), case("judged", "train"), case("new", "test")]
    assert [each.part for each in kept_apart(cases, card)] == ["train", "val", "test", "test"]
    told = card.model_copy(update={"calibrated_on": (mark("calibrated"),)})
    dealt_anew = [case("learnt", "val"), case("calibrated", "train"), case("judged", "val"), case("new", "val")]
    assert [each.part for each in kept_apart(dealt_anew, told)] == ["train", "val", "test", "val"]


def test_held_out_is_who_neither_network_has_learnt_from(tmp_path: Path) -> None:
    old = renamed_version(tmp_path / "old", learnt_from=(mark("a"), mark("b")), unlisted=())
    new = renamed_version(tmp_path / "new", learnt_from=(mark("b"), mark("c")), unlisted=())
    cases = [case(name, "test") for name in "abc"] + [case("d", "train")]
    said: list[str] = []
    kept = held_out_for_both(read_version(old), read_version(new), cases, said.append)
    assert [each.patient for each in kept] == ["d"]  # cards tell better than the list's parts
    assert said == ["3 test patients are left out: one of the two networks has learnt from them"]


def test_a_training_killed_after_the_new_one_had_begun_to_grade_is_only_ended(tmp_path: Path) -> None:
    settings = a_ward(tmp_path, "least_new_cases = 3")
    listed(tmp_path)
    store = ModelStore(tmp_path / "state" / "models")
    store.activate(store.install(renamed_version(tmp_path / "ward-1")), lambda version: None)
    verdict = tmp_path / "state" / "trainer" / "verdicts" / "ward-1.txt"
    verdict.parent.mkdir(parents=True)
    verdict.write_text("ward-1 may replace another one")
    made_from = frozenset(case_digests(ward_cases(settings)[:20]))
    write_diary(diary_path(settings), Entry(begun="ward-1", begun_with=made_from))
    assert train_now(settings, NOW) == "ward-1"
    assert verdict.read_text() == "ward-1 may replace another one"
    assert read_diary(diary_path(settings)) == Entry(NOW, made_from)  # four cases came later: they are still new


def test_lists_of_few_patients_fill_all_parts_and_another_one_moves_nobody(tmp_path: Path) -> None:
    settings = a_ward(tmp_path)
    (tmp_path / "cases" / "p.jpg").write_bytes(b"p")
    for week in range(20):
        if week == 15:
            before = {each.patient: each.part for each in ward_cases(settings)}
        shutil.copy(tmp_path / "cases" / "p.jpg", tmp_path / "cases" / f"{week}.jpg")
        (tmp_path / "cases" / f"week{week:02}.csv").write_text(f"file,patient,grade\n{week}.jpg,W{week:02},2\n")
    after = {each.patient: each.part for each in ward_cases(settings)}
    assert sorted(before.values()) == sorted(["train"] * 9 + ["val"] * 3 + ["test"] * 3)
    assert {name: after[name] for name in before} == before


def test_a_recording_s_truth_beside_its_list_is_no_list(tmp_path: Path) -> None:
    settings = a_ward(tmp_path)
    listed(tmp_path)
    (tmp_path / "cases" / "film.csv").write_text("time_s,grade\n0.0,1\n")
    assert len(ward_cases(settings)) == 24


def test_a_patient_is_known_however_the_pseudonym_is_written(tmp_path: Path) -> None:
    old = renamed_version(tmp_path / "old", learnt_from=(mark("P01"), mark("q2")), held_out=(mark("R3"),), unlisted=())
    cases = [case(name, "test") for name in ("p01", "Q2", "r3")]
    assert [each.patient for each in not_learnt([read_version(old).card], cases)] == ["r3"]
    kept = kept_apart([replace(each, part="train") for each in cases], read_version(old).card)
    assert [each.part for each in kept] == ["train", "train", "test"]


def test_where_a_card_does_not_say_only_the_test_part_counts(tmp_path: Path) -> None:
    old = renamed_version(tmp_path / "old", learnt_from=(), unlisted=())
    new = renamed_version(tmp_path / "new", learnt_from=(mark("c"),), unlisted=())
    said: list[str] = []
    kept = held_out_for_both(read_version(old), read_version(new), [case("d", "train"), case("e", "test")], said.append)
    assert [each.patient for each in kept] == ["e"]
    assert "the card of old does not say" in said[0] and "may favour old" in said[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions: `good` answers as the bundled one, `bad` mistakes each grade for its neighbour."""
    folder = tmp_path_factory.mktemp("made")
    marks = {"learnt_from": (mark("nobody"),), "held_out": (), "unlisted": ()}
    renamed_version(folder / "good", **marks)
    changed_version(folder / "bad", worse, **marks)
    return folder


def deeds(settings: Settings) -> list[tuple[str, str]]:
    path = settings.ward.state / "ledger.sqlite"
    if not path.exists():
        return []
    with Inspection(path) as inspection:
        return [(entry.who, entry.about) for entry in inspection.entries() if entry.what == "model"]


def test_the_better_network_grades_and_the_worse_one_does_not(
    tmp_path: Path, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = a_ward(tmp_path, "least_held_out_patients = 6")
    listed(tmp_path, part="test")
    store = ModelStore(settings.ward.state / "models")
    store.activate(store.install(made / "good"), lambda version: None)
    store.install(made / "bad")
    with caplog.at_level(logging.INFO):
        assert not promote(settings, "bad", ward_cases(settings)).is_accepted
    assert store.wanted() == "good" and deeds(settings) == []
    assert "good stays, not bad: quadratic kappa falls" in caplog.text
    assert "good stays" in (settings.ward.state / "trainer" / "verdicts" / "bad.txt").read_text()

    store.activate("bad", lambda version: None)
    assert promote(settings, "good", ward_cases(settings)).is_accepted
    assert store.wanted() == "good" and deeds(settings) == [("trainer", "good")]

    store.activate("bad", lambda version: None)
    proposing = settings.model_copy(update={"trainer": settings.trainer.model_copy(update={"activation": "propose"})})
    assert promote(proposing, "good", ward_cases(proposing)).is_accepted
    assert store.wanted() == "bad"


def test_what_the_held_out_pictures_cannot_tell_is_said(
    tmp_path: Path, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def without_none(weights: dict[str, Array]) -> None:
        for name in (HEAD_KERNEL, HEAD_BIAS):
            weights[name] = np.ascontiguousarray(weights[name][..., 1:])

    settings = a_ward(tmp_path, "least_held_out_patients = 6")
    pictures = [line for line in csv.DictReader((DATA / "labels.csv").open(encoding="utf-8")) if line["grade"] in "24"]
    with (tmp_path / "cases" / "list.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["file", "patient", "grade", "split"])
        writer.writerows([str(DATA / line["file"]), line["identity"], line["grade"], "test"] for line in pictures)
    store = ModelStore(settings.ward.state / "models")
    store.activate(store.install(made / "good"), lambda version: None)
    names = ("mild", "obvious", "severe", "intense")
    marks = {"learnt_from": (mark("nobody"),), "held_out": (), "unlisted": ()}
    store.install(changed_version(tmp_path / "made" / "four", without_none, grades=names, **marks))
    with caplog.at_level(logging.INFO):
        promote(settings, "four", ward_cases(settings))
    assert "four tells no face at rest from mild pain, which good does" in caplog.text
    assert "no held-out picture is mild or severe: there the two were not compared" in caplog.text


def test_key_frames_of_one_size_do_not_judge_networks_of_two(tmp_path: Path, made: Path) -> None:
    good = read_version(made / "good")
    other = replace(good, card=good.card.model_copy(update={"version": "other", "crop_px": 224}))
    frames = [replace(case("P1", "test"), is_crop=True)]
    ring = Ring(CascadeFinder(0.1), tmp_path, tmp_path, 1, print)
    with pytest.raises(CasesError, match=r"good of 160 px and other of 224 px.* a list of pictures"):
        challenge(good, other, frames, ring)


@pytest.fixture
def schedule(tmp_path: Path) -> Iterator[tuple[Settings, list[str]]]:
    settings = a_ward(tmp_path, 'schedule = "0 0 1 1 *"')
    listed(tmp_path)
    write_diary(diary_path(settings), Entry(datetime(2025, 6, 1, tzinfo=UTC)))  # one was missed: it begins at once
    yield settings, [sys.executable, "-m", "trainer.main", "run", "--ward", str(tmp_path)]


def soon(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(pattern, line):
            return found
    raise AssertionError(f"{pattern} was not said")


def test_a_killed_child_harms_nothing_and_one_schedule_is_enough(schedule: tuple[Settings, list[str]]) -> None:
    _, command = schedule
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        try:
            child = int(soon(running, r"in process (\d+)")[1])
            second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert second.returncode == 1
            assert f"process {running.pid} runs the schedule here already" in second.stderr
            os.kill(child, signal.SIGKILL)
            soon(running, "the training was ended by SIGKILL; what grades now stays")
            assert running.poll() is None
            running.terminate()
            assert running.wait(60) == 0
        finally:
            running.kill()


def test_training_steps_back_behind_all_else() -> None:
    code = (
        "import os; from trainer.priority import step_back; step_back(); "
        "print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0) == os.SCHED_IDLE)"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["19", "True"]
    if shutil.which("ionice"):
        told = subprocess.run(
            [sys.executable, "-c", code + "; import sys; sys.stdout.flush(); os.execvp('ionice', ['ionice'])"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert told.stdout.split()[-1] == "idle"
