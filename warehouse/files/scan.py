"""One pass over the bytes of a text file: its hash, its lines, its header, and whether its encoding can
be right.
"""

import codecs
import csv
import hashlib
import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from warehouse.files.model import CsvFormat, FileError, FileFacts

CHUNK = 8 << 20
HEADER_LIMIT = 1 << 20
BOM = codecs.BOM_UTF8


@cache
def is_single_byte(encoding: str) -> bool:
    """True when every byte stands for one character by itself (cp1251, koi8-r, ...)."""
    name = codecs.lookup(encoding).name
    if name.startswith(("utf", "ascii")):
        return False
    text = "".join(bytes([code]).decode(encoding, errors="ignore") for code in range(256))
    return len(text) > 200 and all(len(letter.encode(encoding)) == 1 for letter in text)


@dataclass(slots=True)
class _Pass:
    """What has been seen so far."""

    form: CsvFormat
    path: Path
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    size: int = 0
    newlines: int = 0
    quotes: bool = False
    blank: bool = False
    last: bytes = b""
    ascii: bool = True

    def take(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)
        self.newlines += chunk.count(b"\n")
        self.quotes = self.quotes or (bool(self.form.quote) and self.form.quote.encode() in chunk)
        seam = self.last + chunk[:2]
        self.blank = self.blank or any(gap in part for gap in (b"\n\n", b"\n\r\n") for part in (seam, chunk))
        self.last = (self.last + chunk[-2:])[-2:]
        if self.ascii and not chunk.isascii():
            self.ascii = False
            self._look_at_encoding(chunk)

    def _look_at_encoding(self, chunk: bytes) -> None:
        if is_single_byte(self.form.encoding) and _is_utf8(chunk):
            raise FileError(f"{self.path}: declared as {self.form.encoding}, but its bytes are utf-8")


def _is_utf8(chunk: bytes) -> bool:
    # The chunk may end inside a character: an incremental decoder keeps that for later.
    try:
        codecs.getincrementaldecoder("utf-8")().decode(chunk, final=False)
    except UnicodeDecodeError:
        return False
    return True


def scan_file(path: Path, form: CsvFormat) -> FileFacts:
    """Read the whole file once. Raises FileError for a file that is missing, empty or not in its encoding."""
    seen = _Pass(form, path)
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_LIMIT)
            file.seek(0)
            while chunk := file.read(CHUNK):
                seen.take(chunk)
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror}") from error
    if not seen.size:
        raise FileError(f"{path}: the file is empty (0 bytes)")
    return FileFacts(
        path=path,
        size=seen.size,
        sha256=seen.digest.hexdigest(),
        newlines=seen.newlines,
        quotes=seen.quotes,
        blank_lines=seen.blank,
        ends_with_newline=seen.last.endswith(b"\n"),
        ascii=seen.ascii,
        header=_header(path, head, form),
    )


def _header(path: Path, head: bytes, form: CsvFormat) -> tuple[str, ...]:
    # A byte without meaning costs one row; bytes that are not utf-8 mean that the file is in another
    # encoding.
    errors = "replace" if is_single_byte(form.encoding) else "strict"
    try:
        text = codecs.getincrementaldecoder(form.encoding)(errors).decode(head.removeprefix(BOM), final=False)
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        raise FileError(
            f"{path}: line {line}: not {form.encoding} (byte 0x{head[error.start]:02x})"
        ) from error
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, quotechar=form.quote or None)
    names = tuple(name.strip() for name in next(rows, []))
    if not any(names):
        raise FileError(f"{path}: line 1: expected a header with the names of the columns")
    return names


def readable_copy(facts: FileFacts, form: CsvFormat, scratch: Path) -> Path:
    """The file itself when its bytes are utf-8 already, else a copy in utf-8 in `scratch`.

    Bytes without meaning in the encoding are copied as they are: the reader then refuses their rows.
    """
    if facts.ascii or not is_single_byte(form.encoding):
        return facts.path
    copy = scratch / "utf8.csv"
    with facts.path.open("rb") as source, copy.open("wb") as target:
        while chunk := source.read(CHUNK):
            target.write(_as_utf8(chunk, form.encoding))
    return copy


def _as_utf8(chunk: bytes, encoding: str) -> bytes:
    if chunk.isascii():
        return chunk
    return chunk.decode(encoding, "surrogateescape").encode("utf-8", "surrogateescape")
