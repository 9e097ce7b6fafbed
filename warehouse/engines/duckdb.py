"""The embedded engine over the files of a release: scan caches, attached read-only, and facts by month as they lie."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.connection import Resources, connect
from warehouse.engines.port import Cancellation, EngineError, Statement
from warehouse.engines.running import REPEAT_S, Statements
from warehouse.releases.model import Release, TableVersion
from warehouse.releases.tables import remake_cache, spill_folder

BATCH_ROWS = 100_000
CLOSE_WITHIN_S = 10.0
SETTINGS = {
    "TimeZone": "UTC",
    "parquet_metadata_cache": True,
    "enable_external_access": False,
    "lock_configuration": True,
}
"""Pinned for every connection; after them a statement can attach nothing, and read the release's own files alone."""
FAULTS = (duckdb.Error, pa.ArrowException, OSError)
"""Between batches the engine's words come through Arrow."""


class DuckDBEngine:
    """One open release. Safe to use from several threads: each query has its own cursor."""

    def __init__(self, release: Release, resources: Resources | None = None) -> None:
        self._connection = connect(resources=resources, spill=spill_folder(release.home))
        self._lock = threading.Lock()
        self._statements = Statements()
        try:
            scanned: list[str] = []
            for table in release.manifest.tables.values():
                if table.cache is None:
                    scanned += self._view(release.home, table)
                else:
                    self._attach_whole(release.home, table, table.cache)
            for name, value in ({"allowed_paths": scanned} | SETTINGS).items():
                self._connection.execute(f"SET GLOBAL {name} = ?", [value])
        except duckdb.Error as error:
            self._connection.close()
            raise EngineError(f"release {release.manifest.release_id} can't be opened: {error}") from error

    def _view(self, home: Path, table: TableVersion) -> list[str]:
        """Show a table as its Parquet files hold it; return their paths."""
        files = [str((home / file).resolve()) for file in table.files]
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        name = table.name.replace('"', '""')
        self._connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}])')  # noqa: S608
        return files

    def _attach_whole(self, home: Path, table: TableVersion, cache: str) -> None:
        try:
            self._attach(home / cache, table.name)
        except (duckdb.IOException, duckdb.SerializationException):
            # A damaged copy: the stored truth is beside it.
            remake_cache(home, table)
            self._attach(home / cache, table.name)

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
        cursor = self._cursor()
        try:
            with self._statements.running(cursor.interrupt, timeout_s, cancellation) as one:
                try:
                    yield cursor
                except FAULTS as error:
                    one.check()
                    raise EngineError(str(error)) from error
        finally:
            cursor.close()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        try:
            with self._lock:  # a connection refuses a second call at the same time
                return self._connection.cursor()
        except duckdb.Error as error:
            raise EngineError(f"the release is closed: {error}") from error

    def close(self) -> None:
        """Stop what still runs and let go of the release's files."""
        self._statements.close(CLOSE_WITHIN_S)
        end = time.monotonic() + CLOSE_WITHIN_S
        while True:
            try:
                with self._lock:
                    return self._connection.close()
            except duckdb.Error as error:  # a cursor on its way out refuses
                if time.monotonic() > end:
                    raise EngineError(f"the release can't be closed: {error}") from error
                time.sleep(REPEAT_S)
