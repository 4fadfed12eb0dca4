"""The named packages on the same frames, as they come; each runs in a process of its own (benchmarks.part)."""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.films import spread_frames
from benchmarks.measured import Row, Stages, Watch
from grading.crops import crop
from grading.types import Frame, Landmarks, Point
from grading.version import read_version
from grading.weights import read_weights

Boxes = NDArray[np.float32]


def naive(film: Path, model: Path, count: int) -> Stages:
    """`mtcnn.MTCNN().detect_faces(frame)`, then `model.predict` on the one crop, for frame after frame."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from mtcnn import MTCNN

    from grading.network import with_weights

    version = read_version(model)
    crop_px = version.card.crop_px
    finder, network = MTCNN(), with_weights(read_weights(version.weights), crop_px)
    frames = spread_frames(film, count)
    finder.detect_faces(frames[0])  # what is compiled once is not counted
    network.predict(np.zeros((1, crop_px, crop_px, 3), np.float32), verbose=0)
    watch, faces = Watch(), list[Row]()
    for pixels in frames:
        with watch.on("detect"):
            found = finder.detect_faces(pixels, output_type="numpy", box_format="xyxy")
        if not len(found):
            continue
        best = found[np.argmax(found[:, 5])]
        faces.append(tuple(float(value) for value in (*best[1:5], *best[6:16])))
        with watch.on("align"):
            cut = crop(Frame(0.0, pixels), landmarks_of(faces[-1][4:]), crop_px)
        with watch.on("grade"):
            network.predict(cut.pixels[None].astype(np.float32), verbose=0)
    return watch.stages("naive: mtcnn + keras", len(frames), faces)


def facenet(film: Path, count: int) -> Stages:
    """facenet-pytorch's MTCNN, detection only; what is missing is said."""
    way = "facenet-pytorch MTCNN"
    for needed in ("torch", "facenet_pytorch"):
        if importlib.util.find_spec(needed) is None:
            return Stages(way, 0, {}, {}, 0.0, missing=f"not installed ({needed})")
    if not _torchvision_works():
        _stand_in_for_torchvision()
        way += " (torchvision's NMS replaced)"
    from facenet_pytorch import MTCNN

    finder = MTCNN()
    frames = spread_frames(film, count)
    finder.detect(frames[0])
    watch, faces = Watch(), list[Row]()
    for pixels in frames:
        with watch.on("detect"):
            boxes, scores, points = finder.detect(pixels, landmarks=True)
        if boxes is not None:
            best = int(np.argmax(scores))
            faces.append(tuple(float(v) for v in (*boxes[best], *points[best][:, 0], *points[best][:, 1])))
    return watch.stages(way, len(frames), faces)


def landmarks_of(points: Row) -> Landmarks:
    """Five points from five x and then five y."""
    return Landmarks(*(Point(points[at], points[at + 5]) for at in range(5)))


def _torchvision_works() -> bool:
    try:
        from torchvision.ops.boxes import batched_nms  # noqa: F401
    except (ImportError, RuntimeError, AttributeError):  # wheels for another torch import in part and then fail
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        return False
    return True


def _stand_in_for_torchvision() -> None:
    """The one function of torchvision that facenet-pytorch's detection calls, in numpy."""
    import torch

    def batched_nms(boxes: torch.Tensor, scores: torch.Tensor, groups: torch.Tensor, most: float) -> torch.Tensor:
        moved = (boxes + (groups.to(boxes) * (boxes.max() + 1))[:, None]).numpy() if len(boxes) else boxes.numpy()
        order, kept = np.argsort(-scores.numpy()), []
        while len(order):
            kept.append(order[0])
            order = order[1:][_overlaps(moved[order[0]], moved[order[1:]]) <= most]
        return torch.as_tensor(np.array(kept, np.int64))

    for name in ("torchvision", "torchvision.transforms", "torchvision.ops", "torchvision.ops.boxes"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["torchvision.transforms"].functional = types.ModuleType("functional")  # type: ignore[attr-defined]
    sys.modules["torchvision.ops.boxes"].batched_nms = batched_nms  # type: ignore[attr-defined]


def _overlaps(box: Boxes, others: Boxes) -> Boxes:
    across = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    down = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    shared = np.maximum(across, 0) * np.maximum(down, 0)
    area = (box[2] - box[0]) * (box[3] - box[1])
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    return np.asarray(shared / (area + areas - shared))
