"""The ledger: one method, one transaction, values out."""

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from archive.jobs import Identity, ImpossibleMove, Job, State
from archive.ledger import Counts, Ledger, LedgerError, UnknownJobError
from grading.types import Gap, Reading
from tests.archive.values import ASSESSMENT, NOON, RECEIPT, REJECTION, arrival, fingerprint

ID = fingerprint(1)
SECOND = timedelta(seconds=1)
NAIVE = datetime(2026, 11, 22, 12)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def brought_to(ledger: Ledger, state: State, number: int = 1) -> Job:
    """A job that went through the steps up to that state."""
    job = ledger.receive(arrival(number))
    if state != State.RECEIVED:
        job = ledger.graded(job.id, ASSESSMENT, NOON + SECOND)
    if state in (State.REPORTED, State.ARCHIVED):
        job = ledger.reported(job.id, NOON + 2 * SECOND)
    if state == State.ARCHIVED:
        job = ledger.archived(job.id, RECEIPT, NOON + 3 * SECOND)
    return job


def test_a_received_recording_is_a_job_with_nothing_done(ledger: Ledger) -> None:
    recorded = NOON - timedelta(hours=1)

    job = ledger.receive(replace(arrival(), recorded_at=recorded))

    assert job == Job(
        id=ID,
        number=1,
        source="bed12_P007_rest.mp4",
        size_bytes=1001,
        received_at=NOON,
        recorded_at=recorded,
        identity=Identity("12", "P007", "rest"),
        state=State.RECEIVED,
        outcome=None,
        attempts=0,
        next_try_at=None,
        parked="",
        receipt=None,
        graded_at=None,
        reported_at=None,
        archived_at=None,
        announced=False,
    )
    assert ledger.find(ID) == job


def test_the_same_recording_received_again_is_the_known_job(ledger: Ledger) -> None:
    first = brought_to(ledger, State.GRADED)

    again = ledger.receive(arrival(1, NOON + SECOND, source="copy of it.mp4"))

    assert again == first
    assert ledger.receive(arrival(2)).number == 2


def test_numbers_count_arrivals_without_gaps(ledger: Ledger) -> None:
    for number in (5, 3, 5, 9, 3, 1):
        ledger.receive(arrival(number))

    assert [job.id for job in ledger.unfinished()] == [fingerprint(number) for number in (5, 3, 9, 1)]
    assert [job.number for job in ledger.unfinished()] == [1, 2, 3, 4]


def test_a_job_goes_through_all_states_and_keeps_what_it_was_told(ledger: Ledger) -> None:
    job = brought_to(ledger, State.ARCHIVED)

    assert job.state == State.ARCHIVED
    assert (job.outcome, job.receipt) == (ASSESSMENT, RECEIPT)
    assert (job.graded_at, job.reported_at, job.archived_at) == (NOON + SECOND, NOON + 2 * SECOND, NOON + 3 * SECOND)
    assert ledger.find(ID) == job


def test_a_rejection_is_an_outcome_like_any_other(ledger: Ledger) -> None:
    ledger.receive(arrival())

    assert ledger.graded(ID, REJECTION, NOON).outcome == REJECTION


