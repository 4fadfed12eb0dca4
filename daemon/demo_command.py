"""`peea demo`: the real daemon on a ward made for it, recordings dropped as a nurse would, and what came of them.

Nothing is pretended: the daemon is a process of its own, recordings arrive by slow copies, the sealed files are opened
again with the custodian's key. It ends with 0 only if every result is the known truth and no plain video is left.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.files import sha256_of
from archive.jobs import Job
from archive.keys import read_identities
from archive.ledger import Ledger
from archive.vault import unseal_file
from config.programs import own_program
from config.settings import Settings, load
from daemon.demo_report import Result, Truth, print_report, progress
from daemon.refusals import RefusedError
from daemon.setup_command import setup
from daemon.workplace import Workplace, holder_of

TRUTH_FILE = "truth.csv"
READY_S, RECORDING_S = 120.0, 240.0  # how long the daemon may take to start, and to finish one recording
COPY_S, COPY_PIECES = 2.0, 8
LOOK_AGAIN_S = 0.3
STOP_S = 30.0


@dataclass(frozen=True)
class _Stage:
    """The ward of a demonstration."""

    folder: Path
    settings: Settings
    place: Workplace


def demo(samples: Path, keep_in: Path | None) -> int:
    """Run the demonstration; returns 0 if everything was as it is known to be, else 1.

    Raises: RefusedError: there are no samples, or the daemon does not start.
    """
    truths = _truths(samples)
    folder = keep_in or Path(tempfile.mkdtemp(prefix="peea-demo-"))
    stage = _prepared(folder)
    with _daemon(stage) as process, progress(len(truths)) as tell:
        _wait_until_ready(stage, process)
        for truth in truths:
            tell.dropping(truth.file)
            _copy_slowly(samples / truth.file, stage.place.inbox / truth.file)
        jobs = _wait_until_archived(stage, process, truths, tell.finished)
    results = [_result(stage, truth, jobs.get(truth.file)) for truth in truths]
    left = _plain_videos(stage.place)
    print_report(results, left, stage.folder)
    return 0 if all(result.is_right for result in results) and not left else 1


def _truths(samples: Path) -> list[Truth]:
    path = samples / TRUTH_FILE
    if not path.is_file():
        raise RefusedError(f"there is no {path}: name a folder with recordings and a {TRUTH_FILE}")
    with path.open(newline="", encoding="utf-8") as lines:
        truths = [
            Truth(
                row["file"],
                row["outcome"],
                int(row["grade"]) if row["grade"] else None,
                tuple(float(row[name] or 0) for name in ("mild_s", "obvious_s", "severe_s", "intense_s")),
            )
            for row in csv.DictReader(lines)
        ]
    missing = [truth.file for truth in truths if not (samples / truth.file).is_file()]
    if missing or not truths:
        raise RefusedError(f"{path} names recordings that are not there: {', '.join(missing) or 'none at all'}")
    return truths


def _prepared(folder: Path) -> _Stage:
    setup(folder, "Demo ward", "en", quietly=True)
    settings_file = folder / "peea.toml"
    # a demonstration need not wait as long for a file to stand still as a ward should
    text = settings_file.read_text("utf-8").replace("# settle_s = 5.0", "settle_s = 1.5\nrescan_s = 2.0\n#")
    settings_file.write_text(text, "utf-8")
    settings = load(settings_file)
    return _Stage(folder, settings, Workplace.of(settings.ward))


@contextmanager
def _daemon(stage: _Stage) -> Iterator[subprocess.Popen[bytes]]:
    command = own_program("daemon.main", "run", "--ward", str(stage.folder))
    with (stage.folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(STOP_S)


def _wait_until_ready(stage: _Stage, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_S
    while holder_of(stage.place.lock) is None or not stage.place.ledger.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RefusedError(f"the daemon did not start; what it said is in {stage.folder / 'daemon.log'}")
        time.sleep(LOOK_AGAIN_S)


def _copy_slowly(source: Path, target: Path) -> None:
    """As a file manager over a network share does it: under the final name, piece by piece."""
    data = source.read_bytes()
    piece = len(data) // COPY_PIECES + 1
    with target.open("wb") as out:
        for at in range(0, len(data), piece):
            out.write(data[at : at + piece])
            out.flush()
            time.sleep(COPY_S / COPY_PIECES)


def _wait_until_archived(
    stage: _Stage, process: subprocess.Popen[bytes], truths: Sequence[Truth], tell: Callable[[Job], None]
) -> dict[str, Job]:
    done: dict[str, Job] = {}
    until = time.monotonic() + RECORDING_S * len(truths)
    with Ledger(stage.place.ledger) as ledger:
        while len(done) < len(truths) and time.monotonic() < until and process.poll() is None:
            for job in ledger.latest(len(truths)):
                if job.source not in done and (job.archived_at or job.parked):
                    done[job.source] = job
                    tell(job)
            time.sleep(LOOK_AGAIN_S)
    return done


def _result(stage: _Stage, truth: Truth, job: Job | None) -> Result:
    if job is None or job.receipt is None:
        return Result(truth, job.outcome if job else None, None, None, None, opens=False)
    day = job.received_at.astimezone(stage.settings.ward.zone_info).date()
    sound = stage.place.announcements / day.isoformat() / f"{job.number}.wav"
    sheets = sorted(stage.place.sheets.glob("*.xlsx"))
    sealed = stage.place.archive / job.receipt.sealed_name
    return Result(
        truth,
        job.outcome,
        sheets[-1] if sheets else None,
        sound if sound.is_file() and sound.stat().st_size else None,
        sealed if sealed.is_file() else None,
        opens=sealed.is_file() and _opens(stage, sealed, job.id),
    )


def _opens(stage: _Stage, sealed: Path, fingerprint: str) -> bool:
    """Whether the custodian gets the recording back, bit for bit."""
    opened = stage.folder / "opened.mp4"
    unseal_file(sealed, opened, read_identities(stage.place.keys / "custodian.key"))
    same = sha256_of(opened) == fingerprint
    opened.unlink()
    return same


def _plain_videos(place: Workplace) -> list[Path]:
    kept = [*place.inbox.rglob("*"), *place.work.rglob("*")]
    return [path for path in kept if path.is_file() and not path.name.startswith(".peea")]
