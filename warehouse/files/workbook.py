"""What has to be known of a workbook before its sheet is taken into memory: how large it unpacks, and the
cells that hold an error, which the reader of sheets would give as empty.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from lxml import etree

from warehouse.files.content import FREE_SIZE, MAX_RATIO
from warehouse.files.model import FileError

# Cells of the rectangle that the sheet fills; each takes memory, empty ones too.
MAX_CELLS = 60_000_000
CHUNK = 1 << 20
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*?\bt="e")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class SheetLook:
    """Cells with errors as (row, column), both from 1."""

    errors: frozenset[tuple[int, int]]


def look_at_sheet(path: Path, content: BinaryIO, sheet: str) -> SheetLook:
    """Read the cells' places in the sheet named `sheet`. Raises FileError for what would fill the memory."""
    with zipfile.ZipFile(content) as archive:
        total = sum(entry.file_size for entry in archive.infolist())
        content.seek(0, 2)
        if total > max(FREE_SIZE, MAX_RATIO * content.tell()):
            raise FileError(f"{path}: unpacks to {total >> 20} MB; it is not read")
        part = _part(archive, sheet)
        if part is None:
            return SheetLook(frozenset())
        with archive.open(part) as file:
            return _look(path, file)


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The file of the archive that holds the sheet."""
    names = set(archive.namelist())
    book, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if not {book, links} <= names:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    sheets = etree.fromstring(archive.read(book), parser).iter("{*}sheet")
    relation = next((each.get(_RELATION) for each in sheets if each.get("name") == sheet), None)
    targets = etree.fromstring(archive.read(links), parser).iter("{*}Relationship")
    target = next((str(each.get("Target")) for each in targets if each.get("Id") == relation), "")
    part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return part if part in names else None


def _look(path: Path, file: IO[bytes]) -> SheetLook:
    right = bottom = 0
    errors: set[tuple[int, int]] = set()
    rest = b""
    while chunk := file.read(CHUNK):
        text = rest + chunk
        cells = _CELL.findall(text)
        right = max([right, *(_column(letters) for letters in {letters for letters, _ in cells})])
        bottom = max([bottom, *(int(row) for row in {row for _, row in cells})])
        errors |= {(int(row), _column(letters)) for letters, row in _ERROR.findall(text)}
        rest = text[text.rfind(b"<") :][-4096:]
    if right * bottom > MAX_CELLS:
        raise FileError(f"{path}: the sheet reaches to row {bottom} and column {right}: too large to be read")
    return SheetLook(frozenset(errors))


def _column(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
