"""Training for a ward: the story of `peea-trainer now`, and of `run`, which calls it by the schedule.

labelled cases -> enough new ones? -> hyper-parameters searched for -> a challenger, trained from the champion with
them -> installed in the ward's model store -> judged beside the champion on patients that neither has learnt from ->
the champion, or a line that says why not.

Meets the daemon on the disk only. Of the ledger it reads nothing; its one entry there is that of a model exchanged.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from archive import locks
from archive.audit import TRAINER, Deed
from archive.files import write_whole
from archive.ledger import Ledger
from archive.models import ModelStore
from config.settings import Settings
from grading.crops import CROP_PX
from grading.version import ModelCard, ModelVersion
from trainer.cases import Case, Listed, by_mean_grade, dealt_out
from trainer.diary import Entry, read_diary, write_diary
from trainer.gather import Sources, gather
from trainer.lists import is_truth
from trainer.patients import is_among
from trainer.promote import Verdict

log = logging.getLogger(__name__)

LISTS = (".csv", ".xlsx")
NEW_EPOCHS = 1  # the champion's stage 5 and head are not fresh; most of the passes go to the whole network


def cases_folder(settings: Settings) -> Path:
    """Where the ward's lists of labelled pictures lie."""
    folder = settings.trainer.cases
    return folder if folder.is_absolute() else settings.ward.folder / folder


def ward_cases(settings: Settings, crop_px: int = CROP_PX) -> list[Case]:
    """The cases of all lists (CSV and Excel) in the ward's folder of cases; the split is by patient.

    Patients of lists without a split are dealt out together, list after list: a list of one patient a week fills all
    parts, and another list changes no part of those before it. A patient who stands in several lists is in the part in
    which the first of them has the patient.

    Args:
        crop_px: side of the key frames that are taken from recordings, px.

    Raises:
        CasesError: a list cannot be used.
    """
    folder = cases_folder(settings)
    paths = [path for path in sorted(folder.iterdir() if folder.is_dir() else ()) if _is_list(path)]
    lists = [_listed(settings, path, crop_px) for path in paths]
    order = dict.fromkeys(name for one in lists if one.is_dealt for name in by_mean_grade(one.cases))
    dealt = dealt_out(list(order), settings.trainer.seed)
    parts: dict[str, str] = {}
    for one in lists:
        for case in one.cases:
            name = case.patient.casefold()
            parts.setdefault(name, dealt[name] if one.is_dealt else case.part)
    return [replace(case, part=parts[case.patient.casefold()]) for one in lists for case in one.cases]


def _is_list(path: Path) -> bool:
    return path.suffix.lower() in LISTS and not path.name.startswith((".", "~$")) and not is_truth(path)


def _listed(settings: Settings, path: Path, crop_px: int) -> Listed:
    listed = gather(Sources(path, (), "patient", None, settings.trainer.seed, work_folder(settings), crop_px))
    for why in listed.left_out:
        log.info("%s", why)
    return listed


def work_folder(settings: Settings) -> Path:
    """Where the trainer keeps its diary, its locks, and what it has under way."""
    return settings.ward.state / "trainer"


def diary_path(settings: Settings) -> Path:
    """Where the trainer keeps its diary."""
    return work_folder(settings) / "diary.json"


def model_store(settings: Settings) -> ModelStore:
    """The ward's versions of the network."""
    return ModelStore(settings.ward.state / "models")


@contextmanager
def training_here(settings: Settings) -> Iterator[None]:
    """One training at a time in a ward.

    Raises: archive.locks.HeldElsewhereError: another process is at it.
    """
    folder = work_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with locks.held(folder / "training.lock", "process {process} is training here ({lock}); wait until it has ended"):
        yield


def train_now(settings: Settings, now: datetime) -> str | None:
    """Trains from the ward's cases if there are enough new ones; the name of the version, None if there are not.

    Raises: CasesError: a list cannot be used. archive.locks.HeldElsewhereError: another process is training here.
    """
    with training_here(settings):
        champion = model_store(settings).version(model_store(settings).champion().name)
        cases = ward_cases(settings, champion.card.crop_px)
        entry = read_diary(diary_path(settings))
        digests = case_digests(cases)
        new = len(digests - entry.learnt)
        least = settings.trainer.least_new_cases
        write_diary(diary_path(settings), replace(entry, looked_at=now))
        if new < least:
            where = cases_folder(settings)
            log.info("no training: %d new cases in %s, %d are needed (trainer.least_new_cases)", new, where, least)
            return None
        name = entry.begun or f"ward-{now.astimezone(UTC):%Y%m%d-%H%M%S}"
        log.info("%s: %s with %d cases, %d of them new", name, "goes on" if entry.begun else "begins", len(cases), new)
        # cases that came after it was made, and before what interrupted it, are still new
        learnt = entry.begun_with if entry.begun and _is_made(settings, name) else digests
        write_diary(diary_path(settings), replace(entry, looked_at=now, begun=name, begun_with=learnt))
        if name != champion.card.version:  # else it was killed after the new one had begun to grade
            cases = kept_apart(cases, champion.card)
            _train(settings, name, champion, cases, now)
            promote(settings, name, cases)
        write_diary(diary_path(settings), Entry(now, learnt))
        _clear(settings, name)
        return name


