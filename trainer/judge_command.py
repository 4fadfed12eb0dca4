"""`peea-trainer judge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainer.options import USUAL_WORK, CasesList, LetterCoding, Seed, Work


def judge(
    version: Annotated[Path, typer.Argument(help="Folder of a model version.")],
    cases: CasesList,
    recordings: Annotated[
        Path | None, typer.Option(help="List of recordings (CSV: file, patient, grade), judged as a whole as well.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="A column of the list, such as sex or light: figures of each group are told too.")
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="Folder for figures and pictures (default: judged/VERSION here).")
    ] = None,
    coding: LetterCoding = None,
    seed: Seed = 0,
    work: Work = USUAL_WORK,
) -> None:
    """Judge a model version on patients that it has not learnt from: figures with 95 % intervals, and pictures."""
    from archive.models import whole_version
    from grading.faces import CascadeFinder
    from trainer.gather import SMALLEST_FACE_SHARE, Sources, gather
    from trainer.judgement import Court, judged, write_judgement
    from trainer.lists import read_groups
    from trainer.recordings import read_recordings

    found = whole_version(version)
    listed = gather(Sources(cases, (), "patient", coding, seed, work, found.card.crop_px))
    known = read_recordings(recordings) if recordings else []
    finder = CascadeFinder(SMALLEST_FACE_SHARE)
    court = Court(finder, work / "crops", work / "forms", lambda line: print(line, flush=True))
    judgement = judged(found, listed.cases, known, court, read_groups(cases, by) if by else None)
    print("\n".join((*listed.left_out, *judgement.lines())))
    where = output or Path("judged") / found.card.version
    write_judgement(judgement, where)
    print(f"written to {where}")
