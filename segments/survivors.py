"""Ids of customers who were merged away stand for their survivors, as the release that is asked knows them."""

import threading
from dataclasses import replace
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from segments.compiler import sql
from segments.compiler.audience import Audience
from segments.compiler.bind import Setting
from segments.compiler.compile import compile_document
from segments.compiler.questions import Asking
from segments.conditions.nodes import Document
from segments.references import Exclusion, IdList, References, SavedSegment
from warehouse.access import RowScope
from warehouse.catalog.model import CUSTOMER
from warehouse.engines.port import Engine
from warehouse.releases.model import Release

IDENTIFIER = "identifier"
MERGED_ID = "merged_id"
"""The kind of identifier that is the id of a customer merged into its holder."""


class Survivors:
    """Who each id stands for in one release: read when it is first asked, and kept. Safe between threads."""

    def __init__(self, release: Release, engine: Engine) -> None:
        self._release, self._engine = release, engine
        self._lock = threading.Lock()
        self._mergers: pa.Table | None = None

    def of(self, ids: pa.Array) -> pa.Array:
        """Business ids of customers, those who were merged away replaced by their survivors. Texts in, texts out."""
        mergers = self._read()
        place = pc.index_in(ids, value_set=mergers["merged_id"])
        if place.null_count == len(place):
            return ids
        return pc.coalesce(mergers["customer_id"].combine_chunks().take(place), ids)

    def of_one(self, customer_id: str) -> str:
        """As `of`."""
        found: str = self.of(pa.array([customer_id], pa.string()))[0].as_py()
        return found

    def _read(self) -> pa.Table:
        with self._lock:
            if self._mergers is None:
                self._mergers = self._ask() if self._are_known() else _NOBODY
            return self._mergers

    def _are_known(self) -> bool:
        entity = self._release.catalog.entities.get(IDENTIFIER)
        return entity is not None and MERGED_ID in {one.value for one in entity.attributes["kind"].values}

    def _ask(self) -> pa.Table:
        manifest, catalog = self._release.manifest, self._release.catalog
        entity, customers = catalog.entities[IDENTIFIER], catalog.entities[CUSTOMER]
        setting = Setting(catalog, manifest.as_of, ZoneInfo(manifest.time_zone), manifest.facts)
        columns = {name: table.columns for name, table in manifest.tables.items()}
        compiled = compile_document(Document(entity.name, None), setting, columns)
        # What an id stands for is told to nobody here; whom a reader may see is decided where it is used.
        ask = Asking(compiled, Audience(RowScope(everything=True)))
        owner = ask.low.source(customers)
        on = sql.compare(ask.source.column(entity.customer), "eq", owner.key)
        ask.source.joins.append(sql.join("INNER", sql.table(owner.table, owner.alias), on))
        kind, value = (ask.low.operand(entity.attributes[name], ask.source).sql for name in ("kind", "value"))
        ask.tests.append(sql.compare(kind, "eq", ask.low.parameters.add("text", MERGED_ID)))
        wanted = [(value, "merged_id"), (owner.column(customers.id), "customer_id")]
        return self._engine.query(ask.question(ask.select(wanted), self._engine.name).statement)


class SurvivorReferences:
    """References whose lists of customers follow mergers: who was listed and merged away is listed as the survivor."""

    def __init__(self, given: References, survivors: Survivors) -> None:
        self._given, self._survivors = given, survivors

    def segment(self, segment_id: str, version: int | None) -> SavedSegment | None:
        """As given."""
        return self._given.segment(segment_id, version)

    def id_list(self, list_id: str) -> IdList | None:
        """As given, with survivors."""
        found = self._given.id_list(list_id)
        return None if found is None else self._followed(found)

    def keeps_stop_lists(self) -> bool:
        """As given."""
        return self._given.keeps_stop_lists()

    def exclusions(self, entity: str) -> tuple[Exclusion, ...]:
        """As given, with survivors: who may not be contacted may not be after a merger either."""
        given = self._given.exclusions(entity)
        return tuple(replace(stop, members=self._followed(stop.members)) for stop in given)

    def _followed(self, found: IdList) -> IdList:
        return replace(found, ids=self._survivors.of(found.ids)) if found.entity == CUSTOMER else found


_NOBODY = pa.table({name: pa.array([], pa.string()) for name in ("merged_id", "customer_id")})
