"""Lines of a CSV file on which the engine's reader could take a value for another one than is written.

The reader types numbers and days much faster than expressions over texts do. It refuses most of what is none, but
it rounds, and takes `1e3` and `1_000`; and texts it keeps as they are, with the spaces around them. All of that shows
in the bytes, whatever column they are in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from warehouse.files.lines import Numbers

LINE_FEED, RETURN, SPACE, FIRST_LETTER, DELETE = 10, 13, 32, 64, 127
BLOCK = 1 << 17
"""Bytes that are looked at together: what stays in the processor's cache. A longer line is left to the texts."""
ODD_LETTERS = (ord("b"), ord("e"), ord("x"), ord("_") | SPACE)
"""What makes a number of digits another one (in small letters): `0b1`, `1e3`, `0x1F`, `1_000`."""
Bytes = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Marks = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Signs:
    """How the file is written: the decimal sign and the most digits that may follow it (None = any), and the
    delimiter.
    """

    decimal: str
    places: int | None
    delimiter: str


@dataclass(frozen=True, slots=True)
class Doubts:
    """`lines` in doubt (1 = first), in order. Blocks of whole lines: where each begins, and the lines before it."""

    file: Path
    lines: Numbers
    starts: Numbers
    before: Numbers

    def texts(self, lines: Numbers) -> list[bytes]:
        """What stands on these lines (in order), without line breaks."""
        blocks = np.searchsorted(self.before, lines, side="left") - 1
        found: list[bytes] = []
        with self.file.open("rb") as file:
            for block in np.unique(blocks):
                file.seek(self.starts[block])
                chunk = file.read(BLOCK)
                wanted = lines[blocks == block] - self.before[block]
                found += _lines(chunk, wanted.tolist())
        return found


def _lines(chunk: bytes, numbers: Sequence[int]) -> Iterator[bytes]:
    ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == LINE_FEED)
    for number in numbers:
        if number > len(ends) + 1:
            # The file has changed since.
            return
        begin = int(ends[number - 2]) + 1 if number > 1 else 0
        end = int(ends[number - 1]) if number <= len(ends) else len(chunk)
        yield chunk[begin:end].rstrip(b"\r")


def find_doubts(file: Path, signs: Signs, most: int) -> Doubts | None:
    """The doubtful lines of `file`, whose lines end in line feeds; None where they are more than `most`."""
    lines, starts, before = [np.array([], dtype=np.int64)], [], []
    seen, start, newlines = 0, 0, 0
    for chunk in _blocks(file):
        if chunk is None:
            return None
        starts.append(start)
        before.append(newlines)
        own = np.frombuffer(chunk, np.uint8)
        ends = own == LINE_FEED
        marks = _marks(chunk, own, ends, signs)
        if marks.any():
            places = np.searchsorted(np.flatnonzero(ends), np.flatnonzero(marks))
            lines.append(np.unique(places) + newlines + 1)
            seen += len(lines[-1])
        if seen > most:
            return None
        start += len(chunk)
        newlines += int(np.count_nonzero(ends))
    return Doubts(
        file, np.concatenate(lines), np.array(starts, dtype=np.int64), np.array(before, dtype=np.int64)
    )


def _blocks(path: Path) -> Iterator[bytes | None]:
    """Blocks of whole lines; None for a line that is too long for one."""
    with path.open("rb") as file:
        while chunk := file.read(BLOCK):
            size = chunk.rfind(b"\n") + 1
            if len(chunk) < BLOCK or size == len(chunk):
                yield chunk
            elif size:
                file.seek(size - len(chunk), 1)
                yield chunk[:size]
            else:
                yield None


def _marks(chunk: bytes, own: Bytes, ends: Marks, signs: Signs) -> Marks:
    """The places where something stands that the reader is not trusted with."""
    digits = (own - np.uint8(ord("0"))) < np.uint8(10)
    marks: Marks = own == ord(signs.decimal)
    numbers = digits | marks
    if signs.places is None:
        marks[:] = False
    else:
        for place in range(1, signs.places + 2):
            marks[:-place] &= digits[place:]
            marks[-place:] = False
    numbers[:-1] &= own[1:] >= FIRST_LETTER
    numbers[-1] = False
    if numbers.any():
        places = np.flatnonzero(numbers)
        marks[places] |= np.isin(own[places + 1] | SPACE, ODD_LETTERS)
    if np.count_nonzero(own < SPACE) != np.count_nonzero(ends):
        marks |= (own < SPACE) & ~ends & (own != RETURN) & (own != ord(signs.delimiter))
    if b" " in chunk:
        _mark_outer_spaces(marks, own, (LINE_FEED, RETURN, ord(signs.delimiter)))
    if not chunk.isascii():
        marks |= own > DELETE
    return marks


def _mark_outer_spaces(marks: Marks, own: Bytes, edges: Sequence[int]) -> None:
    places = np.flatnonzero(own == SPACE)
    # Blocks begin and end with lines.
    before, after = own[places - 1], own[(places + 1) % len(own)]
    outer = (places == 0) | (places == len(own) - 1)
    for edge in edges:
        outer |= (before == edge) | (after == edge)
    marks[places] |= outer
