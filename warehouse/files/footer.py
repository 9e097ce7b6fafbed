"""The lines of totals at the end of a file: they prove that it is whole, and they are no rows."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.files.encodings import is_plain
from warehouse.files.model import CsvFormat, ExcelFormat, FileError, Footer

TAIL = 64 << 10
"""Bytes at the end of a file in which its last lines stand."""
_BLANK = b" \t\r\n"


def read_footers(path: Path, tail: bytes, newlines: int, form: CsvFormat) -> tuple[Footer, ...]:
    """The declared lines of totals. `tail`: the end of the file as its scan reads it, `newlines` of the whole file.

    Raises FileError where the file ends with other lines: then something is missing at its end.
    """
    found: list[Footer] = []
    for begins in reversed(form.footers):
        start = last_line(tail)
        line = newlines - tail[start:].count(b"\n") + 1
        fields = _fields(tail[start:], form)
        if line == 1 or not form.delimiter.join(fields).startswith(begins):
            raise _cut(path, f"line {line}", "line", begins)
        found.append(Footer(fields, line))
        newlines, tail = line - 1, tail[:start]
    return tuple(reversed(found))


def _fields(line: bytes, form: CsvFormat) -> tuple[str, ...]:
    text = line.decode(form.encoding if is_plain(form.encoding) else "utf-8", errors="replace")
    rows = list(csv.reader([text.strip("\r\n ")], delimiter=form.delimiter, quotechar=form.quote or None))
    return tuple(field.strip() for field in rows[0]) if rows else ()


def row_footers(
    path: Path, rows: Sequence[tuple[int, Sequence[Any]]], form: ExcelFormat
) -> tuple[Footer, ...]:
    """The same of a sheet: `rows` are its last ones that hold anything, with their numbers."""
    if len(rows) < len(form.footers):
        raise _cut(path, f"row {form.header_row}", "row", form.footers[0])
    found = []
    for begins, (number, cells) in zip(reversed(form.footers), reversed(rows), strict=True):
        texts = tuple(_text(cell, form) for cell in cells)
        if not next(filter(None, texts), "").startswith(begins):
            raise _cut(path, f"row {number}", "row", begins)
        found.append(Footer(texts, number))
    return tuple(reversed(found))


def _text(cell: Any, form: ExcelFormat) -> str:
    """Numbers as they are written in texts of the file."""
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell))
        return f"{Decimal(repr(cell)):f}".replace(".", form.decimal)
    return "" if cell is None else str(cell).strip()


def _cut(path: Path, place: str, unit: str, begins: str) -> FileError:
    return FileError(
        f"{path}: {place}: the file does not end with its {unit} of totals ({begins!r}, as `footer` "
        "declares): it was cut, or the source writes it otherwise"
    )


def last_line(tail: bytes) -> int:
    """Where the last line begins that is not blank."""
    text = tail.rstrip(_BLANK)
    return max(text.rfind(b"\n"), text.rfind(b"\r")) + 1


def cut_lines(copy: Path, lines: int) -> None:
    """Take the last `lines` that are not blank off a private copy of the file."""
    if not lines:
        return
    with copy.open("r+b") as file:
        size = file.seek(0, 2)
        begin = max(size - TAIL, 0)
        file.seek(begin)
        tail = file.read()
        for _ in range(lines):
            tail = tail[: last_line(tail)]
        file.truncate(begin + len(tail))
