"""Whole sealed files: nothing stands under the final name that was not read back and proved."""

import errno
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pyrage
import pytest

from archive import files, header, keys, payload, sealing, vault
from tests.archive.witness import START, calls, needs_strace
from tests.archive.witness import names as call_names

CHUNK = 64 * 1024
CUSTODIAN, RECOVERY = keys.generate(), keys.generate()
BOTH = (CUSTODIAN.recipient, RECOVERY.recipient)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "recording.mp4"
    path.parent.mkdir()
    path.write_bytes(os.urandom(2 * CHUNK + 123))
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "archive").mkdir()
    return tmp_path / "archive"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_sealed_recording_opens_for_each_recipient_and_the_plain_one_still_stands(
    recording: Path, archive: Path, tmp_path: Path
) -> None:
    plain = recording.read_bytes()

    vault.seal_file(recording, archive / "1.age", BOTH)

    for number, key in enumerate((CUSTODIAN, RECOVERY)):
        vault.unseal_file(archive / "1.age", tmp_path / f"{number}.mp4", [key])
        assert (tmp_path / f"{number}.mp4").read_bytes() == plain
    identity = pyrage.x25519.Identity.from_str(str(RECOVERY))
    assert pyrage.decrypt((archive / "1.age").read_bytes(), [identity]) == plain
    assert recording.read_bytes() == plain
    assert names(archive) == ["1.age"]


def test_the_receipt_tells_what_lies_on_the_disk(recording: Path, archive: Path) -> None:
    receipt = vault.seal_file(recording, archive / "1.age", BOTH)

    assert receipt.sealed_name == "1.age"
    assert receipt.sealed_sha256 == files.sha256_of(archive / "1.age")
    assert receipt.sealed_bytes == (archive / "1.age").stat().st_size


