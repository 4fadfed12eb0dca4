"""`peea agreement` on a ward: what was typed into workbooks, also into one that the daemon has not read yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daemon.agreement_command import compare
from daemon.refusals import RefusedError
from tests.hospital import DIM, INTENSE, MILD, OBVIOUS, SEVERE, Hospital
from tests.reports.people import VAS, typed

BOOK = "Ward-3-2026-11-23.xlsx"


def run(ward: Hospital, capsys: pytest.CaptureFixture[str], *days: str | None) -> dict[str, object]:
    first, last = days or (None, None)
    capsys.readouterr()
    compare(first, last, None, ward.settings.ward.folder.parent / "peea.toml", None, as_json=True)
    said: dict[str, object] = json.loads(capsys.readouterr().out)
    return said


def put(ward: Hospital, number: int, score: object) -> None:
    path = ward.place.sheets / BOOK
    path.write_bytes(typed(path.read_bytes(), ward.row(number).id[:12], VAS, score))


def test_what_was_typed_is_compared_whether_the_ledger_knows_it_or_not(
    ward: Hospital, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, data in (("bed1", MILD), ("bed2", OBVIOUS), ("bed3", SEVERE), ("bed4", INTENSE), ("bed5", DIM)):
        ward.drop(f"{name}_P000{name[-1]}.mp4", data)
    ward.work()
    put(ward, 1, 2)
    put(ward, 2, 8)
    ward.drop("bed6_P0006.mp4", MILD + b"\n6")
    ward.work()  # the daemon reads the two, and writes a sixth row
    put(ward, 3, 7)
    put(ward, 4, "about 6")
    put(ward, 5, 5)

    said = run(ward, capsys)

    assert (said["pairs"], said["equal"], said["under"], said["over"]) == (3, 2, 1, 0)
    assert (said["unusable"], said["ungraded"]) == (1, 1)
    assert said["clinician"] == [0, 1, 0, 2, 0]
    folder = ward.place.sheets / "agreement"
    assert sorted(path.name for path in folder.iterdir()) == [
        "agreement-2026-11-23-2026-11-23-bland-altman.png",
        "agreement-2026-11-23-2026-11-23-scatter.png",
        "agreement-2026-11-23-2026-11-23.xlsx",
    ]
    assert run(ward, capsys, "2026-11-24", None)["pairs"] == 0


def test_a_workbook_that_cannot_be_read_costs_only_what_the_ledger_does_not_know(
    ward: Hospital, capsys: pytest.CaptureFixture[str]
) -> None:
    ward.drop("bed1.mp4", MILD)
    ward.work()
    put(ward, 1, 2)
    ward.drop("bed2.mp4", OBVIOUS)
    ward.work()
    (ward.place.sheets / BOOK).write_bytes(b"broken")

    assert run(ward, capsys)["pairs"] == 1


def test_a_ward_without_any_score_is_told_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(Hospital(tmp_path), capsys)

    assert (said["pairs"], said["kappa"], said["icc"], said["pictures"]) == (0, None, {}, [])


@pytest.mark.parametrize(
    ("days", "words"),
    [(("yesterday", None), "--first 'yesterday' is no day"), (("2026-11-25", "2026-11-24"), "is after --last")],
)
def test_days_that_are_none_are_refused(tmp_path: Path, days: tuple[str | None, str | None], words: str) -> None:
    hospital = Hospital(tmp_path)

    with pytest.raises(RefusedError, match=words):
        compare(*days, None, hospital.settings.ward.folder.parent / "peea.toml", None, as_json=True)
