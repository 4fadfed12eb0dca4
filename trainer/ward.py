"""Training for a ward: its labelled cases, its model store, its diary (the story of `peea-trainer now` and `run`)."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from archive.models import ModelStore
from config.settings import Settings
from grading.version import read_version
from trainer.cases import Case, read_cases
from trainer.diary import Entry, read_diary, write_diary
from trainer.schedule import cron, missed, run_by

log = logging.getLogger(__name__)

NEW_EPOCHS = 1  # the champion's stage 5 and head are not fresh; most of the passes go to the whole network


def cases_folder(settings: Settings) -> Path:
    """Where the ward's lists of labelled pictures lie."""
    folder = settings.trainer.cases
    return folder if folder.is_absolute() else settings.ward.folder / folder


def ward_cases(settings: Settings) -> list[Case]:
    """The cases of all lists (*.csv) in the ward's folder of cases; the split is by patient.

    Raises:
        CasesError: a list cannot be used.
    """
    lists = sorted(cases_folder(settings).glob("*.csv"))
    return [case for path in lists for case in read_cases(path, seed=settings.trainer.seed)]


def diary_path(settings: Settings) -> Path:
    """Where the trainer keeps its diary."""
    return settings.ward.state / "trainer" / "diary.json"


def train_now(settings: Settings, now: datetime) -> str | None:
    """Trains from the ward's cases and installs the version, which a person then activates; its name.

    Returns None, and says so in the log, if there are too few new cases.
    """
    cases = ward_cases(settings)
    entry = read_diary(diary_path(settings))
    new = len(cases) - entry.cases
    write_diary(diary_path(settings), Entry(now, entry.cases))
    if new < settings.trainer.least_new_cases:
        log.info(
            "no training: %d new cases in %s, at least %d are needed (trainer.least_new_cases)",
            max(new, 0),
            cases_folder(settings),
            settings.trainer.least_new_cases,
        )
        return None
    name = _trained(settings, cases, now)
    write_diary(diary_path(settings), Entry(now, len(cases)))
    log.info("model version %s installed; `peea model show` tells the active one", name)
    return name


def _trained(settings: Settings, cases: list[Case], now: datetime) -> str:
    # keras takes seconds to import, and is not needed to say that there is nothing to do
    from grading.faces import CascadeFinder
    from trainer.fit import default_plan
    from trainer.progress import terminal_watcher
    from trainer.retrain import Request, train

    store = ModelStore(settings.ward.state / "models")
    name = f"ward-{now.astimezone(UTC):%Y%m%d-%H%M%S}"
    work = settings.ward.state / "trainer"
    crop_px = read_version(store.champion()).card.crop_px
    plan = default_plan(
        NEW_EPOCHS, settings.trainer.epochs, settings.trainer.seed, settings.trainer.batch, crop_px=crop_px
    )
    request = Request(name, str(store.champion()), "the ward's labelled cases", False, plan, work, work / "made")
    with terminal_watcher(len(cases), NEW_EPOCHS + settings.trainer.epochs) as watcher:
        train(request, cases, CascadeFinder(settings.grading.smallest_face_share), now, watcher)
    return store.install(request.output / name)


def run_on_schedule(settings: Settings, settings_arguments: list[str]) -> None:
    """Trains by the schedule, each time in a child process that may die without harm, until told to end."""
    trigger = cron(settings.trainer.schedule, settings.ward.zone_info)

    def work() -> None:
        command = [sys.executable, "-m", "trainer.main", "now", *settings_arguments]
        status = subprocess.run(command, check=False).returncode
        if status:
            log.error("the training ended with status %d; what grades now stays, and the next is by schedule", status)

    entry = read_diary(diary_path(settings))
    now = datetime.now(UTC)
    if entry.looked_at is None:
        write_diary(diary_path(settings), Entry(now, entry.cases))
    late = missed(trigger, entry.looked_at, now)
    log.info(
        "training by schedule %r%s", settings.trainer.schedule, "; a missed one is made up for now" if late else ""
    )
    run_by(trigger, work, at_once=late)
