"""Shapes of JSON lines (`json_blocks`): one look tells of all lines of a shape where the values of columns stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from warehouse.files.json_columns import NOTHING, JsonPath, JsonRecord
from warehouse.files.json_values import Scanner, read_value

MOST = 1000
"""Shapes that are remembered; records of a file that has more are read one by one."""
_TOKEN = re.compile(r'"[^"]*"|0')
_MARK = "\x01"


class Kind(Enum):
    """What stands at a path in all lines of a shape."""

    ABSENT = "absent"
    NULL = "null"
    TRUE = "true"
    FALSE = "false"
    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Found:
    """What a path leads to; `place` of a text or number among the values of the line."""

    kind: Kind
    place: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape whose lines are records: their keys, and what each path leads to."""

    names: tuple[str, ...]
    found: tuple[Found, ...]


def shape_of(text: str, paths: Sequence[JsonPath], scan: Scanner) -> Shape | None:
    """The judged shape; None where its lines have to be read one by one: they are no records, or a path leads to
    more than one value.
    """
    try:
        value, marked = read_value(scan, text), read_value(scan, _marked(text))
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    record = JsonRecord(0, marked)
    found = [_found(path.find(record)) for path in paths]
    told = tuple(each for each in found if each is not None)
    return Shape(tuple(value), told) if len(told) == len(found) else None


def _marked(text: str) -> str:
    """The shape with a text for each value that says its kind and its place."""
    places = iter(range(len(text)))

    def mark(token: re.Match[str]) -> str:
        if token[0] == "0":
            return f'"\\u0001{Kind.NUMBER.value} {next(places)}"'
        # Other texts are names, or stay in the shape.
        if token[0] != '""' or text[token.end()] not in ",}]":
            return token[0]
        return f'"\\u0001{Kind.TEXT.value} {next(places)}"'

    return _TOKEN.sub(mark, text)


def _found(value: object) -> Found | None:
    if value is NOTHING:
        return Found(Kind.ABSENT)
    if value is None:
        return Found(Kind.NULL)
    if isinstance(value, bool):
        return Found(Kind.TRUE if value else Kind.FALSE)
    if isinstance(value, str) and value.startswith(_MARK):
        kind, place = value.removeprefix(_MARK).split()
        return Found(Kind(kind), int(place))
    return None
