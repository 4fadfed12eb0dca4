"""The command line as a user meets it: in a process of its own."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from config.settings import load
from daemon.main import app, exit_status
from reports.roster import Roster, read_roster
from reports.sentences import fixed_phrases
from tests.hospital import DIM, SEVERE, Hospital, ToyVoice

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What one command did."""

    status: int
    out: str
    err: str


class Terminal:
    """Calls `peea` as typed in a folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Said:
        self._capsys.readouterr()
        status = exit_status([str(argument) for argument in arguments])
        said = self._capsys.readouterr()
        return Said(status, said.out, said.err)

    def refused(self, *arguments: str | Path, status: int = 1) -> str:
        """What `peea` says when it refuses: one line on standard error, nothing else."""
        said = self(*arguments)
        assert said.status == status, said.err
        assert said.out == ""
        assert re.fullmatch(r"peea: [^\n]+\n", said.err), said.err
        return said.err


@pytest.fixture
def peea(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("HOME", str(tmp_path))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Terminal(capsys)
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def ward_folder(tmp_path: Path, peea: Terminal) -> Path:
    assert peea("setup", tmp_path / "east", "--name", 'Ward "3"\\').status == 0
    return tmp_path / "east"


def test_every_command_has_its_manual_page(peea: Terminal, tmp_path: Path) -> None:
    done = peea("--help")

    assert done.status == 0
    for command in (*app.registered_commands, *app.registered_groups):
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        assert re.search(rf"│ {name} ", done.out), name
    assert "Not a medical device" in done.out


def test_help_does_not_load_the_networks_machinery() -> None:
    heavy = ("cv2", "numpy", "onnxruntime", "openpyxl", "pandas", "pydantic", "watchdog", "cryptography")
    code = f"import sys, daemon.main; print([name for name in {heavy} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout == "[]\n"


def test_a_program_that_calls_peea_gets_its_exit_status(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "daemon.main", "status", "--ward", str(tmp_path / "none")]

    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_setup_makes_a_ward_with_two_key_pairs_and_says_what_to_do_next(ward_folder: Path) -> None:
    settings = load(ward_folder / "peea.toml")

    assert settings.ward.name == 'Ward "3"\\'
    assert settings.ward.folder == ward_folder
    recipients = [line for line in settings.archive.recipients_file.read_text().splitlines() if line.startswith("age1")]
    assert len(set(recipients)) == 2
    for holder in ("custodian", "recovery"):
        assert (ward_folder / f"keys/{holder}.key").stat().st_mode & 0o777 == 0o600
    for private in ("keys", "state", "archive"):
        assert (ward_folder / private).stat().st_mode & 0o777 == 0o700
    assert read_roster(settings.ward.roster.read_bytes(), settings.ward.zone_info, date(2026, 11, 25)) == Roster()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a folder away")
def test_setup_by_root_in_the_daemons_folder_is_refused(peea: Terminal, tmp_path: Path) -> None:
    (tmp_path / "west").mkdir()
    os.chown(tmp_path / "west", 1, 1)

    assert "sudo -u daemon peea setup" in peea.refused("setup", tmp_path / "west")
    assert list((tmp_path / "west").iterdir()) == []


def test_setup_keeps_what_is_there(peea: Terminal, ward_folder: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in ward_folder.rglob("*") if path.is_file()}

    again = peea("setup", ward_folder)

    assert again.status == 0
    assert "take the PRIVATE keys off this machine" in again.out
    assert {path: path.read_bytes() for path in ward_folder.rglob("*") if path.is_file()} == before


def test_either_key_of_setup_opens_what_was_sealed_for_its_recipients(
    peea: Terminal, ward_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "video").write_bytes(SEVERE)
    sealed = peea("archive", "seal", "video", "-r", ward_folder / "keys/recipients.txt", "-o", "v.age")
    assert sealed.status == 0, sealed.err

    for holder in ("custodian", "recovery"):
        key = ward_folder / f"keys/{holder}.key"
        done = peea("archive", "unseal", "v.age", "--identity", key, "--output", holder)
        assert done.status == 0, done.err
        assert (tmp_path / holder).read_bytes() == SEVERE


def test_keygen_prints_the_public_key_and_hides_the_private_one(peea: Terminal, tmp_path: Path) -> None:
    done = peea("keygen", "--output", "me.key")

    assert re.fullmatch(r"age1[a-z0-9]{58}\n", done.out)
    assert (tmp_path / "me.key").stat().st_mode & 0o777 == 0o600
    assert "AGE-SECRET-KEY" not in done.out + done.err
    (tmp_path / "video").write_bytes(SEVERE)
    assert peea("archive", "seal", "video", "-r", done.out.strip(), "-o", "v.age").status == 0


def test_mistakes_are_one_line_that_says_what_to_do(peea: Terminal, ward_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[inbox]\nsettle = 1\n[ward]\nlanguage = "fr"\n', encoding="ascii")
    (tmp_path / "video").write_bytes(SEVERE)
    (tmp_path / "there").write_bytes(b"")

    said = peea.refused("run", "--settings", "bad.toml")
    assert "did you mean inbox.settle_s?" in said
    assert "'fr' is not one of" in said
    assert "peea setup" in peea.refused("run", "--ward", "none")
    assert "no such file" in peea.refused("archive", "seal", "none", "-r", "there", "-o", "v.age")
    assert "not an age key" in peea.refused("archive", "seal", "video", "-r", "age1x", "-o", "v.age")
    assert "exists already" in peea.refused("keygen", "-o", "there")
    assert "SECRET" in peea.refused("archive", "seal", "video", "-r", ward_folder / "keys/custodian.key", "-o", "v.age")
    assert "is no ward's folder" in peea.refused("status", "--ward", "none")
    assert "not set aside" in peea.refused("release", "7", "--ward", ward_folder)


@pytest.mark.parametrize(
    "arguments", [["fly"], ["run", "--fast"], ["grade"], ["release", "x"], ["archive", "seal", "a"]]
)
def test_wrong_usage_is_one_line_that_names_the_manual_page(
    peea: Terminal, tmp_path: Path, arguments: list[str]
) -> None:
    assert "--help`." in peea.refused(*arguments, status=2)


def test_a_sealed_file_that_was_changed_is_refused_and_nothing_is_written(
    peea: Terminal, ward_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "video").write_bytes(SEVERE)
    peea("archive", "seal", "video", "-r", ward_folder / "keys/recipients.txt", "-o", "v.age")
    data = bytearray((tmp_path / "v.age").read_bytes())
    data[-1] ^= 1
    (tmp_path / "v.age").write_bytes(data)

    peea.refused("archive", "unseal", "v.age", "-i", ward_folder / "keys/custodian.key", "-o", "opened")

    assert not (tmp_path / "opened").exists()


def test_status_names_what_is_done_what_waits_and_what_is_left_alone(peea: Terminal, tmp_path: Path) -> None:
    with Hospital(tmp_path) as ward:
        ward.drop("王小明_bed3.mp4", SEVERE)
        ward.drop("dim.mp4", DIM)
        ward.work()
        ward.drop("notes.txt", b"words")
        ward.drop("next.mp4", SEVERE + b"\n2")
        before = {path: path.stat().st_mtime_ns for path in ward.place.sheets.rglob("*")}

        table = peea("status", "--settings", tmp_path / "peea.toml")
        standing = json.loads(peea("status", "--json", "--settings", tmp_path / "peea.toml").out)

    assert "2 done, 0 under way, 0 set aside" in table.out
    assert "1 waiting, 1 left alone" in table.out
    assert "3 Severe" in table.out
    assert "Too dark to see the face" in table.out
    assert "王小明" not in table.out
    assert (standing["in_inbox"], standing["left_alone"], standing["counts"]["archived"]) == (1, 1, 2)
    assert standing["daemon_process"] is None
    assert {path: path.stat().st_mtime_ns for path in ward.place.sheets.rglob("*")} == before


def test_a_set_aside_recording_is_named_and_released(peea: Terminal, tmp_path: Path) -> None:
    with Hospital(tmp_path) as ward:
        ward.drop("a.mp4", b"toy breaks")
        ward.work()
        for _ in range(3):
            ward.clock.turn(3600)
            ward.work()
        settings = tmp_path / "peea.toml"
        assert "peea release 1" in " ".join(peea("status", "-s", settings).out.split())

        done = peea("release", "1", "-s", settings)

        assert done.status == 0, done.err
        assert ward.row().parked == ""
        assert ward.row().attempts == 0


def test_no_library_keeps_or_reports_anything_about_the_machine(tmp_path: Path) -> None:
    code = (
        "import daemon.main, time, onnxruntime, onnx.helper as h;"
        "x = [h.make_tensor_value_info(name, 1, [1]) for name in 'xy'];"
        "graph = h.make_graph([h.make_node('Relu', ['x'], ['y'])], 'g', x[:1], x[1:]);"
        "model = h.make_model(graph, opset_imports=[h.make_opsetid('', 17)], ir_version=9);"
        "onnxruntime.InferenceSession(model.SerializeToString(), providers=['CPUExecutionProvider'])"
    )
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}

    subprocess.run([sys.executable, "-c", code], env={**kept, "HOME": str(tmp_path)}, cwd=ROOT, check=True)

    assert list(tmp_path.rglob("*")) == []


def test_phrases_that_are_there_already_are_not_fetched_again(peea: Terminal, ward_folder: Path) -> None:
    for phrase in fixed_phrases("en"):
        clip = ward_folder / f"state/phrases/en/{phrase.key}.wav"
        clip.parent.mkdir(parents=True, exist_ok=True)
        clip.write_bytes(ToyVoice().wav("", "en"))

    said = peea("speech", "render", "--ward", ward_folder)

    assert (said.status, said.out.split(";")[0]) == (0, "0 phrases fetched")
