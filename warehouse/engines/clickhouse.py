"""ClickHouse through clickhouse-connect: a server, or the embedded engine of the same client."""

import math
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.exceptions import ClickHouseError

from warehouse.engines.clickhouse_load import load_release, quoted
from warehouse.engines.port import Cancellation, EngineError, QueryCancelledError, Statement
from warehouse.engines.running import Running, Statements
from warehouse.releases.model import Release

SETTINGS: Mapping[str, Any] = {
    "join_use_nulls": 1,  # otherwise unmatched rows of a left join hold 0 and '' instead of NULL
    "transform_null_in": 0,
    "count_distinct_implementation": "uniqExact",  # counts are exact
    "aggregate_functions_null_for_empty": 0,
    "decimal_check_overflow": 1,
    "enable_positional_arguments": 0,  # a constant in GROUP BY is a constant
    "cast_keep_nullable": 1,
    "session_timezone": "UTC",
    "max_query_size": 268435456,  # value lists are part of what is parsed
    "max_ast_elements": 10000000,
    "max_expanded_ast_elements": 10000000,
    "http_max_field_value_size": 268435456,
}
"""Pinned for every query: each of them changes answers when left to a server's profile."""

SERVER_GRACE_S = 5
CLOSE_WITHIN_S = 10.0
Connect = Callable[[], Any]


@dataclass
class _Pool:
    """Idle clients: each carries one query at a time."""

    connect: Connect
    idle: list[Any] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def client(self) -> Iterator[Any]:
        with self.lock:
            found = self.idle.pop() if self.idle else None
        found = found or self.connect()
        try:
            yield found
        finally:
            with self.lock:
                self.idle.append(found)

    def close(self) -> None:
        with self.lock:
            while self.idle:
                self.idle.pop().close()


