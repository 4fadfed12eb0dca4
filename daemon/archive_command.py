"""`peea keygen`, `peea archive seal`, `peea archive unseal`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from archive.audit import Deed
from archive.files import sha256_of
from archive.inspection import Inspection
from archive.keys import Recipient, SecretKey, generate, read_identities, read_recipients, write_identity_file
from archive.stocktaking import is_known
from archive.vault import seal_file, unseal_file
from daemon.entering import entered
from daemon.refusals import RefusedError, existing_file, new_file
from daemon.settings_file import existing_workplace, found_settings
from daemon.wards_nearby import is_within, ward_of, ward_with


def keygen(output: Path) -> None:
    """Write a new private key to `output`; print its public key."""
    key = generate()
    write_identity_file(new_file(output), key, datetime.now(UTC))
    print(key.recipient)


def seal(file: Path, recipients: Sequence[str], output: Path) -> None:
    """Seal a file for all these recipients: public keys, or files of public keys."""
    plain, sealed = existing_file(file), new_file(output)
    for_whom: dict[Recipient, None] = {}
    for recipient in recipients:
        for_whom.update(dict.fromkeys(_recipients(recipient)))
    receipt = seal_file(plain, sealed, for_whom)
    print(f"{output}  {receipt.sealed_bytes} bytes  SHA-256 {receipt.sealed_sha256}")


def unseal(
    file: Path,
    identities: Sequence[Path],
    output: Path,
    settings_file: Path | None = None,
    ward: Path | None = None,
    *,
    inside_ward: bool = False,
) -> None:
    """Open a sealed file with any of the private keys in these files, and enter that in the ward's audit trail.

    Raises: RefusedError: the opened file would lie within a ward and `inside_ward` does not say that it may.
    """
    keys = [key for path in identities for key in read_identities(existing_file(path))]
    sealed, plain = existing_file(file), new_file(output)
    named = found_settings(settings_file, ward) if settings_file or ward else None
    settings = named or ward_of(sealed)
    within = ward_with(plain) or (settings if settings and is_within(plain, settings) else None)
    if within and not inside_ward:
        raise RefusedError(
            f"{output} is within the ward {within.ward.folder}, where a plain recording must not lie about;"
            " name another place, or add --inside-ward"
        )
    if settings is None:
        unseal_file(sealed, plain, keys)
        print("peea: the file lies in no ward's archive, so no audit trail tells of this", file=sys.stderr)
    else:
        ledger = existing_workplace(settings).ledger
        with entered(ledger, Deed.UNSEALED, _recording_in(sealed, ledger), keys=_shown(keys)):
            unseal_file(sealed, plain, keys)
    print(output)


def _recording_in(sealed: Path, ledger: Path) -> str:
    """The fingerprint of the recording that a sealed file of this ward holds; "" if no receipt knows it."""
    if not ledger.exists():
        return ""
    sha256 = sha256_of(sealed)
    with Inspection(ledger) as inspection:
        return next((one.id for one in inspection.kept() if is_known(one, sha256)), "")


def _shown(keys: Sequence[SecretKey]) -> str:
    return " ".join(str(key.recipient) for key in keys)


def _recipients(text: str) -> tuple[Recipient, ...]:
    if text.lower().startswith(("age1", "age-secret-key-")):
        return (Recipient.parse(text),)
    return read_recipients(existing_file(Path(text)))
