"""The audit trail: every move has its entry, no entry can be changed, removed or slipped in unseen."""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from archive import audit
from archive.audit import Deed, Entry
from archive.handwriting import Stroke
from archive.inspection import Inspection, Verdict
from archive.jobs import Identity, ImpossibleMove
from archive.ledger import Ledger, LedgerError
from tests.archive.values import ASSESSMENT, NOON, RECEIPT, arrival

SECOND = timedelta(seconds=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger in which two recordings went their way and somebody typed."""
    path = tmp_path / "ledger.sqlite"
    with Ledger(path, audit.DAEMON) as ledger:
        for number in (1, 2):
            id = ledger.receive(arrival(number)).id
            ledger.graded(id, ASSESSMENT, NOON + SECOND)
            ledger.reported(id, NOON + 2 * SECOND)
            ledger.archived(id, RECEIPT, NOON + 3 * SECOND)
        ledger.write_down([Stroke(arrival().id[:12], "remarks", "cried when turned", NOON)])
    return path


def entries(path: Path) -> tuple[Entry, ...]:
    with Inspection(path) as inspection:
        return inspection.entries()


def verdict(path: Path, printed: str = "") -> Verdict:
    with Inspection(path) as inspection:
        return inspection.trail(printed)


def tampered(path: Path, *statements: str) -> None:
    """The ledger after somebody with a database browser had no respect for triggers."""
    database = sqlite3.connect(path)
    triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        database.execute(statement)
    for _, sql in triggers:
        database.execute(sql)
    database.commit()
    database.close()


def test_every_move_of_a_recording_has_its_entry_with_its_time(path: Path) -> None:
    of_first = [(entry.what, entry.who, entry.at[17:19]) for entry in entries(path) if entry.about == arrival().id]

    assert of_first == [
        ("received", "daemon", "00"),
        ("graded", "daemon", "01"),
        ("reported", "daemon", "02"),
        ("archived", "daemon", "03"),
    ]
    assert verdict(path).problems == ()


def test_parking_and_releasing_are_entered_and_a_release_of_nothing_is_not(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        id = ledger.receive(arrival()).id
        ledger.park(id, "Not finished after 3 tries.")
        ledger.release(id)
        ledger.release(id)

    assert [entry.what for entry in entries(tmp_path / "ledger.sqlite")] == ["begun", "received", "parked", "released"]


def test_the_same_recording_twice_is_entered_once(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.receive(arrival(1))

    assert sum(entry.what == Deed.RECEIVED for entry in entries(path)) == 2


def test_a_move_that_is_refused_has_no_entry(path: Path) -> None:
    before = entries(path)
    with Ledger(path) as ledger, pytest.raises(ImpossibleMove):
        ledger.graded(arrival().id, ASSESSMENT, NOON)

    assert entries(path) == before


def test_what_people_typed_is_entered_by_place_and_never_by_text(path: Path) -> None:
    (typed,) = [entry for entry in entries(path) if entry.what == Deed.TYPED]

    assert (typed.about, json.loads(typed.details)["column"]) == (arrival().id[:12], "remarks")
    assert not any("cried" in entry.details for entry in entries(path))


def test_no_entry_names_a_patient_a_bed_or_a_file(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.correct(arrival().id, Identity("99", "P-NEW", "turning"))

    text = "".join(f"{entry.about} {entry.details}" for entry in entries(path))
    assert "P007" not in text
    assert "P-NEW" not in text
    assert "bed12" not in text
    assert json.loads(entries(path)[-1].details) == {"columns": "bed patient activity"}


def test_a_person_is_an_account_and_the_one_that_called_sudo_stands_behind_it(tmp_path: Path) -> None:
    program = "from archive import audit; print(audit.person())"
    environment = {**os.environ, "SUDO_UID": "4242", "PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.note(Deed.UNSEALED, "x")

    assert f"({os.getuid()})" in entries(tmp_path / "ledger.sqlite")[-1].who
    login = Path("/proc/self/loginuid")
    if not login.exists() or login.read_text() == str(2**32 - 1):
        assert said.stdout.strip().endswith("for user 4242")


def test_only_settings_that_changed_are_named_with_old_and_new_value(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        first = ledger.note_settings({"a.b": "1", "a.c": "2"}, NOON)
        same = ledger.note_settings({"a.b": "1", "a.c": "2"}, NOON)
        other = ledger.note_settings({"a.b": "1", "a.c": "3", "a.d": "4"}, NOON)

    assert (first, same, other) == ((), (), ("a.c", "a.d"))
    last = entries(tmp_path / "ledger.sqlite")[-1]
    assert json.loads(last.details) == {"a.c": "2 -> 3", "a.d": "(none) -> 4"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody' WHERE number = 3",
        "DELETE FROM audit WHERE number = 9",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT 3, at, 'nobody', what, about, details, previous, 'x' FROM audit"
        " WHERE number = 3",
        "INSERT INTO audit SELECT number + 100, at, who, what, about, details, link, printf('%064d', 7) FROM audit"
        " WHERE number = 3",
        "INSERT INTO audit SELECT (SELECT max(number) + 1 FROM audit), at, who, what, about, details, previous,"
        " printf('%064d', 7) FROM audit WHERE number = 3",
    ],
)
def test_the_database_itself_refuses_every_change(path: Path, statement: str) -> None:
    before = entries(path)
    database = sqlite3.connect(path)

    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        database.execute(statement)

    database.close()
    assert entries(path) == before


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["UPDATE audit SET who = 'nobody' WHERE number = 4"], "entry 4: it was changed"),
        (["UPDATE audit SET at = replace(at, '12:', '13:') WHERE number = 5"], "entry 5: it was changed"),
        (["UPDATE audit SET details = '{}' WHERE number = 3"], "entry 3: it was changed"),
        (["DELETE FROM audit WHERE number = 6"], "entry 7: entry 6 is missing before it"),
        (["DELETE FROM audit WHERE number IN (1, 2)"], "entry 3: entries 1 to 2 are missing"),
        (["DELETE FROM audit WHERE number > 8"], "the trail ends with entry 8, but 10 were written"),
        (
            ["DELETE FROM audit WHERE number > 8", "UPDATE sqlite_sequence SET seq = 8 WHERE name = 'audit'"],
            "number 2 is archived, but no entry says that it was archived",
        ),
        (
            ["DELETE FROM audit WHERE number = 10", "UPDATE sqlite_sequence SET seq = 9 WHERE name = 'audit'"],
            "the ledger holds 1 texts that people typed, but the trail knows of 0",
        ),
        (["DELETE FROM audit"], "the trail ends with entry 0, but 10 were written"),
        (["UPDATE outcomes SET outcome = replace(outcome, '\"grade\":3', '\"grade\":1')"], "number 1: its result was"),
        (
            ["UPDATE outlines SET outline = replace(outline, '\"grade\":3', '\"grade\":1')"],
            "number 1: the outline of its",
        ),
        (["DELETE FROM outlines WHERE number = 1"], "number 1: the outline of its"),
        (["DELETE FROM outcomes WHERE number = 2"], "number 2: its result was changed"),
        (["UPDATE audit SET details = 'no json' WHERE number = 3"], "entry 3: it was changed"),
    ],
)
def test_what_was_done_to_the_trail_is_named_by_its_first_broken_link(
    path: Path, statements: list[str], told: str
) -> None:
    tampered(path, *statements)

    assert told in verdict(path).problems[0]


def test_an_entry_that_was_changed_with_its_own_link_breaks_the_next(path: Path) -> None:
    old = entries(path)[4]
    forged = Entry(5, old.at, "nobody", old.what, old.about, old.details, old.previous, "")
    tampered(path, f"UPDATE audit SET who = 'nobody', link = '{forged.right_link()}' WHERE number = 5")  # noqa: S608

    assert verdict(path).problems[0].startswith("entry 6: it does not follow the entry before it")


def test_a_whole_forged_chain_is_told_by_a_head_on_paper(path: Path) -> None:
    printed = str(verdict(path).head)
    before = ""
    rewritten = []
    for old in entries(path):
        who = "nobody" if old.number == 5 else old.who
        entry = Entry(old.number, old.at, who, old.what, old.about, old.details, before or old.previous, "")
        before = entry.right_link()
        forged = f"who = '{who}', previous = '{entry.previous}', link = '{before}'"
        rewritten.append(f"UPDATE audit SET {forged} WHERE number = {old.number}")  # noqa: S608
    tampered(path, *rewritten)

    assert verdict(path).problems == ()
    assert "is not in the trail" in verdict(path, printed).problems[0]


def test_a_head_on_paper_is_found_when_the_trail_has_gone_on(path: Path) -> None:
    printed = str(verdict(path).head)
    with Ledger(path) as ledger:
        ledger.note(Deed.STARTED, "")

    assert verdict(path, printed).problems == ()
    assert "is no head" in verdict(path, "gibberish").problems[0]
    assert "is not in the trail" in verdict(path, f"99-{printed.partition('-')[2]}").problems[0]


def test_guards_that_were_taken_away_are_missed(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("DROP TRIGGER audit_is_not_changed")
    database.commit()

    assert "the guards" in verdict(path).problems[0]


def test_a_trail_that_begins_in_an_older_ledger_asks_for_no_entries_from_before(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes((Path(__file__).parent / "ledgers/form-2.sqlite").read_bytes())
    with pytest.raises(LedgerError, match="older than the audit trail"):
        verdict(path)

    with Ledger(path) as ledger:
        ledger.graded(arrival(7).id, ASSESSMENT, NOON)

    assert [entry.what for entry in entries(path)] == ["begun", "graded"]
    assert verdict(path).problems == ()


def test_looking_changes_nothing_and_needs_no_daemon_to_stand_still(path: Path) -> None:
    with Inspection(path) as inspection, Ledger(path) as ledger:
        ledger.note(Deed.STARTED, "")
        seen = inspection.trail()
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            inspection._database.execute("DELETE FROM jobs")

    assert seen.entries == 11
    assert seen.problems == ()


def test_where_no_ledger_is_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger here yet"):
        Inspection(tmp_path / "ledger.sqlite")

    assert list(tmp_path.iterdir()) == []


def test_the_link_is_what_the_manual_says(path: Path) -> None:
    """docs/audit.md, done with the standard tools of another program."""
    entry = entries(path)[3]
    fields: list[str | int] = [
        entry.previous, entry.number, entry.at, entry.who, entry.what, entry.about, entry.details
    ]  # fmt: skip
    text = json.dumps(fields, separators=(",", ":"))
    said = subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True).stdout.split()[0]

    assert said.decode() == entry.link


@pytest.mark.parametrize("kill", ["before", "after"])
def test_a_crash_leaves_move_and_entry_together_or_neither(kill: str, tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from archive.ledger import Ledger\n"
        "from tests.archive.values import NOON, arrival\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "if sys.argv[2] == 'before':\n"
        "    ledger._database.set_trace_callback(lambda text: text == 'COMMIT' and os.kill(os.getpid(), 9))\n"
        "ledger.receive(arrival()); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path / "ledger.sqlite", kill], check=False)

    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        n_jobs = len(ledger.latest(10))
    deeds = [entry.what for entry in entries(tmp_path / "ledger.sqlite")]
    assert (n_jobs, deeds) == ((0, ["begun"]) if kill == "before" else (1, ["begun", "received"]))
    assert verdict(tmp_path / "ledger.sqlite").problems == ()


def test_an_entry_takes_a_moment_with_its_zone_only(path: Path) -> None:
    with Ledger(path) as ledger, pytest.raises(ValueError, match="no time zone"):
        ledger.note(Deed.STARTED, "", NOON.replace(tzinfo=None))