def test_an_empty_recording_is_sealed_too(tmp_path: Path, archive: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")

    vault.seal_file(tmp_path / "empty", archive / "1.age", BOTH)
    vault.unseal_file(archive / "1.age", tmp_path / "out", [CUSTODIAN])

    assert (tmp_path / "out").read_bytes() == b""


def test_a_second_try_after_a_crash_replaces_the_first(recording: Path, archive: Path, tmp_path: Path) -> None:
    (archive / "1.age").write_bytes(b"half of a file, or all of it: who knows")

    receipt = vault.seal_file(recording, archive / "1.age", BOTH)
    again = vault.seal_file(recording, archive / "1.age", BOTH)

    assert receipt.sealed_sha256 != again.sealed_sha256 == files.sha256_of(archive / "1.age")
    vault.unseal_file(archive / "1.age", tmp_path / "out", [CUSTODIAN])
    assert (tmp_path / "out").read_bytes() == recording.read_bytes()


@pytest.mark.parametrize("place", [0, 30, 120, 300, 400, CHUNK, -1])
def test_a_disk_that_gives_back_something_else_is_noticed(place: int, recording: Path, archive: Path) -> None:
    def bad_disk(path: Path) -> BinaryIO:
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        return io.BytesIO(data)

    with pytest.raises(vault.ReadBackError, match="came back damaged"):
        vault.seal_file(recording, archive / "1.age", BOTH, read_back=bad_disk)

    assert names(archive) == []
    assert recording.exists()


@pytest.mark.parametrize("kept_bytes", [0, 100, CHUNK, -1])
def test_a_disk_that_lost_the_end_is_noticed(kept_bytes: int, recording: Path, archive: Path) -> None:
    with pytest.raises(vault.ReadBackError):
        vault.seal_file(
            recording, archive / "1.age", BOTH, read_back=lambda path: io.BytesIO(path.read_bytes()[:kept_bytes])
        )

    assert names(archive) == []


def test_a_copy_that_is_sound_but_holds_something_else_is_noticed(recording: Path, archive: Path) -> None:
    """As if memory had changed the plain text between the fingerprint and the cipher."""

    def other_content(path: Path) -> BinaryIO:
        with path.open("rb") as file:
            file_key = header.unwrap(header.read(file), [CUSTODIAN])
            forged = io.BytesIO()
            forged.write(path.read_bytes()[: file.tell()])
        payload.seal(io.BytesIO(b"something else"), forged, file_key)
        forged.seek(0)
        return forged

    with pytest.raises(vault.ReadBackError, match="holds something else"):
        vault.seal_file(recording, archive / "1.age", BOTH, read_back=other_content)

    assert names(archive) == []


SEAL = "vault.seal_file(paths[0], paths[1], [keys.generate().recipient])"


@needs_strace
def test_the_copy_is_on_disk_and_read_from_there_before_it_gets_its_name(recording: Path, archive: Path) -> None:
    lines = calls(SEAL, archive, recording, archive / "1.age")

    assert call_names(lines) == ["write", "fsync", "fadvise64", "read", "rename", "fsync"]
    assert "POSIX_FADV_DONTNEED" in next(line for line in lines if line.startswith("fadvise64"))


@needs_strace
@pytest.mark.parametrize("place", ["write:error=ENOSPC:when=3", "fsync:error=EIO:when=1"])
def test_a_disk_error_anywhere_leaves_no_sealed_file(place: str, recording: Path, archive: Path) -> None:
    program = f"\ntry: {SEAL}\nexcept OSError: pass\nelse: sys.exit('no error')"

    calls(program, archive, recording, archive / "1.age", inject=place)

    assert names(archive) == []
    assert recording.stat().st_size == 2 * CHUNK + 123


@needs_strace
def test_an_opened_recording_is_on_the_disk_before_it_gets_its_name(recording: Path, archive: Path) -> None:
    vault.seal_file(recording, archive / "1.age", BOTH)
    keys.write_identity_file(archive / "key", CUSTODIAN, datetime(2026, 11, 22, tzinfo=UTC))
    out = archive.with_name("out")
    out.mkdir()
    program = "vault.unseal_file(paths[0], paths[1], keys.read_identities(paths[2]))"

    lines = calls(program, out, archive / "1.age", out / "1.mp4", archive / "key")

    assert call_names(lines) == ["write", "fsync", "rename", "fsync"]


def test_an_earlier_sealed_copy_survives_a_failed_second_try(recording: Path, archive: Path) -> None:
    vault.seal_file(recording, archive / "1.age", BOTH)
    before = (archive / "1.age").read_bytes()

    with pytest.raises(vault.ReadBackError):
        vault.seal_file(recording, archive / "1.age", BOTH, read_back=lambda path: io.BytesIO(b""))

    assert (archive / "1.age").read_bytes() == before
    assert names(archive) == ["1.age"]


def test_a_recording_that_grows_meanwhile_is_not_sealed(recording: Path, archive: Path) -> None:
    def recipients() -> Iterator[keys.Recipient]:
        yield CUSTODIAN.recipient
        with recording.open("ab") as file:  # asked for after the file was opened
            file.write(b"more")

    with pytest.raises(vault.SourceChangedError, match="stands still") as caught:
        vault.seal_file(recording, archive / "1.age", recipients())
    assert recording.name not in str(caught.value)  # it goes into the journal

    assert names(archive) == []


def test_sealing_for_nobody_leaves_nothing(recording: Path, archive: Path) -> None:
    with pytest.raises(ValueError, match="at least one recipient"):
        vault.seal_file(recording, archive / "1.age", ())

    assert names(archive) == []


def test_a_full_disk_leaves_no_sealed_file_and_the_plain_one_stands(recording: Path, archive: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from archive import keys, vault\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: vault.seal_file(Path(sys.argv[1]), Path(sys.argv[2]), [keys.generate().recipient])\n"
        "except OSError as error: sys.exit(error.errno)"
    )

    child = subprocess.run([sys.executable, "-c", program, recording, archive / "1.age"], check=False)

    assert child.returncode == errno.EFBIG
    assert names(archive) == []
    assert recording.stat().st_size == 2 * CHUNK + 123


def test_a_kill_while_sealing_leaves_no_final_name_and_the_sweep_clears_up(tmp_path: Path, archive: Path) -> None:
    big = tmp_path / "big.mp4"
    with big.open("wb") as file:
        file.truncate(2_000_000_000)  # sparse: no room is used
    program = (
        "import sys; from pathlib import Path; from archive import keys, vault\n"
        "vault.seal_file(Path(sys.argv[1]), Path(sys.argv[2]), [keys.generate().recipient])"
    )

    with subprocess.Popen([sys.executable, "-c", program, big, archive / "1.age"]) as child:
        while not any(path.stat().st_size > CHUNK for path in archive.iterdir()) and child.poll() is None:
            time.sleep(0.005)
        child.kill()

    assert child.returncode == -signal.SIGKILL
    assert not (archive / "1.age").exists()
    assert len(files.sweep_unfinished(archive)) == 1
    assert names(archive) == []


def test_a_missing_recording_or_archive_folder_is_an_ordinary_file_error(recording: Path, archive: Path) -> None:
    with pytest.raises(FileNotFoundError):
        vault.seal_file(recording.with_name("gone"), archive / "1.age", BOTH)
    with pytest.raises(FileNotFoundError):
        vault.seal_file(recording, archive / "gone" / "1.age", BOTH)

    assert names(archive) == []


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), sealing.DamagedError),
        (lambda data: data[:-123 - 16], sealing.DamagedError),
        (lambda data: data + b"\n", sealing.DamagedError),
        (lambda data: b"A" + data[1:], sealing.HeaderError),
    ],
    ids=["flipped", "cut at a chunk's edge", "appended", "no header"],
)  # fmt: skip
def test_opening_a_damaged_file_leaves_nothing_but_what_was_there(
    damage: object, error: type[Exception], recording: Path, archive: Path, tmp_path: Path
) -> None:
    vault.seal_file(recording, archive / "1.age", BOTH)
    data = damage((archive / "1.age").read_bytes())  # type: ignore[operator]
    (archive / "1.age").write_bytes(data)
    out = tmp_path / "out"
    out.mkdir()

    with pytest.raises(error):
        vault.unseal_file(archive / "1.age", out / "new.mp4", [CUSTODIAN])
    assert names(out) == []

    (out / "old.mp4").write_bytes(b"old")
    with pytest.raises(error):
        vault.unseal_file(archive / "1.age", out / "old.mp4", [CUSTODIAN])
    assert names(out) == ["old.mp4"]
    assert (out / "old.mp4").read_bytes() == b"old"


