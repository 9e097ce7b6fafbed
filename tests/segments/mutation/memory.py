"""A release held in memory: the same compiler, service and engine as a real one, without files."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from segments.conditions.reference.data import Data
from segments.service import SegmentService
from tests.segments.world.catalogue import STORAGE
from tests.segments.world.exchange import EVERYONE, references
from tests.segments.world.release import ARROW, SERIES
from warehouse.access import Actor
from warehouse.engines.port import Cancellation, Statement
from warehouse.releases.model import Manifest, Release, TableVersion


class MemoryEngine:
    """DuckDB over Arrow tables, one thread, no time limit: the caller's process has one."""

    name = "duckdb"

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._connection = duckdb.connect(config={"threads": 1})
        self._connection.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            self._connection.register("arrow", table)
            self._connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM arrow')
            self._connection.unregister("arrow")

    def query(
        self, statement: Statement, *, timeout_s: float = 30.0, cancellation: Cancellation | None = None
    ) -> pa.Table:
        """All rows."""
        found: pa.Table = self._connection.sql(
            statement.sql, params=dict(statement.parameters)
        ).to_arrow_table()
        return found

    def stream(
        self, statement: Statement, *, timeout_s: float = 30.0, cancellation: Cancellation | None = None
    ) -> Iterator[pa.RecordBatch]:
        """All rows in batches."""
        yield from self.query(statement).to_batches()

    def close(self) -> None:
        """Let go of the tables."""
        self._connection.close()


class InMemory:
    """The service over one `Data`; `ids` as the proof's evaluators give them. The engine starts on demand."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.columns = {name: dict(kinds) | _series(name, data) for name, kinds in STORAGE.items()}
        self.release = _release(data, self.columns)

    @cached_property
    def engine(self) -> MemoryEngine:
        """Filled when it is first asked for."""
        return MemoryEngine(
            {name: _arrow(self.data.tables[name], kinds) for name, kinds in self.columns.items()}
        )

    @cached_property
    def service(self) -> SegmentService:
        """The service over the engine."""
        return SegmentService(self.release, self.engine, references(self.data))

    def ids(self, document: Mapping[str, Any], reader: Actor = EVERYONE) -> list[str]:
        """Business ids of the members, sorted; the count must be their number."""
        found = self.service.members(document, reader, limit=10_000).rows.column("id").to_pylist()
        assert self.service.count(document, reader).count == len(found)
        return sorted(found)


def _series(name: str, data: Data) -> dict[str, str]:
    if name != "customer_360" or not data.tables[name]:
        return {}
    known = data.tables[name][0]
    return {c: kind for prefix, kind in SERIES.items() for c in known if c.startswith(prefix)}


def _arrow(rows: Any, columns: Mapping[str, str]) -> pa.Table:
    made = pa.table({c: pa.array([row[c] for row in rows], ARROW[kind]) for c, kind in columns.items()})
    return made.sort_by(next(iter(columns)))


def _release(data: Data, columns: Mapping[str, Mapping[str, str]]) -> Release:
    tables = {
        name: TableVersion(name, "v1", kinds, (next(iter(kinds)),), (next(iter(kinds)),), (), "")
        for name, kinds in columns.items()
    }
    manifest = Manifest(
        release_id="r1",
        as_of=data.as_of,
        known_on=data.as_of,
        time_zone=data.time_zone,
        catalog_version=data.catalog.version,
        hash_function="none",
        tables=tables,
        facts=data.coverage,
        sources=(),
    )
    return Release(home=Path(), manifest=manifest, catalog=data.catalog)
