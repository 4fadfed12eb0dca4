from pathlib import Path

import cv2
import numpy as np
import pytest

from grading.crops import CROP_PX, EYES_DOWN, TARGET_LUMA, crop, levelling, lit, luma
from grading.types import Box, Frame, Landmarks, Point
from tests.grading.toys import landmarks_of

DATA = Path(__file__).parent / "data"


def picture_with_eyes(landmarks: Landmarks) -> np.ndarray:
    pixels = np.full((400, 400, 3), 90, np.uint8)
    for eye in (landmarks.left_eye, landmarks.right_eye):
        cv2.circle(pixels, (round(eye.x), round(eye.y)), 4, (255, 255, 255), -1)
    return pixels


@pytest.mark.parametrize("degrees", [-40, -10, 0, 15, 60])
def test_the_eyes_come_to_lie_level_at_their_place(degrees: float) -> None:
    upright = landmarks_of(Box(120, 120, 160, 160))
    turn = cv2.getRotationMatrix2D((200, 200), degrees, 1.0)
    points = [turn @ (p.x, p.y, 1) for p in vars(upright).values()]
    turned = Landmarks(*(Point(float(x), float(y)) for x, y in points))
    matrix = levelling(turned, CROP_PX)
    left = matrix @ (turned.left_eye.x, turned.left_eye.y, 1)
    right = matrix @ (turned.right_eye.x, turned.right_eye.y, 1)
    assert left[1] == pytest.approx(right[1]) == pytest.approx(CROP_PX * EYES_DOWN)
    assert (left[0] + right[0]) / 2 == pytest.approx(CROP_PX / 2)
    assert left[0] < right[0]
    cut = crop(Frame(0.0, picture_with_eyes(turned)), turned)
    at = cut.pixels[round(left[1]), round(left[0])]
    assert at.min() > 200


def test_the_same_face_twice_as_large_gives_the_same_crop() -> None:
    small = cv2.imread(str(DATA / "P1004_01.jpg"))[..., ::-1]
    large = cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    points = landmarks_of(Box(60, 40, 130, 170))
    doubled = Landmarks(*(Point(p.x * 2 + 0.5, p.y * 2 + 0.5) for p in vars(points).values()))
    one = crop(Frame(0.0, np.ascontiguousarray(small)), points).pixels.astype(float)
    other = crop(Frame(0.0, np.ascontiguousarray(large)), doubled).pixels.astype(float)
    assert np.abs(one - other).mean() < 4


def test_exposure_is_levelled_and_the_true_brightness_told() -> None:
    points = landmarks_of(Box(120, 120, 160, 160))
    for level in (40, 90, 200):
        cut = crop(Frame(0.0, np.full((400, 400, 3), level, np.uint8)), points)
        assert cut.brightness == pytest.approx(level, abs=1)
        assert luma(cut.pixels) == pytest.approx(TARGET_LUMA, abs=2)


def test_black_stays_black() -> None:
    cut = crop(Frame(0.0, np.zeros((400, 400, 3), np.uint8)), landmarks_of(Box(120, 120, 160, 160)))
    assert cut.pixels.max() == 0


def test_a_face_on_one_point_is_refused() -> None:
    point = Point(10.0, 10.0)
    with pytest.raises(ValueError, match="one point"):
        crop(Frame(0.0, np.zeros((50, 50, 3), np.uint8)), Landmarks(point, point, point, point, point))


def test_a_face_over_the_edge_of_the_picture_gives_a_whole_crop() -> None:
    cut = crop(Frame(0.0, np.full((100, 100, 3), 80, np.uint8)), landmarks_of(Box(60, 60, 160, 160)))
    assert cut.pixels.shape == (CROP_PX, CROP_PX, 3)
    assert cut.pixels.min() > 100  # levelled, no black border


def test_the_golden_crop_has_not_changed() -> None:
    pixels = np.ascontiguousarray(cv2.imread(str(DATA / "P1004_02.jpg"))[..., ::-1])
    cut = crop(Frame(0.0, pixels), landmarks_of(Box(60, 40, 130, 170))).pixels
    small = cv2.resize(cut, (4, 4), interpolation=cv2.INTER_AREA).astype(int)
    golden = np.load(DATA / "golden_crop.npy")
    assert np.abs(small - golden).max() <= 1  # pixel for pixel what the bundled network was trained on


def test_a_dim_picture_is_lit_before_faces_are_looked_for_and_a_bright_one_left_alone() -> None:
    bright, dim = np.full((40, 40, 3), 150, np.uint8), np.full((40, 40, 3), 30, np.uint8)
    assert lit(bright, 150.0) is bright
    assert lit(dim, 30.0).mean() == pytest.approx(TARGET_LUMA, abs=2)


@pytest.mark.parametrize(
    "box", [Box(500, 300, 420, 520), Box(-150, 500, 420, 520), Box(1500, -700, 420, 520), Box(2500, 500, 420, 520)]
)
def test_a_large_face_is_softened_as_if_the_whole_picture_were(box: Box) -> None:
    small = np.random.default_rng(0).integers(0, 256, (54, 96, 3), dtype=np.uint8)
    pixels = np.asarray(cv2.resize(small, (1920, 1080), interpolation=cv2.INTER_CUBIC), np.uint8)
    points = landmarks_of(box)
    matrix = levelling(points, CROP_PX)
    shrink = 1 / np.hypot(matrix[0, 0], matrix[0, 1])
    assert shrink > 1.5
    blurred = cv2.GaussianBlur(pixels, (0, 0), 0.5 * np.sqrt(shrink**2 - 1))
    cut = cv2.warpAffine(blurred, matrix, (CROP_PX, CROP_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    brightness = luma(np.asarray(cut, np.uint8))
    wanted = cv2.convertScaleAbs(cut, alpha=TARGET_LUMA / brightness)
    assert np.abs(crop(Frame(0.0, pixels), points).pixels.astype(int) - wanted).max() <= 1
