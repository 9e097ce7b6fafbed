"""XML records as columns of texts, by the paths that declarations give; namespaces are ignored."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from lxml import etree

from warehouse.files.content import open_content
from warehouse.files.encodings import encoding_of_files
from warehouse.files.model import RECORD_LIMIT, ColumnRule, FileError, Footer, Reject, XmlFormat, sources_of
from warehouse.files.record_rows import Batch
from warehouse.files.xml_events import Part, XmlEvent, events, line_of, local

BATCH = 10_000
HEAD = 1000
UP = ".."
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@dataclass(frozen=True, slots=True)
class XmlPath:
    """`Sum`, `doc/number`, `phone/0`, `@id`, `.` of a record; `../account` of the element around it.

    `up` counts the levels to leave; `attribute` is the one to read at the end of `steps`.
    """

    source: str
    up: int
    steps: tuple[str, ...]
    attribute: str | None

    @classmethod
    def of(cls, source: str) -> "XmlPath":
        """The path that `source` writes."""
        steps = [step for step in source.split("/") if step != "."]
        up = next((place for place, step in enumerate(steps) if step != UP), len(steps))
        rest = steps[up:]
        attribute = rest.pop()[1:] if rest and rest[-1].startswith("@") else None
        return cls(source, up, tuple(rest), attribute)

    def texts(self, element: etree._Element, steps: Sequence[str]) -> list[str]:
        """What stands at `steps` below `element`; several where elements repeat."""
        found = [element]
        for step in steps:
            if step.isdigit():
                found = found[int(step) : int(step) + 1]
            else:
                found = [child for each in found for child in each if local(child.tag) == step]
        if self.attribute is None:
            return [_text(each) for each in found]
        return [text for each in found for text in _attributes(each, self.attribute)]


def _attributes(element: etree._Element, name: str) -> list[str]:
    return [str(value) for key, value in element.attrib.items() if local(key) == name]


def _text(element: etree._Element) -> str:
    if len(element):
        return str(etree.tostring(element, encoding="unicode", with_tail=False))
    return "" if element.get(NIL) in {"true", "1"} else str(element.text or "")


@dataclass(slots=True)
class XmlRecords:
    """Reads the records at `form.records` of the file `path`. `around` holds, per level of enclosing
    elements, what each of them says, in order.
    """

    path: Path
    form: XmlFormat
    paths: tuple[XmlPath, ...]
    rejects: list[Reject] = field(default_factory=list)
    known: dict[str, None] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)
    around: list[list[dict[str, list[str]]]] = field(default_factory=list)
    footers: tuple[Footer, ...] = ()

    @classmethod
    def of(cls, path: Path, form: XmlFormat, rules: Sequence[ColumnRule]) -> "XmlRecords":
        """The reader of `path` for `rules`."""
        return cls(path, form, tuple(map(XmlPath.of, sources_of(rules))))

    @property
    def names(self) -> Sequence[str]:
        """Elements and attributes (`@name`) of the records."""
        return tuple(self.known)

    def missing(self) -> Sequence[str]:
        """Sources that no record has."""
        return [path.source for path in self.paths if path.source not in self.found]

    def unmapped(self) -> tuple[str, ...]:
        """Elements and attributes of the records that no path begins with."""
        own = [path for path in self.paths if not path.up]
        read = {path.steps[0] if path.steps else f"@{path.attribute}" for path in own}
        return tuple(name for name in self.known if name not in read)

    def batches(self) -> Iterator[Batch]:
        """The records, some thousands at a time."""
        if any(path.up for path in self.paths):
            self._gather()
        lines: list[int] = []
        columns: list[list[str | None]] = [[] for _ in self.paths]
        for line, texts in self._records():
            lines.append(line)
            for column, text in zip(columns, texts, strict=True):
                column.append(text)
            if len(lines) >= BATCH:
                yield _batch(lines, columns)
                lines, columns = [], [[] for _ in self.paths]
        if lines:
            yield _batch(lines, columns)

    def _events(self) -> Iterator[XmlEvent]:
        return events(self.path, [step for step in self.form.records.split("/") if step])

    def _gather(self) -> None:
        """What enclosing elements say: it may stand after their records, so it is gathered before them."""
        open_levels: list[dict[str, list[str]]] = []
        for event in self._events():
            if event.part is Part.OPEN:
                if len(self.around) < event.depth:
                    self.around.append([])
                open_levels = [*open_levels[: event.depth - 1], {}]
                self.around[event.depth - 1].append(open_levels[-1])
                self._note(event, open_levels, with_attributes=True)
            elif event.part is Part.BESIDE:
                self._note(event, open_levels, with_attributes=False)

    def _note(self, event: XmlEvent, levels: list[dict[str, list[str]]], *, with_attributes: bool) -> None:
        level = levels[event.depth - 1]
        for path in self.paths:
            if not path.up:
                continue
            if with_attributes and not path.steps:
                level.setdefault(path.source, []).extend(path.texts(event.element, ()))
            elif not with_attributes and path.steps and path.steps[0] == local(event.element.tag):
                level.setdefault(path.source, []).extend(path.texts(event.element, path.steps[1:]))

    def _records(self) -> Iterator[tuple[int, list[str | None]]]:
        counts: list[int] = []
        beside: dict[str, None] = {}
        seen = False
        for event in self._events():
            if event.part is Part.OPEN:
                if len(counts) < event.depth:
                    counts.append(-1)
                counts[event.depth - 1] += 1
            elif event.part is Part.BESIDE:
                beside.setdefault(local(event.element.tag))
            else:
                seen = True
                line = line_of(event.element)
                texts = self._texts(event.element, line, counts)
                if texts is not None:
                    yield line, texts
        if not seen:
            there = f"; beside the way to it stand: {', '.join([*beside][:20])}" if beside else ""
            raise FileError(f"{self.path}: no element {self.form.records}{there}")

    def _texts(self, record: etree._Element, line: int, counts: Sequence[int]) -> list[str | None] | None:
        self.known.update(dict.fromkeys(local(child.tag) for child in record))
        self.known.update(dict.fromkeys(f"@{local(name)}" for name in record.attrib))
        texts: list[str | None] = []
        for path in self.paths:
            found = self._found(path, record, counts)
            if len(found) > 1:
                text = etree.tostring(record, encoding="unicode", with_tail=False)[:RECORD_LIMIT]
                self.rejects.append(
                    Reject(line, path.source, found[1], f"stands there {len(found)} times", text)
                )
                return None
            if found:
                self.found.add(path.source)
            texts.append(found[0] if found else None)
        return texts

    def _found(self, path: XmlPath, record: etree._Element, counts: Sequence[int]) -> list[str]:
        if not path.up:
            return path.texts(record, path.steps)
        depth = len(counts) - path.up
        return self.around[depth][counts[depth]].get(path.source, []) if depth >= 0 else []


def _batch(lines: list[int], columns: list[list[str | None]]) -> Batch:
    return Batch(lines, [pa.array(column, pa.string()) for column in columns])


def declared_encoding(path: Path) -> str:
    """The encoding that the head of the file names; utf-8 where it names none that is known."""
    with open_content(path) as file:
        told = re.search(rb"""^\s*<\?xml[^>]*?encoding=["']([\w.-]+)""", file.read(HEAD))
    return (encoding_of_files(told[1].decode("ascii", "replace")) if told else None) or "utf-8"
