"""`peea-trainer judge`."""

from __future__ import annotations

from pathlib import Path

from archive.models import whole_version
from grading.faces import CascadeFinder
from trainer.cases import read_cases
from trainer.judgement import Court, judged, write_judgement
from trainer.recordings import read_recordings

SMALLEST_FACE_SHARE = 0.10


def judge(folder: Path, cases: Path, recordings: Path | None, output: Path | None, seed: int, work: Path) -> None:
    """Print the judgement and write it down.

    Raises: grading.version.VersionError: no whole version. trainer.cases.CasesError: a list cannot be used.
    """
    version = whole_version(folder)
    listed = read_cases(cases, seed=seed)
    known = read_recordings(recordings) if recordings else []
    court = Court(
        CascadeFinder(SMALLEST_FACE_SHARE), work / "crops", work / "forms", lambda line: print(line, flush=True)
    )
    judgement = judged(version, listed, known, court)
    print("\n".join(judgement.lines()))
    where = output or Path("judged") / version.card.version
    write_judgement(judgement, where)
    print(f"written to {where}")
