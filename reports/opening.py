"""Guards the opening of a workbook that people have saved: its size, and one error for all that is wrong (pure)."""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

MOST_UNPACKED_BYTES = 512 * 1024 * 1024  # ten times a day of 10,000 recordings; more is a trap, or no sheet of ours
_BROKEN = (
    BadZipFile,
    ParseError,
    zlib.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


@contextmanager
def told(error: type[ValueError], what: str) -> Iterator[None]:
    """Turns the many ways in which a library stumbles over a damaged workbook into `error`; an `error` stays itself.

    Args: what: is missing then, such as "no workbook with a roster"; the kind of the stumble is added to it.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except error:
        raise
    except _BROKEN as cause:
        raise error(f"{what}: {type(cause).__name__}") from cause


def check_size(data: bytes, error: type[ValueError]) -> None:
    """Return if the workbook's parts are no larger than a sheet can be. Raises: `error`; zipfile.BadZipFile."""
    with ZipFile(io.BytesIO(data)) as archive:
        unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
    if unpacked_bytes > MOST_UNPACKED_BYTES:
        raise error(f"it would unpack to {unpacked_bytes} bytes, more than any sheet has")
