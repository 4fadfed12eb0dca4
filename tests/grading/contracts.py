"""What every face finder and every scorer must keep, toy or real; the tests of each run these."""

from __future__ import annotations

import numpy as np
import pytest

from grading.ports import FaceFinder, Scorer
from grading.types import Crop, Pixels


def check_finder(finder: FaceFinder, with_face: Pixels, without_face: Pixels) -> None:
    """A finder finds the face, most confident first, with landmarks in order, follows it, and finds none in a wall."""
    faces = finder.find(with_face)
    assert faces
    assert [face.confidence for face in faces] == sorted((face.confidence for face in faces), reverse=True)
    face = faces[0]
    points = face.landmarks
    assert 0 <= face.confidence <= 1
    assert points.left_eye.x < points.nose.x < points.right_eye.x
    assert points.left_eye.y < points.nose.y < points.mouth_left.y
    assert points.mouth_left.x < points.mouth_right.x
    followed = finder.follow(with_face, face, 0.5)
    assert followed is not None
    assert abs(followed.box.x - face.box.x) < 0.15 * face.box.width
    assert finder.find(without_face) == []
    assert finder.follow(without_face, face, 0.5) is None


def check_scorer(scorer: Scorer) -> None:
    """A scorer gives one row of probabilities per crop, in order, whatever the number of crops."""
    rng = np.random.default_rng(0)
    crops = [
        Crop(float(at), rng.integers(0, 255, (scorer.crop_px, scorer.crop_px, 3), dtype=np.uint8), 100.0)
        for at in range(11)
    ]
    rows = scorer.score(crops)
    assert rows.shape == (11, scorer.n_grades)
    assert rows.dtype == np.float32
    assert rows.sum(axis=1) == pytest.approx(np.ones(11), abs=1e-5)
    assert scorer.score(crops[3:4]) == pytest.approx(rows[3:4], abs=1e-5)
    assert scorer.score([]).shape == (0, scorer.n_grades)
    assert scorer.version