def test_opening_with_a_strangers_key_leaves_nothing(recording: Path, archive: Path, tmp_path: Path) -> None:
    vault.seal_file(recording, archive / "1.age", BOTH)

    with pytest.raises(sealing.NoMatchError, match="sealed for 2 X25519 keys"):
        vault.unseal_file(archive / "1.age", archive / "out.mp4", [keys.generate()])

    assert names(archive) == ["1.age"]


def test_an_opened_recording_is_for_its_owner_only(recording: Path, archive: Path) -> None:
    vault.seal_file(recording, archive / "1.age", BOTH)

    vault.unseal_file(archive / "1.age", archive / "out.mp4", [CUSTODIAN])

    assert (archive / "out.mp4").stat().st_mode & 0o777 == 0o600


def test_a_process_killed_while_it_opens_a_recording_leaves_nothing_plain(
    recording: Path, archive: Path, tmp_path: Path
) -> None:
    vault.seal_file(recording, archive / "1.age", BOTH)
    (tmp_path / "out").mkdir()
    keys.write_identity_file(tmp_path / "key", CUSTODIAN, datetime.now(UTC))
    os.mkfifo(tmp_path / "pipe")
    program = START + "vault.unseal_file(paths[0], paths[1], keys.read_identities(paths[2]))"
    paths = [tmp_path / "pipe", tmp_path / "out/1.mp4", tmp_path / "key"]

    child = subprocess.Popen([sys.executable, "-c", program, *paths])
    with child, (tmp_path / "pipe").open("wb", buffering=0) as pipe:
        pipe.write((archive / "1.age").read_bytes()[:-100])
        end = time.monotonic() + 20
        while not opened_bytes(child.pid) and time.monotonic() < end:
            time.sleep(0.01)
        assert opened_bytes(child.pid) > 0
        child.kill()
    assert child.returncode == -signal.SIGKILL
    assert names(tmp_path / "out") == []


def opened_bytes(pid: int) -> int:
    """How much plain text a process has written into its file without a name."""
    found = [path for path in Path(f"/proc/{pid}/fd").iterdir() if "(deleted)" in str(path.readlink())]
    return sum(path.stat().st_size for path in found)


def test_where_files_need_a_name_opening_works_too(recording: Path, archive: Path, tmp_path: Path) -> None:
    vault.seal_file(recording, archive / "1.age", BOTH)
    keys.write_identity_file(tmp_path / "key", CUSTODIAN, datetime.now(UTC))
    program = START + (
        "import errno, os; opened = os.open\n"
        "def without(name, flags, *rest, **more):\n"
        "    if flags & os.O_TMPFILE == os.O_TMPFILE: raise OSError(errno.ENOTSUP, 'no')\n"
        "    return opened(name, flags, *rest, **more)\n"
        "os.open = without; vault.unseal_file(paths[0], paths[1], keys.read_identities(paths[2]))"
    )

    paths = [archive / "1.age", tmp_path / "1.mp4", tmp_path / "key"]
    subprocess.run([sys.executable, "-c", program, *paths], check=True)
    assert (tmp_path / "1.mp4").read_bytes() == recording.read_bytes()
    assert (tmp_path / "1.mp4").stat().st_mode & 0o777 == 0o600
