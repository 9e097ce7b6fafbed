"""Blocks of JSON lines taken apart at once: what every line looks like without its values, and where these stand.

The *shape* of a line is its text without what stands between the quotes of its values and with every number as `0`.
Lines of one shape are read alike, so that one look at the shape judges all of them. Only lines of plain signs have one:
no escapes, no control characters, numbers as digits with a point at most. The others have to be read one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from warehouse.files.lines import Numbers

BLOCK = 1 << 19
"""Bytes that are looked at together: what stays in the processor's cache."""
LINE_FEED, RETURN, SPACE, QUOTE, MINUS, POINT, ZERO, BACKSLASH = b'\n\r "-.0\\'
AFTER_VALUE, BEFORE_NUMBER = b",}]", b":[, "
NAME, VALUE = 1, 2
"""Marks of the bytes between the quotes of names and of values."""
Bytes = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Marks = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def blocks(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """The content in blocks of whole lines. A line may be cut once it is longer than `limit`."""
    while block := file.read(BLOCK):
        yield block if block.endswith(b"\n") else block + file.readline(limit + 1)


@dataclass(frozen=True, slots=True)
class Apart:
    """Lines of one block. `shapes` of them (with numbers that lead there, per line), `doubtful` ones without.

    Value `v` of the block stands at `begins[v]` to before `ends[v]`; those of a line begin with `first[line]`.
    """

    text: bytes
    starts: Numbers
    stops: Numbers
    doubtful: Marks
    shapes: pa.Array
    shape: Numbers
    begins: Numbers
    ends: Numbers
    first: Numbers

    def texts(self) -> pa.Array:
        """A text at every second place: value `v` at 2 v (what is between values stands between)."""
        places = np.empty(2 * len(self.begins) + 1, dtype=np.int32)
        places[:-1:2], places[1::2], places[-1] = self.begins, self.ends, len(self.text)
        return pa.StringArray.from_buffers(len(places) - 1, pa.py_buffer(places), pa.py_buffer(self.text))


def take_apart(text: bytes) -> Apart:
    """The lines of `text`, the last of which ends in a line feed too."""
    own = np.frombuffer(text, np.uint8)
    stops = np.flatnonzero(own == LINE_FEED)
    starts = np.concatenate(([0], stops[:-1] + 1))
    quotes = np.flatnonzero(own == QUOTE)
    counts = np.diff(np.searchsorted(quotes, stops), prepend=0)
    doubtful: Marks = counts % 2 == 1
    doubtful[np.searchsorted(stops, _strange(text, own))] = True
    quotes = quotes[~np.repeat(doubtful, counts)]
    opens, closes = quotes[::2], quotes[1::2]
    # What is followed by a colon is a name: it stays in the shape.
    is_value = _among(own[closes + 1], AFTER_VALUE)
    level = _levels(own, opens, closes, is_value, starts[doubtful], stops[doubtful])
    begins, ends, bad = _numbers(own, level)
    doubtful[np.searchsorted(stops, bad)] = True
    shapes = _shapes(own, level, begins, ends).dictionary_encode()
    begins = np.sort(np.concatenate((opens[is_value] + 1, begins)), kind="stable")
    ends = np.sort(np.concatenate((closes[is_value], ends)), kind="stable")
    return Apart(
        text=text,
        starts=starts,
        stops=stops,
        doubtful=doubtful,
        shapes=shapes.dictionary,
        shape=np.asarray(shapes.indices),
        begins=begins,
        ends=ends,
        first=np.searchsorted(begins, starts),
    )


def _strange(text: bytes, own: Bytes) -> Numbers:
    """Places of bytes that quotes and digits can't be counted by, or that are no letters of utf-8."""
    strange: Marks = own < SPACE
    strange &= own != LINE_FEED
    if b"\r" in text:
        strange[:-1] &= (own[:-1] != RETURN) | (own[1:] != LINE_FEED)
    if b"\\" in text:
        strange |= own == BACKSLASH
    if not text.isascii() and not _is_utf8(text):
        strange |= own > 127
    return np.flatnonzero(strange)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _levels(
    own: Bytes, opens: Numbers, closes: Numbers, is_value: Marks, starts: Numbers, stops: Numbers
) -> Bytes:
    """NAME, VALUE or 0 of every byte; the lines from `starts` to `stops` are all VALUE."""
    kinds = np.where(is_value, VALUE, NAME).astype(np.int8)
    steps = np.zeros(len(own), dtype=np.int8)
    steps[opens + 1] += kinds
    steps[closes] -= kinds
    steps[starts] += VALUE
    steps[stops] -= VALUE
    return np.cumsum(steps, dtype=np.int8).view(np.uint8)


def _numbers(own: Bytes, level: Bytes) -> tuple[Numbers, Numbers, Numbers]:
    """Where numbers begin and end outside of texts, and places in those that are not written as any number is."""
    numeric: Marks = (_is_digit(own) | (own == MINUS) | (own == POINT)) & (level == 0)
    places = np.flatnonzero(numeric)
    if not len(places):
        return places, places, places
    edges = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    begins, ends = places[edges], places[np.append(edges[1:] - 1, len(places) - 1)] + 1
    points, minuses = places[own[places] == POINT], places[own[places] == MINUS]
    digits = begins + (own[begins] == MINUS)
    of_points = np.searchsorted(begins, points, side="right")
    bad = (
        begins[~_among(own[begins - 1], BEFORE_NUMBER)],
        begins[~_among(own[ends], AFTER_VALUE)],
        begins[(own[digits] == ZERO) & _is_digit(own[digits + 1])],
        points[~_is_digit(own[points - 1]) | ~_is_digit(own[points + 1])],
        points[1:][of_points[1:] == of_points[:-1]],
        minuses[numeric[minuses - 1] | ~_is_digit(own[minuses + 1])],
    )
    return begins, ends, np.concatenate(bad)


def _shapes(own: Bytes, level: Bytes, begins: Numbers, ends: Numbers) -> pa.Array:
    """The shape of every line, with its line feed."""
    kept: Marks = level != VALUE
    if len(begins):
        own = own.copy()
        own[begins] = ZERO
        steps = np.zeros(len(own) + 1, dtype=np.int8)
        steps[begins + 1] += 1
        steps[ends] -= 1
        kept &= np.cumsum(steps[:-1], dtype=np.int8) == 0
    shapes = own[kept]
    stops = np.flatnonzero(shapes == LINE_FEED) + 1
    places = np.concatenate(([0], stops)).astype(np.int32)
    return pa.StringArray.from_buffers(len(stops), pa.py_buffer(places), pa.py_buffer(shapes))


def _is_digit(own: Bytes) -> Marks:
    marks: Marks = (own - np.uint8(ZERO)) < np.uint8(10)
    return marks


def _among(own: Bytes, letters: bytes) -> Marks:
    marks: Marks = own == letters[0]
    for letter in letters[1:]:
        marks |= own == letter
    return marks
