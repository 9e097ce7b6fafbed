"""One pass over the bytes of a text file: its hash, its lines, its header, and whether its encoding can
be right.
"""

import codecs
import csv
import hashlib
import io
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from warehouse.files.content import CHUNK, is_compressed, open_content, stamp_of, status_of
from warehouse.files.encodings import EncodingCheck, Utf8Copier, is_plain, is_single_byte
from warehouse.files.footer import TAIL, cut_lines, read_footers
from warehouse.files.model import CsvFacts, CsvFormat, FileError

LINE_FEED = 10
HEADER_LIMIT = 1 << 20
BYTE_ORDER_MARK = "\ufeff"


@dataclass(slots=True)
class _Pass:
    """What has been seen so far. Bytes are counted as they stand in the file, lines as they read in utf-8."""

    form: CsvFormat
    path: Path
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    size: int = 0
    newlines: int = 0
    returns: int = 0
    pairs: int = 0
    quotes: bool = False
    blank: bool = False
    last: bytes = b""
    tail: bytes = b""
    ascii: bool = True

    def take(self, chunk: bytes, text: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)
        self._look_at_lines(text)
        self.quotes = self.quotes or (bool(self.form.quote) and self.form.quote.encode() in text)
        self.last = (self.last + text[-2:])[-2:]
        if self.form.footers:
            self.tail = (self.tail + text[-TAIL:])[-TAIL:]
        if self.ascii and not text.isascii():
            self.ascii = False
            EncodingCheck(self.path, self.form.encoding).take(chunk)

    def _look_at_lines(self, text: bytes) -> None:
        ends = np.frombuffer(text, np.uint8) == LINE_FEED
        self.newlines += int(np.count_nonzero(ends))
        blank = bool(np.any(ends[1:] & ends[:-1]))
        if b"\r" in text:
            self.returns += text.count(b"\r")
            self.pairs += text.count(b"\r\n")
            blank = blank or b"\n\r\n" in text
        self.pairs += self.last.endswith(b"\r") and text.startswith(b"\n")
        seam = self.last + text[:2]
        self.blank = self.blank or blank or b"\n\n" in seam or b"\n\r\n" in seam

    @property
    def mixed_breaks(self) -> bool:
        pure = self.returns == 0 or self.returns == self.pairs == self.newlines or self.newlines == 0
        return not pure


def scan_file(path: Path, form: CsvFormat, copy: Path | None = None) -> CsvFacts:
    """Read the whole file once; `copy` is where what is read is kept for the reader, so that nothing is unpacked
    twice. Raises FileError for a file that is missing, empty or not in its encoding.
    """
    seen, status = _Pass(form, path), status_of(path)
    with open_content(path) as file, copy.open("wb") if copy else nullcontext() as target:
        head = _read(file, seen, target)
    if not seen.size:
        raise FileError(f"{path}: the file is empty (0 bytes)")
    complete = seen.last.endswith((b"\n", b"\r"))
    if form.final_newline and not complete:
        raise FileError(f"{path}: line {seen.newlines + 1}: the file ends without a line break, it was cut")
    footers = read_footers(path, seen.tail, seen.newlines, form)
    if copy and footers:
        cut_lines(copy, len(footers))
    return CsvFacts(
        path=path,
        stamp=stamp_of(status),
        size=status.st_size,
        sha256=seen.digest.hexdigest(),
        newlines=footers[0].line - 1 if footers else seen.newlines,
        quotes=seen.quotes,
        blank_lines=seen.blank,
        mixed_breaks=seen.mixed_breaks,
        ends_with_newline=complete or bool(footers),
        ascii=seen.ascii,
        header=_header(path, head, form),
        footers=footers,
        copy=copy,
    )


def _read(file: BinaryIO, seen: _Pass, copy: BinaryIO | None) -> bytes:
    """Show every byte to `seen`, and write it to `copy`; the first of them, with the header, are the answer."""
    plain = is_plain(seen.form.encoding)
    copier, head = Utf8Copier(seen.form.encoding), b""
    while chunk := file.read(CHUNK):
        head = head or chunk[:HEADER_LIMIT]
        text = chunk if plain else _text(copier, chunk, seen)
        seen.take(chunk, text)
        if copy:
            copy.write(copier.take(chunk) if plain else text)
    if not plain:
        text = _text(copier, b"", seen, final=True)
        seen.take(b"", text)
        if copy:
            copy.write(text)
    return head


def _text(copier: Utf8Copier, chunk: bytes, seen: _Pass, *, final: bool = False) -> bytes:
    try:
        return copier.take(chunk, final=final)
    except UnicodeError as error:
        raise FileError(f"{seen.path}: line {_line_of(error, seen)}: not {seen.form.encoding}") from error


def _line_of(error: UnicodeError, seen: _Pass) -> int:
    if not isinstance(error, UnicodeDecodeError):
        return seen.newlines + 1
    before = error.object[: error.start].decode(seen.form.encoding, errors="ignore")
    return seen.newlines + before.count("\n") + 1


def _header(path: Path, head: bytes, form: CsvFormat) -> tuple[str, ...]:
    # A byte without meaning costs one row; bytes that are not utf-8 mean that the file is in another
    # encoding.
    errors = "replace" if is_single_byte(form.encoding) else "strict"
    try:
        text = codecs.getincrementaldecoder(form.encoding)(errors).decode(head, final=False)
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        raise FileError(
            f"{path}: line {line}: not {form.encoding} (byte 0x{head[error.start]:02x})"
        ) from error
    lines = io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")
    rows = csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote or None)
    try:
        names = tuple(name.strip() for name in next(rows, []))
    except csv.Error as error:
        raise FileError(f"{path}: line 1: not a header with the names of the columns ({error})") from error
    if not any(names):
        raise FileError(f"{path}: line 1: expected a header with the names of the columns")
    return names


def readable_copy(facts: CsvFacts, form: CsvFormat, scratch: Path) -> Path:
    """A link to the file when the reader can take it as it is, else a copy in utf-8 with one kind of line
    break and without the lines of totals; in `scratch`, because the reader would take `*` and `[` in a name for a
    pattern.
    """
    if facts.copy and not facts.mixed_breaks:
        return facts.copy
    plain = form.encoding == "utf-8" or (facts.ascii and is_plain(form.encoding))
    if plain and not facts.mixed_breaks and not is_compressed(facts.path) and not form.footers:
        link = scratch / "source.csv"
        link.symlink_to(facts.path.resolve())
        return link
    copy, copier = scratch / "utf8.csv", Utf8Copier(form.encoding, unify=facts.mixed_breaks)
    with open_content(facts.path) as source, copy.open("wb") as target:
        while chunk := source.read(CHUNK):
            target.write(copier.take(chunk))
        target.write(copier.take(b"", final=True))
    cut_lines(copy, len(form.footers))
    return copy
