"""Fetching: what is new of a data set becomes landing files, one after another."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.connectors.cursors import CursorError, CursorValue, day_of, encode, order
from pipelines.ingest.connectors.landing import Landing, Writer, at, digest, landing_of
from pipelines.ingest.connectors.model import Connector, Database, Rest, RestCursor, UnavailableError
from pipelines.ingest.connectors.names import Range, file_name
from pipelines.ingest.connectors.secrets import Secrets
from pipelines.ingest.connectors.values import Shape, line_of
from pipelines.ingest.raw import RawLoad
from pipelines.lib.clock import Clock


@dataclass(frozen=True, slots=True)
class Wanted:
    """One data set to fetch: where from, how its rows count.

    `key` are the source columns that tell rows apart, `moments` those that are read as timestamps.
    """

    source: str
    dataset: str
    connector: Connector
    load: str
    key: tuple[str, ...]
    moments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What fetching takes place in. `today` is the business date of what has no date of its own."""

    home: Path
    data: Path | None
    store_url: str
    zone: ZoneInfo
    today: date
    secrets: Secrets = field(default_factory=Secrets)
    clock: Clock = field(default_factory=Clock)


def fetch(wanted: Wanted, around: Surroundings, known: Callable[[], Sequence[RawLoad]]) -> Iterator[Path]:
    """New landing files, each as soon as it is there; the caller brings one into raw before it asks for the next.

    `known` are the loads in raw at that moment: they say where to go on. Raises UnavailableError, and what was
    given until then stays.
    """
    step = _database_step if isinstance(wanted.connector, Database) else _rest_step
    more = True
    while more:
        landing = landing_of(around.home, wanted.source, wanted.dataset, known())
        path, more = step(wanted, around, landing)
        if path is not None:
            yield path


def describe(connector: Connector) -> str:
    """What is fetched, in a word, without secrets: it names the problem in `vitrina status`."""
    if isinstance(connector, Rest):
        return connector.url.partition("?")[0]
    return f"table {connector.table}" if connector.table else "query"


_Step = tuple[Path | None, bool]


def _database_step(wanted: Wanted, around: Surroundings, landing: Landing) -> _Step:
    # SQLAlchemy and the chunks are of use here alone.
    from pipelines.ingest.connectors.chunks import ChunkFetch  # noqa: PLC0415
    from pipelines.ingest.connectors.database import DatabaseReader, Places  # noqa: PLC0415

    database = wanted.connector
    assert isinstance(database, Database)
    shape = Shape(around.zone, database.zone, wanted.moments)
    places = Places(around.home, around.store_url, around.data)
    with DatabaseReader(database, places, around.secrets) as reader, _writing(landing) as writer:
        if database.cursor is None:
            rows = reader.everything(wanted.key)
            return _everything(around, landing, writer, map(shape.record, rows)), False
        chunk = ChunkFetch(database, reader, shape, wanted.key).write(
            landing, writer, needed=wanted.load == "append"
        )
        if chunk.last is None or not writer.rows:
            return None, False
        covered = Range(landing.cursor, chunk.last)
        return writer.publish(_name(around, landing, covered)), chunk.more


def _rest_step(wanted: Wanted, around: Surroundings, landing: Landing) -> _Step:
    from pipelines.ingest.connectors.rest import fetch_records  # noqa: PLC0415 - the client takes seconds to import

    rest = wanted.connector
    assert isinstance(rest, Rest)
    records = fetch_records(rest, landing.cursor, around.secrets, around.clock)
    with _writing(landing) as writer:
        if rest.cursor is None:
            return _everything(around, landing, writer, records), False
        highest = _write_new(wanted, rest.cursor, landing, writer, records)
        if highest is None or not writer.rows:
            return None, False
        return writer.publish(_name(around, landing, Range(landing.cursor, highest))), False


def _everything(
    around: Surroundings, landing: Landing, writer: Writer, rows: Iterator[dict[str, Any]]
) -> Path | None:
    """A landing file with everything, unless the newest one says the same."""
    for row in rows:
        writer.add(line_of(row))
    newest = landing.newest
    if not writer.rows:
        if newest is not None:
            raise UnavailableError("there are no rows at all, and there were some before; nothing is changed")
        return None
    name = _name(around, landing, None)
    if newest is not None and writer.same_as(landing.folder / newest.name):
        return None
    return writer.publish(name)


def _write_new(
    wanted: Wanted, cursor: RestCursor, landing: Landing, writer: Writer, records: Iterator[dict[str, Any]]
) -> CursorValue | None:
    """Write what is not held yet; the highest cursor value of all, None where there are no records."""
    path = cursor.field.split("/")
    highest = landing.cursor
    held: Counter[bytes] = Counter()
    if highest is not None:
        held = landing.held(path, highest, needed=wanted.load == "append")
    for number, record in enumerate(records, start=1):
        highest = _higher(highest, _cursor_of(record, path, number), number)
        line = line_of(record)
        mark = digest(line)
        if held[mark] > 0:
            held[mark] -= 1
        else:
            writer.add(line)
    return highest


def _cursor_of(record: dict[str, Any], path: Sequence[str], number: int) -> CursorValue:
    value = at(record, path)
    try:
        encode(value)
    except CursorError as error:
        raise UnavailableError(f"record {number}: {'/'.join(path)}: {error}") from error
    return value  # type: ignore[no-any-return]


def _higher(highest: CursorValue | None, value: CursorValue, number: int) -> CursorValue:
    if highest is None:
        return value
    (kind, one), (other_kind, other) = order(highest), order(value)
    if kind != other_kind:
        raise UnavailableError(
            f"record {number}: the cursor {value!r} is a {other_kind}, {highest!r} a {kind}"
        )
    return value if other > one else highest  # type: ignore[operator]


def _name(around: Surroundings, landing: Landing, covered: Range | None) -> str:
    """The business date is the day of the cursor where it has one, and never after today."""
    day = None if covered is None else day_of(covered.last, around.zone)
    number = landing.newest.number + 1 if landing.newest else 1
    return file_name(min(day or around.today, around.today), number, covered)


@contextmanager
def _writing(landing: Landing) -> Iterator[Writer]:
    writer = Writer(landing.folder)
    try:
        yield writer
    finally:
        writer.discard()
