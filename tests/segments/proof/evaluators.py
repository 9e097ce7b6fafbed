"""The three opinions about a document: the reference and one service per engine, all giving business ids."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from segments.conditions.matches import Reference
from segments.conditions.reference.data import Data
from segments.service import SegmentService
from tests.segments.world.exchange import EVERYONE, references
from tests.segments.world.release import write_release
from warehouse.access import Actor
from warehouse.engines.clickhouse import open_embedded
from warehouse.engines.duckdb import DuckDBEngine

PAGE = 10_000
COUNT_EVERY = 8
"""A count shares all but the columns of its statement with members: asking each time proves no more."""


FOR_SMALL_TABLES = {
    "max_threads": 1,
    "compile_expressions": 0,
    "compile_aggregate_expressions": 0,
    "compile_sort_description": 0,
}
"""Starting threads and compiling costs more than answering over a few dozen rows."""


class Evaluator(Protocol):
    """Says who belongs to a segment."""

    name: str

    def ids(self, document: Mapping[str, Any], actor: Actor = EVERYONE) -> frozenset[str]:
        """Business ids of the members that the actor may see."""

    def close(self) -> None:
        """Give back what it holds."""


class InPython:
    """The reference evaluator."""

    name = "reference"

    def __init__(self, data: Data) -> None:
        self.reference = Reference(data)
        self._data = data

    def ids(self, document: Mapping[str, Any], actor: Actor = EVERYONE) -> frozenset[str]:
        entity = self._data.catalog.entities[document["entity"]]
        seen = self.reference.seen_by(actor.scope)
        universe = seen.universe(entity.name)
        return frozenset(universe[key][entity.id] for key in seen.members(document))

    def close(self) -> None:
        pass


class InService:
    """A service over a real release on one engine."""

    def __init__(self, service: SegmentService, engine: Any) -> None:
        self.service = service
        self.engine = engine
        self.name = engine.name
        self._asked = 0

    def ids(self, document: Mapping[str, Any], actor: Actor = EVERYONE) -> frozenset[str]:
        page = self.service.members(document, actor, limit=PAGE)
        assert page.next is None
        found = page.rows.column("id").to_pylist()
        members = frozenset(found)
        assert len(members) == len(found), "an entity came twice"
        self._asked += 1
        if self._asked % COUNT_EVERY == 0:
            counted = self.service.count(document, actor).count
            assert counted == len(found), f"count {counted} is not the number of members, {len(found)}"
        return members

    def close(self) -> None:
        self.engine.close()


def on_duckdb(data: Data, home: Path) -> InService:
    """The service over the data written as a release in `home`."""
    release = write_release(data, home)
    engine = DuckDBEngine(release)
    return InService(SegmentService(release, engine, references(data)), engine)


def on_clickhouse(data: Data, home: Path) -> InService:
    """The same on ClickHouse, embedded (one data path per process: worlds live in databases of their own)."""
    release = write_release(data, home)
    engine = open_embedded(release, tuning=FOR_SMALL_TABLES)
    return InService(SegmentService(release, engine, references(data)), engine)


ENGINES = (on_duckdb, on_clickhouse)
