"""One chunk of a table: along the cursor, ending where its value changes, without what is held already."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.connectors.cursors import CursorError, CursorValue, day_of, encode
from pipelines.ingest.connectors.database import DatabaseReader
from pipelines.ingest.connectors.landing import Landing, Writer, digest
from pipelines.ingest.connectors.model import Database, UnavailableError
from pipelines.ingest.connectors.values import Shape, line_of


@dataclass(frozen=True, slots=True)
class Chunk:
    """What was written: up to which cursor value, and whether the database may have more."""

    last: CursorValue | None
    more: bool


class ChunkFetch:
    """Writes the next chunk of one table into a landing file.

    A chunk ends with all rows of its last cursor value, so equal values are never torn apart by the size of a
    chunk. Rows that get the last value afterwards are found by the next fetch, which begins at that value and
    leaves out what it holds of it already.
    """

    def __init__(
        self, database: Database, reader: DatabaseReader, shape: Shape, order: Sequence[str]
    ) -> None:
        assert database.cursor is not None
        self._database, self._reader, self._shape, self._order = database, reader, shape, order
        self._column = database.cursor.column
        self._held: Counter[bytes] = Counter()

    def write(self, landing: Landing, writer: Writer, *, needed: bool) -> Chunk:
        """Write what comes next. `needed`: rows that come twice would count twice. Raises UnavailableError."""
        since = landing.cursor
        if self._reader.without_cursor():
            raise UnavailableError(
                f"there are rows without a value of {self._column}: no fetch would see them; "
                f"give them one (`query` with coalesce) or leave them out"
            )
        if since is not None:
            self._held = landing.held([self._column], self._shape.value(self._column, since), needed=needed)
        limit = self._database.chunk_rows + self._held.total()
        last, seen = since, 0
        value, group = since, list[dict[str, Any]]()
        for row in self._reader.since(since, limit, self._order):
            seen += 1
            if group and self._of(row) != value:
                last = self._flush(group, writer, value, last)
                group = []
                if self._ends(last, self._of(row), writer):
                    return Chunk(last, more=True)
            if not group:
                value = self._checked(self._of(row))
            group.append(row)
        if seen < limit or value is None:
            return Chunk(self._flush(group, writer, value, last), more=False)
        whole = self._reader.at(value, self._order)
        return Chunk(self._flush(whole, writer, value, last), more=True)

    def _ends(self, last: CursorValue | None, value: Any, writer: Writer) -> bool:
        """By day: a new day of the cursor begins a new file."""
        if not (self._database.by_day and writer.rows and last is not None):
            return False
        return _day(last, self._shape.zone) != _day(value, self._shape.zone)

    def _flush(
        self,
        rows: Iterable[dict[str, Any]],
        writer: Writer,
        value: CursorValue | None,
        before: CursorValue | None,
    ) -> CursorValue | None:
        """Write rows of the cursor value `value`; it, or `before` when there was nothing new."""
        written = writer.rows
        for row in rows:
            line = line_of(self._shape.record(row))
            if self._held:
                mark = digest(line)
                if self._held[mark] > 0:
                    self._held[mark] -= 1
                    continue
            writer.add(line)
        return value if writer.rows > written else before

    def _of(self, row: dict[str, Any]) -> Any:
        if self._column not in row:
            raise UnavailableError(f"no column {self._column} to use as cursor; there are {', '.join(row)}")
        return row[self._column]

    def _checked(self, value: Any) -> CursorValue:
        try:
            encode(value)
        except CursorError as error:
            raise UnavailableError(f"column {self._column}: {error}") from error
        return value  # type: ignore[no-any-return]


def _day(value: CursorValue, zone: ZoneInfo) -> date | None:
    with contextlib.suppress(OverflowError):
        return day_of(value, zone)
    return None