def challenged(settings: Settings, folder: Path, cases: Path | None) -> Verdict:
    """Installs the version in this folder and judges it beside the champion (`promote`), by this list or the ward's.

    Raises: CasesError: the list cannot be used. VersionError, ModelStoreError: the version cannot be installed.
    """
    with training_here(settings):
        store = model_store(settings)
        champion = store.version(store.champion().name).card
        listed = _listed(settings, cases, champion.crop_px).cases if cases else ward_cases(settings, champion.crop_px)
        return promote(settings, store.install(folder), kept_apart(listed, champion))


def kept_apart(cases: Sequence[Case], champion: ModelCard) -> list[Case]:
    """The cases, with patients in the part in which the champion had them: judging needs some that neither has learnt.

    A patient that the champion was judged on stays in the test part, one that it was calibrated on in validation (it
    would be too sure of one that it was fitted on), and one that it was fitted on in training. Where its card does not
    tell these two apart, only the test part is kept free of them.
    """
    held_out, learnt, calibrated = champion.held_out, champion.learnt_from, champion.calibrated_on

    def part(case: Case) -> str:
        if is_among(case.patient, calibrated):
            return "val"
        if is_among(case.patient, learnt):
            return "train" if calibrated or case.part == "test" else case.part
        return "test" if is_among(case.patient, held_out) else case.part

    return [replace(case, part=part(case)) for case in cases]


def promote(settings: Settings, name: str, cases: Sequence[Case]) -> Verdict:
    """Judges an installed version beside the champion, and lets it grade if the rule and the settings say so."""
    from grading.faces import CascadeFinder
    from grading.ready import prove
    from trainer.challenge import Ring, challenge

    store, cache = model_store(settings), settings.ward.state / "cache"
    champion, challenger = store.version(store.champion().name), store.version(name)
    finder = CascadeFinder(settings.grading.smallest_face_share)
    kept_in = work_folder(settings) / "crops"
    ring = Ring(finder, kept_in, cache, settings.trainer.least_held_out_patients, log.info)
    verdict = challenge(champion, challenger, cases, ring)
    log.log(logging.INFO if verdict.is_accepted else logging.WARNING, "%s", verdict.in_words())
    folder = work_folder(settings) / "verdicts"
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{name}.txt", f"{verdict.in_words()}\n".encode())
    if verdict.is_accepted and settings.trainer.activation == "automatic":

        def proof(version: ModelVersion) -> None:
            prove(version, cache)
            with Ledger(settings.ward.state / "ledger.sqlite", who=TRAINER, upgrade=False) as ledger:
                ledger.note(Deed.MODEL, name, how="activated", before=champion.card.version)

        store.activate(name, proof)
        log.info("%s grades from the next recording on; `peea model rollback` goes back", name)
    else:
        log.info("%s is installed and does not grade; `peea model activate %s` would change that", name, name)
    return verdict


def _is_made(settings: Settings, name: str) -> bool:
    return name in model_store(settings).names() or (work_folder(settings) / "made" / name).is_dir()


def _train(settings: Settings, name: str, champion: ModelVersion, cases: list[Case], now: datetime) -> None:
    """Makes the version and installs it; what was made before a kill is not made again."""
    # keras takes seconds to import, and is not needed to say that there is nothing to do
    from grading.faces import CascadeFinder
    from trainer.fit import default_plan
    from trainer.optimise import SEARCHED_FROM, SearchRequest, search
    from trainer.progress import terminal_watcher
    from trainer.retrain import Request, train

    store, work = model_store(settings), work_folder(settings)
    if name in store.names():
        return
    section = settings.trainer
    start, crop_px = str(champion.folder), champion.card.crop_px
    finder = CascadeFinder(settings.grading.smallest_face_share)
    plan = default_plan(NEW_EPOCHS, section.epochs, section.seed, section.batch, crop_px=crop_px)
    if not (work / "made" / name).is_dir():
        with terminal_watcher(len(cases) * 2, NEW_EPOCHS + section.epochs) as watcher:
            if section.search_trials:
                base = replace(SEARCHED_FROM, seed=section.seed)
                asked = SearchRequest(start, work, trials=section.search_trials, base=base, crop_px=crop_px)
                plan = replace(plan, head=search(asked, cases, finder, watcher).trial.recipe)
            request = Request(name, start, "the ward's labelled cases", False, plan, work, work / "made")
            train(request, cases, finder, now, watcher)
    store.install(work / "made" / name)
    log.info("%s is installed", name)


def case_digests(cases: Iterable[Case]) -> frozenset[str]:
    """What tells a case from all others: its picture's content, its patient and its grade."""
    return frozenset(
        hashlib.sha256(f"{case.patient} {int(case.grade)} ".encode() + case.picture.read_bytes()).hexdigest()[:16]
        for case in cases
    )


def _clear(settings: Settings, name: str) -> None:
    """Removes what only the training of this version needed: checkpoints, crops, features, trials, what was made."""
    work = work_folder(settings)
    for path in (*work.glob(f"{name}*"), work / "made" / name, work / "crops", work / "features"):
        shutil.rmtree(path, ignore_errors=True)
    for path in work.glob("search-*.json"):
        path.unlink()
