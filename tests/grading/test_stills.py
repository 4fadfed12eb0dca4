from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from grading.stills import GAP_PX, strip
from grading.types import Pixels
from grading.video import UnreadableError
from tests.grading.made import steady, video


def brighter(time_s: float) -> Pixels:
    """A grey that tells its second: 20 a second."""
    return np.full((120, 160, 3), 20 + int(time_s) * 40, np.uint8)


def levels(path: Path, at_s: tuple[float, ...]) -> list[int]:
    made = strip(path, at_s, 60)
    picture = cv2.imdecode(np.frombuffer(made.png, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (made.height_px, made.width_px, 3) == (60, 80 * len(at_s) + GAP_PX * (len(at_s) - 1), 3)
    return [round(float(picture[30, (80 + GAP_PX) * place + 40].mean())) for place in range(len(at_s))]


def test_frames_are_those_shown_at_their_times(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", steady(10, 5.0), brighter)

    assert levels(path, (0.0, 2.5, 4.0)) == pytest.approx([20, 100, 180], abs=4)
    assert levels(path, (1.0, 1.0, 99.0)) == pytest.approx([60, 60, 180], abs=4)


def test_what_is_no_video_gives_no_frames(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video" * 100)

    with pytest.raises(UnreadableError):
        strip(tmp_path / "a.mp4", (0.0,), 60)
    with pytest.raises(ValueError, match="no times"):
        strip(tmp_path / "a.mp4", (), 60)
