"""What the extracts in an inbox say, by the declarations in `sources/`: which rows are read, and which of them hold."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.models.recomputed.formats import read_rows

MODELS = Path(__file__).parents[3] / "models"
DATE = re.compile(r"\{(date|period):([^}]*)\}")
DIGITS = {"%Y": 4, "%m": 2, "%d": 2}


class BadCellError(Exception):
    """A cell can't be what its column is: its row is rejected."""


@dataclass(frozen=True)
class Record:
    """One accepted row in canonical columns; `file` is below `inbox/`, `line` its line, row or record number."""

    values: dict[str, Any]
    file: str
    line: int
    source: str
    known_from: date

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)


@dataclass(frozen=True)
class File:
    """One extract and what it was read to."""

    path: Path
    known_from: date
    period: str | None
    records: list[Record]
    rejected: int
    duplicates: int


@dataclass(frozen=True)
class Feed:
    """The files of one data set of one source, oldest first."""

    source: str
    dataset: str
    load: str
    files: list[File] = field(default_factory=list)

    def in_force(self) -> list[Record]:
        """Rows of files that no newer file has replaced (of rows sent again, all versions)."""
        if self.load == "full":
            return self.files[-1].records if self.files else []
        newest = {file.period: file for file in self.files}
        return [
            record
            for file in self.files
            if file.period is None or newest[file.period] is file
            for record in file.records
        ]


class Extracts:
    """All declared files of a deployment folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._rows: dict[str, list[Record]] = {}
        self.canonical: dict[str, Any] = _yaml(MODELS / "canonical.yml")
        self.feeds = [
            self._feed(document["source"], entry)
            for document in map(_yaml, sorted((home / "sources").glob("*.yml")))
            for entry in document["datasets"]
            if "files" in entry
        ]

    @cached_property
    def as_of(self) -> date:
        """The newest date from which anything was known."""
        return max(file.known_from for feed in self.feeds for file in feed.files)

    def versions(self, dataset: str) -> list[Record]:
        """All rows in force, older knowledge first; rows that are sent again stand as often as they were sent."""
        found = [record for feed in self._of(dataset) for record in feed.in_force()]
        return sorted(found, key=lambda record: (record.known_from, record.source))

    def rows(self, dataset: str) -> list[Record]:
        """The rows that hold: every event, and of a row that is sent again its newest version."""
        if dataset not in self._rows:
            self._rows[dataset] = self._newest(dataset)
        return self._rows[dataset]

    def _newest(self, dataset: str) -> list[Record]:
        if all(feed.load == "append" for feed in self._of(dataset)):
            return self.versions(dataset)
        key = self.canonical.get(dataset, {"key": ["customer_id"]})["key"]
        newest = {tuple(record[column] for column in key): record for record in self.versions(dataset)}
        return list(newest.values())

    def _of(self, dataset: str) -> list[Feed]:
        return [feed for feed in self.feeds if feed.dataset == dataset]

    def _feed(self, source: str, entry: dict[str, Any]) -> Feed:
        shape = self._shape(entry)
        dataset = entry.get("name", entry["dataset"])
        feed = Feed(source, dataset, entry.get("load", "full"))
        for path, known_from, period in sorted(self._files(entry["files"]), key=lambda file: file[1]):
            feed.files.append(_read(path, known_from, period, source, entry, shape, self.home / "inbox"))
        return feed

    def _shape(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Type, closed list, scale per column, and the key."""
        if entry["dataset"] != "extension":
            return self.canonical[entry["dataset"]]  # type: ignore[no-any-return]
        columns = {name: cell for name, cell in entry["columns"].items() if isinstance(cell, dict)}
        return {
            "key": ["customer_id"],
            "columns": {"customer_id": {"type": "text", "required": True}}
            | {name: {"type": cell["type"], "scale": cell.get("scale")} for name, cell in columns.items()},
        }

    def _files(self, pattern: str) -> Iterator[tuple[Path, date, str | None]]:
        """Files that the pattern means, with the date from which they were known and the period they are about."""
        expression = ""
        for part in re.split(r"(\{[^}]*\})", pattern):
            if match := DATE.fullmatch(part):
                digits = sum(DIGITS[each] for each in re.findall("%.", match[2]))
                expression += rf"(?P<{match[1]}>\d{{{digits}}})"
            else:
                expression += re.escape(part)
        expression = expression if pattern.endswith((".gz", ".zip")) else expression + r"(\.gz)?"
        for path in sorted((self.home / pattern).parent.glob("*")):
            if match := re.fullmatch(expression, str(path.relative_to(self.home))):
                known = datetime.strptime(match["date"], "%Y%m%d").date()  # noqa: DTZ007 - a date
                yield path, known, match.groupdict().get("period")


