"""Brings together the cases of all lists that a command was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.cases import Listed, Split, TakeKeyFrames, Taken, read_list, refuse_leaks
from trainer.lists import Line
from trainer.ratings import Coding

SMALLEST_FACE_SHARE = 0.10  # of the picture's height, as in grading by default


@dataclass(frozen=True)
class Sources:
    """Lists to read: one that is split, and others for training only; work: where key frames are kept."""

    cases: Path
    more: Sequence[Path]
    split: Split
    coding: Coding | None
    seed: int
    work: Path
    crop_px: int


def gather(sources: Sources) -> Listed:
    """The cases of all lists, and what was left out, list by list.

    Raises:
        trainer.cases.CasesError: a list cannot be used, or a patient stands in two parts.
    """
    take = _takes_key_frames(sources)
    main = read_list(sources.cases, seed=sources.seed, split=sources.split, coding=sources.coding, key_frames=take)
    cases, left_out = list(main.cases), [f"{sources.cases.name}: {why}" for why in main.left_out]
    for path in sources.more:
        more = read_list(path, only_training=True, coding=sources.coding, key_frames=take)
        cases += more.cases
        left_out += [f"{path.name}: {why}" for why in more.left_out]
    if sources.split == "patient":
        refuse_leaks(cases)
    return Listed(tuple(cases), tuple(left_out), main.is_dealt)


def _takes_key_frames(sources: Sources) -> TakeKeyFrames:
    """What takes key frames; what finds faces is loaded when the first recording comes, not for lists of pictures."""
    made: list[TakeKeyFrames] = []

    def take(line: Line) -> Taken:
        if not made:
            from grading.faces import CascadeFinder
            from trainer.key_frames import KeyFrames

            finder = CascadeFinder(SMALLEST_FACE_SHARE, threads=2)
            made.append(KeyFrames(finder, sources.work / "key_frames", sources.crop_px, sources.coding))
        return made[0](line)

    return take
