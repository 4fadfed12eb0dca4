"""`peea-trainer cases`: what a list holds, part by part, checked for leaks; writes or verifies its manifest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trainer.options import USUAL_WORK, CasesList, CropPx, LetterCoding, MoreLists, Seed, SplitBy, Work

if TYPE_CHECKING:
    from trainer.cases import Case


def show(
    cases: CasesList,
    more: MoreLists = None,
    split: SplitBy = "patient",
    coding: LetterCoding = None,
    verify: Annotated[Path | None, typer.Option(help="A manifest: tell what is no longer as it says.")] = None,
    crop_px: CropPx = 224,
    seed: Seed = 0,
    work: Work = USUAL_WORK,
) -> None:
    """Print how many pictures and patients of each grade stand in each part, check for leaks, write the manifest."""
    from trainer.gather import SMALLEST_FACE_SHARE, Sources, gather
    from trainer.manifest import differences, manifest_of, read_manifest

    listed = gather(Sources(cases, more or [], split, coding, seed, work, crop_px))
    print("\n".join(table(listed.cases)))
    for why in listed.left_out:
        print(why)
    if verify is not None:
        said = differences(read_manifest(verify), manifest_of(listed.cases))
        print("\n".join(said) or f"all is as {verify.name} says")
        raise typer.Exit(1 if said else 0)
    from grading.faces import CascadeFinder
    from trainer.cases import LEAKING
    from trainer.pictures import crops_of, refuse_near_duplicates

    crops = crops_of(listed.cases, CascadeFinder(SMALLEST_FACE_SHARE, threads=2), work / "crops", crop_px)
    print(f"no face in {crops.faceless} pictures")
    if split == "patient":
        refuse_near_duplicates(crops)
        print("no patient, recording or near-duplicate picture stands in two parts")
    else:
        print(f"split: {LEAKING}")
    print(f"data set {crops.data_set}; manifest: {work / 'crops' / crops.data_set}.csv")


def table(cases: Sequence[Case]) -> list[str]:
    """Parts by grades, in lines: pictures of each grade, all pictures, patients."""
    from grading.types import Grade
    from trainer.cases import PARTS

    head = ["part", *(grade.name.lower() for grade in Grade), "pictures", "patients"]
    rows = []
    for part in (*PARTS, "all"):
        of_part = [case for case in cases if part in (case.part, "all")]
        by_grade = [sum(case.grade is grade for case in of_part) for grade in Grade]
        rows.append([part, *map(str, by_grade), str(len(of_part)), str(len({case.patient for case in of_part}))])
    return ["".join(f"{cell:>9}" for cell in row) for row in (head, *rows)]
