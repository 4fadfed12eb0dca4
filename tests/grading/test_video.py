from pathlib import Path

import numpy as np
import pytest

from grading.container import Wholeness, wholeness
from grading.video import Recording, TruncatedError, UnreadableError
from tests.grading import made


def read(path: Path, frames_per_s: float = 0) -> list[float]:
    with Recording(path) as recording:
        return [frame.time_s for frame in recording.frames(frames_per_s)]


def test_times_are_presentation_times_not_index_over_rate(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.08, 0.5, 0.54, 1.5, 1.54, 2.0]
    for name in ("variable.mp4", "variable.mkv"):
        path = made.video(tmp_path / name, times, made.plain(90))
        assert read(path) == pytest.approx(times, abs=0.002)


def test_sampling_takes_the_frames_nearest_to_their_due_times(tmp_path: Path) -> None:
    path = made.video(tmp_path / "steady.mp4", made.steady(30, 3), made.plain(90))
    sampled = read(path, frames_per_s=10)
    assert len(sampled) == 30
    assert np.diff(sampled) == pytest.approx(0.1, abs=0.034)


def test_a_video_slower_than_the_sampling_gives_every_frame(tmp_path: Path) -> None:
    path = made.video(tmp_path / "slow.mp4", made.steady(5, 2), made.plain(90))
    assert read(path, frames_per_s=10) == pytest.approx([index / 5 for index in range(10)], abs=0.002)


def test_sampling_does_not_drift_when_its_rate_does_not_divide_the_video_s(tmp_path: Path) -> None:
    path = made.video(tmp_path / "25.mp4", made.steady(25, 4), made.plain(90))
    assert len(read(path, frames_per_s=10)) == pytest.approx(40, abs=1)


def test_length_reaches_to_the_end_of_the_last_frame(tmp_path: Path) -> None:
    path = made.video(tmp_path / "whole.mp4", made.steady(30, 2), made.plain(90))
    with Recording(path) as recording:
        list(recording.frames(10))
    assert recording.length_s == pytest.approx(2.0, abs=0.01)


def test_rotation_written_by_a_telephone_is_honoured(tmp_path: Path) -> None:
    path = made.turned_by_90(made.video(tmp_path / "turned.mp4", made.steady(30, 1), _upper_half_white))
    with Recording(path) as recording:
        frame = next(recording.frames(10))
    assert frame.pixels.shape == (160, 120, 3)
    left, right = frame.pixels[:, :50].mean(), frame.pixels[:, 70:].mean()
    assert right > 200 and left < 60  # turned clockwise: what was above is now on the right


def test_pixels_are_rgb(tmp_path: Path) -> None:
    def red(_: float) -> np.ndarray:
        picture = np.zeros((120, 160, 3), np.uint8)
        picture[..., 0] = 220
        return picture

    with Recording(made.video(tmp_path / "red.mp4", made.steady(30, 0.5), red)) as recording:
        frame = next(recording.frames(10))
    assert frame.pixels[..., 0].mean() > 180 and frame.pixels[..., 2].mean() < 60


@pytest.mark.parametrize("content", [b"", b"garbage" * 5000, b"\x00" * 100_000, b"RIFF", b"\x1a\x45\xdf\xa3"])
def test_a_file_that_is_no_video_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.mp4"
    path.write_bytes(content)
    with pytest.raises((UnreadableError, TruncatedError)) as error, Recording(path) as recording:
        list(recording.frames(10))
    assert isinstance(error.value, UnreadableError) or content[:4] == b"\x1a\x45\xdf\xa3"


LISTS = {
    "concat": "ffconcat version 1.0\nfile other.mp4\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nother.mp4\n#EXT-X-ENDLIST\n",
    "session": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_text_that_names_other_films_is_no_film(tmp_path: Path, kind: str) -> None:
    """FFmpeg by itself opens what a play list names: another patient's recording would be graded in its place."""
    made.video(tmp_path / "other.mp4", made.steady(30, 3), made.plain(90))
    (tmp_path / "list.mp4").write_text(LISTS[kind])

    with pytest.raises(UnreadableError):
        read(tmp_path / "list.mp4")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.97])
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_a_copy_that_broke_off_is_truncated(tmp_path: Path, suffix: str, share: float) -> None:
    path = made.cut(made.video(tmp_path / f"cut.{suffix}", made.steady(30, 6), made.plain(90)), share)
    with pytest.raises(TruncatedError):
        read(path, frames_per_s=10)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_fast_start_mp4_is_truncated_although_it_opens(tmp_path: Path, share: float) -> None:
    path = made.cut(made.fast_start(tmp_path / "cut.mp4", made.steady(30, 6), made.plain(90)), share)
    with pytest.raises(TruncatedError):
        read(path, frames_per_s=10)


@pytest.mark.parametrize("suffix", ["mp4", "avi"])
def test_a_preallocated_file_is_truncated_although_its_length_is_right(tmp_path: Path, suffix: str) -> None:
    make = made.fast_start if suffix == "mp4" else made.video
    path = made.preallocated(make(tmp_path / f"zeros.{suffix}", made.steady(30, 6), made.plain(90)), 0.6)
    with pytest.raises(TruncatedError):
        read(path, frames_per_s=10)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_a_whole_file_is_whole(tmp_path: Path, suffix: str) -> None:
    path = made.video(tmp_path / f"whole.{suffix}", made.steady(30, 3), made.plain(90))
    assert wholeness(path) is not Wholeness.CUT
    assert len(read(path)) == 90


def test_a_variable_rate_file_is_not_taken_for_a_cut_one(tmp_path: Path) -> None:
    times = [index / 30 for index in range(60)] + [2 + index / 8 for index in range(16)]
    for name in ("variable.mp4", "variable.mkv"):
        assert len(read(made.video(tmp_path / name, times, made.plain(90)))) == len(times)


def test_only_the_start_of_an_endless_recording_is_read(tmp_path: Path) -> None:
    path = made.video(tmp_path / "long.mp4", made.steady(30, 6), made.plain(90))
    with Recording(path) as recording:
        times = [frame.time_s for frame in recording.frames(10, longest_s=2.0)]
    assert max(times) <= 2.0 < recording.length_s


def _upper_half_white(_: float) -> np.ndarray:
    picture = np.zeros((120, 160, 3), np.uint8)
    picture[:60] = 255
    return picture
