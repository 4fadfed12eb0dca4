"""`peea agreement`: how well clinicians' VAS and PEEA's grades agree, as a workbook and pictures."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from archive.files import write_whole
from archive.lookup import Lookup
from config.settings import Settings
from daemon.drawing import keep_fonts_in
from daemon.refusals import RefusedError
from daemon.settings_file import existing_workplace, found_settings
from daemon.terminal import print_facts
from daemon.typed_scores import Period, TypedScores
from reports.agreement import Agreement, agreement
from reports.agreement_book import Drawn, Study, agreement_workbook
from reports.agreement_words import p_words
from reports.icc import Form
from reports.kappa import Kappa
from reports.words import Language

FOLDER = "agreement"
SEED = 20240417


@dataclass(frozen=True)
class Written:
    """The files of one comparison."""

    workbook: Path
    pictures: tuple[Path, ...]


def compare(
    first: str | None,
    last: str | None,
    output: Path | None,
    settings_file: Path | None,
    ward: Path | None,
    *,
    as_json: bool,
) -> None:
    """Compare, write the files, print the figures. Raises: RefusedError: no ward, or no such days."""
    period = Period(_day(first, "--first"), _day(last, "--last"))
    if period.first and period.last and period.first > period.last:
        raise RefusedError(f"--first {period.first} is after --last {period.last}")
    settings = found_settings(settings_file, ward)
    found, study = _found(settings, period)
    written = _write(found, study, output or settings.ward.sheets / FOLDER, settings)
    if as_json:
        print(json.dumps(as_object(found, written), ensure_ascii=False, indent=1))
    else:
        _print(found, written)


def _day(text: str | None, option: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise RefusedError(f"{option} {text!r} is no day; write it as 2026-11-25") from error


def _found(settings: Settings, period: Period) -> tuple[Agreement, Study]:
    place = existing_workplace(settings)
    now = datetime.now(UTC)
    today = now.astimezone(settings.ward.zone_info).date()
    if not place.ledger.exists():
        days: tuple[date, ...] = ()
        found = agreement((), SEED)
    else:
        with Lookup(place.ledger) as ledger:
            scores = TypedScores(settings.ward, ledger, now, _tell)
            days = scores.days(period)
            found = agreement([each for day in days for each in scores.rated(day)], SEED)
    first = period.first or (days[0] if days else today)
    return found, Study(
        settings.ward.name, first, period.last or (days[-1] if days else today), settings.ward.zone_info
    )


def _tell(words: str) -> None:
    print(f"peea: {words}", file=sys.stderr)


def _write(found: Agreement, study: Study, folder: Path, settings: Settings) -> Written:
    language: Language = settings.ward.language
    drawn: Drawn | None = None
    if found.pairs:
        keep_fonts_in(settings.ward.state)
        from reports.agreement_pictures import drawn_of

        drawn = drawn_of(found, language)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    stem = f"{FOLDER}-{study.first.isoformat()}-{study.last.isoformat()}"
    workbook = folder / f"{stem}.xlsx"
    pictures = []
    if drawn is not None:
        for name, png in (("scatter", drawn.scatter), ("bland-altman", drawn.bland_altman)):
            pictures.append(folder / f"{stem}-{name}.png")
            write_whole(pictures[-1], png)
    write_whole(workbook, agreement_workbook(found, study, drawn, language))
    return Written(workbook, tuple(pictures))


def as_object(found: Agreement, written: Written) -> dict[str, object]:
    """The figures for programs; what is not defined is null."""
    off = found.differences
    return {
        "pairs": len(found.pairs),
        "patients": found.n_patients,
        "clinician": [int(n) for n in found.table.sum(axis=1)],
        "peea": [int(n) for n in found.table.sum(axis=0)],
        "table": [[int(n) for n in row] for row in found.table],
        "equal": found.n_exact,
        "under": off.under if off else 0,
        "over": off.over if off else 0,
        "mean_absolute_difference": off.mean_absolute if off else None,
        "bias": off.bias if off else None,
        "kappa": _kappa(found.kappa),
        "weighted_kappa": _kappa(found.weighted),
        "icc": {str(icc.form): {"value": icc.value, "low": icc.low, "high": icc.high} for icc in found.iccs},
        "unusable": len(found.unusable),
        "ungraded": len(found.ungraded),
        "workbook": str(written.workbook),
        "pictures": [str(path) for path in written.pictures],
    }


def _kappa(kappa: Kappa | None) -> dict[str, object] | None:
    if kappa is None:
        return None
    return {
        "value": kappa.kappa,
        "ase": kappa.ase,
        "approximate_t": kappa.approximate_t,
        "p": None if kappa.p is None else p_words(kappa.p),
        "low": kappa.low,
        "high": kappa.high,
    }


def _print(found: Agreement, written: Written) -> None:
    n = len(found.pairs)
    facts = [("Pairs", f"{n} recordings of {found.n_patients} patients with a clinician's VAS and a grade of PEEA")]
    if found.exact is not None:
        facts.append(("Same grade", f"{found.n_exact} of {n} ({found.exact.low:.1%} to {found.exact.high:.1%})"))
    for name, kappa in (("Kappa", found.kappa), ("Weighted kappa", found.weighted)):
        facts.append((name, "not defined" if kappa is None else _kappa_words(kappa)))
    agreed = next((icc for icc in found.iccs if icc.form is Form.AGREEMENT), None)
    words = "not defined" if agreed is None else f"{agreed.value:.4f} ({agreed.low:.4f} to {agreed.high:.4f})"
    facts.append((str(Form.AGREEMENT), words))
    if found.unusable or found.ungraded:
        facts.append(("Left out", f"{len(found.unusable)} that are no VAS, {len(found.ungraded)} without a grade"))
    facts += [("Written", str(path)) for path in (written.workbook, *written.pictures)]
    print_facts(facts)


def _kappa_words(kappa: Kappa) -> str:
    p = "" if kappa.p is None else f", p {p_words(kappa.p)}"
    return f"{kappa.kappa:.3f} ({kappa.low:.3f} to {kappa.high:.3f}{p})"
