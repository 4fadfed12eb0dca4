"""The order of states, checked by itself: the table is the machine."""

import itertools
from dataclasses import replace

import pytest

from archive import jobs
from archive.jobs import AFTER, State
from tests.archive.values import NOON, arrival

JOB = jobs.Job(
    id=arrival().id,
    number=1,
    source="a.mp4",
    size_bytes=1,
    received_at=NOON,
    recorded_at=None,
    identity=jobs.Identity(),
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


def test_a_job_passes_every_state_once_from_received_to_archived() -> None:
    path = [State.RECEIVED]
    while path[-1] in AFTER:
        path.append(AFTER[path[-1]])

    assert path == list(State) == ["received", "graded", "reported", "archived"]


@pytest.mark.parametrize(("before", "to"), list(itertools.product(State, State)))
def test_only_the_moves_of_the_table_are_possible(before: State, to: State) -> None:
    job = replace(JOB, state=before)

    if (before, to) in AFTER.items():
        jobs.check_move(job, to)
    else:
        with pytest.raises(jobs.ImpossibleMove, match=f"is {before}.*cannot become {to}"):
            jobs.check_move(job, to)


def test_a_parked_job_does_not_move() -> None:
    with pytest.raises(jobs.ImpossibleMove, match=r"parked \(killed three times\); release it first"):
        jobs.check_move(replace(JOB, parked="killed three times"), State.GRADED)


def test_only_an_archived_job_is_finished() -> None:
    assert set(State) - set(jobs.UNFINISHED) == {State.ARCHIVED}


def test_an_impossible_move_is_a_value_error() -> None:
    assert issubclass(jobs.ImpossibleMove, ValueError)
