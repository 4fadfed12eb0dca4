"""What a training starts from: the official ImageNet file, a file with some of its stages, the network, or nothing."""

from __future__ import annotations

import urllib.request
import warnings
from dataclasses import dataclass
from pathlib import Path

import keras

from grading.network import HEAD, STAGES, put_weights, stage_of
from grading.version import read_version
from grading.weights import HEAD_BIAS, HEAD_KERNEL, n_grades, read_weights

# The last layer of each stage: a partial file holds the backbone up to one of these.
_STAGE_ENDS = ("conv5_block3_out", "conv4_block6_out", "conv3_block4_out", "conv2_block3_out", "pool1_pool")
IMAGENET = "imagenet"
WEIGHTS_HOST = "https://storage.googleapis.com/"
CONNECT_S = 10


class StartError(ValueError):
    """The weights to start from cannot be used."""


@dataclass(frozen=True)
class Start:
    """What each stage ("conv1" .. "conv5", "head") was initialised from."""

    stages: tuple[tuple[str, str], ...]

    def fresh(self) -> tuple[str, ...]:
        """The stages with random weights."""
        return tuple(stage for stage, source in self.stages if source == "random")


def initialise(network: keras.Model, source: str) -> Start:
    """Puts the weights of `source` into the network's stages.

    Args:
        network: from grading.network.build.
        source: a weights file of keras.applications.ResNet50 (whole or cut after a stage), the folder of a model
            version, "imagenet" to have Keras fetch the official file, or "" for random weights.

    Raises:
        StartError: the file is missing or fits no cut of the network, or there is no network to fetch it from.
    """
    if not source:
        return Start(tuple((stage, "random") for stage in (*STAGES, "head")))
    if Path(source).is_dir():
        return _from_version(network, Path(source))
    donor, end = _official() if source == IMAGENET else _from_file(Path(source))
    given = set()
    for layer in donor.layers:
        if layer.weights:
            network.get_layer(layer.name).set_weights(layer.get_weights())
            given.add(stage_of(layer))
    name = IMAGENET if source == IMAGENET else f"{Path(source).name} (up to {end})"
    return Start(tuple((stage, name if stage in given else "random") for stage in (*STAGES, "head")))


def _official() -> tuple[keras.Model, str]:
    try:
        # Keras raises a bare Exception when its download fails, so the way there is tried first
        with urllib.request.urlopen(WEIGHTS_HOST, timeout=CONNECT_S):
            pass
    except OSError as problem:
        raise StartError(
            f"the ImageNet weights cannot be fetched ({problem}): name a weights file with --start instead"
        ) from problem
    return keras.applications.ResNet50(include_top=False, weights="imagenet"), _STAGE_ENDS[0]


def _from_version(network: keras.Model, folder: Path) -> Start:
    version = read_version(folder)
    weights = dict(read_weights(version.weights))
    given, wanted = n_grades(weights), int(network.output.shape[-1])
    if given > wanted:  # without NONE, its first: what is left of a softmax grades as it did where there is pain
        weights |= {name: weights[name][..., given - wanted :] for name in (HEAD_KERNEL, HEAD_BIAS)}
    elif given < wanted:  # a head that never saw NONE cannot tell it
        weights = {name: values for name, values in weights.items() if not name.startswith(HEAD)}
    left = put_weights(network, weights)
    sources = dict.fromkeys(STAGES, version.card.version) | {"head": "random" if HEAD in left else version.card.version}
    return Start(tuple(sources.items()))


def _from_file(path: Path) -> tuple[keras.Model, str]:
    if not path.is_file():
        raise StartError(f"there is no weights file {path}: name one of keras.applications.ResNet50, or 'imagenet'")
    for end in _STAGE_ENDS:
        backbone = keras.applications.ResNet50(include_top=False, weights=None)
        donor = keras.Model(backbone.input, backbone.get_layer(end).output)
        if _loads(donor, path):
            return donor, end
    raise StartError(f"{path} fits no stage of keras.applications.ResNet50: is it the file for include_top=False?")


def _loads(donor: keras.Model, path: Path) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            donor.load_weights(path)
    except (ValueError, KeyError, OSError):
        return False
    return True
