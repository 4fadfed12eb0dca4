"""The settings: `defaults.toml` with the ward's own `peea.toml` laid over it, checked as a whole.

The models below have no defaults of their own: a default stands in one place, with its unit and its reason.
All mistakes are reported in one message, each with the key's path.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.mistakes import across, in_words, nested
from config.zones import machine_zone

Table: TypeAlias = dict[str, Any]  # what tomllib hands out: the one place where a dict is all there is

_Text = Annotated[str, Field(max_length=1000)]
_Name = Annotated[str, Field(min_length=1, max_length=60)]
_Path = Annotated[Path, Field(strict=False)]  # TOML has no paths: text is taken as one
_Suffixes = Annotated[tuple[str, ...], Field(strict=False)]  # TOML has lists, frozen models need tuples
_Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
_Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
_Luma = Annotated[float, Field(ge=0, le=255, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=1, le=1_000_000)]


class SettingsError(ValueError):
    """The settings cannot be used; the message lists every mistake with the key's path."""


class _Section(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Ward(_Section):
    """[ward]: whose recordings, and where they live. Paths are absolute after loading."""

    name: _Name
    language: Literal["en", "zh"]
    zone: _Text
    folder: _Path
    inbox: _Path
    sheets: _Path
    roster: _Path
    announcements: _Path
    archive: _Path
    keys: _Path
    state: _Path
    open_sheet_s: _Seconds

    @property
    def zone_info(self) -> ZoneInfo:
        """The time zone that decides which day a recording belongs to."""
        return ZoneInfo(self.zone) if self.zone else machine_zone()


class Inbox(_Section):
    """[inbox]: which files are recordings, and when they are complete."""

    settle_s: Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)]
    incomplete_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
    rescan_s: _Seconds
    polling: bool
    poll_s: _Seconds
    settle_polled_s: Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)]
    reserve_mib: Annotated[int, Field(ge=0, le=10_000_000)]
    reserve_share: Annotated[float, Field(ge=0, le=0.9, allow_inf_nan=False)]
    suffixes: _Suffixes
    identity_pattern: _Text
    folder_pattern: _Text


class Grading(_Section):
    """[grading]: how a recording becomes a grade."""

    frames_per_s: Annotated[float, Field(gt=0, le=120, allow_inf_nan=False)]
    confirm_s: _Seconds
    smallest_face_share: _Share
    too_dark_luma: _Luma
    dim_luma: _Luma
    turned_away_ratio: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
    smallest_face_px: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
    look_again_s: _Seconds
    shortest_s: _Seconds
    longest_s: _Seconds
    least_face_share: _Share
    threads: Annotated[int, Field(ge=1, le=256)]
    memory_mib: Annotated[int, Field(ge=512, le=1_048_576)]
    silent_s: _Seconds
    patience: Annotated[float, Field(ge=1, le=1_000, allow_inf_nan=False)]
    model: _Text


class Archive(_Section):
    """[archive]: for whom recordings are sealed, and how often a step is tried."""

    recipients_file: _Path
    single_recipient: bool
    keep_days: Annotated[int, Field(ge=0, le=36_500)]
    attempts: Annotated[int, Field(ge=1, le=100)]
    retry_s: _Seconds


class Speech(_Section):
    """[speech]: who speaks the announcements."""

    engine: Literal["espeak", "gtts", "off"]
    words_per_minute: Annotated[int, Field(ge=80, le=450)]
    volume: Annotated[int, Field(ge=0, le=100)]
    play: Literal["auto", "never"]
    gtts_folder: _Path
    gtts_timeout_s: _Seconds


class Reports(_Section):
    """[reports]: what result sheets show."""

    faces: bool


class Trainer(_Section):
    """[trainer]: when and how a new network is trained."""

    schedule: _Text
    cases: _Path
    least_new_cases: _Count
    activation: Literal["automatic", "propose"]
    least_held_out_patients: Annotated[int, Field(ge=2, le=1_000_000)]
    search_trials: Annotated[int, Field(ge=0, le=10_000)]
    epochs: _Count
    batch: _Count
    seed: Annotated[int, Field(ge=0, lt=2**32)]


class Logging(_Section):
    """[logging]: how much is logged."""

    level: Literal["debug", "info", "warning", "error"]


class Settings(_Section):
    """All sections."""

    ward: Ward
    inbox: Inbox
    grading: Grading
    archive: Archive
    speech: Speech
    reports: Reports
    trainer: Trainer
    logging: Logging


def defaults_text() -> str:
    """The text of `defaults.toml`."""
    return files("config").joinpath("defaults.toml").read_text(encoding="utf-8")


def load(path: Path | None, *, ward_folder: Path | None = None) -> Settings:
    """The defaults with the file at `path` laid over them; None: the defaults alone.

    Args:    ward_folder: takes the place of ward.folder (`peea run --ward`).
    Returns: settings whose paths are absolute: ward.folder counts from the file's folder, the others from ward.folder.
    Raises:  SettingsError: the file cannot be read, is no TOML, or holds mistakes (all are listed).
    """
    known: Table = tomllib.loads(defaults_text())
    given = _read(path) if path is not None else {}
    try:
        settings = Settings.model_validate(_over(known, given))
        mistakes = across(settings)
    except ValidationError as error:
        mistakes = [in_words(one, known) for one in error.errors(include_url=False)]
    if mistakes:
        where = f"{path}: " if path is not None else ""
        raise SettingsError(where + "; ".join(mistakes))
    base = path.absolute().parent if path is not None else Path.cwd()
    whole = _with_whole_paths(settings, (ward_folder or base / settings.ward.folder.expanduser()).absolute())
    if mistakes := list(nested(whole)):
        raise SettingsError(f"{path or 'settings'}: {'; '.join(mistakes)}")
    return whole


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # editors of Windows put a mark in front
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except (ValueError, RecursionError) as error:  # of the second kind: a number of thousands of digits, deep nesting
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error


def _over(known: Table, given: Table) -> Table:
    """`given` laid over `known`, section by section; what is unknown stays in, for the check to name it."""
    merged: Table = {**known, **given}
    for section, keys in known.items():
        if isinstance(given.get(section), dict):
            merged[section] = {**keys, **given[section]}
    return merged


def _with_whole_paths(settings: Settings, folder: Path) -> Settings:
    def within(section: Any, *keys: str) -> Any:
        return section.model_copy(update={key: folder / getattr(section, key).expanduser() for key in keys})

    ward = within(settings.ward, "inbox", "sheets", "roster", "announcements", "archive", "keys", "state")
    return settings.model_copy(
        update={
            "ward": ward.model_copy(update={"folder": folder}),
            "archive": within(settings.archive, "recipients_file"),
            "speech": within(settings.speech, "gtts_folder"),
            "trainer": within(settings.trainer, "cases"),
        }
    )
