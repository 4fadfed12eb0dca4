"""`peea setup`: a ward's folder with everything that the daemon needs, and what its people have to do next."""

from __future__ import annotations

import os
import pwd
from datetime import UTC, datetime
from pathlib import Path

from archive.files import replace_unchanged, write_new
from archive.keys import SecretKey, generate, read_identities, write_identity_file
from config.settings import Ward, load
from daemon.refusals import RefusedError
from daemon.workplace import Workplace
from reports.roster_form import roster_form

_STARTER = """\
# The settings of this ward. What is not named here has its default; all settings, with units and reasons:
# config/defaults.toml of the program. `peea run` reports every mistake in this file at once.

[ward]
name = {name}
language = {language}
# zone = "Asia/Shanghai"      # empty or missing: the machine's own
folder = {folder}

[inbox]
# settle_s = 5.0              # how long a file must stand still before it is taken
# polling = true              # for an inbox on a network mount

[speech]
# engine = "espeak"           # "gtts" or "off"
# play = "auto"               # "never": only keep the sound files
"""

_HOLDERS = ("custodian", "recovery")


def setup(folder: Path, name: str, language: str, *, quietly: bool = False) -> None:
    """Make what is missing of a ward's folder; print what to do next, unless `quietly`.

    Raises: RefusedError: no such language; root in a folder of somebody else's.
            config.settings.SettingsError: a peea.toml that is there holds mistakes.
    """
    if language not in ("en", "zh"):
        raise RefusedError(f"--language {language!r} is not one of en, zh")
    _refuse_anothers(folder)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    settings_file = folder / "peea.toml"
    if not settings_file.exists():
        text = _STARTER.format(name=_quoted(name), language=_quoted(language), folder=_quoted(str(folder.absolute())))
        write_new(settings_file, text.encode(), mode=0o644)
    settings = load(settings_file)
    place = Workplace.of(settings.ward)
    place.make()
    _make_roster(settings.ward)
    recipients_file = settings.archive.recipients_file
    made = not recipients_file.exists()
    if made:
        _make_keys(place.keys, recipients_file)
    if not quietly:
        print("\n".join(_next_steps(folder, settings_file, place, settings.ward.roster, made=made)))


def _refuse_anothers(folder: Path) -> None:
    """Root in another's folder would make keys and folders that the daemon, as that other, cannot use."""
    if os.geteuid() != 0 or not folder.is_dir() or (owner := folder.stat().st_uid) == 0:
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"#{owner}"
    raise RefusedError(
        f"{folder} belongs to the user {name}, who could not use what root makes there: "
        f"sudo -u {name} peea setup {folder} ..."
    )


def _make_roster(ward: Ward) -> None:
    """An empty list of patients, in a folder in which spreadsheet programs can save it."""
    ward.roster.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    if not ward.roster.exists():
        replace_unchanged(ward.roster, roster_form(ward.language), None)


def _make_keys(keys: Path, recipients_file: Path) -> None:
    """Two key pairs, so that the loss of one key loses no recording. First the private keys, then who they are."""
    lines = ["# Public keys that recordings are sealed for, one a line. The private keys belong elsewhere."]
    for holder in _HOLDERS:
        key = _kept_or_new(keys / f"{holder}.key")
        lines += [f"# {holder}", str(key.recipient)]
    write_new(recipients_file, ("\n".join(lines) + "\n").encode("ascii"), mode=0o644)


def _kept_or_new(path: Path) -> SecretKey:
    if path.exists():  # a setup that was interrupted
        return read_identities(path)[0]
    key = generate()
    write_identity_file(path, key, datetime.now(UTC))
    return key


def _quoted(text: str) -> str:
    """Text as a TOML basic string."""
    escaped = "".join(
        f"\\u{ord(sign):04x}" if sign in '"\\' or ord(sign) < 32 or ord(sign) == 127 else sign for sign in text
    )
    return f'"{escaped}"'


def _next_steps(folder: Path, settings_file: Path, place: Workplace, roster: Path, *, made: bool) -> list[str]:
    steps = [f"The ward's folder is ready: {folder}", ""]
    private = [keys for keys in (place.keys / f"{holder}.key" for holder in _HOLDERS) if keys.exists()]
    if made:
        steps += ["Two key pairs were made; either private key opens every sealed recording."]
    if private:
        steps += [
            "Now take the PRIVATE keys off this machine, each to another person and place, and remove them here:",
            *(f"  {path}" for path in private),
            "  Whoever has this machine must not be able to open the archive. Try each key once before you remove it:",
            f"  peea archive seal {settings_file} -r {place.keys / 'recipients.txt'} -o test.age",
            f"  peea archive unseal test.age -i {private[0]} -o test.toml",
            "",
        ]
    return [
        *steps,
        f"Settings:   {settings_file}",
        f"Recordings: {place.inbox}",
        f"Sheets:     {place.sheets}",
        f"Patients:   {roster} (an empty list to fill in, if you wish)",
        f"Start:      peea run --ward {folder}",
        f"As service: install -m 644 {settings_file} /etc/peea/peea.toml && systemctl enable --now peea",
    ]
