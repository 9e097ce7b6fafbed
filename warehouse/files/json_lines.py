"""JSON lines: one object a line. A line that is none costs itself alone.

Most lines of a file look alike, and what looks alike is read together (`json_plain`). Lines of any other kind are read
one by one, which alone decides what they are.
"""

import codecs
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from warehouse.files.content import open_content
from warehouse.files.encodings import is_plain
from warehouse.files.json_blocks import blocks, take_apart
from warehouse.files.json_columns import JsonColumns, JsonRecord
from warehouse.files.json_plain import PlainLines
from warehouse.files.json_values import read_value, scanner
from warehouse.files.model import RECORD_LIMIT, ColumnRule, FileError, FileFormat, Footer, Reject
from warehouse.files.record_rows import Batch, in_order

BATCH = 10_000
# Letters of a batch, and the longest line: what is held in memory stays bounded.
BATCH_SIZE = 32 << 20
LINE_LIMIT = 64 << 20


class JsonLines:
    """Reads the records of `path` for `rules`."""

    footers: tuple[Footer, ...] = ()

    def __init__(self, path: Path, form: FileFormat, rules: Sequence[ColumnRule]) -> None:
        self._path, self._encoding = path, form.encoding
        self._columns = JsonColumns.of(rules, form.decimal)
        self._scan = scanner(form.decimal)
        self._plain = PlainLines(self._columns, self._scan)
        self.rejects: list[Reject] = []

    @property
    def names(self) -> Sequence[str]:
        """Keys of the records."""
        return tuple(self._columns.names)

    def missing(self) -> Sequence[str]:
        """Sources that no record has."""
        return self._columns.missing()

    def unmapped(self) -> tuple[str, ...]:
        """Keys that no rule reads."""
        return self._columns.unmapped()

    def batches(self) -> Iterator[Batch]:
        """The records, some thousands at a time."""
        with open_content(self._path) as file:
            if self._encoding == "utf-8":
                yield from self._of_blocks(file)
            elif is_plain(self._encoding):
                yield from self._of_lines(byte_lines(file, self._path), self._encoding)
            else:
                yield from self._of_lines(text_lines(file, self._path, self._encoding), "utf-8")

    def _of_blocks(self, file: BinaryIO) -> Iterator[Batch]:
        line = 1
        for block in blocks(file, LINE_LIMIT):
            if len(block) > LINE_LIMIT:
                check_lengths(block, line, self._path)
            end = block.rfind(b"\n") + 1
            batches = [self._of_block(line, block[:end])] if end else []
            line += block.count(b"\n")
            if block[end:]:
                # The last line of the file, without its line feed.
                batches.append(self._columns.batch(self._records([(line, block[end:])], self._encoding)))
            yield from (batch for batch in batches if len(batch.lines))

    def _of_block(self, line: int, text: bytes) -> Batch:
        """The records of whole lines, of which `line` is the first."""
        apart = take_apart(text)
        plain = self._plain.read(apart)
        rows = np.delete(np.arange(len(apart.starts)), plain.rows).tolist()
        others = [(line + row, text[apart.starts[row] : apart.stops[row] + 1]) for row in rows]
        records = self._records(others, self._encoding)
        # Keys stand in the order in which lines show them.
        names = [(line + row, names) for row, names in plain.names]
        for _, each in sorted([*names, *((record.line, tuple(record.value)) for record in records)]):
            self._columns.names.update(dict.fromkeys(each))
        batch = Batch(plain.rows + line, plain.columns)
        return in_order(batch, self._columns.batch(records)) if records else batch

    def _of_lines(self, lines: Iterator[bytes], encoding: str) -> Iterator[Batch]:
        numbered = enumerate(lines, start=1)
        while some := _portion(numbered):
            yield self._columns.batch(self._records(some, encoding))

    def _records(self, lines: Sequence[tuple[int, bytes]], encoding: str) -> list[JsonRecord]:
        """Records of lines that are taken one by one, given with their numbers."""
        found = (self._record(number, line, encoding) for number, line in lines)
        return [record for record in found if record is not None]

    def _record(self, number: int, line: bytes, encoding: str) -> JsonRecord | None:
        """The record of a line; None where it is blank or refused."""
        text = self._decoded(number, line, encoding)
        if text is None or text.isspace() or not text:
            return None
        try:
            value = read_value(self._scan, text)
        except ValueError as error:
            self._refuse(
                number, str(error) if line.endswith(b"\n") else "the file ends inside this row", text
            )
            return None
        if not isinstance(value, dict):
            self._refuse(number, "not a JSON object", text)
            return None
        return JsonRecord(number, value)

    def _decoded(self, number: int, line: bytes, encoding: str) -> str | None:
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            text = line.decode(encoding, errors="replace")
            self._refuse(number, "bytes that are not in the declared encoding", text)
            return None

    def _refuse(self, line: int, reason: str, text: str) -> None:
        self.rejects.append(Reject(line, None, None, reason, text.strip()[:RECORD_LIMIT]))


def _portion(lines: Iterator[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """The next numbered lines, as many as are held together."""
    found, size = [], 0
    for number, line in lines:
        found.append((number, line))
        size += len(line)
        if len(found) >= BATCH or size >= BATCH_SIZE:
            break
    return found


def check_lengths(text: bytes, line: int, path: Path) -> None:
    """Raise FileError where a line of `text` is too long; `line` is the number of the first."""
    for number, each in enumerate(io.BytesIO(text), start=line):
        if len(each) > LINE_LIMIT:
            raise FileError(f"{path}: line {number}: longer than {LINE_LIMIT >> 20} MB")


def byte_lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Lines as they stand in the file. Raises FileError for one that is too long."""
    number = 1
    while line := file.readline(LINE_LIMIT + 1):
        if len(line) > LINE_LIMIT:
            raise FileError(f"{path}: line {number}: longer than {LINE_LIMIT >> 20} MB")
        yield line
        number += 1


def text_lines(file: BinaryIO, path: Path, encoding: str) -> Iterator[bytes]:
    """Lines, in utf-8, of a file whose line breaks are other bytes than those of utf-8."""
    number = 1
    with io.TextIOWrapper(file, encoding, newline="\n") as text:
        try:
            while line := text.readline(LINE_LIMIT + 1):
                if len(line) > LINE_LIMIT:
                    raise FileError(f"{path}: line {number}: longer than {LINE_LIMIT >> 20} MB")
                yield line.encode("utf-8", "surrogatepass")
                number += 1
        except UnicodeError as error:
            raise FileError(f"{path}: line {number}: not {encoding}") from error