STEPS: dict[State, Callable[[Ledger], Job]] = {
    State.GRADED: lambda ledger: ledger.graded(ID, REJECTION, NOON),
    State.REPORTED: lambda ledger: ledger.reported(ID, NOON),
    State.ARCHIVED: lambda ledger: ledger.archived(ID, RECEIPT, NOON),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", STEPS)
def test_an_impossible_move_raises_and_changes_nothing(ledger: Ledger, state: State, step: State) -> None:
    before = brought_to(ledger, state)
    if list(State).index(step) == list(State).index(state) + 1:
        assert STEPS[step](ledger).state == step
        return

    with pytest.raises(ImpossibleMove):
        STEPS[step](ledger)

    assert ledger.find(ID) == before


@pytest.mark.parametrize("step", STEPS)
def test_a_parked_job_does_not_move_until_it_is_released(ledger: Ledger, step: State) -> None:
    state = list(State)[list(State).index(step) - 1]
    brought_to(ledger, state)
    ledger.start_attempt(ID, NOON)
    ledger.try_later(ID, NOON, "killed")

    parked = ledger.park(ID, "killed three times")

    assert (parked.parked, parked.next_try_at, parked.attempts) == ("killed three times", None, 1)
    for refused in (lambda: STEPS[step](ledger), lambda: ledger.start_attempt(ID, NOON)):
        with pytest.raises(ImpossibleMove, match="release it first"):
            refused()
    assert ledger.find(ID) == parked
    released = ledger.release(ID)
    assert (released.parked, released.attempts, released.trouble, released.state) == ("", 0, "", state)
    assert STEPS[step](ledger).state == step


def test_releasing_a_job_that_is_not_parked_changes_nothing(ledger: Ledger) -> None:
    ledger.receive(arrival())
    job = ledger.start_attempt(ID, NOON)

    assert ledger.release(ID) == job


def test_attempts_are_counted_before_the_work_and_forgotten_after_a_success(ledger: Ledger) -> None:
    ledger.receive(arrival())

    assert ledger.start_attempt(ID, NOON).attempts == 1
    assert ledger.start_attempt(ID, NOON + SECOND).attempts == 2
    waiting = ledger.try_later(ID, NOON + 60 * SECOND, "disk full")
    assert (waiting.attempts, waiting.next_try_at, waiting.trouble) == (2, NOON + 60 * SECOND, "disk full")
    assert waiting.attempted_at == NOON + SECOND
    done = ledger.graded(ID, ASSESSMENT, NOON)
    assert (done.attempts, done.next_try_at, done.trouble) == (0, None, "")


def test_an_archived_job_can_be_neither_tried_nor_parked(ledger: Ledger) -> None:
    before = brought_to(ledger, State.ARCHIVED)

    for refused in (
        lambda: ledger.start_attempt(ID, NOON),
        lambda: ledger.try_later(ID, NOON, "why"),
        lambda: ledger.park(ID, "why"),
    ):
        with pytest.raises(ImpossibleMove, match="nothing is left to do"):
            refused()

    assert ledger.find(ID) == before


def test_a_job_is_parked_only_with_words(ledger: Ledger) -> None:
    ledger.receive(arrival())

    with pytest.raises(ValueError, match="in words"):
        ledger.park(ID, " ")


def test_an_announcement_is_remembered_and_may_be_told_twice(ledger: Ledger) -> None:
    brought_to(ledger, State.ARCHIVED)

    assert ledger.announced(ID).announced
    assert ledger.announced(ID).announced


def test_the_oldest_job_that_was_not_put_off_is_due_and_then_the_oldest_whose_time_has_come(ledger: Ledger) -> None:
    for number in (1, 2, 3, 4):
        brought_to(ledger, State.ARCHIVED if number == 1 else State.REPORTED, number)
    ledger.park(fingerprint(2), "why")
    ledger.try_later(fingerprint(3), NOON + SECOND, "why")

    def due(now: datetime) -> int | None:
        job = ledger.due(now)
        return job and job.number

    assert due(NOON) == 4
    assert due(NOON + SECOND) == 4
    ledger.archived(fingerprint(4), RECEIPT, NOON)
    assert due(NOON + SECOND - timedelta(microseconds=1)) is None
    assert due(NOON + SECOND) == 3
    ledger.release(fingerprint(2))
    assert due(NOON) == 2
    for number in (2, 3):
        ledger.archived(fingerprint(number), RECEIPT, NOON)
    assert due(NOON + timedelta(days=9)) is None


def test_unfinished_jobs_are_all_that_are_not_archived_the_parked_ones_too(ledger: Ledger) -> None:
    for number, state in enumerate(State, start=1):
        brought_to(ledger, state, number)
    ledger.park(fingerprint(2), "why")

    assert [job.number for job in ledger.unfinished()] == [1, 2, 3]


def test_latest_jobs_come_newest_first(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        ledger.receive(arrival(number))

    assert [job.number for job in ledger.latest(2)] == [3, 2]
    assert ledger.latest(0) == ledger.latest(-1) == ()


def test_counts_tell_how_many_are_where(ledger: Ledger) -> None:
    for number, state in enumerate([State.RECEIVED] * 4 + [State.GRADED] * 3 + [State.REPORTED] * 2 + [State.ARCHIVED]):
        brought_to(ledger, state, number)
    ledger.park(fingerprint(0), "why")

    assert ledger.counts() == Counts(received=4, graded=3, reported=2, archived=1, parked=1)


@pytest.mark.parametrize(
    ("zone", "day", "first", "last"),
    [
        ("Asia/Shanghai", date(2026, 11, 22), "2026-11-21T16:00:00+00:00", "2026-11-22T15:59:59.999999+00:00"),
        ("UTC", date(2026, 11, 22), "2026-11-22T00:00:00+00:00", "2026-11-22T23:59:59.999999+00:00"),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24T22:00:00+00:00", "2026-10-25T22:59:59.999999+00:00"),
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00:00+00:00", "2026-03-29T21:59:59.999999+00:00"),
    ],
    ids=["Shanghai", "UTC", "a day of 25 hours", "a day of 23 hours"],
)
def test_a_day_is_the_wards_day(ledger: Ledger, zone: str, day: date, first: str, last: str) -> None:
    start, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    step = timedelta(microseconds=1)
    for number, at in enumerate((start - step, start, end, end + step), start=1):
        ledger.graded(ledger.receive(arrival(number, at)).id, REJECTION, at)

    assert [job.number for job in ledger.of_day(day, ZoneInfo(zone))] == [2, 3]


def test_a_day_shows_only_what_has_an_outcome_or_is_parked(ledger: Ledger) -> None:
    brought_to(ledger, State.ARCHIVED, 1)
    ledger.receive(arrival(2))
    ledger.park(ledger.receive(arrival(3)).id, "why")
    brought_to(ledger, State.GRADED, 4)

    assert [job.number for job in ledger.of_day(NOON.date(), ZoneInfo("UTC"))] == [1, 3, 4]


def test_of_a_day_the_readings_without_a_face_come_and_no_others(ledger: Ledger) -> None:
    away = [Reading(at, 0.1, None, Gap.TURNED_AWAY) for at in (1.0, 1.1, 1.2)]
    readings = (
        Reading(0.0, 1.0, (0.1,) * 5),
        *away,
        Reading(1.3, 0.1, None, Gap.NO_FACE),
        Reading(1.4, 1.0, (0.1,) * 5),
    )
    later = Reading(2.4, 0.1, None, Gap.NO_FACE)
    outcome = replace(ASSESSMENT, readings=(*readings, later))
    ledger.graded(ledger.receive(arrival(1)).id, outcome, NOON)

    (job,) = ledger.of_day(NOON.date(), ZoneInfo("UTC"))

    gaps = [(each.gap, each.time_s, round(each.duration_s, 6)) for each in job.outcome.readings]  # type: ignore[union-attr]
    assert gaps == [(Gap.TURNED_AWAY, 1.0, 0.3), (Gap.NO_FACE, 1.3, 0.1), (Gap.NO_FACE, 2.4, 0.1)]
    assert replace(job.outcome, readings=()) == replace(outcome, readings=())  # type: ignore[type-var]
    assert ledger.latest(1)[0].outcome == outcome


def test_what_patients_recordings_of_several_days_said(ledger: Ledger) -> None:
    for number, (days, patient) in enumerate([(0, "P1"), (1, " P1"), (1, "P2"), (2, "\udce4"), (3, "P1")], start=1):
        at = NOON + timedelta(days=days)
        job = ledger.receive(replace(arrival(number, at), identity=Identity("1", patient)))
        if number != 2:
            ledger.graded(job.id, REJECTION if number == 1 else ASSESSMENT, at)
        else:
            ledger.park(job.id, "why")
    ledger.receive(replace(arrival(6), identity=Identity("1", "P1")))

    first, last = NOON.date(), NOON.date() + timedelta(days=2)
    found = ledger.grades(first, last, ZoneInfo("UTC"), ["P1", "\udce4"])

    assert [(each.patient, each.received_at, each.grade) for each in found] == [
        ("P1", NOON, None),
        ("P1", NOON + timedelta(days=1), None),
        ("\udce4", NOON + timedelta(days=2), ASSESSMENT.grade),
    ]


def test_moments_come_back_in_utc_to_the_microsecond(ledger: Ledger) -> None:
    in_shanghai = NOON.astimezone(timezone(timedelta(hours=8)))

    job = ledger.receive(arrival(at=in_shanghai))

    assert job.received_at == NOON
    assert job.received_at.tzinfo is UTC
    assert job.received_at.microsecond == 123456


@pytest.mark.parametrize(
    "told",
    [
        lambda ledger: ledger.receive(arrival(9, NAIVE)),
        lambda ledger: ledger.receive(replace(arrival(9), recorded_at=NAIVE)),
        lambda ledger: ledger.start_attempt(ID, NAIVE),
        lambda ledger: ledger.graded(ID, REJECTION, NAIVE),
        lambda ledger: ledger.try_later(ID, NAIVE, "why"),
        lambda ledger: ledger.due(NAIVE),
    ],
)
def test_a_moment_without_time_zone_is_refused_and_changes_nothing(
    ledger: Ledger, told: Callable[[Ledger], object]
) -> None:
    before = brought_to(ledger, State.RECEIVED)

    with pytest.raises(ValueError, match="no time zone"):
        told(ledger)

    assert ledger.latest(9) == (before,)


@pytest.mark.parametrize(
    "source", [os.fsdecode(b"bad\xff\xfe name.mp4"), "患者 12 😀.mp4", "a\nb\x00c", "", "a" * 5000]
)
def test_any_file_name_survives(ledger: Ledger, source: str, tmp_path: Path) -> None:
    identity = Identity(bed=source, patient=source, activity=source)

    job = ledger.receive(replace(arrival(), source=source, identity=identity))

    assert (job.source, job.identity) == (source, identity)
    with Ledger(tmp_path / "ledger.sqlite") as again:
        assert again.find(ID) == job


def test_words_with_a_name_that_is_not_utf_8_do_not_stop_the_work(ledger: Ledger) -> None:
    ledger.receive(arrival())

    assert ledger.try_later(ID, NOON, "no \udcff.mp4").trouble == "no \\udcff.mp4"
    assert ledger.park(ID, "no \udcff.mp4").parked == "no \\udcff.mp4"


@pytest.mark.parametrize("id", ["", "a" * 63, "A" * 64, "../" + "a" * 61])
def test_an_id_that_is_no_fingerprint_is_refused(ledger: Ledger, id: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        ledger.receive(replace(arrival(), id=id))


def test_a_job_that_never_came_is_unknown(ledger: Ledger) -> None:
    assert ledger.find(ID) is None
    for told in (
        lambda: ledger.start_attempt(ID, NOON),
        lambda: ledger.graded(ID, REJECTION, NOON),
        lambda: ledger.release(ID),
        lambda: ledger.announced(ID),
    ):
        with pytest.raises(UnknownJobError, match="no job of the id"):
            told()


def test_an_outcome_that_cannot_be_written_changes_nothing(ledger: Ledger) -> None:
    before = brought_to(ledger, State.RECEIVED)

    with pytest.raises(ValueError, match="JSON"):
        ledger.graded(ID, replace(ASSESSMENT, confidence=float("nan")), NOON)

    assert ledger.find(ID) == before


def test_a_receipt_that_the_database_refuses_leaves_the_job_where_it_was(ledger: Ledger) -> None:
    before = brought_to(ledger, State.REPORTED)

    with pytest.raises(LedgerError, match="constraint"):
        ledger.archived(ID, replace(RECEIPT, sealed_bytes=0), NOON)

    assert ledger.find(ID) == before


def test_every_commit_waits_for_the_disk(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger._database.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert ledger._database.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert sqlite3.connect(tmp_path / "ledger.sqlite").execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_only_the_daemons_user_may_read_the_patients_names(ledger: Ledger, tmp_path: Path) -> None:
    ledger.receive(arrival())

    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_another_program_that_is_writing_is_waited_for(ledger: Ledger, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    def let_go() -> None:
        time.sleep(0.2)
        other.execute("ROLLBACK")

    thread = threading.Thread(target=let_go)
    thread.start()
    job = ledger.receive(arrival())
    thread.join()

    assert job.number == 1


def test_several_programs_that_receive_the_same_recordings_make_one_job_of_each(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"

    def receive_all(_: int) -> list[int]:
        with Ledger(path) as ledger:
            return [ledger.receive(arrival(number)).number for number in range(20)]

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(receive_all, range(4)))

    assert len({tuple(each) for each in numbers}) == 1
    assert sorted(numbers[0]) == list(range(1, 21))


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()

    with pytest.raises(LedgerError, match="closed"):
        ledger.find(ID)


def test_an_identity_can_be_corrected_and_comes_back_whole(tmp_path: Path) -> None:
    whole = Identity("12", "P007", "turning", NOON - timedelta(hours=30), ("under_65", "deaf"), ("other_bed",))
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        job = ledger.receive(replace(arrival(), folder="bed12/今天"))
        corrected = ledger.correct(job.id, whole)
        ledger.receive(arrival(2, NOON + timedelta(hours=1)))

        assert corrected == replace(job, identity=whole)
        assert corrected.folder == "bed12/今天"
        assert [each.identity for each in ledger.identities_since(NOON)] == [whole, arrival(2).identity]
        assert [each.source for each in ledger.identities_since(NOON + timedelta(seconds=1))] == [arrival(2).source]
