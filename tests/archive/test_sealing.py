"""Sealing and opening streams: sizes, other programs, several recipients, and every kind of damage."""

import io
import itertools
import os
import shutil
import subprocess
import threading
import tracemalloc
from pathlib import Path
from typing import BinaryIO

import pyrage
import pytest

from archive import keys, sealing
from archive.header import LONGEST_HEADER_BYTES

CHUNK = 64 * 1024
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 3 * CHUNK, 3 * CHUNK + 17]
CUSTODIAN, RECOVERY, STRANGER = keys.generate(), keys.generate(), keys.generate()
BOTH = (CUSTODIAN.recipient, RECOVERY.recipient)

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")


def sealed(plain: bytes, recipients: tuple[keys.Recipient, ...] = BOTH) -> bytes:
    sink = io.BytesIO()
    sealing.seal(io.BytesIO(plain), sink, recipients)
    return sink.getvalue()


def opened(data: bytes, *identities: keys.SecretKey) -> bytes:
    sink = io.BytesIO()
    sealing.unseal(io.BytesIO(data), sink, identities or (CUSTODIAN,))
    return sink.getvalue()


def refusal(data: bytes, *identities: keys.SecretKey) -> type[BaseException]:
    with pytest.raises(sealing.SealedFileError) as error:
        opened(data, *identities)
    return error.type


@pytest.mark.parametrize("n_bytes", SIZES)
def test_what_was_sealed_comes_out_again_for_each_recipient(n_bytes: int) -> None:
    plain = os.urandom(n_bytes)

    data = sealed(plain)

    assert opened(data, CUSTODIAN) == plain
    assert opened(data, RECOVERY) == plain
    assert opened(data, STRANGER, RECOVERY) == plain
    assert refusal(data, STRANGER) is sealing.NoMatchError


