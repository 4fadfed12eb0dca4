"""Files of many programs and cameras, made with ffmpeg: the whole ones are read to the end, the cut ones never pass."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from grading.video import Recording, TruncatedError, UnreadableError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg, which makes the files, is missing"),
]

PICTURE = "testsrc2=s=320x240:r=30:d=6"
H264 = "-c:v libx264 -preset ultrafast"
SOUND = "-f lavfi -t 10 -i sine=440"
SILENCE = "-f lavfi -t 10 -i anullsrc"

# name -> what ffmpeg is told
KINDS = {
    "fast-start.mp4": f"{H264} -movflags +faststart",
    "b-frames.mp4": "-c:v libx264 -preset medium -bf 3",
    "fragments.mp4": f"{H264} -movflags frag_keyframe+empty_moov -g 30",
    "phone.mov": "-c:v libx265 -pix_fmt yuv420p10le -preset ultrafast -tag:v hvc1 -x265-params log-level=error",
    "plain.mkv": H264,
    "live.mkv": f"{H264} -live 1",
    "vp8.webm": "-c:v libvpx -deadline realtime -cpu-used 8 -auto-alt-ref 0",
    "altref.webm": "-c:v libvpx -auto-alt-ref 1 -lag-in-frames 16 -deadline good -cpu-used 5",
    "mpeg4.avi": "-c:v mpeg4",
    "mjpeg.avi": "-c:v mjpeg",
    "camcorder.m2ts": H264,
    "stream.ts": H264,
    "program.mpg": "-c:v mpeg2video",
    "old.wmv": "-c:v wmv2",
    "old.3gp": "-vf scale=176:144 -c:v h263",
}
VARIABLE = "-vf select='lt(t,1)+gt(t,4)*not(mod(n,3))' -vsync vfr"
HEALTHY = {
    **{f"sound-{name}": f"{SOUND} {how}" for name, how in KINDS.items() if name not in ("old.3gp", "vp8.webm")},
    "sound-vp8.webm": f"{SOUND} {KINDS['vp8.webm']} -c:a libvorbis",
    "silence.mov": f"{SILENCE} {H264} -c:a pcm_s16le",
    "silence.avi": f"{SILENCE} -c:v mpeg4 -c:a pcm_s16le",
    "silence.mkv": f"{SILENCE} {H264} -c:a pcm_s16le",
    "variable.mp4": f"{VARIABLE} {H264}",
    "variable.mkv": f"{VARIABLE} {H264}",
    "variable.webm": f"{VARIABLE} -c:v libvpx -deadline realtime -cpu-used 8",
    "every-frame-a-fragment.mp4": f"{H264} -movflags dash+delay_moov+frag_every_frame",
}


def film(path: Path, how: str, source: str = f"-f lavfi -i {PICTURE}") -> Path:
    command = ["ffmpeg", "-y", "-v", "error", *source.split(), *how.split(), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return path


@cache
def _filmed(name: str, how: str) -> bytes:
    """Made once for all tests that begin with it."""
    with tempfile.TemporaryDirectory() as folder:
        return film(Path(folder) / name, how).read_bytes()


def filmed(path: Path, how: str) -> Path:
    path.write_bytes(_filmed(path.name, how))
    return path


def read(path: Path) -> int:
    with Recording(path) as recording:
        list(recording.frames(10, 600))
    return recording.frames_seen


@pytest.mark.parametrize("name", [*KINDS, *HEALTHY])
def test_a_healthy_file_is_read_to_its_end(tmp_path: Path, name: str) -> None:
    path = filmed(tmp_path / name, {**KINDS, **HEALTHY}[name])

    assert read(path) >= (45 if name.startswith("variable") else 179)


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_lacks_a_part_is_never_read_as_whole(tmp_path: Path, name: str) -> None:
    path = filmed(tmp_path / name, KINDS[name])
    data = path.read_bytes()
    half, most = (
        len(data) // 2 | 1,
        int(len(data) * 0.9) | 1,
    )  # a transport stream cut between two packets tells nothing
    hole = data[: int(len(data) * 0.45)] + bytes(len(data) // 10)
    harmed = {
        "cut in half": data[:half],
        "its end is cut": data[:most],
        "half is zeros": data[:half] + bytes(len(data) - half),
        "its end is zeros": data[:most] + bytes(len(data) - most),
        "a hole in the middle": hole + data[len(hole) :],
    }
    passed = []
    for harm, content in harmed.items():
        path.write_bytes(content)
        try:
            read(path)
        except (TruncatedError, UnreadableError):
            continue
        passed.append(harm)

    assert passed == []


@pytest.mark.parametrize("cut", ["-ss 2.2", "-ss 2.2 -t 1.5"])
@pytest.mark.parametrize("suffix", ["mp4", "mov"])
def test_a_film_trimmed_on_a_telephone_shows_only_what_is_left(tmp_path: Path, suffix: str, cut: str) -> None:
    """The frames before the cut stay in the file; an edit list hides them (ISO/IEC 14496-12, 8.6.6)."""
    whole = filmed(tmp_path / "whole.mp4", f"{H264} -g 90 -bf 2")
    trimmed = film(tmp_path / f"trimmed.{suffix}", "-c copy", f"{cut} -i {whole}")

    assert 40 <= read(trimmed) <= 130


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_film_of_24_minutes_is_read_up_to_the_longest_that_is_graded(tmp_path: Path, suffix: str) -> None:
    path = film(tmp_path / f"long.{suffix}", H264, "-f lavfi -i testsrc=s=64x48:r=5:d=1440")

    assert read(path) == 3002