def _yaml(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _read(
    path: Path,
    known_from: date,
    period: str | None,
    source: str,
    entry: dict[str, Any],
    shape: dict[str, Any],
    inbox: Path,
) -> File:
    cells = {
        column: cell if isinstance(cell, dict) else {"column": cell}
        for column, cell in entry["columns"].items()
    }
    mapped = [cell["column"] for cell in cells.values() if "column" in cell]
    kept: dict[tuple[Any, ...], Record] = {}
    rejected = duplicates = 0
    name = str(path.relative_to(inbox))
    for line, row in read_rows(path, entry, mapped):
        try:
            values = {
                column: _value(cell, row, shape["columns"][column], entry) for column, cell in cells.items()
            }
        except BadCellError:
            rejected += 1
            continue
        key = tuple(values.get(column) for column in shape["key"])
        if key not in kept:
            kept[key] = Record(values, name, line, source, known_from)
        elif kept[key].values == values:
            duplicates += 1
        else:
            rejected += 1
    return File(path, known_from, period, list(kept.values()), rejected, duplicates)


def _value(cell: dict[str, Any], row: dict[str, Any], column: dict[str, Any], entry: dict[str, Any]) -> Any:
    if "constant" in cell:
        return cell["constant"]
    given = row.get(cell["column"])
    if given is not None and not isinstance(given, (Decimal, date)):
        given = _clean(given, entry.get("null_values", []))
    if given is None:
        if column.get("required") or cell.get("required"):
            raise BadCellError
        return None
    if "values" in cell:
        if given not in cell["values"]:
            raise BadCellError
        return cell["values"][given]
    if "true" in cell:
        return _boolean(given, cell)
    return _typed(given, column, entry)


def _clean(given: Any, nulls: list[str]) -> str | None:
    text = str(given).lower() if isinstance(given, bool) else str(given)
    text = unicodedata.normalize("NFC", text).strip()
    return None if text == "" or text in nulls else text


def _boolean(given: str, cell: dict[str, Any]) -> bool:
    if given in cell["true"]:
        return True
    if given in cell["false"]:
        return False
    raise BadCellError


def _typed(given: Any, column: dict[str, Any], entry: dict[str, Any]) -> Any:
    kind = column["type"]
    if kind == "text":
        value = str(given)
        if column.get("values") and value not in column["values"]:
            raise BadCellError
        return value
    if kind in ("integer", "decimal"):
        return _number(given, 0 if kind == "integer" else column.get("scale") or 2, entry)
    if isinstance(given, date):
        return given
    if kind == "date":
        return _moment(given, entry.get("date_format", "%Y-%m-%d")).date()
    return _moment(given, entry.get("timestamp_format", "%Y-%m-%d %H:%M:%S"))


def _number(given: Any, scale: int, entry: dict[str, Any]) -> Any:
    text = str(given).replace(entry.get("decimal", "."), ".")
    if not re.fullmatch(r"[+-]?\d+(\.\d*)?", text):
        raise BadCellError
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise BadCellError from error
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > scale:
        raise BadCellError
    return int(number) if scale == 0 else number


def _moment(text: str, form: str) -> datetime:
    """Local time, without a zone: days of the business begin in the deployment's zone."""
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - local time as the source writes it
    except ValueError as error:
        raise BadCellError from error
