import cv2
import numpy as np
import pytest

from grading.pyramid import Pyramid, normalised


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("scale", [0.6, 0.25, 0.213, 0.1, 0.0273])
def test_a_level_is_the_mean_of_the_areas_that_its_pixels_cover(scale: float) -> None:
    pixels = noise(413, 657)
    whole = (pixels.astype(np.float32) - np.float32(127.5)) / np.float32(128)
    wanted = cv2.resize(whole, (int(657 * scale), int(413 * scale)), interpolation=cv2.INTER_AREA)
    level = Pyramid(pixels).level(scale)
    assert level.dtype == np.float32
    assert np.abs(level - wanted).max() < 2e-5  # 0.003 of a grey level


def test_a_picture_whose_sums_do_not_fit_into_32_bits_gives_right_means() -> None:
    white = np.full((3000, 3000, 3), 255, np.uint8)
    assert Pyramid(white).level(0.01) == pytest.approx(np.full((30, 30, 3), 127.5 / 128), abs=1e-6)


def test_black_is_minus_one_and_nearly_white_one() -> None:
    assert normalised(np.array([0, 255], np.uint8)).tolist() == [-127.5 / 128, 127.5 / 128]
