"""`peea model show`, `list`, `activate` and `rollback`."""

from __future__ import annotations

import logging
from pathlib import Path

from archive.audit import Deed
from archive.models import ModelStore, ModelStoreError, VersionError, whole_version
from config import logs
from config.settings import Settings
from daemon.entering import entered
from daemon.grades import cache_folder, choice, in_use_file, model_folder, model_store
from daemon.model_in_use import read_in_use
from daemon.settings_file import existing_workplace, found_settings
from daemon.terminal import print_facts, print_warning, told
from daemon.workplace import Workplace, holder_of
from grading.ready import prove
from grading.version import Figure, ModelCard, ModelVersion
from reports.sheet import safe_text

_LOG = logging.getLogger(__name__)

LISTED = {"accuracy": "accuracy", "quadratic_kappa": "kappa", "mean_error_grades": "mean error"}


def show(name: str, settings_file: Path | None, ward: Path | None) -> None:
    """Print what a network is; "": the one in use.

    Raises: grading.version.VersionError: it is not whole. archive.models.ModelStoreError: there is none of that name.
    """
    settings = found_settings(settings_file, ward)
    version = model_store(settings).version(name) if name else whole_version(model_folder(settings))
    card = version.card
    print_facts(
        [
            ("Version", card.version),
            ("Folder", str(version.folder)),
            ("Made", card.made_at),
            ("Grades", ", ".join(card.grades)),
            ("Precision", card.precision),
            ("Data", card.data),
            ("Data set", f"{card.data_set}; {_counts(card)}"),
            ("Split", card.split),
            ("Started from", ", ".join(f"{stage}: {source}" for stage, source in card.started_from.items())),
            ("Learnt by", ", ".join(f"{key} {value}" for key, value in card.hyper_parameters.items())),
            *((key, _in_full(one)) for key, one in card.figures.items()),
            *((f"int8: {key}", f"{value:g}") for key, value in card.gate.items()),
            ("Made with", ", ".join(f"{key} {value}" for key, value in card.environment.items())),
            ("Seed", str(card.seed)),
            *(("Limit", limit) for limit in card.limits),
        ]
    )
    if card.synthetic_only:
        print_warning("Trained on synthetic patients only: its grades have not been tested on real people.")


def list_(settings_file: Path | None, ward: Path | None) -> None:
    """Print all versions with their figures on patients that they had not seen, the one that shall grade marked."""
    settings = found_settings(settings_file, ward)
    store, wanted = model_store(settings), choice(settings).wanted
    longest = max(len(name) for name in store.names())
    for name in store.names():
        print(safe_text(f"{'*' if name == wanted else ' '} {name:{longest}}  {_figures(store, name)}"))
    if settings.grading.model:
        print_warning(f"[grading] model in the settings names {settings.grading.model}: that is what grades")
    used = read_in_use(in_use_file(settings))
    if used.trouble:
        print_warning(f"{used.trouble} So {used.model} grades.")


def activate(name: str, settings_file: Path | None, ward: Path | None) -> None:
    """Make a version the one that grades, after it gave its answers to the golden batch.

    Raises: archive.models.ModelStoreError: there is no such version.
    grading.version.VersionError, grading.serving.ServingFormError: it is not whole, or does not answer as it did.
    """
    settings = _set_up(settings_file, ward)
    ledger = existing_workplace(settings).ledger
    with told(f"checking {name}"), entered(ledger, Deed.MODEL, name, how="activated"):
        before = model_store(settings).activate(name, lambda version: _proven(version, settings))
    _tell(settings, name, before)


def rollback(settings_file: Path | None, ward: Path | None) -> None:
    """Go back to the version before. Raises: archive.models.ModelStoreError: there was none. Else as `activate`."""
    settings = _set_up(settings_file, ward)
    before = choice(settings).wanted
    ledger = existing_workplace(settings).ledger
    with told("checking the version before"), entered(ledger, Deed.MODEL, before, how="rolled back"):
        name = model_store(settings).rollback(lambda version: _proven(version, settings))
    _tell(settings, name, before)


def _set_up(settings_file: Path | None, ward: Path | None) -> Settings:
    settings = found_settings(settings_file, ward)
    logs.set_up(settings.logging.level)
    return settings


def _proven(version: ModelVersion, settings: Settings) -> None:
    prove(version, cache_folder(settings), settings.grading.threads)


def _tell(settings: Settings, name: str, before: str) -> None:
    if name == before:
        print(f"{name} grades already; its files were checked")
    else:
        _LOG.info("model version %s activated in place of %s", name, before)
        at_work = holder_of(Workplace.of(settings.ward).lock) is not None
        print(
            f"{name} grades from {'the next recording' if at_work else 'the start of the daemon'} on; before: {before}"
        )
    if settings.grading.model:
        print_warning("[grading] model in the settings names another version, which is used instead: remove that line")


def _figures(store: ModelStore, name: str) -> str:
    try:
        card = store.version(name).card
    except (VersionError, ModelStoreError) as problem:
        return f"cannot be used: {problem}"
    figures = [f"{words} {_in_brief(card.figures[key])}" for key, words in LISTED.items() if key in card.figures]
    kind = "synthetic patients" if card.synthetic_only else "patients"
    return "; ".join([card.made_at[:10], *figures, f"{sum(card.patients.values())} {kind}"])


def _counts(card: ModelCard) -> str:
    parts = (f"{part}: {card.pictures[part]} of {card.patients.get(part, 0)} patients" for part in card.pictures)
    return "pictures for " + ", ".join(parts)


def _in_full(one: Figure) -> str:
    return f"{one.value:.3f} (95 %: {one.low:.3f} to {one.high:.3f})"


def _in_brief(one: Figure) -> str:
    return f"{one.value:.3f} ({one.low:.3f}-{one.high:.3f})"
