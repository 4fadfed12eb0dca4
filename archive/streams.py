"""What sealing needs of the streams that it reads and writes, and two that know the SHA-256 of what went through."""

from __future__ import annotations

import hashlib
from typing import Protocol


class Readable(Protocol):
    """Bytes to read; every file opened for reading in binary is one."""

    def read(self, n_bytes: int, /) -> bytes:
        """At most n_bytes; none only at the end."""
        ...

    def readline(self, n_bytes: int, /) -> bytes:
        """Up to and with the next line feed, at most n_bytes."""
        ...


class Writable(Protocol):
    """A place to write bytes to; every file opened for writing in binary is one."""

    def write(self, data: bytes | memoryview, /) -> int:
        """How many bytes were taken; raw files may take fewer than they are given."""
        ...


class HashingReader:
    """Hands on what it reads, and knows SHA-256 (hex) and number of all those bytes."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self.n_bytes = 0

    def read(self, n_bytes: int, /) -> bytes:
        """As `Readable.read`."""
        return self._seen(self._source.read(n_bytes))

    def readline(self, n_bytes: int, /) -> bytes:
        """As `Readable.readline`."""
        return self._seen(self._source.readline(n_bytes))

    def sha256(self) -> str:
        """Of everything read until now."""
        return self._digest.hexdigest()

    def _seen(self, data: bytes) -> bytes:
        self._digest.update(data)
        self.n_bytes += len(data)
        return data


class HashingSink:
    """Keeps nothing of what is written to it but the SHA-256 (hex)."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def write(self, data: bytes | memoryview, /) -> int:
        """Takes everything."""
        self._digest.update(data)
        return len(data)

    def sha256(self) -> str:
        """Of everything written until now."""
        return self._digest.hexdigest()