class ClickHouseEngine:
    """One release in a database of its own. Safe to use from several threads."""

    def __init__(
        self,
        connect: Connect,
        database: str,
        *,
        drop_on_close: bool = False,
        tuning: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """`tuning`: settings of speed only (threads, compilation); those of meaning are pinned and win."""
        self._pool = _Pool(connect)
        self._tuning = tuning
        self._database = database
        self._drop = drop_on_close
        self._kept: list[Any] = []
        self._statements = Statements()

    @property
    def name(self) -> str:
        """The key of this engine in the compiler's tables."""
        return "clickhouse"

    def query(
        self, statement: Statement, *, timeout_s: float = 30.0, cancellation: Cancellation | None = None
    ) -> pa.Table:
        """All rows. Raises EngineError, QueryTimeoutError, QueryCancelledError."""
        with self._running(timeout_s, cancellation) as asked:
            found: pa.Table = asked.client.query_arrow(
                statement.sql,
                parameters=bound(statement.parameters),
                settings=asked.settings,
                use_strings=True,
            )
            return found

    def stream(
        self, statement: Statement, *, timeout_s: float = 30.0, cancellation: Cancellation | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Rows in batches as the engine sends them."""
        with self._running(timeout_s, cancellation) as asked:
            batches = asked.client.query_arrow_stream(
                statement.sql,
                parameters=bound(statement.parameters),
                settings=asked.settings,
                use_strings=True,
            )
            yield from _read(batches, asked)

    @contextmanager
    def _running(self, timeout_s: float, cancellation: Cancellation | None) -> Iterator["_Asked"]:
        tag = f"vitrina-{uuid.uuid4().hex}"
        with self._statements.running(lambda: self._kill(tag), timeout_s, cancellation) as one:
            try:
                with self._pool.client() as client:
                    yield _Asked(client, {**self._tuning, **_settings(tag, timeout_s)}, one)
            except ClickHouseError as error:
                one.check()
                raise EngineError(str(error)) from error

    def _kill(self, tag: str) -> None:
        sql = "KILL QUERY WHERE Settings['log_comment'] = {tag:String} ASYNC"
        # Without a connection there is no way to kill: it is tried again, and the server knows the limit too.
        with suppress(ClickHouseError), self._pool.client() as client:
            client.command(sql, parameters={"tag": tag})

    def keep(self, client: Any) -> None:
        """Hold a client open until `close`."""
        self._kept.append(client)

    def close(self) -> None:
        """Stop what still runs and close the connections; an embedded copy of the release goes with them."""
        self._statements.close(CLOSE_WITHIN_S)
        if self._drop:
            with self._pool.client() as client:
                client.command(f"DROP DATABASE IF EXISTS {quoted(self._database)}")
        self._pool.close()
        while self._kept:
            self._kept.pop().close()


@dataclass(frozen=True, slots=True)
class _Asked:
    """One query: the client that carries it, its settings, and the handle that stops it."""

    client: Any
    settings: Mapping[str, Any]
    running: Running


def _read(batches: Any, asked: _Asked) -> Iterator[pa.RecordBatch]:
    left = False
    try:
        with batches:
            try:
                for batch in batches:  # noqa: UP028 - `yield from` would close the rest itself
                    yield batch
            except GeneratorExit:
                # Nobody reads on, and closing would wait for all the rows: the query ends first.
                left = True
                asked.running.stop(QueryCancelledError("not read to the end"))
                raise
    except ClickHouseError:
        if not left:
            raise


def _settings(tag: str, timeout_s: float) -> dict[str, Any]:
    # The server's own limit comes later than ours: it is for those whom no word from here reaches.
    return {**SETTINGS, "log_comment": tag, "max_execution_time": math.ceil(timeout_s) + SERVER_GRACE_S}


def bound(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Values in forms that lose nothing on the way: decimals and moments with all their digits."""
    return {
        name: [_plain(item) for item in value] if isinstance(value, list) else _plain(value)
        for name, value in parameters.items()
    }


@dataclass(frozen=True, slots=True)
class _Digits:
    """A decimal as the client writes it: bare also inside an array, where a text would be quoted and refused."""

    value: Decimal

    def __str__(self) -> str:
        return format(self.value, "f")


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")  # strftime writes the year 1 without its zeros
    if isinstance(value, date):
        return value.isoformat()
    return _Digits(value) if isinstance(value, Decimal) else value


def open_embedded(
    release: Release, path: str | None = None, tuning: Mapping[str, Any] = MappingProxyType({})
) -> ClickHouseEngine:
    """The release in the embedded engine (one data path per process); its copy is dropped at closing."""
    database = f"embedded_{uuid.uuid4().hex}"

    def connect() -> Any:
        return clickhouse_connect.get_client(interface="chdb", path=path)

    return _opened(connect, release, database, drop_on_close=True, tuning=tuning)


def open_server(release: Release, url: str) -> ClickHouseEngine:
    """The release on a server, loaded on first use into a database named after it."""
    database = f"vitrina_{release.manifest.release_id}"

    def connect() -> Any:
        return clickhouse_connect.get_client(dsn=url)

    return _opened(connect, release, database, drop_on_close=False)


def _opened(
    connect: Connect,
    release: Release,
    database: str,
    *,
    drop_on_close: bool,
    tuning: Mapping[str, Any] = MappingProxyType({}),
) -> ClickHouseEngine:
    client = connect()
    try:
        if not _is_loaded(client, database):
            client.command(f"DROP DATABASE IF EXISTS {quoted(database)}")
            load_release(client, release, database)
            client.command(f"CREATE TABLE {quoted(database)}.`_loaded` (x UInt8) ENGINE = Memory")
    except (ClickHouseError, EngineError) as error:
        client.close()
        raise EngineError(f"release {release.manifest.release_id} can't be loaded: {error}") from error

    def inside() -> Any:
        made = connect()
        made.database = database
        return made

    engine = ClickHouseEngine(inside, database, drop_on_close=drop_on_close, tuning=tuning)
    # The embedded engine lives as long as one of its clients: the loading one stays until closing.
    engine.keep(client)
    return engine


def _is_loaded(client: Any, database: str) -> bool:
    # The marker comes last, so a database left by a killed load does not count.
    sql = "SELECT count() FROM system.tables WHERE database = {db:String} AND name = '_loaded'"
    return bool(client.query(sql, parameters={"db": database}).result_rows[0][0])
