"""The textual header of a sealed file: it wraps the file key once for each recipient (age v1, docs/sealed-file.md).

Strict on purpose: whatever the format forbids is refused even where it would be harmless, so that there is one way only
to write a given header and nothing can be smuggled in. The number of bytes read before anything is proved is bounded.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive import primitives
from archive.keys import Recipient, SecretKey
from archive.streams import Readable

FILE_KEY_BYTES = 16
LONGEST_HEADER_BYTES = 256 * 1024  # our bound, not the format's: each stanza costs work before the file is proved
VERSION_LINE = b"age-encryption.org/v1\n"
FULL_LINE_CHARACTERS = 64
BODY_BYTES = FILE_KEY_BYTES + primitives.TAG_BYTES
WRAP_INFO = b"age-encryption.org/v1/X25519"
WRAP_NONCE = bytes(12)  # constant, since every wrap key closes one box only


class SealedFileError(ValueError):
    """A sealed file cannot be opened; the subclass says why."""


class HeaderError(SealedFileError):
    """The beginning of the file is not a header of the age v1 format, or one that the format forbids."""


class HeaderMacError(HeaderError):
    """The header is well formed but not the one that the sender wrote: it was changed."""


class NoMatchError(SealedFileError):
    """None of the secret keys given is one that the file was sealed for."""


@dataclass(frozen=True)
class Stanza:
    """One wrapping of the file key: its kind and arguments, and what it holds."""

    arguments: tuple[bytes, ...]
    body: bytes


@dataclass(frozen=True)
class Header:
    """A parsed header: `covered` is its exact text up to and with the three dashes, which `mac` protects."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    mac: bytes


def build(file_key: bytes, recipients: Iterable[Recipient]) -> bytes:
    """The header that wraps file_key (16 bytes) for each recipient."""
    text = VERSION_LINE + b"".join(_stanza_for(each, file_key) for each in recipients) + b"---"
    return text + b" " + _unpadded(_mac(file_key, text)) + b"\n"


def read(source: Readable) -> Header:
    """Read a header and leave source at the first byte after it. Raises: HeaderError: it is not a header of age v1."""
    lines = _Lines(source)
    _check_version(lines.next())
    stanzas: list[Stanza] = []
    while not (line := lines.next()).startswith(b"---"):
        stanzas.append(Stanza(_arguments(line), _body(lines)))
    if not line.startswith(b"--- ") or len(mac := _decoded(line[4:-1], "the header's MAC")) != 32:
        raise HeaderError("the header's last line must be three dashes, a space and a MAC of 32 bytes in base64")
    if not stanzas:
        raise HeaderError("the header names nobody who could open the file")
    if len(stanzas) > 1 and any(stanza.arguments[0] == b"scrypt" for stanza in stanzas):
        raise HeaderError("a file sealed with a passphrase must not be sealed in any other way as well")
    return Header(tuple(stanzas), b"".join(lines.seen[:-1]) + b"---", mac)


def unwrap(header: Header, identities: Sequence[SecretKey]) -> bytes:
    """The file key (16 bytes) of a header whose MAC is right.

    Raises: NoMatchError: sealed for others. HeaderError: a stanza that the format forbids.
            HeaderMacError: the header was changed.
    """
    stanzas = [stanza for stanza in header.stanzas if stanza.arguments[0] == b"X25519"]
    shares = [_share(stanza) for stanza in stanzas]
    for identity in identities:
        for share, stanza in zip(shares, stanzas, strict=True):
            try:
                file_key = _unwrapped(share, stanza.body, identity)
            except primitives.ForgedError:
                continue  # sealed for somebody else
            check_mac(header, file_key)
            return file_key
    raise NoMatchError(
        f"none of the {len(identities)} secret keys opens this file, which is sealed for {len(stanzas)} X25519 keys;"
        " ask for the key of a custodian whose public key stood in the recipients file when it was sealed"
    )


def check_mac(header: Header, file_key: bytes) -> None:
    """Return if the header is the one written with this file key. Raises: HeaderMacError: it is not."""
    if not primitives.is_same(header.mac, _mac(file_key, header.covered)):
        raise HeaderMacError("the header was changed after sealing (its MAC is wrong); use another copy of the file")


