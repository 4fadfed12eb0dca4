"""Makes a Grader from a model version: serving form made or found in the cache, checked, loaded."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from grading.engine import GraphError
from grading.faces import CascadeFinder
from grading.grader import Grader, GradingSettings
from grading.scorer import OnnxScorer
from grading.serving import (
    LARGEST_DIFFERENCE,
    LARGEST_DIFFERENCE_INT8,
    ServingFormError,
    check,
    write_serving_form,
)
from grading.types import Crop
from grading.version import INT8_FILE, ModelVersion, read_version
from grading.weights import file_fingerprint, read_weights

log = logging.getLogger(__name__)


def ready_grader(
    model_folder: Path,
    cache_folder: Path,
    settings: GradingSettings,
    smallest_face_share: float = 0.10,
    threads: int = 2,
) -> Grader:
    """A grader with the network in model_folder.

    Args:
        cache_folder: where serving forms are kept, one folder per weights file; may be empty or missing.

    Raises:
        VersionError: the folder is no model version.
        ServingFormError: the network does not give the answers that Keras gave when it was made.
    """
    version = read_version(model_folder)
    scorer = ready_scorer(version, cache_folder, threads)
    return Grader(CascadeFinder(smallest_face_share), scorer, settings)


def ready_scorer(version: ModelVersion, cache_folder: Path, threads: int = 2) -> OnnxScorer:
    """The scorer of a version; its serving form is checked against the golden batch when it is made, and then kept.

    An int8 form comes with the version and is checked each time. A kept form that is damaged is made again.

    Raises:
        ServingFormError: the check failed, or the engine cannot load the form; nothing is kept then.
    """
    try:
        return _ready(version, cache_folder, threads)
    except GraphError as error:
        raise ServingFormError(f"network {version.card.version}: {error}; install the version again") from error


def _ready(version: ModelVersion, cache_folder: Path, threads: int) -> OnnxScorer:
    if version.card.precision == "int8":
        small = OnnxScorer(version.folder / INT8_FILE, version.shown, threads)
        _check(small, version, LARGEST_DIFFERENCE_INT8)
        return small
    path = _kept_form(version, cache_folder)
    if path.is_file():
        try:
            return OnnxScorer(path, version.shown, threads)
        except GraphError:
            log.warning("the serving form of %s that was kept is damaged; it is made again", version.card.version)
            path.unlink()
    if not path.is_file():
        write_serving_form(read_weights(version.weights), path, version.card.crop_px)
        try:
            difference = _check(OnnxScorer(path, version.shown, threads), version, LARGEST_DIFFERENCE)
        except ValueError:
            path.unlink()
            raise
        log.info("serving form of %s made; differs from Keras by %.1e at most", version.card.version, difference)
    return OnnxScorer(path, version.shown, threads)


def is_served(version: ModelVersion, cache_folder: Path) -> bool:
    """Whether nothing has to be made for this version to be scored with."""
    return version.card.precision == "int8" or _kept_form(version, cache_folder).is_file()


def prove(version: ModelVersion, cache_folder: Path, threads: int = 2) -> None:
    """Asks the version for its answers to the golden batch, also where its serving form was made before.

    Raises:
        VersionError, WeightsError: its files are damaged.
        ServingFormError: it does not give the answers that were stored when it was made.
    """
    scorer = ready_scorer(version, cache_folder, threads)
    if version.card.precision == "float32":
        _check(scorer, version, LARGEST_DIFFERENCE)


def _kept_form(version: ModelVersion, cache_folder: Path) -> Path:
    return cache_folder / file_fingerprint(version.weights)[:32] / f"float32-{version.card.crop_px}.onnx"


def _check(scorer: OnnxScorer, version: ModelVersion, allowed: float) -> float:
    golden = version.golden()
    if scorer.crop_px != version.card.crop_px or golden.crops.shape[1:3] != (scorer.crop_px, scorer.crop_px):
        raise ServingFormError(
            f"network {version.card.version}: its card says crops of {version.card.crop_px} px, its golden batch has "
            f"{golden.crops.shape[1]} and its serving form {scorer.crop_px}: install the version again"
        )
    crops = [Crop(0.0, np.asarray(pixels, np.uint8), 0.0) for pixels in golden.crops]
    return check(scorer.score(crops), golden.probabilities, version.card.version, allowed)
