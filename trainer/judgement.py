"""Judges a model version on labelled pictures and recordings: the story of `peea-trainer judge`.

list -> pictures of patients that the version has not learnt from -> graded by its serving form -> figures with
intervals over patients, confusion matrix, calibration -> one JSON file and pictures; the same for whole recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from archive.files import write_whole
from grading.grader import Grader, GradingSettings
from grading.ports import FaceFinder, Scorer
from grading.ready import ready_scorer
from grading.types import Grade
from grading.version import Figure, ModelVersion
from trainer.calibration import best_temperature
from trainer.cases import Case, CasesError
from trainer.figures import confusion_picture, reliability_picture
from trainer.groups import GroupJudged, judged_by_group
from trainer.metrics import Bin, confusion, judge, reliability
from trainer.patients import is_among, not_learnt
from trainer.pictures import crops_of
from trainer.recordings import Labelled, answers, graded_pairs, recording_figures
from trainer.scoring import scored


class RecordingsJudged(BaseModel):
    """Figures of whole recordings; refused: recordings that have a grade and got none."""

    model_config = ConfigDict(frozen=True)

    recordings: int
    patients: int
    refused: int
    figures: dict[str, Figure]
    confusion: tuple[tuple[int, ...], ...]


class Judgement(BaseModel):
    """How a version grades pictures of patients that it has not learnt from.

    left_out: pictures of patients that it has learnt from. faceless: pictures in which no face was found.
    temperature: what the logits would have to be divided by to fit these pictures best; 1 where it is calibrated.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    data_set: str
    pictures: int
    patients: int
    left_out: int
    faceless: int
    figures: dict[str, Figure]
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[Bin, ...]
    temperature: float | None
    whole_recordings: RecordingsJudged | None = None
    groups: tuple[GroupJudged, ...] = ()

    def lines(self) -> list[str]:
        """For a person to read."""
        said = [
            f"{self.version}: {self.pictures} pictures of {self.patients} patients that it has not learnt from "
            f"({self.left_out} of others left out, {self.faceless} without a face)",
            *_told(self.figures),
            *_table(self.confusion),
            *(group.line() for group in self.groups),
        ]
        if self.whole_recordings is not None:
            whole = self.whole_recordings
            counted = f"{whole.recordings} whole recordings of {whole.patients} patients, {whole.refused} not graded"
            said += [counted, *_told(whole.figures), *_table(whole.confusion)]
        return said


@dataclass(frozen=True)
class Court:
    """Where judging takes place. Folders: kept_in for crops, cache for serving forms."""

    finder: FaceFinder
    kept_in: Path
    cache: Path
    say: Callable[[str], None]


def unseen(version: ModelVersion, cases: Sequence[Case]) -> list[Case]:
    """The cases of patients that neither the version nor one that it started from has learnt from.

    Where a card does not list them, only those that the list itself calls its test part.

    Raises:
        CasesError: there are none.
    """
    kept = not_learnt([version.card], cases)
    if not kept:
        raise CasesError(
            f"{version.card.version} has learnt from all {len({case.patient for case in cases})} patients of the list "
            "(or the list has no test part): figures on these would say nothing; give it other patients"
        )
    return kept


def judged(
    version: ModelVersion,
    cases: Sequence[Case],
    recordings: Sequence[Labelled],
    court: Court,
    groups: Mapping[Path, str] | None = None,
) -> Judgement:
    """The judgement of a version on those of the cases, and on those recordings, that it has not learnt from.

    Args:
        groups: a group for each picture; figures of each are told as well.
    """
    kept = unseen(version, cases)
    scorer = ready_scorer(version, court.cache)
    crops = crops_of(kept, court.finder, court.kept_in, version.card.crop_px)
    said = scored(scorer, crops.pixels)
    first = len(Grade) - scorer.n_grades
    true = np.array([int(case.grade) for case in crops.cases], np.int64)
    patients = [case.patient for case in crops.cases]
    return Judgement(
        version=version.card.version,
        data_set=crops.data_set,
        pictures=len(crops.cases),
        patients=len(set(patients)),
        left_out=len(cases) - len(kept),
        faceless=crops.faceless,
        figures=judge(true, said, patients, first),
        confusion=confusion(true, said.argmax(axis=1) + first),
        reliability=reliability(true, said, first),
        temperature=round(best_temperature(true, said, first), 3) if true.min() >= first else None,
        groups=tuple(judged_by_group(true, said.argmax(axis=1) + first, crops.cases, groups)) if groups else (),
        whole_recordings=_recordings_judged(version, scorer, recordings, court) if recordings else None,
    )


def _recordings_judged(
    version: ModelVersion, scorer: Scorer, recordings: Sequence[Labelled], court: Court
) -> RecordingsJudged:
    learnt = set(version.card.learnt_from)
    kept = [recording for recording in recordings if not is_among(recording.patient, learnt)]
    court.say(f"{len(recordings) - len(kept)} recordings of patients that it has learnt from are left out")
    if not kept:
        raise CasesError(f"{version.card.version} has learnt from all patients of the recordings")
    found = answers(kept, Grader(court.finder, scorer, GradingSettings()), court.say)
    true, said, _ = graded_pairs(found)
    return RecordingsJudged(
        recordings=len(found),
        patients=len({answer.recording.patient for answer in found}),
        refused=sum(answer.said is None and answer.recording.grade is not None for answer in found),
        figures=recording_figures(found),
        confusion=confusion(true, said),
    )


def write_judgement(judgement: Judgement, folder: Path) -> None:
    """judgement.json, confusion.png, calibration.png; recordings.png too if there were some. Replaces older ones."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "judgement.json", judgement.model_dump_json(indent=2).encode() + b"\n")
    title = f"{judgement.version}: {judgement.pictures} pictures of {judgement.patients} unseen patients"
    write_whole(folder / "confusion.png", confusion_picture(judgement.confusion, title))
    error = judgement.figures["calibration_error"].value
    write_whole(folder / "calibration.png", reliability_picture(judgement.reliability, error, judgement.version))
    if whole := judgement.whole_recordings:
        title = f"{judgement.version}: {whole.recordings} recordings of {whole.patients} unseen patients"
        write_whole(folder / "recordings.png", confusion_picture(whole.confusion, title))


def _told(figures: dict[str, Figure]) -> list[str]:
    return [f"  {name:18} {one.value:.3f}  (95 %: {one.low:.3f} to {one.high:.3f})" for name, one in figures.items()]


def _table(table: Sequence[Sequence[int]]) -> list[str]:
    names = [grade.name.lower() for grade in Grade]
    head = "  true \\ said " + "".join(f"{name:>9}" for name in names)
    return [head, *(f"  {name:11} " + "".join(f"{n:9}" for n in row) for name, row in zip(names, table, strict=True))]
