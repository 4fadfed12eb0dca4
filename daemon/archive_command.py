"""`peea keygen`, `peea archive seal`, `peea archive unseal`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from archive.keys import Recipient, generate, read_identities, read_recipients, write_identity_file
from archive.vault import seal_file, unseal_file
from daemon.refusals import existing_file, new_file


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


def unseal(file: Path, identities: Sequence[Path], output: Path) -> None:
    """Open a sealed file with any of the private keys in these files."""
    keys = [key for path in identities for key in read_identities(existing_file(path))]
    unseal_file(existing_file(file), new_file(output), keys)
    print(output)


def _recipients(text: str) -> tuple[Recipient, ...]:
    if text.lower().startswith(("age1", "age-secret-key-")):
        return (Recipient.parse(text),)
    return read_recipients(existing_file(Path(text)))
