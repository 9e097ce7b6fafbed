"""The line of totals at the end of a text file: it proves that the file is whole, and it is no row."""

import csv
from dataclasses import dataclass
from pathlib import Path

from warehouse.files.encodings import is_plain
from warehouse.files.model import CsvFormat, FileError

TAIL = 64 << 10
"""Bytes at the end of a file in which its last line stands."""
_BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Footer:
    """The fields of the last line of a file, and its number (1 = first)."""

    fields: tuple[str, ...]
    line: int


def read_footer(path: Path, tail: bytes, newlines: int, form: CsvFormat) -> Footer:
    """The declared line of totals. `tail`: the end of the file as its scan reads it, `newlines` of the whole file.

    Raises FileError where the file ends with another line: then something is missing at its end.
    """
    start = last_line(tail)
    line = newlines - tail[start:].count(b"\n") + 1
    text = tail[start:].decode(form.encoding if is_plain(form.encoding) else "utf-8", errors="replace")
    rows = list(csv.reader([text.strip("\r\n ")], delimiter=form.delimiter, quotechar=form.quote or None))
    fields = tuple(field.strip() for field in rows[0]) if rows else ()
    if line == 1 or not form.delimiter.join(fields).startswith(form.footer):
        raise FileError(
            f"{path}: line {line}: the file does not end with its line of totals ({form.footer!r}, as `footer` "
            "declares): it was cut, or the source writes it otherwise"
        )
    return Footer(fields, line)


def last_line(tail: bytes) -> int:
    """Where the last line begins that is not blank."""
    text = tail.rstrip(_BLANK)
    return max(text.rfind(b"\n"), text.rfind(b"\r")) + 1


def cut_footer(copy: Path) -> None:
    """Take the last line off a private copy of the file."""
    with copy.open("r+b") as file:
        size = file.seek(0, 2)
        begin = max(size - TAIL, 0)
        file.seek(begin)
        file.truncate(begin + last_line(file.read()))
