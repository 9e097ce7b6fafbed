"""Which line of the file a record begins on."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from warehouse.files.content import open_content
from warehouse.files.model import CsvFacts, CsvFormat

# The reader takes values up to the length of its longest line; this one is only to follow it.
csv.field_size_limit(1 << 30)
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


class LineFinder:
    """Lines of the file for records as the reader counts them.

    The reader numbers records (header = 1; a blank line is one too). They are the lines of the file only
    while no value
    holds a line break; otherwise the file is read once more to place them, and only when somebody asks.
    `broken` are the numbers of the records that the reader could not take apart.
    """

    def __init__(self, facts: CsvFacts, form: CsvFormat, broken: Sequence[int]) -> None:
        self._facts, self._form = facts, form
        self._broken: Numbers = np.array(sorted(broken), dtype=np.int64)
        self._placed: tuple[Numbers, Numbers] | None = None

    def of_rows(self, rows: Numbers) -> list[int]:
        """Lines of the readable rows `rows` (1 = the first row after the header that could be read)."""
        if self.plain:
            readable_before = self._broken - 2 - np.arange(len(self._broken))
            return [int(line) for line in rows + 1 + np.searchsorted(readable_before, rows, side="left")]
        starts, readable = self._places()
        return [int(starts[readable[row]]) for row in rows]

    def rows_of(self, lines: Numbers) -> Numbers:
        """The readable row (1 = first) on each of these lines, where every line is a record."""
        return lines - 1 - np.searchsorted(self._broken, lines)

    def of_record(self, record: int) -> int:
        """Line on which record `record` begins."""
        if self.plain:
            return record
        starts, _ = self._places()
        return int(starts[min(record, len(starts)) - 1])

    def is_cut(self, record: int) -> bool:
        """True for the last record of a file that does not end with a line break."""
        return not self._facts.ends_with_newline and self.of_record(record) == self._last_line()

    @property
    def plain(self) -> bool:
        """Whether every line of the file is a record."""
        return not self._facts.blank_lines and not self._facts.quotes

    def _last_line(self) -> int:
        return self._facts.newlines + 1 if self.plain else int(self._places()[0][-1])

    def _places(self) -> tuple[Numbers, Numbers]:
        if self._placed is None:
            self._placed = self._place()
        return self._placed

    def _place(self) -> tuple[Numbers, Numbers]:
        """(line of every record, index of every readable record; the header is the first of both)."""
        starts, readable, broken, line = [], [], set(self._broken.tolist()), 1
        with (
            open_content(self._facts.path) as content,
            io.TextIOWrapper(content, self._form.encoding, errors="replace", newline="") as file,
        ):
            rows = csv.reader(file, delimiter=self._form.delimiter, quotechar=self._form.quote or None)
            for index, row in enumerate(rows):
                starts.append(line)
                if row and index + 1 not in broken:
                    readable.append(index)
                line = rows.line_num + 1
        return np.array(starts, dtype=np.int64), np.array(readable, dtype=np.int64)


def line_of_return(path: Path) -> int | None:
    """The first line of a file of line feeds that has a carriage return; None where there is none."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if b"\r" in line:
                return number
    return None
