"""Uploaded files that name entities: one column of keys of a CSV, text or Excel file, with the line of each."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warehouse.files.key_sheets import is_workbook, sheet_records
from warehouse.files.model import FileError

ENCODINGS = ("utf-8", "cp1251")


@dataclass(frozen=True, slots=True)
class KeyFile:
    """How the file is written. `column` names the column with the keys; None = the only one there is.

    `key` is what the keys are called in the catalogue: a column of that name needs no `column`. Of a workbook
    `encoding` and `delimiter` say nothing.
    """

    name: str
    key: str
    column: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One row of the file: the line it begins on, the key (trimmed, NFC), and why it can't be used."""

    line: int
    value: str
    fault: str = ""


def read_keys(content: bytes, form: KeyFile) -> list[KeyRow]:
    """Every row of the file; blank lines are none. Raises FileError naming file and line."""
    records = (
        sheet_records(content, form.name) if is_workbook(content) else _records(_decoded(content, form), form)
    )
    first = next(records, None)
    if first is None:
        raise FileError(f"{form.name}: the file is empty")
    place = _place(first[1], form)
    rows = [] if place.header else [_row(*first, place)]
    rows += [_row(line, record, place) for line, record in records]
    if not rows:
        raise FileError(f"{form.name}: there is a header and nothing below it")
    return rows


@dataclass(frozen=True, slots=True)
class _Place:
    index: int
    width: int
    header: bool


def _decoded(content: bytes, form: KeyFile) -> str:
    if form.encoding not in ENCODINGS:
        raise FileError(f"{form.name}: encoding {form.encoding!r} is not one of {', '.join(ENCODINGS)}")
    marked = content.startswith(codecs.BOM_UTF8)
    if form.encoding != "utf-8" and (marked or (not content.isascii() and _is_utf8(content))):
        raise FileError(f"{form.name}: declared as {form.encoding}, but its bytes are utf-8")
    plain = content.removeprefix(codecs.BOM_UTF8)
    try:
        return plain.decode(form.encoding)
    except UnicodeDecodeError as error:
        line = plain.count(b"\n", 0, error.start) + 1
        message = f"not {form.encoding} (byte 0x{plain[error.start]:02x})"
        raise FileError(f"{form.name}: line {line}: {message}") from error


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _records(text: str, form: KeyFile) -> Iterator[tuple[int, list[str]]]:
    """Records with the line each begins on."""
    if len(form.delimiter) != 1 or form.delimiter in '\r\n"':
        raise FileError(f"{form.name}: the delimiter is one character, not {form.delimiter!r}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, strict=True)
    line = 1
    try:
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise FileError(f"{form.name}: line {line}: {error}") from error


def _place(first: Sequence[str], form: KeyFile) -> _Place:
    """Where the keys stand, and whether the first record is a header."""
    names = [name.strip() for name in first]
    if form.column is not None:
        if names.count(form.column) != 1:
            raise FileError(f"{form.name}: line 1: no one column {form.column}; there are {', '.join(names)}")
        return _Place(names.index(form.column), len(names), header=True)
    found = [i for i, name in enumerate(names) if name.lower() == form.key.lower()]
    if len(found) == 1:
        return _Place(found[0], len(names), header=True)
    if len(names) > 1:
        message = f"{len(names)} columns ({', '.join(names)}); say which one holds the keys (column)"
        raise FileError(f"{form.name}: line 1: {message}, or set the delimiter")
    return _Place(0, 1, header=False)


def _row(line: int, record: Sequence[str], place: _Place) -> KeyRow:
    if len(record) != place.width:
        value = record[place.index].strip() if place.index < len(record) else ""
        return KeyRow(line, _printable(value), f"{len(record)} fields where there should be {place.width}")
    value = unicodedata.normalize("NFC", record[place.index].strip())
    if not value:
        return KeyRow(line, "", "no key")
    if not value.isprintable():
        return KeyRow(line, _printable(value), "holds characters that can't be printed")
    return KeyRow(line, value)


def _printable(value: str) -> str:
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in value)
