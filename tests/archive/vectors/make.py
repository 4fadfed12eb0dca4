"""Makes the sealed files beside it: each tests one rule, and its name begins with what must become of it.

    good      opens, and holds `plain`
    header    refused: the header is not one of the format
    mac       refused: the header was changed
    nomatch   refused: sealed for another key
    damaged   refused: the body is not as sealed; at most `plain` may be written before

Run as `python -m tests.archive.vectors.make` to write the small ones again; the large ones exist in memory only.
Written from the specification and apart from the product's own code, so that the two can be compared.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

FOLDER = Path(__file__).parent
IDENTITY = "AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SWRYDWG"
OTHER_IDENTITY = "AGE-SECRET-KEY-1YQSJYGEYY5NZW2PF9G4JCTFW9UCRZV3NXS6NVDEC8YARK0PA8CLSWXGG7Q"
SECRET = bytes(range(32))
OTHER_SECRET = bytes(range(32, 64))
FILE_KEY = b"one key one file"
NONCE = bytes(range(100, 116))
CHUNK = 64 * 1024
VERSION = b"age-encryption.org/v1\n"
PRIME = 2**255 - 19
LOW_ORDER = bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")
OTHER_LOW_ORDER = bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
# points whose shared secret is zero, in the ways to write them that a reader may meet (the top bit is not looked at)
LOW_ORDER_POINTS = {
    "low-order": LOW_ORDER,
    "other-low-order": OTHER_LOW_ORDER,
    "zero": bytes(32),
    "one": (1).to_bytes(32, "little"),
    "minus-one": (PRIME - 1).to_bytes(32, "little"),
    "prime": PRIME.to_bytes(32, "little"),
    "prime-and-one": (PRIME + 1).to_bytes(32, "little"),
    "zero-with-top-bit": (1 << 255).to_bytes(32, "little"),
    "low-order-with-top-bit": (int.from_bytes(LOW_ORDER, "little") | 1 << 255).to_bytes(32, "little"),
}
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(frozen=True)
class Vector:
    """A sealed file, and all the plain text that may come out of it."""

    name: str
    sealed: bytes
    plain: bytes = b""

    @property
    def expected(self) -> str:
        return self.name.partition("-")[0]


def b64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def hkdf(material: bytes, salt: bytes, info: bytes) -> bytes:
    extracted = hmac.digest(salt or bytes(32), material, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def public(secret: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def shared(secret: bytes, point: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(point))


def pseudo_random(label: str) -> bytes:
    return hashlib.sha256(label.encode()).digest()


def wrapped(secret_in_common: bytes, share: bytes, holder: bytes, file_key: bytes) -> bytes:
    key = hkdf(secret_in_common, share + public(holder), b"age-encryption.org/v1/X25519")
    return ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)


def stanza(*arguments: bytes, body: bytes = b"") -> bytes:
    text = b64(body)
    lines = [text[at : at + 64] for at in range(0, len(text) + 1, 64)]
    return b"-> " + b" ".join(arguments) + b"\n" + b"".join(line + b"\n" for line in lines)


def x25519(holder: bytes = SECRET, *, label: str = "ephemeral", file_key: bytes = FILE_KEY) -> tuple[bytes, bytes]:
    """Share and body of an honest stanza."""
    ephemeral = pseudo_random(label)
    share = public(ephemeral)
    return share, wrapped(shared(ephemeral, public(holder)), share, holder, file_key)


def for_holder(holder: bytes = SECRET, *, label: str = "ephemeral") -> bytes:
    share, body = x25519(holder, label=label)
    return stanza(b"X25519", b64(share), body=body)


def mac(text: bytes) -> bytes:
    return hmac.digest(hkdf(FILE_KEY, b"", b"header"), text, "sha256")


def header(*stanzas: bytes, version: bytes = VERSION) -> bytes:
    text = version + b"".join(stanzas) + b"---"
    return text + b" " + b64(mac(text)) + b"\n"


def chunk(number: int, plain: bytes, *, last: bool) -> bytes:
    cipher = ChaCha20Poly1305(hkdf(FILE_KEY, NONCE, b"payload"))
    return cipher.encrypt(number.to_bytes(11, "big") + bytes([last]), plain, None)


def body(*chunks: bytes) -> bytes:
    """Nonce and honest chunks, the last one marked."""
    sealed = (chunk(number, plain, last=number == len(chunks) - 1) for number, plain in enumerate(chunks))
    return NONCE + b"".join(sealed)


def not_canonical(text: bytes) -> bytes:
    """The same bytes with a spare bit set: the last character has zero bits to spare."""
    return text[:-1] + BASE64[BASE64.index(text[-1]) + 1 :][:1]


HONEST = for_holder()
HELLO = body(b"hello")


def small() -> list[Vector]:
    return [*_good(), *_headers(), *_stanzas(), *_macs_and_matches(), *_bodies()]


def large() -> list[Vector]:
    return list(_large())


def _good() -> Iterator[Vector]:
    yield Vector("good-hello", header(HONEST) + HELLO, b"hello")
    yield Vector("good-empty", header(HONEST) + body(b""))
    yield Vector("good-two-recipients", header(for_holder(OTHER_SECRET, label="2"), HONEST) + HELLO, b"hello")
    grease = stanza(b"x-grease", b"!~", body=b"\x00" * 7)
    yield Vector("good-unknown-stanzas-are-passed-over", header(grease, HONEST, grease) + HELLO, b"hello")
    yield Vector("good-unknown-stanza-without-body", header(stanza(b"grease"), HONEST) + HELLO, b"hello")
    twice = header(HONEST, for_holder(label="again")) + HELLO
    yield Vector("good-the-same-recipient-twice", twice, b"hello")
    full = stanza(b"grease", body=b"\x01" * 96)
    yield Vector("good-full-lines-end-with-an-empty-one", header(full, HONEST) + HELLO, b"hello")


def _headers() -> Iterator[Vector]:
    yield Vector("header-empty-file", b"")
    yield Vector("header-not-age", b"hello\n" + HELLO)
    yield Vector("header-version-2", header(HONEST, version=b"age-encryption.org/v2\n") + HELLO)
    yield Vector("header-version-line-with-return", header(HONEST, version=VERSION[:-1] + b"\r\n") + HELLO)
    yield Vector("header-lines-with-returns", header(HONEST).replace(b"\n", b"\r\n") + HELLO)
    yield Vector("header-armored", b"-----BEGIN AGE ENCRYPTED FILE-----\n" + b64(header(HONEST) + HELLO) + b"\n")
    yield Vector("header-without-stanza", header() + HELLO)
    yield Vector("header-ends-after-version", VERSION)
    yield Vector("header-ends-within-stanza", VERSION + HONEST[:60])
    yield Vector("header-ends-before-line-feed", header(HONEST)[:-1])
    yield Vector("header-no-nonce", header(HONEST))
    yield Vector("header-nonce-cut", header(HONEST) + NONCE[:15])
    text = VERSION + HONEST + b"---"
    yield Vector("header-mac-missing", text + b"\n" + HELLO)
    yield Vector("header-mac-without-space", text + b64(mac(text)) + b"\n" + HELLO)
    yield Vector("header-mac-after-two-spaces", text + b"  " + b64(mac(text)) + b"\n" + HELLO)
    yield Vector("header-mac-before-a-space", text + b" " + b64(mac(text)) + b" \n" + HELLO)
    yield Vector("header-mac-cut", text + b" " + b64(mac(text)[:31]) + b"\n" + HELLO)
    yield Vector("header-mac-too-long", text + b" " + b64(mac(text) + b"\x00") + b"\n" + HELLO)
    yield Vector("header-mac-padded", text + b" " + b64(mac(text)) + b"=\n" + HELLO)
    yield Vector("header-mac-not-canonical", text + b" " + not_canonical(b64(mac(text))) + b"\n" + HELLO)
    yield Vector(
        "header-scrypt-not-alone", header(HONEST, stanza(b"scrypt", b64(bytes(16)), b"1", body=bytes(32))) + HELLO
    )


def _stanzas() -> Iterator[Vector]:
    share, wrap = x25519()

    def odd(name: str, strange: bytes) -> Vector:
        return Vector(f"header-{name}", header(HONEST, strange) + HELLO)

    yield odd("stanza-with-other-arrow", b"=> grease\n\n")
    yield odd("stanza-without-space", b"->grease\n\n")
    yield odd("stanza-without-arguments", b"->\n\n")
    yield odd("stanza-with-empty-argument", b"-> grease  empty\n\n")
    yield odd("stanza-with-trailing-space", b"-> grease \n\n")
    yield odd("stanza-argument-not-ascii", b"-> gr\xc3\xa4se\n\n")
    yield odd("stanza-argument-with-control-character", b"-> gre\x7fase\n\n")
    yield odd("stanza-argument-with-return", b"-> grease\r\n\n")
    yield odd("stanza-body-missing", b"-> grease\n")
    yield odd("stanza-last-line-missing", b"-> grease\n" + b"A" * 64 + b"\n")
    yield odd("stanza-line-too-long", b"-> grease\n" + b"A" * 68 + b"\n\n")
    yield odd("stanza-two-short-lines", b"-> grease\nAAAA\nAAAA\n")
    yield odd("stanza-body-padded", b"-> grease\nAAA=\n")
    yield odd("stanza-body-not-canonical", b"-> grease\nAB\n")
    yield odd("stanza-body-of-impossible-length", b"-> grease\nAAAAA\n")
    yield odd("stanza-body-with-foreign-character", b"-> grease\nAA-A\n")
    yield odd("stanza-body-with-space", b"-> grease\n AAAA\n")
    yield odd("stanza-before-the-arrow-a-space", b" -> grease\n\n")
    yield odd("stanza-body-with-return", b"-> grease\nAAAA\r\n")
    text, wrapped_text = b64(share), b64(wrap)

    def own(name: str, *arguments: bytes, body: bytes = wrap) -> Vector:
        return Vector(f"header-x25519-{name}", header(stanza(b"X25519", *arguments, body=body)) + HELLO)

    yield own("without-share")
    yield own("extra-argument", text, b"extra")
    yield own("share-too-short", b64(share[:31]))
    yield own("share-too-long", b64(share + b"\x00"))
    yield own("share-not-canonical", not_canonical(text))
    yield own("share-padded", text + b"=")
    yield own("body-too-short", text, body=wrap[:31])
    yield own("body-too-long", text, body=wrap + b"\x00")
    long_key = wrapped(shared(pseudo_random("ephemeral"), public(SECRET)), share, SECRET, FILE_KEY + b"long")
    yield own("file-key-too-long", text, body=long_key)
    line = b"-> X25519 " + text + b"\n"
    yield Vector("header-x25519-body-not-canonical", header(line + not_canonical(wrapped_text) + b"\n") + HELLO)
    for name, point in LOW_ORDER_POINTS.items():
        known = wrapped(bytes(32), point, SECRET, FILE_KEY)
        yield own(f"share-{name}", b64(point), body=known)


def _macs_and_matches() -> Iterator[Vector]:
    honest = header(HONEST)
    yield Vector("mac-wrong", VERSION + HONEST + b"--- " + b64(bytes(32)) + b"\n" + HELLO)
    yield Vector("mac-stanza-added", honest.replace(HONEST, HONEST + stanza(b"grease")) + HELLO)
    both = header(HONEST, for_holder(OTHER_SECRET, label="2"))
    yield Vector("mac-stanza-removed", both.replace(for_holder(OTHER_SECRET, label="2"), b"") + HELLO)
    yield Vector(
        "mac-stanza-exchanged", both.replace(for_holder(OTHER_SECRET, label="2"), for_holder(OTHER_SECRET)) + HELLO
    )
    share, wrap = x25519(label="another", file_key=b"another file key")
    other_key = stanza(b"X25519", b64(share), body=wrap)
    yield Vector("mac-another-file-key-for-the-same-recipient", header(other_key, HONEST) + HELLO)
    passphrase = stanza(b"scrypt", b64(bytes(16)), b"10", body=bytes(32))
    yield Vector("nomatch-passphrase", header(passphrase) + HELLO)
    yield Vector("nomatch-other-key", header(for_holder(OTHER_SECRET)) + HELLO)
    yield Vector("nomatch-other-kind", header(HONEST.replace(b"X25519", b"x25519")) + HELLO)
    share, wrap = x25519()
    changed = stanza(b"X25519", b64(share), body=wrap[:-1] + bytes([wrap[-1] ^ 1]))
    yield Vector("nomatch-tag-of-wrap-changed", header(changed) + HELLO)


def _bodies() -> Iterator[Vector]:
    honest = header(HONEST)
    yield Vector("damaged-no-chunk", honest + NONCE)
    yield Vector("damaged-tag-cut", honest + HELLO[:-1])
    yield Vector("damaged-shorter-than-a-tag", honest + HELLO[:31])
    yield Vector("damaged-tag-changed", honest + HELLO[:-1] + bytes([HELLO[-1] ^ 1]))
    yield Vector("damaged-nonce-changed", honest + b"\x00" + HELLO[1:])
    yield Vector("damaged-appended-byte", honest + HELLO + b"\x00")
    yield Vector("damaged-appended-twice", honest + HELLO + HELLO[16:])
    yield Vector("damaged-short-chunk-not-marked-last", honest + NONCE + chunk(0, b"hello", last=False))
    yield Vector("damaged-counter-starts-at-one", honest + NONCE + chunk(1, b"hello", last=True))
    yield Vector("damaged-empty-and-not-marked-last", honest + NONCE + chunk(0, b"", last=False))


def _large() -> Iterator[Vector]:
    honest = header(HONEST)
    one, two, three = b"\x01" * CHUNK, b"\x02" * CHUNK, b"\x03" * CHUNK
    more = [chunk(number, plain, last=False) for number, plain in enumerate((one, two, three))]
    last = [chunk(number, plain, last=True) for number, plain in enumerate((one, two, three))]
    start = honest + NONCE
    yield Vector("good-one-full-chunk", start + last[0], one)
    yield Vector("good-two-full-chunks", start + more[0] + last[1], one + two)
    yield Vector("good-a-chunk-and-a-byte", honest + body(one, b"!"), one + b"!")
    yield Vector("good-258-chunks", honest + body(*[one] * 257, b"end"), one * 257 + b"end")
    yield Vector("damaged-cut-at-the-edge", start + more[0] + more[1], one + two)
    yield Vector("damaged-cut-within-a-chunk", start + more[0] + last[1][:-1], one)
    yield Vector("damaged-cut-before-a-tag-is-complete", start + more[0] + last[1][:15], one)
    yield Vector("damaged-empty-last-chunk", start + more[0] + chunk(1, b"", last=True), one)
    yield Vector("damaged-swapped", start + more[1] + more[0] + last[2])
    yield Vector("damaged-repeated", start + more[0] + more[0] + last[1], one)
    yield Vector("damaged-left-out", start + more[0] + last[2], one)
    yield Vector("damaged-full-last-chunk-and-a-byte", start + last[0] + b"\x00", one)
    yield Vector("damaged-full-last-chunk-and-another", start + last[0] + last[1], one)
    yield Vector("damaged-all-marked-last", start + last[0] + last[1] + last[2], one)
    yield Vector("damaged-second-tag-changed", start + more[0] + last[1][:-1] + bytes([last[1][-1] ^ 1]), one)
    short = chunk(0, b"short", last=False)
    yield Vector("damaged-short-chunk-in-the-middle", start + short + chunk(1, b"end", last=True))


def main() -> None:
    """Write the small ones beside this script."""
    for old in FOLDER.glob("*.age"):
        old.unlink()
    for vector in small():
        (FOLDER / f"{vector.name}.age").write_bytes(vector.sealed)


if __name__ == "__main__":
    main()
