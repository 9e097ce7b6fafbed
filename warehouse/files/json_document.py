"""One JSON document that holds many records, read piece by piece: the records of the outermost list are in
memory a few at a time, however large the file is.
"""

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from warehouse.files.content import open_content
from warehouse.files.json_columns import JsonColumns, JsonRecord
from warehouse.files.json_values import JSON_SPACE, check_text, scanner
from warehouse.files.model import RECORD_LIMIT, ColumnRule, FileError, Footer, JsonFormat, Reject
from warehouse.files.record_rows import Batch

CHUNK = 4 << 20
RECORD_SIZE = 64 << 20
BATCH = 10_000


class JsonDocument:
    """Reads the records that stand at `form.records` of the file `path` for `rules`."""

    footers: tuple[Footer, ...] = ()

    def __init__(self, path: Path, form: JsonFormat, rules: Sequence[ColumnRule]) -> None:
        self._path, self._form = path, form
        self._steps = tuple(step for step in form.records.split("/") if step)
        self._columns = JsonColumns.of(rules, form.decimal)
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
        outer: list[dict[str, Any]] = []
        if any(path.up for path in self._columns.paths):
            # What an enclosing object says may stand after its records: it is gathered before them.
            for _ in self._records(outer, gather=True):
                pass
        records: list[JsonRecord] = []
        for record in self._records(outer, gather=False):
            records.append(record)
            if len(records) >= BATCH:
                yield self._columns.batch(records)
                records = []
        if records:
            yield self._columns.batch(records)

    def _records(self, outer: list[dict[str, Any]], *, gather: bool) -> Iterator[JsonRecord]:
        with (
            open_content(self._path) as content,
            io.TextIOWrapper(content, self._form.encoding, newline="") as file,
        ):
            text = _Text(file, self._path, self._form)
            yield from self._walk(text, self._steps, outer, 0, gather=gather)
            text.end()

    def _walk(
        self,
        text: "_Text",
        steps: Sequence[str],
        outer: list[dict[str, Any]],
        depth: int,
        *,
        gather: bool,
    ) -> Iterator[JsonRecord]:
        """Records below the place where the reader stands; `steps` still lead to them."""
        if text.sign() == "[":
            around = tuple(outer[:depth])
            for line, value, fault in text.elements():
                if not gather:
                    yield from self._below(line, value, fault, steps, around)
        elif not steps:
            line, value, fault = text.value()
            if not gather:
                yield from self._below(line, value, fault, (), tuple(outer[:depth]))
        else:
            if gather:
                outer.append({})
            yield from self._members(text, steps, outer, depth, gather=gather)

    def _members(
        self,
        text: "_Text",
        steps: Sequence[str],
        outer: list[dict[str, Any]],
        depth: int,
        *,
        gather: bool,
    ) -> Iterator[JsonRecord]:
        keys = []
        for key in text.members():
            keys.append(key)
            if key == steps[0]:
                yield from self._walk(text, steps[1:], outer, depth + 1, gather=gather)
                continue
            _, value, _ = text.value()
            if gather:
                outer[depth][key] = value
        if steps[0] not in keys:
            has = ", ".join(keys)
            raise FileError(f"{self._path}: no {steps[0]!r} on the way to the records; there is: {has}")

    def _below(
        self, line: int, value: Any, fault: str, steps: Sequence[str], around: tuple[dict[str, Any], ...]
    ) -> Iterator[JsonRecord]:
        """Records inside a value that is in memory. Their line is that of the value."""
        if fault or not isinstance(value, dict | list) or (isinstance(value, list) and not steps):
            text = json.dumps(value, ensure_ascii=False, default=str)
            self.rejects.append(Reject(line, None, None, fault or "not a JSON object", text[:RECORD_LIMIT]))
        elif isinstance(value, list):
            for each in value:
                yield from self._below(line, each, "", steps, around)
        elif not steps:
            yield JsonRecord(line, value, around)
        elif value.get(steps[0]) is not None:
            inside = value[steps[0]]
            for each in inside if isinstance(inside, list) else [inside]:
                yield from self._below(line, each, "", steps[1:], (*around, value))


