"""The real grades for a ward: its active network, with the settings of [grading]."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Grading, Settings
from daemon.active_grades import ActiveGrades, Choice
from daemon.model_in_use import write_in_use
from grading.ports import Grades

if TYPE_CHECKING:
    from archive.models import ModelStore
    from grading.grader import GradingSettings


def ready_grades(settings: Settings) -> Grades:
    """A grader with the network in use, loaded and checked; it takes another one between two recordings.

    It leaves a note of which one that is (daemon.model_in_use).

    Raises: daemon.active_grades.NoModelError: no network can be used.
    """
    from archive.sums import check_sums
    from grading.ready import ready_grader

    def ready(folder: Path) -> Grades:
        check_sums(folder)
        return ready_grader(
            folder,
            cache_folder(settings),
            grading_settings(settings.grading),
            settings.grading.smallest_face_share,
            settings.grading.threads,
        )

    return ActiveGrades(lambda: choice(settings), ready, lambda used: write_in_use(in_use_file(settings), used))


def choice(settings: Settings) -> Choice:
    """The network named in the settings; else the ward's active one, with those that it may fall back to."""
    if settings.grading.model:
        folder = model_folder(settings)
        return Choice(None, folder.name, (folder,))
    store = model_store(settings)
    return Choice(store.stamp(), store.wanted(), store.line())


def model_store(settings: Settings) -> ModelStore:
    """The ward's versions of the network."""
    from archive.models import ModelStore

    return ModelStore(settings.ward.state / "models")


def grading_settings(section: Grading) -> GradingSettings:
    """[grading] in grading's own terms."""
    from grading.grader import GradingSettings
    from grading.quality import Limits

    return GradingSettings(
        frames_per_s=section.frames_per_s,
        confirm_s=section.confirm_s,
        longest_s=section.longest_s,
        look_again_s=section.look_again_s,
        limits=Limits(
            too_dark_luma=section.too_dark_luma,
            dim_luma=section.dim_luma,
            turned_away_ratio=section.turned_away_ratio,
            smallest_face_px=section.smallest_face_px,
            shortest_s=section.shortest_s,
            least_face_share=section.least_face_share,
        ),
    )


def model_folder(settings: Settings) -> Path:
    """The folder of the network in use: the one named in the settings, else the ward's active one, else the bundled."""
    if settings.grading.model:
        return settings.ward.folder / Path(settings.grading.model).expanduser()
    return model_store(settings).champion()


def in_use_file(settings: Settings) -> Path:
    """Where the daemon notes which network it grades with, for `peea status`."""
    return settings.ward.state / "model-in-use.json"


def cache_folder(settings: Settings) -> Path:
    """Where what can be made again is kept: in the ward if we may write there, else in the user's own cache."""
    state = settings.ward.state
    if os.access(state, os.W_OK | os.X_OK):
        return state / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "peea"
