"""`python -m benchmarks.torture [--kills N] [--grades toy|worker|real] [--seed S] [--clips FOLDER] [--keep FOLDER]`

The kills are dealt out to several wards, one after the other: in one ward the day's workbook would grow until writing
it took longer than a daemon lives.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.torture.killing import Figures, Torture

KILLS_IN_A_WARD = 50


def main() -> None:
    """Torture a ward in a new folder; exit status 1 if anything is not as it must be."""
    parser = argparse.ArgumentParser(description="Kills the daemon with -9 while recordings stream in.")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--grades", choices=("toy", "worker", "real"), default="toy")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-kill", type=float, help="recordings dropped per kill (default: 1, with real grades 6)")
    parser.add_argument("--clips", type=Path, help="folder of *.mp4 for --grades real")
    parser.add_argument("--keep", type=Path, help="a new folder for the wards; it is kept")
    wanted = parser.parse_args()
    per_kill = wanted.per_kill or (6.0 if wanted.grades == "real" else 1.0)
    clips = tuple(sorted(wanted.clips.glob("*.mp4"))) if wanted.clips else ()
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        folder = (wanted.keep or Path(name)).absolute()
        figures = tortured(folder, wanted.kills, wanted.grades, wanted.seed, clips, per_kill)
    show(figures, wanted.grades)
    sys.exit(1 if figures.problems else 0)


def tortured(
    folder: Path, kills: int, grades: str, seed: int = 1, clips: tuple[Path, ...] = (), per_kill: float = 1.0
) -> Figures:
    """Torture one ward after the other until there were so many kills, or problems."""
    figures = Figures()
    while figures.kills < kills and not figures.problems:
        ward = folder / f"ward-{figures.wards + 1}"
        ward.mkdir(parents=True)
        torture = Torture(ward, grades, seed + figures.wards, clips)
        figures.add(torture.run(min(KILLS_IN_A_WARD, kills - figures.kills), per_kill))
        print(f"{figures.kills} kills, {len(figures.problems)} problems, {figures.seconds:.0f} s", file=sys.stderr)
    return figures


def show(figures: Figures, grades: str) -> None:
    """The figures, as docs/reliability.md has them."""
    workers = f" and {figures.workers_killed} workers" if grades != "toy" else ""
    print(f"{figures.kills} daemons{workers} killed in {figures.seconds:.0f} s, grades: {grades}")
    print(f"{figures.recordings} recordings dropped into {figures.wards} wards, {figures.copies} of them once more")
    for name, n_kills in sorted(figures.hits.items()):
        print(f"  {n_kills:5d} kills left {name}")
    print(f"{len(figures.problems)} problems")
    for problem in figures.problems[:50]:
        print(f"  {problem}")


if __name__ == "__main__":
    main()