@pytest.mark.parametrize("n_bytes", SIZES)
def test_the_size_is_that_of_the_format_to_the_byte(n_bytes: int) -> None:
    header_bytes = 22 + 2 * (3 + 6 + 1 + 43 + 1 + 43 + 1) + 4 + 43 + 1
    n_chunks = max(1, -(-n_bytes // CHUNK))

    assert len(sealed(bytes(n_bytes))) == header_bytes + 16 + n_bytes + 16 * n_chunks


@pytest.mark.parametrize("n_bytes", SIZES)
def test_pyrage_opens_what_we_seal_and_we_open_what_pyrage_seals(n_bytes: int) -> None:
    plain = os.urandom(n_bytes)
    identity = pyrage.x25519.Identity.from_str(str(RECOVERY))
    recipients = [pyrage.x25519.Recipient.from_str(str(each)) for each in BOTH]

    assert pyrage.decrypt(sealed(plain), [identity]) == plain
    assert opened(pyrage.encrypt(plain, recipients), RECOVERY) == plain


@needs_age
@pytest.mark.parametrize("n_bytes", SIZES)
def test_the_age_program_opens_what_we_seal_and_we_open_what_it_seals(n_bytes: int, tmp_path: Path) -> None:
    plain = os.urandom(n_bytes)
    identity = tmp_path / "identity.txt"
    identity.write_text(f"{CUSTODIAN}\n")

    theirs = subprocess.run(
        ["age", *(word for each in BOTH for word in ("-r", str(each)))], input=plain, capture_output=True, check=True
    ).stdout
    by_them = subprocess.run(["age", "-d", "-i", identity], input=sealed(plain), capture_output=True, check=True).stdout

    assert opened(theirs, CUSTODIAN) == plain
    assert opened(theirs, RECOVERY) == plain
    assert by_them == plain


def test_three_recipients_each_open_the_file_alone() -> None:
    three = [keys.generate() for _ in range(3)]

    data = sealed(b"recording", tuple(each.recipient for each in three))

    assert [opened(data, each) for each in three] == [b"recording"] * 3


def test_sealing_for_nobody_is_refused_and_writes_nothing() -> None:
    sink = io.BytesIO()

    with pytest.raises(ValueError, match="at least one recipient"):
        sealing.seal(io.BytesIO(b"recording"), sink, ())

    assert sink.getvalue() == b""


def test_nothing_is_the_same_in_two_files_sealed_from_one() -> None:
    one, other = sealed(b"recording"), sealed(b"recording")

    shares = [line for data in (one, other) for line in data.split(b"\n") if line.startswith(b"-> ")]
    assert len(set(shares)) == 4
    assert one[-41:-25] != other[-41:-25]  # the nonces
    assert one[-25:] != other[-25:]


def test_the_file_key_opens_its_file_and_no_other_and_does_not_show_itself() -> None:
    sink, other, plain = io.BytesIO(), io.BytesIO(), io.BytesIO()
    key = sealing.seal(io.BytesIO(b"recording"), sink, BOTH)
    sealing.seal(io.BytesIO(b"recording"), other, BOTH)

    sealing.unseal_with_file_key(io.BytesIO(sink.getvalue()), plain, key)

    assert plain.getvalue() == b"recording"
    assert repr(key) == "FileKey(hidden)"
    with pytest.raises(sealing.HeaderMacError):
        sealing.unseal_with_file_key(io.BytesIO(other.getvalue()), plain, key)


def test_every_single_flipped_bit_of_a_small_file_is_refused() -> None:
    data = sealed(b"recording")

    for place, bit in itertools.product(range(len(data)), range(8)):
        changed = bytearray(data)
        changed[place] ^= 1 << bit
        assert issubclass(refusal(bytes(changed)), sealing.SealedFileError), (place, bit)


def test_a_flipped_byte_at_every_kind_of_place_of_a_long_file_is_refused() -> None:
    data = sealed(os.urandom(2 * CHUNK + 100))
    body = len(data) - (2 * CHUNK + 100 + 3 * 16)
    edges = [body, body + CHUNK + 16, body + 2 * (CHUNK + 16), len(data)]
    around = [edge + shift for edge in edges for shift in (-17, -16, -1, 0, 1, 15, 16) if edge + shift < len(data)]

    for place in [*range(0, body, 7), *around, body + CHUNK // 2]:
        changed = bytearray(data)
        changed[place] ^= 0xFF
        refusal(bytes(changed))


def test_every_cut_end_is_refused_and_chunk_edges_above_all() -> None:
    data = sealed(os.urandom(2 * CHUNK + 100))
    body = len(data) - (2 * CHUNK + 100 + 3 * 16)
    edges = [body + CHUNK + 16, body + 2 * (CHUNK + 16)]

    assert {refusal(data[:edge]) for edge in edges} == {sealing.DamagedError}
    for length in [*range(0, body + 20), *(edge + shift for edge in edges for shift in (-17, -16, -1, 1, 16, 17))]:
        refusal(data[:length])
    for n_bytes in (1, 15, 16, 17, 20, 100):
        assert refusal(data[:-n_bytes]) is sealing.DamagedError


def test_chunks_in_another_order_or_left_out_or_repeated_are_refused() -> None:
    data = sealed(os.urandom(3 * CHUNK))
    body = len(data) - 3 * (CHUNK + 16)
    start, chunks = data[:body], [data[at : at + CHUNK + 16] for at in range(body, len(data), CHUNK + 16)]

    for order in [(1, 0, 2), (0, 2), (1, 2), (0, 0, 1, 2), (2, 1, 0), (0, 1, 2, 2), (0, 1, 1), (0, 1, 2, 0)]:
        assert refusal(start + b"".join(chunks[index] for index in order)) is sealing.DamagedError, order
    assert refusal(start) is sealing.DamagedError


@pytest.mark.parametrize("n_bytes", [0, 5, CHUNK])
@pytest.mark.parametrize("tail", [b"\x00", b"\n", bytes(16), bytes(CHUNK), bytes(CHUNK + 16)], ids=len)
def test_appended_bytes_are_refused(n_bytes: int, tail: bytes) -> None:
    assert refusal(sealed(bytes(n_bytes)) + tail) is sealing.DamagedError


def test_the_body_of_one_file_behind_the_header_of_another_is_refused() -> None:
    one, other = sealed(b"recording"), sealed(b"recording")

    assert refusal(one[:-41] + other[-41:]) is sealing.DamagedError


def test_nothing_but_the_good_chunks_in_front_comes_out_of_a_damaged_file() -> None:
    plain = os.urandom(2 * CHUNK + 5)
    data = bytearray(sealed(plain))
    data[-30 - CHUNK] ^= 1  # in the second chunk
    sink = io.BytesIO()

    with pytest.raises(sealing.DamagedError, match="chunk 2"):
        sealing.unseal(io.BytesIO(data), sink, [CUSTODIAN])

    assert sink.getvalue() == plain[:CHUNK]


def test_a_cut_file_and_a_changed_one_are_told_apart_in_words() -> None:
    data = sealed(bytes(2 * CHUNK))

    for bad, words in [
        (data[: -CHUNK - 16], "cut off after this chunk"),
        (data[: -CHUNK - 6], "is cut off; get a complete"),
        (data + b"\n", "appended"),
        (data[:-1] + bytes([data[-1] ^ 1]), "changed or cut"),
    ]:
        with pytest.raises(sealing.DamagedError, match=words):
            opened(bad)


def test_a_file_that_ends_within_its_header_is_told_to_be_cut() -> None:
    data = sealed(b"recording")

    for length in range(data.index(b"\n---") + 40):
        with pytest.raises(sealing.HeaderError, match=r"ends within the header, in line \d"):
            opened(data[:length])


def test_an_endless_header_is_refused_at_our_bound() -> None:
    class Endless(io.RawIOBase):
        n_bytes = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:
            line = b"-> grease\n\n"
            for index in range(len(buffer)):
                buffer[index] = line[(self.n_bytes + index) % len(line)]
            self.n_bytes += len(buffer)
            return len(buffer)

    source = Endless()
    start = b"age-encryption.org/v1\n"

    class Prefixed(io.BufferedReader):
        def readline(self, size: int | None = -1, /) -> bytes:
            nonlocal start
            if start:
                line, start = start, b""
                return line
            return super().readline(size)

    with pytest.raises(sealing.HeaderError, match="longer than"):
        sealing.unseal(Prefixed(source), io.BytesIO(), [CUSTODIAN])

    assert source.n_bytes < 2 * LONGEST_HEADER_BYTES


def test_a_line_without_end_is_refused_at_our_bound() -> None:
    data = b"age-encryption.org/v1\n-> " + b"a" * (2 * LONGEST_HEADER_BYTES)

    with pytest.raises(sealing.HeaderError, match="longer than"):
        opened(data)


def test_streams_that_hand_out_and_take_little_at_a_time_work_too() -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(1000, size or 1000))

        def write(self, data: memoryview, /) -> int:  # type: ignore[override]
            return super().write(bytes(data[:777]))

    plain = os.urandom(CHUNK + 5000)
    closed, out = Trickle(), Trickle()

    sealing.seal(Trickle(plain), closed, BOTH)
    sealing.unseal(Trickle(closed.getvalue()), out, [CUSTODIAN])

    assert out.getvalue() == plain


def test_a_pipe_can_be_sealed_and_opened() -> None:
    plain = os.urandom(3 * CHUNK + 1)

    def through_a_pipe(data: bytes, work: str) -> bytes:
        reading, writing = os.pipe()

        def feed() -> None:
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(data)

        feeder = threading.Thread(target=feed)
        feeder.start()
        sink = io.BytesIO()
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            source: BinaryIO = pipe  # type: ignore[assignment]
            if work == "seal":
                sealing.seal(source, sink, BOTH)
            else:
                sealing.unseal(source, sink, [CUSTODIAN])
        feeder.join()
        return sink.getvalue()

    assert through_a_pipe(through_a_pipe(plain, "seal"), "unseal") == plain


def test_memory_does_not_grow_with_the_recording() -> None:
    class Zeros:
        def __init__(self, n_bytes: int) -> None:
            self.left = n_bytes

        def read(self, n_bytes: int) -> bytes:
            taken = min(n_bytes, self.left)
            self.left -= taken
            return bytes(taken)

    class Nowhere:
        def write(self, data: bytes) -> int:
            return len(data)

    tracemalloc.start()
    sealing.seal(Zeros(50_000_000), Nowhere(), BOTH)  # type: ignore[arg-type]
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 1_000_000


def test_a_disk_error_while_sealing_is_not_swallowed() -> None:
    class Full(io.BytesIO):
        def write(self, data: memoryview, /) -> int:  # type: ignore[override]
            if self.tell() > CHUNK:
                raise OSError(28, "No space left on device")
            return super().write(data)

    with pytest.raises(OSError, match="No space left"):
        sealing.seal(io.BytesIO(bytes(5 * CHUNK)), Full(), BOTH)
