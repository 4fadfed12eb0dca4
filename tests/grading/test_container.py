"""What a file says of itself, and that no file can make us walk for ever."""

from __future__ import annotations

import struct
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from grading.container import Wholeness, bookkeeping, has_hole, wholeness
from grading.types import Pixels
from grading.video import Claims, Lacking, Recording, TruncatedError, UnreadableError, lacking_of
from tests.grading import made


def harmed(path: Path, start: float, end: float) -> Path:
    """A file of full size whose bytes between these shares were never written."""
    whole = path.read_bytes()
    first, last = int(len(whole) * start), int(len(whole) * end)
    path.write_bytes(whole[:first] + bytes(last - first) + whole[last:])
    return path


def filmed(path: Path) -> Path:
    path.write_bytes(_filmed(path.name))
    return path


@cache
def _filmed(name: str) -> bytes:
    """Made once for all tests; to change a copy is the test's own affair."""
    options = {"movflags": "frag_keyframe+empty_moov"} if name.startswith("fragments") else {}
    with tempfile.TemporaryDirectory() as folder:
        return made.video(Path(folder) / name, made.steady(30, 6), noise, options).read_bytes()


def noise(time_s: float) -> Pixels:
    """Pictures that cannot be packed small, so that the film is most of the file."""
    return np.random.default_rng(round(time_s * 30)).integers(0, 255, (96, 128, 3), np.uint8)


@pytest.mark.parametrize("name", ["a.mp4", "fragments.mp4", "a.mkv", "a.avi", "a.mov", "a.ts", "a.mpg"])
@pytest.mark.parametrize(("start", "end"), [(0.5, 1.0), (0.9, 1.0), (0.4, 0.55)])
def test_a_file_with_a_hole_is_never_taken_for_whole(tmp_path: Path, name: str, start: float, end: float) -> None:
    path = harmed(filmed(tmp_path / name), start, end)

    with pytest.raises((TruncatedError, UnreadableError)), Recording(path) as recording:
        list(recording.frames(10))


@pytest.mark.parametrize("name", ["a.mp4", "fragments.mp4", "a.mkv", "a.avi", "a.mov", "a.ts", "a.mpg"])
def test_a_whole_one_of_the_same_kind_is_read_to_its_end(tmp_path: Path, name: str) -> None:
    path = filmed(tmp_path / name)
    assert wholeness(path) is not Wholeness.CUT

    with Recording(path) as recording:
        list(recording.frames(10))
    assert recording.frames_seen == 180


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (b"", struct.pack(">I4s", 8, b"free")),  # boxes of nothing
        (b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff", b"\xec\x80"),  # empty elements
        (b"", b"JUNK\x01\x00\x00\x00x\x00"),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + struct.pack("<Q", 24), b"x" * 16 + struct.pack("<Q", 24)),
    ],
)
def test_a_file_of_millions_of_empty_parts_is_looked_at_in_no_time(tmp_path: Path, head: bytes, part: bytes) -> None:
    path = tmp_path / "bomb.mp4"
    start = b"RIFF" + part[4:] if part[:4] == b"JUNK" else b""
    path.write_bytes(head + start + part * (8_000_000 // len(part)))

    began_s = time.process_time()
    said = wholeness(path)

    assert said is Wholeness.UNKNOWN or said is Wholeness.CUT
    assert time.process_time() - began_s < 30.0


@pytest.mark.parametrize("length", [0, 1, 2**31, 2**63 - 1, 2**64 - 1])
def test_a_box_that_claims_any_length_is_stood(tmp_path: Path, length: int) -> None:
    path = tmp_path / "claims.mp4"
    path.write_bytes(struct.pack(">I4s", 16, b"ftyp") + bytes(8) + struct.pack(">I4sQ", 1, b"moov", length) + b"x" * 99)

    assert wholeness(path) is not Wholeness.WHOLE


def test_the_frames_of_a_matroska_file_are_counted_without_decoding(tmp_path: Path) -> None:
    assert bookkeeping(filmed(tmp_path / "a.mkv")).video_frames == 180
    assert bookkeeping(filmed(tmp_path / "fragments.mp4")).video_frames == 180


def test_a_run_of_zeros_is_found_wherever_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for at in (0, 1, 1024 * 1024 - 100, 2 * 1024 * 1024 - 1):
        path.write_bytes(b"x" * at + bytes(4096) + b"x" * 500)
        assert has_hole(path)
        path.write_bytes(b"x" * at + bytes(4095) + b"x" * 500)
        assert not has_hole(path)


def test_an_avi_with_dropped_frames_and_a_padded_head_is_whole(tmp_path: Path) -> None:
    """Cameras write an empty chunk where they dropped a frame; the head is padded with zeros (JUNK)."""
    path = made.video(tmp_path / "dropped.avi", [second for second in made.steady(30, 4) if second % 0.5 < 0.3], noise)
    data = path.read_bytes()
    movi = data.index(
        b"LIST", data.index(b"LIST") + 4
    )  # padding before the film, as programs that index later write it
    padding = b"JUNK" + struct.pack("<I", 6000) + bytes(6000)
    size = struct.pack("<I", int.from_bytes(data[4:8], "little") + len(padding))
    path.write_bytes(data[:4] + size + data[8:movi] + padding + data[movi:])

    with Recording(path) as recording:
        list(recording.frames(10))
    assert recording.frames_seen > 60


def test_a_sound_track_that_is_longer_than_the_film_makes_no_claim_about_it(tmp_path: Path) -> None:
    book = bookkeeping(filmed(tmp_path / "a.mkv"))

    assert lacking_of(book, Claims(300, 30.0, 10.0), 180, 6.0) is Lacking.NOTHING
    assert lacking_of(book, Claims(300, 30.0, 10.0), 100, 3.3) is Lacking.MUCH
