"""When a recording says that it was made."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from grading.made_at import made_at

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def film(path: Path, created: str, **options: str) -> Path:
    """Two black frames by another library, with a creation time as cameras write it."""
    with av.open(str(path), "w", options=options) as target:
        if created:
            target.metadata["creation_time"] = created
        stream = target.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 16
        for _ in range(2):
            frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.3gp"])
@pytest.mark.parametrize("flags", ["", "faststart"])
def test_the_cameras_moment_is_read_wherever_the_index_lies(tmp_path: Path, name: str, flags: str) -> None:
    options = {"movflags": flags} if flags else {}
    path = film(tmp_path / name, "2026-11-23T07:41:09Z", **options)
    assert made_at(path, NOW) == datetime(2026, 11, 23, 7, 41, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("created", "is_believed"),
    [
        ("", False),
        ("1970-01-01T00:00:00Z", False),
        ("2009-12-31T23:59:59Z", False),
        ("2010-01-01T00:00:00Z", True),
        ("2026-11-23T09:00:00Z", True),
        ("2026-11-23T09:00:01Z", False),
    ],
)
def test_a_moment_that_cannot_be_true_is_none(tmp_path: Path, created: str, is_believed: bool) -> None:
    assert (made_at(film(tmp_path / "a.mp4", created), NOW) is not None) is is_believed


def test_the_long_form_of_the_header_is_read(tmp_path: Path) -> None:
    seconds = int((NOW - timedelta(days=1) - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
    header = b"\x01\0\0\0" + seconds.to_bytes(8, "big") + bytes(96)
    mvhd = (8 + len(header)).to_bytes(4, "big") + b"mvhd" + header
    moov = b"\0\0\0\1moov" + (16 + len(mvhd)).to_bytes(8, "big") + mvhd
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x08ftyp" + moov)
    assert made_at(path, NOW) == NOW - timedelta(days=1)


@pytest.mark.parametrize(
    "content", [b"", b"moov", bytes(4000), b"\xff" * 4000, b"\0\0\0\x09moov\0", b"RIFF" + bytes(99)]
)
def test_what_is_no_such_file_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert made_at(path, NOW) is None


def test_a_damaged_file_says_something_believable_or_nothing(tmp_path: Path) -> None:
    whole = film(tmp_path / "a.mp4", "2026-11-23T07:41:09Z").read_bytes()
    chance, path = random.Random(7), tmp_path / "b.mp4"  # noqa: S311 - the same damage each time
    for _ in range(300):
        data = bytearray(whole[: chance.randrange(len(whole))])
        for _ in range(8):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        moment = made_at(path, NOW)
        assert moment is None or datetime(2010, 1, 1, tzinfo=UTC) <= moment <= NOW + timedelta(hours=1)
