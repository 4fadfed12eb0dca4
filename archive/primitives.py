"""The cryptographic primitives that sealing uses, chosen and bounded in one file, the home of `cryptography`.

Nothing is invented here: X25519 (RFC 7748), HKDF-SHA-256 (RFC 5869), HMAC-SHA-256 (RFC 2104) and ChaCha20-Poly1305
(RFC 8439) are exactly those that the age v1 format names (docs/adr/0003). All keys are raw bytes.
"""

from __future__ import annotations

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
TAG_BYTES = 16


class LowOrderPointError(ValueError):
    """A public point of low order: every secret would give the same all-zero shared secret, known to everybody."""


class ForgedError(ValueError):
    """A box that was not closed with this key and nonce, or that was changed since."""


def fresh(n_bytes: int) -> bytes:
    """That many bytes of the operating system's randomness."""
    return secrets.token_bytes(n_bytes)


def public_point(secret: bytes) -> bytes:
    """The public point (32 bytes) that belongs to a secret scalar (32 bytes)."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def shared_secret(secret: bytes, point: bytes) -> bytes:
    """What the two sides of X25519 have in common, 32 bytes, never all zero.

    Raises: LowOrderPointError: the point is of low order.
    """
    ours, theirs = X25519PrivateKey.from_private_bytes(secret), X25519PublicKey.from_public_bytes(point)
    try:
        return ours.exchange(theirs)
    except ValueError as error:  # the library refuses the all-zero result, as the format demands
        raise LowOrderPointError("the X25519 point is of low order") from error


def derived_key(material: bytes, salt: bytes, info: bytes) -> bytes:
    """A key of 32 bytes by HKDF-SHA-256."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(material)


def authentication_code(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256, 32 bytes."""
    return hmac.digest(key, message, "sha256")


def is_same(one: bytes, other: bytes) -> bool:
    """Whether two secrets are equal, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one, other)


class Boxes:
    """Closes and opens boxes under one key; a nonce (12 bytes) must never close two boxes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def close(self, nonce: bytes, plain: bytes) -> bytes:
        """The plain bytes encrypted, and 16 bytes of tag."""
        return self._cipher.encrypt(nonce, plain, None)

    def open(self, nonce: bytes, box: bytes) -> bytes:
        """The plain bytes. Raises: ForgedError: other key, other nonce, changed, or shorter than a tag."""
        try:
            return self._cipher.decrypt(nonce, box, None)
        except InvalidTag as error:
            raise ForgedError("the tag does not fit") from error
