"""An XML file as a stream of its records, its enclosing elements and what stands beside them.

Nothing is fetched, no entity is put in, and what was told is forgotten at once, so that the size of the file
does not matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lxml import etree

from warehouse.files.content import open_content
from warehouse.files.model import FileError

# A record with more elements is no record: the path leads to something that holds the records.
MAX_ELEMENTS = 200_000


class Part(Enum):
    """What an event is about."""

    OPEN = "an enclosing element begins; its attributes are there"
    BESIDE = "an element beside the way to the records has ended"
    RECORD = "a record has ended"


@dataclass(frozen=True, slots=True)
class XmlEvent:
    """`depth` counts the enclosing elements on the way to the records (1 = the root)."""

    part: Part
    depth: int
    element: etree._Element


def line_of(element: etree._Element) -> int:
    """The line on which the element's start tag ends; 0 where the parser does not know."""
    return int(element.sourceline or 0)


def local(name: object) -> str:
    """A name without its namespace."""
    return str(name).rpartition("}")[2]


def events(path: Path, records: Sequence[str]) -> Iterator[XmlEvent]:
    """What happens on the way to the elements at `records` (with or without the root).

    Raises FileError with the line where the file is no XML or its DOCTYPE could bring other things in.
    """
    with open_content(path) as file:
        parser = etree.iterparse(
            file,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            yield from _Walk(path, records).run(parser)
        except etree.XMLSyntaxError as error:
            raise FileError(f"{path}: line {error.lineno}: not XML: {_told(error)}") from error


def _told(error: etree.XMLSyntaxError) -> str:
    # The parser adds the place, which we give by ourselves.
    return (error.msg or "the file is cut").rpartition(", line ")[0] or error.msg or "the file is cut"


class _Walk:
    """Where the parser stands: `depth` elements are open, the first `on` of them lead to the records."""

    def __init__(self, path: Path, records: Sequence[str]) -> None:
        self._path, self._steps = path, tuple(records)
        self._depth = self._on = self._size = 0

    def run(self, parser: Iterator[tuple[str, etree._Element]]) -> Iterator[XmlEvent]:
        for kind, element in parser:
            event = self._start(element) if kind == "start" else self._end(element)
            if event is not None:
                yield event
            if kind == "end" and self._depth <= self._on < len(self._steps):
                _forget(element)

    def _start(self, element: etree._Element) -> XmlEvent | None:
        if not self._depth:
            self._begin(element)
        self._size += 1
        if self._size > MAX_ELEMENTS:
            raise FileError(
                f"{self._path}: line {line_of(element)}: <{local(element.tag)}> stands in an element with "
                f"more than {MAX_ELEMENTS} others; `records` has to lead to the element that is repeated"
            )
        self._depth += 1
        leads = self._on == self._depth - 1 < len(self._steps)
        if not leads or local(element.tag) != self._steps[self._on]:
            return None
        self._on, self._size = self._depth, 0
        return XmlEvent(Part.OPEN, self._on, element) if self._on < len(self._steps) else None

    def _begin(self, root: etree._Element) -> None:
        if root.getroottree().docinfo.doctype:
            raise FileError(f"{self._path}: line 1: a DOCTYPE, which could bring other files in, is not read")
        if self._steps[0] != local(root.tag):
            self._steps = (local(root.tag), *self._steps)

    def _end(self, element: etree._Element) -> XmlEvent | None:
        self._depth -= 1
        if self._on == self._depth + 1:
            self._on -= 1
            self._size = 0
            last = self._depth + 1 == len(self._steps)
            return XmlEvent(Part.RECORD, self._on, element) if last else None
        if self._on == self._depth < len(self._steps):
            self._size = 0
            return XmlEvent(Part.BESIDE, self._on, element)
        return None


def _forget(element: etree._Element) -> None:
    # The text after it stays until the next one has ended: beyond line 65,535 the parser knows lines of texts
    # only, and finds that of an element by the texts beside it.
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
