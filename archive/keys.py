"""age keys: the public ones that the daemon seals for, the secret ones that only their holders have, and their files.

A recipients file has one public key a line; lines that start with # are comments. An identity file is the same with
secret keys, as `age-keygen` writes it. No error message ever repeats a secret key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from archive import bech32, files, primitives

SECRET_PREFIX = "AGE-SECRET-KEY-"  # noqa: S105 - the prefix that every secret key starts with, no secret
PUBLIC_PREFIX = "age"

_Key = TypeVar("_Key", "SecretKey", "Recipient")


class KeyTextError(ValueError):
    """Text that is not an age key of the kind that is wanted."""


class KeyFileError(ValueError):
    """A file of keys that cannot be used; the message names every bad line."""


@dataclass(frozen=True)
class Recipient:
    """A public key: whoever has the secret key to it can open what was sealed for it. `str` gives age1..."""

    point: bytes

    @classmethod
    def parse(cls, text: str) -> Recipient:
        """The key written as age1... Raises: KeyTextError: it is not one; the message says why."""
        if text.upper().startswith(SECRET_PREFIX):
            raise KeyTextError(
                "this is a SECRET key: keep it off this computer, and give its public key (age1...) here"
            )
        point = _decoded(text, PUBLIC_PREFIX, "a public key starts with age1")
        try:
            primitives.shared_secret(bytes(primitives.KEY_BYTES), point)
        except primitives.LowOrderPointError as error:
            raise KeyTextError("nobody has the secret key to this public key (a point of low order)") from error
        return cls(point)

    def __str__(self) -> str:
        return bech32.encode(PUBLIC_PREFIX, self.point)


@dataclass(frozen=True, repr=False)
class SecretKey:
    """A secret key (an age identity). `str` gives AGE-SECRET-KEY-1..., `repr` only the public key."""

    secret: bytes

    @classmethod
    def parse(cls, text: str) -> SecretKey:
        """The key written as AGE-SECRET-KEY-1... Raises: KeyTextError: it is not one; the message says why."""
        if text.lower().startswith(PUBLIC_PREFIX + "1"):
            raise KeyTextError("this is a public key; opening takes the secret key (AGE-SECRET-KEY-1...)")
        return cls(_decoded(text, SECRET_PREFIX, "a secret key starts with AGE-SECRET-KEY-1"))

    @property
    def recipient(self) -> Recipient:
        """The public key that belongs to it."""
        return Recipient(primitives.public_point(self.secret))

    def __str__(self) -> str:
        return bech32.encode(SECRET_PREFIX.lower(), self.secret).upper()

    def __repr__(self) -> str:
        return f"SecretKey(of {self.recipient})"


def generate() -> SecretKey:
    """A new secret key."""
    return SecretKey(primitives.fresh(primitives.KEY_BYTES))


def read_recipients(path: Path) -> tuple[Recipient, ...]:
    """The public keys of a file in its order, each once.

    Raises: KeyFileError: a bad line, or no key at all. OSError: the file cannot be read.
    """
    return _read(path, Recipient.parse, "public key (age1...)")


def read_identities(path: Path) -> tuple[SecretKey, ...]:
    """The secret keys of a file in its order, each once. Raises: as `read_recipients`."""
    return _read(path, SecretKey.parse, "secret key (AGE-SECRET-KEY-1...)")


def write_identity_file(path: Path, key: SecretKey, created: datetime) -> None:
    """Write a secret key to a new file that only its owner may read, as `age-keygen` does.

    Raises: FileExistsError: the file exists; a key that was overwritten could never open its recordings again.
            ValueError: created has no time zone.
    """
    if created.tzinfo is None:
        raise ValueError(f"created is {created.isoformat()} without a time zone; give an aware datetime")
    moment = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"# created: {moment}\n# public key: {key.recipient}\n{key}\n"
    files.write_new(path, text.encode("ascii"), mode=0o600)


def _decoded(text: str, prefix: str, expected: str) -> bytes:
    try:
        found, data = bech32.decode(text)
    except bech32.Bech32Error as error:
        raise KeyTextError(f"not an age key: {error}") from error
    if found != prefix:
        raise KeyTextError(f"not an age key of the kind wanted here: {expected}")
    if len(data) != primitives.KEY_BYTES:
        raise KeyTextError(f"the key has {len(data)} bytes and should have {primitives.KEY_BYTES}")
    return data


def _read(path: Path, parse: Callable[[str], _Key], kind: str) -> tuple[_Key, ...]:
    keys: dict[_Key, None] = {}
    problems: list[str] = []
    for number, line in _lines(path):
        try:
            keys[parse(line)] = None
        except KeyTextError as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise KeyFileError(f"{path}: " + "; ".join(problems))
    if not keys:
        raise KeyFileError(f"{path}: no {kind} in it; write one a line")
    return tuple(keys)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers from 1; editors of Windows put a byte order mark in front."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()
