"""Opens a workbook that people have saved: no trap fills the memory, and all that is wrong is one error (pure).

Only what is asked for is read: the names of the sheets, their rows, one property, the comments. Pictures, charts,
looks and links of people stay unopened.
"""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS

from reports.saved_rows import OverfullError, SavedRow, SavedRows, parts_of, shared_texts

MOST_BYTES = 128 * 1024 * 1024  # many times a day of 10,000 recordings; more is a trap, or no sheet of ours
MOST_UNPACKED_BYTES = 512 * 1024 * 1024  # ten times such a day
MOST_WHOLE_BYTES = 16 * 1024 * 1024  # of a part that is read whole: contents, styles, properties
_IN_PIECES = ("xl/worksheets/", "xl/sharedstrings", "xl/media/", "xl/drawings/", "xl/charts/", "xl/comments")
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"  # old Excel files, and new ones that are encrypted
_OPEN_DOCUMENT = "META-INF/manifest.xml"
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


class SavedBook:
    """A workbook as people have saved it. names: of its sheets, from left to right; also of those without cells."""

    def __init__(self, archive: ZipFile, reader: _Reader, *, computed: bool) -> None:
        self._archive = archive
        self._reader = reader
        self._computed = computed
        self._sheets = reader.sheets()
        self.names = tuple(name for name, _ in self._sheets)

    def rows(self, place: int) -> Iterator[SavedRow]:
        """The rows of the sheet at that place, read one after the other; none if it has no cells, as a chart."""
        part = self._sheets[place][1]
        if not part:
            return
        with self._archive.open(part) as source:
            yield from SavedRows(source, self._reader.wb, self._reader.shared_strings, computed=self._computed).rows()

    def property_text(self, name: str) -> str:
        """A property that a program has given to the whole workbook; "" if there is none of that name."""
        properties = self._reader.wb.custom_doc_props.props  # type: ignore[attr-defined]
        return next((str(item.value) for item in properties if item.name == name), "")

    def comments(self) -> Iterator[str]:
        """The comments on all of its sheets, each with what stands in it."""
        for name in self._archive.namelist():
            if "comment" not in name.rsplit("/", 1)[-1].casefold() or not name.casefold().endswith(".xml"):
                continue
            with self._archive.open(name) as source:
                for node in parts_of(source):
                    if node.tag.rsplit("}", 1)[-1] in ("comment", "threadedComment"):
                        yield "".join(node.itertext())
                        node.clear()


@contextmanager
def opened(data: bytes, error: type[ValueError], what: str, *, computed: bool = False) -> Iterator[SavedBook]:
    """The workbook in these bytes. Whatever a damaged one makes the library stumble over is raised as `error`.

    Args: error: one that the caller raises meanwhile stays itself. what: is missing then, such as "no workbook with a
          roster"; the kind of the stumble is added to it. computed: of formulas the last results are read.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            if len(data) > MOST_BYTES:
                raise error(f"it has {len(data)} bytes, more than any sheet has")
            if data.startswith(_COMPOUND_FILE):
                raise error("it is an old .xls file or has a password; save it as .xlsx without one")
            with ZipFile(io.BytesIO(data)) as archive:
                if _OPEN_DOCUMENT in archive.namelist():
                    raise error("it is an OpenDocument file (.ods); save it as .xlsx")
                _check_sizes(archive, error)
                reader = _Reader(io.BytesIO(data), read_only=True, keep_links=False)
                with reader.archive:
                    reader.read()
                    yield SavedBook(archive, reader, computed=computed)
    except error:
        raise
    except OverfullError as cause:
        raise error(str(cause)) from cause
    except _BROKEN as cause:
        raise error(f"{what}: {type(cause).__name__}") from cause


def _check_sizes(archive: ZipFile, error: type[ValueError]) -> None:
    """Return if the parts are no larger than those of a sheet can be."""
    unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
    if unpacked_bytes > MOST_UNPACKED_BYTES:
        raise error(f"it would unpack to {unpacked_bytes} bytes, more than any sheet has")
    for entry in archive.infolist():
        if entry.file_size > MOST_WHOLE_BYTES and not entry.filename.casefold().startswith(_IN_PIECES):
            raise error(f"a part of it would unpack to {entry.file_size} bytes, more than in any sheet")


class _Reader(ExcelReader):
    """Reads of a workbook what stands around its cells."""

    def read(self) -> None:
        """Contents, shared texts, properties, and which styles are those of dates."""
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        self.read_custom()
        apply_stylesheet(self.archive, self.wb)

    def read_strings(self) -> None:
        """Fill the list of shared texts."""
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = shared_texts(source)

    def sheets(self) -> tuple[tuple[str, str], ...]:
        """The name of each sheet and the part that its cells are in; "" if it has none, as a chart on its own."""
        return tuple(
            (sheet.name, "" if "chartsheet" in rel.Type else rel.target)
            for sheet, rel in self.parser.find_sheets()
            if rel.target in self.valid_files
        )