class _Text:
    """The text of a document, a window at a time. Raises FileError with the line where it is no JSON."""

    def __init__(self, file: io.TextIOWrapper, path: Path, form: JsonFormat) -> None:
        self._file, self._path, self._form = file, path, form
        self._scan = scanner(form.decimal)
        self._text, self._place, self._counted, self._line, self._ended = "", 0, 0, 1, False
        self._fill()
        self._text = self._text.removeprefix("\ufeff")

    def _fill(self) -> None:
        """Forget what was read, and read on."""
        self._here()
        try:
            chunk = self._file.read(max(CHUNK, len(self._text) - self._place))
        except UnicodeError as error:
            raise FileError(f"{self._path}: after line {self._here()}: not {self._form.encoding}") from error
        self._text, self._place, self._counted = self._text[self._place :] + chunk, 0, 0
        self._ended = not chunk

    def _here(self) -> int:
        """The line of the place; each piece of text is counted once, however often it is asked."""
        self._line += self._text.count("\n", self._counted, self._place)
        self._counted = self._place
        return self._line

    def _fail(self, message: str) -> NoReturn:
        raise FileError(f"{self._path}: line {self._here()}: {message}")

    def sign(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in JSON_SPACE:
                self._place += 1
            if self._place < len(self._text) or self._ended:
                return self._text[self._place : self._place + 1]
            self._fill()

    def _take(self, *signs: str) -> str:
        sign = self.sign()
        if sign not in signs or not sign:
            found = f"found {sign!r}" if sign else "the file ends"
            self._fail(f"not JSON: expected {' or '.join(map(repr, signs))}, {found}")
        self._place += 1
        return sign

    def value(self) -> tuple[int, Any, str]:
        """The next value with its line, and why it can't be used where its end is known nevertheless."""
        self.sign()
        line, fault, scan = self._here(), "", self._scan
        while True:
            try:
                value, end = scan(self._text, self._place)
                # A number at the end of the window may go on behind it.
                if end < len(self._text) or self._ended:
                    break
            except json.JSONDecodeError as error:
                if self._ended or len(self._text) - self._place > RECORD_SIZE:
                    self._wrong(error)
            except RecursionError:
                self._fail("nested too deep")
            except ValueError as error:
                # Only the meaning is wrong; where it ends a plain reader can tell.
                fault, scan = str(error), json.JSONDecoder(parse_float=str, parse_int=str).raw_decode
                continue
            self._fill()
        fault = fault or _half_character(self._text[self._place : end], value)
        self._place = end
        return line, value, fault

    def _wrong(self, error: json.JSONDecodeError) -> NoReturn:
        if not self._ended:
            self._fail(f"a value longer than {RECORD_SIZE >> 20} MB, or one that does not end")
        self._place = min(error.pos, len(self._text))
        cut = self._place >= len(self._text.rstrip(JSON_SPACE)) or error.msg.startswith("Unterminated")
        self._fail("the file ends inside a value, it was cut" if cut else f"not JSON: {error.msg}")

    def elements(self) -> Iterator[tuple[int, Any, str]]:
        """Values of the list that begins here."""
        self._take("[")
        if self.sign() == "]":
            self._place += 1
            return
        while True:
            yield self.value()
            if self._take(",", "]") == "]":
                return

    def members(self) -> Iterator[str]:
        """Keys of the object that begins here; the caller reads each value before it asks on."""
        self._take("{")
        seen: set[str] = set()
        if self.sign() == "}":
            self._place += 1
            return
        while True:
            _, key, _ = self.value()
            if not isinstance(key, str) or key in seen:
                self._fail(f"expected a key of its own, found {key!r}")
            seen.add(key)
            self._take(":")
            yield key
            if self._take(",", "}") == "}":
                return

    def end(self) -> None:
        """Nothing may follow."""
        if self.sign():
            self._fail("more text after the end of the document")


def _half_character(text: str, value: Any) -> str:
    try:
        check_text(text, value)
    except ValueError as error:
        return str(error)
    return ""
