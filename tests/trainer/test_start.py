import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from grading.network import build
from grading.version import WEIGHTS_FILE
from grading.weights import HEAD_BIAS, HEAD_KERNEL, packed, read_weights
from tests.grading.networks import random_version
from trainer.start import StartError, initialise

STAGES = ("conv1", "conv2", "conv3", "conv4", "conv5", "head")


@pytest.fixture(scope="module")
def official() -> keras.Model:
    """A stand-in for Keras' ImageNet network: the same layers, random numbers."""
    return keras.applications.ResNet50(include_top=False, weights=None)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """One of five grades, for those tests that do not look at what it had before."""
    return build(5)


def taken(network: keras.Model, layer: str) -> np.ndarray:
    return np.asarray(network.get_layer(layer).get_weights()[0])


def test_a_whole_file_initialises_all_but_the_head(official: keras.Model, network: keras.Model, tmp_path: Path) -> None:
    official.save_weights(tmp_path / "whole.weights.h5")
    start = initialise(network, str(tmp_path / "whole.weights.h5"))
    assert dict(start.stages)["conv5"].startswith("whole.weights.h5")
    assert start.fresh() == ("head",)
    name = "conv5_block3_3_conv"
    assert np.array_equal(taken(network, name), taken(official, name))


def test_a_file_cut_after_stage_4_leaves_stage_5_fresh_and_says_so(official: keras.Model, tmp_path: Path) -> None:
    cut = keras.Model(official.input, official.get_layer("conv4_block6_out").output)
    cut.save_weights(tmp_path / "cut.weights.h5")
    network = build(5)
    start = initialise(network, str(tmp_path / "cut.weights.h5"))
    assert start.fresh() == ("conv5", "head")
    assert [stage for stage, _ in start.stages] == list(STAGES)
    name = "conv4_block6_3_conv"
    assert np.array_equal(taken(network, name), taken(official, name))
    assert not np.array_equal(taken(network, "conv5_block1_1_conv"), taken(official, "conv5_block1_1_conv"))


def test_a_model_version_gives_its_head_and_without_none_what_is_left_of_it(
    network: keras.Model, tmp_path: Path
) -> None:
    empty = np.zeros((0, 5), np.float32)
    folder = random_version(tmp_path / "random-1", empty, np.zeros((0, 224, 224, 3), np.uint8))
    four = build(4)
    assert initialise(network, str(folder)).fresh() == initialise(four, str(folder)).fresh() == ()
    assert np.array_equal(taken(four, "grades"), taken(network, "grades")[:, 1:])
    assert np.allclose(taken(network, "grades"), read_weights(folder / WEIGHTS_FILE)[HEAD_KERNEL])


def test_a_head_that_never_saw_none_is_no_start_for_one_that_tells_it(network: keras.Model, tmp_path: Path) -> None:
    empty = np.zeros((0, 4), np.float32)
    folder = random_version(tmp_path / "random-2", empty, np.zeros((0, 224, 224, 3), np.uint8))
    weights = dict(read_weights(folder / WEIGHTS_FILE))
    for name in (HEAD_KERNEL, HEAD_BIAS):
        weights[name] = weights[name][..., 1:]
    (folder / WEIGHTS_FILE).write_bytes(packed(weights))
    assert initialise(network, str(folder)).fresh() == ("head",)


def test_a_file_of_something_else_is_refused_in_words(network: keras.Model, tmp_path: Path) -> None:
    path = tmp_path / "other.weights.h5"
    path.write_bytes(b"not weights")
    with pytest.raises(StartError, match="include_top=False"):
        initialise(network, str(path))
    with pytest.raises(StartError, match="there is no weights file"):
        initialise(network, str(tmp_path / "gone.h5"))
