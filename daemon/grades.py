"""The real grades for a ward: its active network, with the settings of [grading]."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Grading, Settings
from grading.ports import Grades

if TYPE_CHECKING:
    from grading.grader import GradingSettings


def ready_grades(settings: Settings) -> Grades:
    """A grader with the network in use, loaded and checked.

    Raises: grading.version.VersionError, grading.serving.ServingFormError: that network cannot be used.
    """
    from grading.ready import ready_grader

    return ready_grader(
        model_folder(settings),
        cache_folder(settings),
        grading_settings(settings.grading),
        settings.grading.smallest_face_share,
        settings.grading.threads,
    )


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
    from archive.models import ModelStore

    return ModelStore(settings.ward.state / "models").champion()


def cache_folder(settings: Settings) -> Path:
    """Where what can be made again is kept: in the ward if we may write there, else in the user's own cache."""
    state = settings.ward.state
    if os.access(state, os.W_OK | os.X_OK):
        return state / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "peea"
