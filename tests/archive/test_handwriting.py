"""What people typed into sheets is kept in the ledger, all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive import migrations
from archive.handwriting import Stroke
from archive.ledger import Ledger, LedgerError
from tests.archive.values import NOON, arrival, fingerprint

A, B = fingerprint(1)[:12], fingerprint(2)[:12]
FIRST = Stroke(A, "remarks", "first", NOON)
SECOND = Stroke(A, "remarks", "second", NOON + timedelta(seconds=1), contested=True)
ADDED = Stroke("2026-11-22/1", "bed", "14", NOON)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def test_strokes_come_back_in_order_with_their_numbers_and_none_is_written_over(ledger: Ledger) -> None:
    ledger.write_down([FIRST, ADDED])
    ledger.write_down([SECOND])

    assert ledger.strokes([A], "2026-11-22/") == (
        replace(FIRST, number=1),
        replace(ADDED, number=2),
        replace(SECOND, number=3),
    )


def test_only_the_rows_that_were_asked_for_come_back(ledger: Ledger) -> None:
    ledger.write_down([FIRST, replace(FIRST, row=B), ADDED, replace(ADDED, row="2026-11-23/1")])
    assert [each.row for each in ledger.strokes([B], "2026-11-23/")] == [B, "2026-11-23/1"]
    assert ledger.strokes([], "2026-11-2") != ()
    assert ledger.strokes([], "2027-") == ()


@pytest.mark.parametrize("text", ["", "=1+1", "x" * 40_000, "a\x00b", "😀", "two\nlines", "王", "e\u0301"])
def test_any_text_comes_back_as_it_was(ledger: Ledger, text: str) -> None:
    ledger.write_down([replace(FIRST, text=text)])
    assert ledger.strokes([A], "-")[0].text == text


def test_half_a_character_is_spelled_out(ledger: Ledger) -> None:
    ledger.write_down([replace(FIRST, text="\ud800")])
    assert ledger.strokes([A], "-")[0].text == "\\ud800"


def test_strokes_are_kept_all_or_none(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        ledger.write_down([FIRST, replace(FIRST, at=datetime(2026, 11, 22))])
    assert ledger.strokes([A], "-") == ()


def test_ten_thousand_rows_may_be_asked_for_at_once(ledger: Ledger) -> None:
    ledger.write_down(replace(FIRST, row=fingerprint(number)[:12]) for number in range(10_000))
    assert len(ledger.strokes([fingerprint(number)[:12] for number in range(10_000)], "-")) == 10_000


def test_a_record_is_known_by_the_beginning_of_its_job(ledger: Ledger) -> None:
    ledger.receive(arrival(1))
    assert ledger.known([A, B, "ffffffffffff", "%", ""]) == {A, ""}


def test_a_ledger_from_before_keeps_its_jobs_and_learns_to_keep_strokes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    migrations.migrate(database, migrations.MIGRATIONS[:1])
    database.execute(
        "INSERT INTO jobs (id, source, size_bytes, received_at, bed, patient, activity, state)"
        " VALUES (?, x'61', 1, '2026-11-22T12:00:00.000000+00:00', x'', x'', x'', 'received')",
        (fingerprint(1),),
    )
    database.close()

    with Ledger(path) as ledger:
        ledger.write_down([FIRST])
        assert ledger.find(fingerprint(1)) is not None
        assert len(ledger.strokes([A], "-")) == 1


def test_a_closed_ledger_says_so(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.close()
    for use in (lambda: ledger.strokes([A], "-"), lambda: ledger.write_down([FIRST]), lambda: ledger.known([A])):
        with pytest.raises(LedgerError, match="closed"):
            use()