class _Lines:
    """The header line by line, kept as read; each must end in a line feed and all together stay under the bound."""

    def __init__(self, source: Readable) -> None:
        self.seen: list[bytes] = []
        self._source = source
        self._left_bytes = LONGEST_HEADER_BYTES

    def next(self) -> bytes:
        line = self._source.readline(self._left_bytes)
        self._left_bytes -= len(line)
        if not self._left_bytes:
            raise HeaderError(f"the header is longer than {LONGEST_HEADER_BYTES} bytes")
        if not line.endswith(b"\n"):
            raise HeaderError(f"the file ends within the header, in line {len(self.seen) + 1}")
        self.seen.append(line)
        return line


def _check_version(line: bytes) -> None:
    if line == VERSION_LINE:
        return
    if line.startswith(b"-----BEGIN AGE"):
        raise HeaderError(
            "this is an armored age file (text); decode the armor first, for example with the age program"
        )
    if line.startswith(b"age-encryption.org/"):
        raise HeaderError(f"the file is of another version, {line[:40]!r}; only {VERSION_LINE!r} can be read here")
    raise HeaderError("this is not a sealed file: it does not begin with age-encryption.org/v1")


def _arguments(line: bytes) -> tuple[bytes, ...]:
    arguments = tuple(line[3:-1].split(b" "))
    if not line.startswith(b"-> ") or not all(arguments):
        raise HeaderError(
            f"a stanza must begin with an arrow, a space and arguments one space apart, not {line[:40]!r}"
        )
    if any(not 33 <= character <= 126 for argument in arguments for character in argument):
        raise HeaderError(f"a stanza's arguments must be of printable ASCII, not {line[:40]!r}")
    return arguments


def _body(lines: _Lines) -> bytes:
    """Full lines of 64 characters and a shorter one, perhaps empty, that ends the body."""
    body = b""
    while True:
        line = lines.next()[:-1]
        if len(line) > FULL_LINE_CHARACTERS:
            raise HeaderError(
                f"a line of a stanza's body has {len(line)} characters; {FULL_LINE_CHARACTERS} is the most"
            )
        body += _decoded(line, "a stanza's body")
        if len(line) < FULL_LINE_CHARACTERS:
            return body


def _share(stanza: Stanza) -> bytes:
    if len(stanza.arguments) != 2:
        raise HeaderError(f"an X25519 stanza has {len(stanza.arguments)} arguments; it must have 2")
    share = _decoded(stanza.arguments[1], "an X25519 share")
    if len(share) != primitives.KEY_BYTES:
        raise HeaderError(f"an X25519 share has {len(share)} bytes; it must have {primitives.KEY_BYTES}")
    if len(stanza.body) != BODY_BYTES:  # checked before decrypting: against partitioning oracles
        raise HeaderError(f"an X25519 stanza's body has {len(stanza.body)} bytes; it must have {BODY_BYTES}")
    return share


def _stanza_for(recipient: Recipient, file_key: bytes) -> bytes:
    """The text of a stanza that wraps file_key; its body has 43 characters, so that one short line holds it."""
    ephemeral = SecretKey(primitives.fresh(primitives.KEY_BYTES))
    share = ephemeral.recipient.point
    secret = primitives.shared_secret(ephemeral.secret, recipient.point)
    key = primitives.derived_key(secret, salt=share + recipient.point, info=WRAP_INFO)
    body = primitives.Boxes(key).close(WRAP_NONCE, file_key)
    return b"-> X25519 " + _unpadded(share) + b"\n" + _unpadded(body) + b"\n"


def _unwrapped(share: bytes, body: bytes, identity: SecretKey) -> bytes:
    try:
        secret = primitives.shared_secret(identity.secret, share)
    except primitives.LowOrderPointError as error:
        raise HeaderError("an X25519 share is a point of low order: no honest program made this file") from error
    key = primitives.derived_key(secret, salt=share + identity.recipient.point, info=WRAP_INFO)
    return primitives.Boxes(key).open(WRAP_NONCE, body)


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return primitives.authentication_code(primitives.derived_key(file_key, salt=b"", info=b"header"), covered)


def _unpadded(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _decoded(text: bytes, where: str) -> bytes:
    """Unpadded base64 in its one canonical form: what encoding the result again does not give back is refused."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise HeaderError(f"{where} is not base64") from error
    if _unpadded(data) != text:
        raise HeaderError(f"{where} is not in the one canonical form of unpadded base64")
    return data
