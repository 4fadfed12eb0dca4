import logging
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from grading.network import FEATURES, with_weights
from grading.types import Pixels
from tests.grading.networks import random_weights
from trainer.features import Features, FrozenPart, frozen_part


@pytest.fixture(scope="module")
def part() -> FrozenPart:
    """Up to stage 2: what is kept, and when, does not depend on how much is computed."""
    return frozen_part(random_weights(), last_stage=2)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return with_weights(random_weights())


def crops(count: int = 3, side: int = 224, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 255, (count, side, side, 3)).astype(np.uint8)


def test_features_are_what_keras_computes(network: keras.Model, tmp_path: Path) -> None:
    backbone = keras.Model(network.input, network.get_layer(FEATURES).output)
    said = np.asarray(backbone.predict_on_batch(crops().astype(np.float32)))
    found = Features(frozen_part(random_weights()), tmp_path).of(crops())
    assert found.shape == (3, 2048)
    assert np.abs(found - said).max() < 1e-3 * np.abs(said).max()


def test_features_after_an_earlier_stage_are_averages_of_its_output(
    network: keras.Model, part: FrozenPart, tmp_path: Path
) -> None:
    cut = keras.Model(network.input, network.get_layer("conv2_block3_out").output)
    said = np.asarray(cut.predict_on_batch(crops().astype(np.float32))).mean(axis=(1, 2))
    found = Features(part, tmp_path).of(crops())
    assert found.shape == (3, 256)
    assert np.abs(found - said).max() < 1e-3 * np.abs(said).max()


def test_what_is_kept_is_not_computed_again(part: FrozenPart, tmp_path: Path) -> None:
    found = Features(part, tmp_path).of(crops(side=64))
    (kept,) = (tmp_path / part.name).iterdir()
    before = kept.stat().st_mtime_ns
    again = Features(FrozenPart({}, part.last_stage, part.name), tmp_path)  # without weights it could compute nothing
    assert np.array_equal(again.of(crops(side=64)), found)
    assert kept.stat().st_mtime_ns == before


def test_only_pictures_that_are_new_are_computed_and_each_has_its_own_features(
    part: FrozenPart, tmp_path: Path
) -> None:
    four = crops(4, side=64)
    first = Features(part, tmp_path).of(four[:2])
    both = Features(part, tmp_path).of(four[[3, 1, 0, 2]])
    assert np.array_equal(both[[2, 1]], first)
    assert len(list((tmp_path / part.name).iterdir())) == 2
    assert Features(part, tmp_path / "other").of(four[3:]) == pytest.approx(both[:1], rel=1e-4)


def test_a_picture_that_stands_twice_is_computed_once(part: FrozenPart, tmp_path: Path) -> None:
    one = crops(1, side=64)
    found = Features(part, tmp_path).of(np.concatenate([one, one]))
    assert np.array_equal(found[0], found[1])


@pytest.mark.parametrize("keep", [0, 100, -1, None], ids=["empty", "cut", "a byte less", "a bit turned"])
def test_a_damaged_file_is_noticed_and_made_again(
    part: FrozenPart, tmp_path: Path, keep: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    found = Features(part, tmp_path).of(crops(side=64))
    (kept,) = (tmp_path / part.name).iterdir()
    data = bytearray(kept.read_bytes())
    data[len(data) // 2] ^= 4
    kept.write_bytes(bytes(data) if keep is None else kept.read_bytes()[:keep])
    with caplog.at_level(logging.WARNING):
        assert np.array_equal(Features(part, tmp_path).of(crops(side=64)), found)
    assert "damaged" in caplog.text
    assert np.array_equal(Features(FrozenPart({}, part.last_stage, part.name), tmp_path).of(crops(side=64)), found)


def test_other_weights_have_other_features(part: FrozenPart, tmp_path: Path) -> None:
    weights = random_weights()
    weights["conv1_conv/kernel"] = weights["conv1_conv/kernel"][..., ::-1]
    other = frozen_part(weights, last_stage=2)
    assert other.name != part.name
    one = Features(part, tmp_path).of(crops(1, side=64))
    assert not np.allclose(Features(other, tmp_path).of(crops(1, side=64)), one)


def test_the_head_is_no_part_of_what_is_frozen(part: FrozenPart) -> None:
    weights = random_weights()
    weights["grades/kernel"] = weights["grades/kernel"] + 1
    assert frozen_part(weights).name == frozen_part(random_weights()).name != part.name
    weights["conv2_block1_1_conv/bias"] = weights["conv2_block1_1_conv/bias"] + 1
    assert frozen_part(weights).name != frozen_part(random_weights()).name
    assert frozen_part(weights, 4).name != frozen_part(weights, 5).name


def test_every_crop_is_one_step(part: FrozenPart, tmp_path: Path) -> None:
    steps: list[int] = []
    features = Features(part, tmp_path)
    features.of(crops(side=64), lambda: steps.append(1))
    features.of(crops(side=64), lambda: steps.append(1))
    assert len(steps) == 6
