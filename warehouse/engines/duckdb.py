"""The embedded engine: scan caches of a release attached read-only, one cursor per query."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.engines.port import (
    Cancellation,
    EngineError,
    QueryCancelledError,
    QueryTimeoutError,
    Statement,
)
from warehouse.releases.model import Release, TableVersion
from warehouse.releases.tables import remake_cache

BATCH_ROWS = 100_000
INTERRUPT_EVERY_S = 0.02
SETTINGS = {"TimeZone": "UTC", "enable_external_access": False, "lock_configuration": True}
"""Pinned for every connection; after them nothing can be attached, read or changed by a statement."""


class DuckDBEngine:
    """One open release. Safe to use from several threads: each query has its own cursor."""

    def __init__(self, release: Release) -> None:
        self._connection = duckdb.connect()
        try:
            for table in release.manifest.tables.values():
                self._attach_whole(release.home, table)
            for name, value in SETTINGS.items():
                self._connection.execute(f"SET GLOBAL {name} = ?", [value])
        except duckdb.Error as error:
            self._connection.close()
            raise EngineError(f"release {release.manifest.release_id} can't be opened: {error}") from error

    def _attach_whole(self, home: Path, table: TableVersion) -> None:
        try:
            self._attach(home / table.cache, table.name)
        except (duckdb.IOException, duckdb.SerializationException):
            # A damaged copy: the stored truth is beside it.
            self._attach(remake_cache(home, table), table.name)

    def _attach(self, path: Path, table: str) -> None:
        quoted = str(path).replace("'", "''")
        name = table.replace('"', '""')
        self._connection.execute(f"ATTACH '{quoted}' AS \"cache {name}\" (READ_ONLY)")
        self._connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM "cache {name}"."{name}"')  # noqa: S608

    @property
    def name(self) -> str:
        """The key of this engine in the compiler's tables."""
        return "duckdb"

    def query(
        self, statement: Statement, *, timeout_s: float = 30.0, cancellation: Cancellation | None = None
    ) -> pa.Table:
        """All rows. Raises EngineError, QueryTimeoutError, QueryCancelledError."""
        with self._running(timeout_s, cancellation) as cursor:
            # A relation, not `execute`: one copy of the rows less.
            result: pa.Table = cursor.sql(statement.sql, params=dict(statement.parameters)).to_arrow_table()
            return result

    def stream(
        self, statement: Statement, *, timeout_s: float = 30.0, cancellation: Cancellation | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Rows in batches; the time limit covers the reader's own work between batches too."""
        with self._running(timeout_s, cancellation) as cursor:
            result = cursor.sql(statement.sql, params=dict(statement.parameters))
            reader: pa.RecordBatchReader = result.to_arrow_reader(BATCH_ROWS)
            yield from reader

    @contextmanager
    def _running(
        self, timeout_s: float, cancellation: Cancellation | None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._connection.cursor()
        stopper = _Stopper(cursor)
        timer = threading.Timer(
            timeout_s, stopper.stop, args=[QueryTimeoutError(f"longer than {timeout_s} s")]
        )
        timer.daemon = True
        timer.start()
        try:
            if cancellation is not None:
                cancellation.on_cancel(lambda: stopper.stop(QueryCancelledError("cancelled")))
            stopper.check()
            yield cursor
        except duckdb.Error as error:
            stopper.check()
            raise EngineError(str(error)) from error
        finally:
            timer.cancel()
            stopper.finished.set()
            cursor.close()

    def close(self) -> None:
        """Let go of the release's files."""
        self._connection.close()


class _Stopper:
    """Ends one query and remembers why."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._reason: EngineError | None = None
        self.finished = threading.Event()

    def stop(self, reason: EngineError) -> None:
        """Interrupt until the query has ended: an interrupt between two statements would be lost."""
        if self._reason is None and not self.finished.is_set():
            self._reason = reason
            threading.Thread(target=self._interrupt, daemon=True).start()

    def _interrupt(self) -> None:
        while not self.finished.is_set():
            self._cursor.interrupt()
            self.finished.wait(INTERRUPT_EVERY_S)

    def check(self) -> None:
        """Raise the reason if there is one."""
        if self._reason is not None:
            raise self._reason
