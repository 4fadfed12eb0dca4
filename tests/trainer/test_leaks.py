"""What would make figures too good is refused: a patient, a recording or a copied picture in two parts."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from grading.faces import CascadeFinder
from grading.types import Grade, Pixels
from trainer.cases import Case, CasesError, refuse_leaks, split_by_patient
from trainer.duplicates import MOST_BITS_APART, likeness, near_duplicates, perceptual_hashes
from trainer.duplicates import copies as copied
from trainer.manifest import ManifestError, differences, manifest_of, read_manifest, write_manifest
from trainer.pictures import Crops, face_crop, read_picture, refuse_near_duplicates

STILLS = sorted((Path(__file__).parent / "data").rglob("*.jpg"))


def case(patient: str, part: str, recording: str = "", picture: Path = Path("a.png")) -> Case:
    return Case(picture, patient, Grade.MILD, part, None, recording)


def bits_apart(one: Pixels, other: Pixels) -> int:
    hashes = perceptual_hashes([one, other])
    return int(np.bitwise_count(hashes[0] ^ hashes[1]).sum())


def copies(crop: Pixels) -> dict[str, Pixels]:
    encoded = cv2.imdecode(cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR)
    half = cv2.resize(cv2.resize(crop, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), crop.shape[1::-1])
    grain = np.random.default_rng(0).normal(0, 8, crop.shape)
    return {
        "encoded anew": np.asarray(encoded, np.uint8),
        "half the size": np.asarray(half, np.uint8),
        "darker": np.clip(crop * 0.75 + 8, 0, 255).astype(np.uint8),
        "noisier": np.clip(crop + grain, 0, 255).astype(np.uint8),
    }


def test_a_copy_is_a_near_duplicate_however_it_was_saved() -> None:
    for path in STILLS[:6]:
        crop = read_picture(path)
        for how, copy in copies(crop).items():
            assert bits_apart(crop, copy) <= MOST_BITS_APART, how


def test_a_copied_picture_is_found_though_its_face_is_found_a_little_elsewhere() -> None:
    finder, found, made = CascadeFinder(0.1), 0, 0
    for path in STILLS[::4]:
        picture = read_picture(path)
        for copy in (*copies(picture).values(), np.asarray(picture * 0.6, np.uint8)):
            crops = [face_crop(pixels, finder, 160) for pixels in (picture, copy)]
            made += 1
            found += list(copied(np.stack([crop for crop in crops if crop is not None]), ["a", "b"])) == [(0, 1)]
    assert made == 30 and found >= 0.85 * made


def test_no_copy_is_found_among_pictures_of_different_patients() -> None:
    finder = CascadeFinder(0.1)
    crops = [face_crop(read_picture(path), finder, 160) for path in STILLS]
    patients = [path.name.split("_")[0] for path in STILLS]
    assert list(copied(np.stack([crop for crop in crops if crop is not None]), patients)) == []
    assert max(likeness(crops[0], crop) for crop in crops[8:] if crop is not None and crops[0] is not None) < 0.9


def test_two_pictures_of_different_patients_are_none() -> None:
    crops = [cv2.resize(read_picture(path), (224, 224)) for path in STILLS]
    patients = [path.name.split("_")[0] for path in STILLS]
    assert len(set(patients)) > 3
    assert list(near_duplicates(perceptual_hashes(crops), patients)) == []


def test_a_duplicate_in_another_part_is_refused_and_its_patients_named() -> None:
    pixels = np.stack([cv2.resize(read_picture(path), (224, 224)) for path in STILLS[:4]])
    pixels = np.concatenate([pixels, [copies(pixels[1])["encoded anew"]]])
    parts = [("P1", "train"), ("P2", "train"), ("P3", "val"), ("P4", "test"), ("P9", "test")]
    crops = Crops(tuple(case(*of) for of in parts), pixels, 0, "name")
    with pytest.raises(CasesError, match=r"1 pairs .* P2 \(train\) and P9 \(test\)"):
        refuse_near_duplicates(crops)
    same_part = [*parts[:4], ("P9", "train")]
    refuse_near_duplicates(Crops(tuple(case(*of) for of in same_part), pixels, 0, "name"))


def test_a_leaked_patient_is_named_however_the_pseudonym_is_written() -> None:
    with pytest.raises(CasesError, match="more than one part: p07"):
        refuse_leaks([case("P07", "train"), case("p07", "test"), case("P08", "val")])
    dealt = split_by_patient([case(name, "") for name in ("P1", "p1", "P2", "P3", "P4", "P5")], seed=0)
    refuse_leaks(dealt)


def test_a_recording_under_two_patients_in_two_parts_is_refused_and_they_are_named() -> None:
    leaking = [case("P1", "train", "film"), case("P2", "test", "film"), case("P3", "val", "other")]
    with pytest.raises(CasesError, match=r"1 recordings stand in more than one part, .*: P1, P2"):
        refuse_leaks(leaking)
    refuse_leaks([case("P1", "train", "film"), case("P2", "train", "film"), case("P3", "val", "")])


def made(folder: Path) -> list[Case]:
    cases = []
    for number in range(4):
        path = folder / f"{number}.png"
        path.write_bytes(bytes([number]) * 10)
        cases.append(case(f"P{number}", "train", picture=path))
    return cases


def test_a_manifest_s_name_follows_from_pictures_and_labels_and_not_from_order_or_place(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = made(tmp_path / "one"), made(tmp_path / "two")
    name = manifest_of(one).name
    assert manifest_of(reversed(two)).name == name and len(name) == 16
    (tmp_path / "two" / "1.png").write_bytes(b"other")
    assert manifest_of(two).name != name
    for changed in (case("P1", "test", picture=one[0].picture), case("P1", "train", "film", one[0].picture)):
        assert manifest_of([changed, *one[1:]]).name != name


def test_pictures_of_one_name_are_told_apart(tmp_path: Path) -> None:
    cases = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        path = tmp_path / str(number) / "0.000.png"
        path.write_bytes(bytes([number]))
        cases.append(case("P1", "train", picture=path))
    written = manifest_of(cases)
    assert manifest_of(reversed(cases)) == written
    cases[0].picture.write_bytes(b"other")
    assert differences(written, manifest_of(cases)) == ("0.000.png of P1 is another picture",)
    assert differences(written, manifest_of(cases[1:])) == ("0.000.png of P1 is gone",)


def test_a_manifest_is_read_as_it_was_written_and_tells_what_has_changed_since(tmp_path: Path) -> None:
    cases = made(tmp_path)
    written = read_manifest(write_manifest(manifest_of(cases), tmp_path / "manifests"))
    assert written == manifest_of(cases) and differences(written, manifest_of(cases)) == ()
    cases[0].picture.write_bytes(b"other")
    moved = case("P1", "test", picture=cases[1].picture)
    added = case("P9", "train", picture=cases[3].picture)
    said = differences(written, manifest_of([cases[0], moved, cases[2], added]))
    assert said == (
        "0.png of P0 is another picture",
        "1.png of P1 has another label or part",
        "3.png of P3 is gone",
        "3.png of P9 is new",
    )


def test_a_manifest_that_somebody_changed_is_refused(tmp_path: Path) -> None:
    path = write_manifest(manifest_of(made(tmp_path)), tmp_path / "manifests")
    path.write_text(path.read_text().replace("P2,1,", "P2,2,"))
    with pytest.raises(ManifestError, match="has been changed"):
        read_manifest(path)
    path.write_text("a,b\n")
    with pytest.raises(ManifestError, match="is no manifest"):
        read_manifest(path)
