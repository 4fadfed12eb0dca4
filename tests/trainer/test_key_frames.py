from pathlib import Path

import numpy as np
import pytest

from grading.faces import CascadeFinder
from grading.types import Grade
from tests.trainer.test_lists import read
from trainer import key_frames
from trainer.cases import Case
from trainer.key_frames import KeyFrames, sharpness
from trainer.pictures import crops_of

SAMPLES = Path(__file__).parents[2] / "samples"
FILM = "bed12_P0101_turning.mp4"


@pytest.fixture(scope="module")
def finder() -> CascadeFinder:
    return CascadeFinder(0.10)


def test_of_two_crops_the_one_out_of_focus_is_less_sharp() -> None:
    edge = np.zeros((64, 64, 3), np.uint8)
    edge[:, 32:] = 200
    ramp = np.repeat(np.linspace(0, 200, 64).astype(np.uint8)[None, :, None], 64, axis=0).repeat(3, axis=2)
    assert sharpness(edge) > sharpness(ramp)


@pytest.mark.slow
def test_a_labelled_recording_gives_key_frames_spread_over_what_is_labelled(
    tmp_path: Path, finder: CascadeFinder
) -> None:
    (tmp_path / FILM).symlink_to(SAMPLES / FILM)
    taken = KeyFrames(finder, tmp_path / "kept", 160)
    whole = read(tmp_path, f"recording,patient,grade\n{FILM},P0101,3\n", key_frames=taken).cases
    assert len(whole) == key_frames.MOST_FRAMES
    assert {(case.patient, case.grade, case.is_crop) for case in whole} == {("P0101", Grade.SEVERE, True)}
    assert len({case.recording for case in whole}) == 1 and len(whole[0].recording) == 64
    times = [float(case.picture.stem) for case in whole]
    assert times == sorted(times) and times[0] < 6 and times[-1] > 12

    part = read(tmp_path, f"recording,patient,grade,start_s,end_s\n{FILM},P0101,3,4,8\n", key_frames=taken).cases
    assert all(4 <= float(case.picture.stem) <= 8 for case in part)

    crops = crops_of(list(whole), finder, tmp_path / "crops", 160)  # are taken as they are: the face is found already
    assert crops.pixels.shape == (len(whole), 160, 160, 3) and crops.faceless == 0


@pytest.mark.slow
def test_with_a_truth_by_time_each_key_frame_has_the_label_of_its_moment(tmp_path: Path, finder: CascadeFinder) -> None:
    (tmp_path / FILM).symlink_to(SAMPLES / FILM)
    rows = [f"{step / 10},{2 if step < 100 else 4}" for step in range(400)]
    (tmp_path / "truth.csv").write_text("time_s,grade\n" + "\n".join(rows))
    taken = KeyFrames(finder, tmp_path / "kept", 160)
    text = f"recording,patient,grade,truth\n{FILM},P0101,,truth.csv\n"
    cases: tuple[Case, ...] = read(tmp_path, text, key_frames=taken).cases
    assert {int(case.grade) for case in cases} == {2, 4}
    assert all((int(case.grade) == 2) == (float(case.picture.stem) < 9.95) for case in cases)


@pytest.mark.slow
def test_a_recording_that_cannot_be_graded_gives_none_and_is_counted(tmp_path: Path, finder: CascadeFinder) -> None:
    (tmp_path / "bed15_empty.mp4").symlink_to(SAMPLES / "bed15_empty.mp4")
    text = "recording,patient,grade\nbed15_empty.mp4,P1,2\n"
    for _ in range(2):  # the second time from what was kept
        listed = read(tmp_path, text, key_frames=KeyFrames(finder, tmp_path / "kept", 160))
        assert listed.cases == ()
        assert listed.left_out == ("the recording cannot be graded (no_face): 1 left out",)
