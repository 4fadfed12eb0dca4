"""Pictures made ready for the network: face found, levelled, cropped, by the same code as grading; kept on disk."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from archive.files import write_whole
from grading.crops import crop
from grading.ports import FaceFinder
from grading.track import nearness
from grading.types import Frame, Pixels
from trainer.cases import Case, CasesError
from trainer.duplicates import copies
from trainer.manifest import manifest_of, write_manifest

MOST_NAMED = 10


@dataclass(frozen=True)
class Crops:
    """The cases whose face was found, with their crops, uint8 (n, crop_px, crop_px, 3) RGB; data_set names them."""

    cases: tuple[Case, ...]
    pixels: Pixels
    faceless: int
    data_set: str

    def part(self, name: str) -> list[int]:
        """The positions of the cases of a part."""
        return [index for index, case in enumerate(self.cases) if case.part == name]


def crops_of(
    cases: Sequence[Case], finder: FaceFinder, kept_in: Path, crop_px: int, step: Callable[[], None] = lambda: None
) -> Crops:
    """The crops of all cases in which a face is found, in the order of the manifest, whatever that of the list.

    Args:
        kept_in: folder in which crops are kept by the data set's name, so that the next training need not find faces.
        crop_px: side of the crops.
        step: called once a picture.

    Raises:
        CasesError: there is no face in any of them.
        ValueError: a file is no picture.
    """
    manifest = manifest_of(cases)
    name = manifest.name
    write_manifest(manifest, kept_in)
    # in the manifest's order, which is of the name: the same list sorted otherwise must not get another's crops
    place = {Path(entry.file): at for at, entry in enumerate(manifest.entries)}
    cases = sorted(cases, key=lambda case: place[case.picture])
    kept = kept_in / f"{name}-{crop_px}-sorted.npz"
    if kept.is_file():
        with np.load(kept, allow_pickle=False) as stored:
            found, pixels = stored["found"], np.asarray(stored["pixels"], np.uint8)
        for _ in cases:
            step()
        return _crops(cases, found.tolist(), pixels, name)
    ready = []
    for case in cases:
        ready.append(_case_crop(case, finder, crop_px))
        step()
    found = [cut is not None for cut in ready]
    if not any(found):
        raise CasesError(
            f"no face was found in any of {len(cases)} pictures: each must show one patient's face from the front; "
            "look at some of them"
        )
    pixels = np.stack([cut for cut in ready if cut is not None])
    _keep(kept, np.array(found), pixels)
    return _crops(cases, found, pixels, name)


def refuse_near_duplicates(crops: Crops) -> None:
    """Checks that no picture stands in two parts, nor a copy of it that is nearly the same.

    Raises:
        CasesError: some do; the patients are named by their pseudonyms.
    """
    pairs = copies(crops.pixels, [case.part for case in crops.cases])
    found = [(crops.cases[one], crops.cases[other]) for one, other in pairs]
    if not found:
        return
    named = dict.fromkeys(f"{one.patient} ({one.part}) and {other.patient} ({other.part})" for one, other in found)
    told = "; ".join(list(named)[:MOST_NAMED])
    raise CasesError(
        f"{len(found)} pairs of pictures in different parts are nearly the same: {told}. "
        "One patient under two pseudonyms, or a picture that was copied? Figures from such a split would be too good; "
        "correct the list"
    )


def read_picture(path: Path) -> Pixels:
    """A picture file as RGB.

    Raises:
        ValueError: it is no picture that can be decoded.
    """
    data = np.frombuffer(path.read_bytes(), np.uint8)
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    if decoded is None:
        raise ValueError(f"{path} is no picture: remove its line from the list or copy it again")
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def _case_crop(case: Case, finder: FaceFinder, crop_px: int) -> Pixels | None:
    pixels = read_picture(case.picture)
    if not case.is_crop:
        return face_crop(pixels, finder, crop_px)
    if pixels.shape != (crop_px, crop_px, 3):
        raise ValueError(f"{case.picture} is a key frame of {pixels.shape[0]} px, not {crop_px}: give another --work")
    return pixels


def face_crop(pixels: Pixels, finder: FaceFinder, crop_px: int) -> Pixels | None:
    """The crop of the face nearest to the centre and the camera, or None if there is no face."""
    frame = Frame(0.0, pixels)
    faces = finder.find(pixels)
    if not faces:
        return None
    return crop(frame, max(faces, key=lambda face: nearness(face.box, frame)).landmarks, crop_px).pixels


def _crops(cases: Sequence[Case], found: Sequence[bool], pixels: Pixels, name: str) -> Crops:
    kept = tuple(case for case, there in zip(cases, found, strict=True) if there)
    return Crops(kept, pixels, len(cases) - len(kept), name)


def _keep(path: Path, found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], pixels: Pixels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    np.savez(out, found=found, pixels=pixels)
    write_whole(path, out.getvalue())
