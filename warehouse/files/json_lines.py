"""JSON lines: one object a line. A line that is none costs itself alone."""

import codecs
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from warehouse.files.content import open_content
from warehouse.files.encodings import is_plain
from warehouse.files.json_columns import JsonColumns, JsonRecord
from warehouse.files.json_values import read_value, scanner
from warehouse.files.model import RECORD_LIMIT, ColumnRule, FileError, FileFormat, Footer, Reject
from warehouse.files.record_rows import Batch

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
        self._whole = True
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
        records: list[JsonRecord] = []
        size = 0
        for line, text in self._lines():
            record = self._record(line, text)
            if record is None:
                continue
            records.append(record)
            size += len(text)
            if len(records) >= BATCH or size >= BATCH_SIZE:
                yield self._columns.batch(records)
                records, size = [], 0
        if records:
            yield self._columns.batch(records)

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Number and text of every line that is not blank."""
        with open_content(self._path) as file:
            plain = is_plain(self._encoding)
            source = byte_lines(file, self._path) if plain else text_lines(file, self._path, self._encoding)
            for number, line in enumerate(source, start=1):
                self._whole = line.endswith(b"\n")
                text = self._decoded(number, line, self._encoding if plain else "utf-8")
                if text is not None and not text.isspace():
                    yield number, text

    def _decoded(self, number: int, line: bytes, encoding: str) -> str | None:
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            text = line.decode(encoding, errors="replace")
            self._refuse(number, "bytes that are not in the declared encoding", text)
            return None

    def _record(self, number: int, text: str) -> JsonRecord | None:
        try:
            value = read_value(self._scan, text)
        except ValueError as error:
            self._refuse(number, str(error) if self._whole else "the file ends inside this row", text)
            return None
        if not isinstance(value, dict):
            self._refuse(number, "not a JSON object", text)
            return None
        return JsonRecord(number, value)

    def _refuse(self, line: int, reason: str, text: str) -> None:
        self.rejects.append(Reject(line, None, None, reason, text.strip()[:RECORD_LIMIT]))


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
