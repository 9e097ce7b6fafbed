"""Workbooks as uploaded files of keys: the rows of the first sheet as texts."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

from python_calamine import CalamineError, CalamineWorkbook

from warehouse.files.model import FileError

SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""First bytes of .xlsx and .ods (zip) and of .xls."""
MAX_UNPACKED = 1 << 30
"""A workbook that unpacks to more bytes than this is refused before it is read."""
EXACT = 10**15
"""Workbooks keep 15 digits of a number: from here on the last ones may be others than were typed."""


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are those of a workbook, whatever the file is called."""
    return content.startswith(SIGNATURES)


def sheet_records(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet that hold anything, with their numbers in it (1 = first). Raises FileError."""
    _require_bounded(content, name)
    try:
        rows = (
            CalamineWorkbook.from_filelike(io.BytesIO(content))
            .get_sheet_by_index(0)
            .to_python(skip_empty_area=False)
        )
    except CalamineError as error:
        raise FileError(f"{name}: can't be read as a workbook: {error}") from error
    for number, row in enumerate(rows, start=1):
        texts = [_text(cell, f"{name}: row {number}") for cell in row]
        if any(texts):
            yield number, texts


def _require_bounded(content: bytes, name: str) -> None:
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile as error:
        raise FileError(f"{name}: can't be read as a workbook: {error}") from error
    if size > MAX_UNPACKED:
        raise FileError(f"{name}: the workbook unpacks to {size:,} bytes, more than {MAX_UNPACKED:,}")


def _text(cell: object, place: str) -> str:
    """A cell as somebody would have typed it: 998901234567.0 is a number without decimals."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= EXACT:
        raise FileError(f"{place}: {cell} has more digits than a workbook keeps; make the column text")
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return str(cell)
