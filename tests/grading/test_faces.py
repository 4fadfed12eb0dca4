import os
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from grading.faces import CascadeFinder, patches, scales, thinned
from grading.track import overlap
from grading.types import Box, Face, Pixels
from grading.video import Recording
from tests.grading.contracts import check_finder

DATA = Path(__file__).parent / "data"
SAMPLES = Path(__file__).parents[2] / "samples"


def still(name: str) -> Pixels:
    return np.asarray(cv2.imread(str(DATA / name))[..., ::-1], np.uint8).copy()


def sample_frame(name: str) -> Pixels:
    with Recording(SAMPLES / name) as recording:
        return next(recording.frames(10)).pixels


def eye_distance(face: Face) -> float:
    left, right = face.landmarks.left_eye, face.landmarks.right_eye
    return float(np.hypot(right.x - left.x, right.y - left.y))


def test_the_real_finder_keeps_the_contract() -> None:
    empty = np.full((256, 256, 3), 120, np.uint8)
    check_finder(CascadeFinder(), still("P1004_01.jpg"), empty)


def test_exact_mode_equals_the_mtcnn_package() -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    from mtcnn import MTCNN

    package, ours = MTCNN(), CascadeFinder()
    pictures = [still(path.name) for path in sorted(DATA.glob("*.jpg"))] + [
        sample_frame("bed07_P0105_straight-leg-raise.mp4")
    ]
    for pixels in pictures:
        theirs = package.detect_faces(pixels, output_type="numpy", box_format="xyxy")
        found = ours.find(pixels)
        assert len(found) == len(theirs) >= 1
        for row, face in zip(theirs, found, strict=True):
            their_box = Box(row[1], row[2], row[3] - row[1], row[4] - row[2])
            assert overlap(their_box, face.box) >= 0.999
            points = face.landmarks
            x = [points.left_eye.x, points.right_eye.x, points.nose.x, points.mouth_left.x, points.mouth_right.x]
            y = [points.left_eye.y, points.right_eye.y, points.nose.y, points.mouth_left.y, points.mouth_right.y]
            assert np.abs(np.array(x + y) - row[6:16]).max() < 0.002 * eye_distance(face)
            assert face.confidence == pytest.approx(row[5], abs=1e-4)


def test_the_fast_mode_finds_the_same_face_nearly_in_the_same_place() -> None:
    pixels = sample_frame("bed12_P0101_turning.mp4")
    exact, fast = CascadeFinder().find(pixels), CascadeFinder(0.10).find(pixels)
    assert len(fast) == 1
    assert overlap(exact[0].box, fast[0].box) > 0.85


def test_following_stays_on_the_face() -> None:
    finder = CascadeFinder(0.10)
    with Recording(SAMPLES / "bed12_P0101_turning.mp4") as recording:
        stream = recording.frames(10)
        face = finder.find(next(stream).pixels)[0]
        for _ in range(12):
            pixels = next(stream).pixels
            followed = finder.follow(pixels, face, 0.9)
            assert followed is not None
            face = followed
    assert overlap(face.box, finder.find(pixels)[0].box) > 0.7


def test_no_face_is_found_in_noise_darkness_or_a_tiny_picture() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    for pixels in (noise, np.zeros((720, 1280, 3), np.uint8), np.zeros((5, 5, 3), np.uint8)):
        assert CascadeFinder().find(pixels) == []


def test_a_picture_of_another_kind_is_refused() -> None:
    for pixels in (np.zeros((100, 100), np.uint8), np.zeros((100, 100, 3), np.float32)):
        with pytest.raises(ValueError, match="uint8"):
            CascadeFinder().find(pixels)  # type: ignore[arg-type]


def test_the_pyramid_is_the_package_s_and_a_smallest_face_only_shortens_it() -> None:
    whole = scales(1280, 720)
    assert whole[0] == pytest.approx(0.6)
    assert [b / a for a, b in pairwise(whole)] == pytest.approx([0.709] * (len(whole) - 1))
    shorter = scales(1280, 720, 72)
    assert shorter == whole[-len(shorter) :]
    assert 12 / 72 <= shorter[0] < 12 / 72 / 0.709


def test_a_box_falls_if_a_better_one_overlaps_it_even_one_that_fell() -> None:
    row = np.array([[0, 0, 10, 10, 0.9], [4, 0, 14, 10, 0.8], [8, 0, 18, 10, 0.7], [40, 0, 50, 10, 0.6]], float)
    assert thinned(row, 0.3)[:, 4].tolist() == [0.9, 0.6]  # greedy thinning would keep 0.7


def test_patches_are_black_free_zeros_outside_the_picture() -> None:
    pixels = np.full((20, 20, 3), 255, np.uint8)
    patch = patches(pixels, np.array([[-20.0, -20.0, 20.0, 20.0, 1.0]]), 24)[0]
    assert patch[:11].max() == 0 and patch[-5:, -5:].min() == pytest.approx(127.5 / 128)
