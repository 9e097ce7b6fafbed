"""What the reference evaluator reads: a catalogue, tables as lists of rows, dates, references."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from segments.conditions.reference.values import Clock
from warehouse.catalog.model import (
    HELD_FROM,
    HELD_TO,
    KNOWN_FROM,
    KNOWN_TO,
    PRESENT,
    Attribute,
    Catalog,
    Entity,
    Fact,
    Historic,
)
from warehouse.releases.model import Coverage

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Data:
    """A small release in memory.

    `tables`: rows by table; timestamps are naive UTC `datetime`, decimals `Decimal`, NULL is None.
    `segments`: documents by (id, version). `lists`: business ids by list id. `released`: the dates of the release, as
    of and known on; None = those that are asked. `known_on`: the day of knowledge that is asked, None = the release's.
    """

    catalog: Catalog
    tables: Mapping[str, Sequence[Row]]
    as_of: date
    time_zone: str
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    segments: Mapping[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    released: tuple[date, date] | None = None
    known_on: date | None = None

    @cached_property
    def clock(self) -> Clock:
        """The as-of date in the business time zone."""
        return Clock(self.as_of, ZoneInfo(self.time_zone))

    @cached_property
    def _index(self) -> dict[tuple[str, str], dict[Any, list[Row]]]:
        return {}

    def rows(self, table: str, column: str, key: Any) -> Sequence[Row]:
        """Rows whose column holds the key; unknown keys belong to nobody."""
        if (table, column) not in self._index:
            by_key: dict[Any, list[Row]] = defaultdict(list)
            for row in self.tables[table]:
                if row[column] is not None:
                    by_key[row[column]].append(row)
            self._index[table, column] = by_key
        return self._index[table, column].get(key, [])

    def of_customers(self, keys: frozenset[Any]) -> "Data":
        """Only the rows that belong to these customers; nobody's rows belong to none of them.

        Rows of a fact that does not name customers belong to whatever it does name, so they stay.
        """
        kinds: list[Entity | Fact] = [*self.catalog.entities.values(), *self.catalog.facts.values()]
        owners = {kind.table: _owner(kind) for kind in kinds}
        tables = {
            name: [row for row in rows if owner is None or row[owner] in keys]
            for name, rows in self.tables.items()
            for owner in [owners.get(name)]
        }
        return replace(self, tables=tables)

    def exists(self, entity: Entity, row: Row) -> bool:
        """Whether the entity existed before the as-of date; without a date it always has."""
        told = self._version(entity, row, entity.presence)
        if told is not None and not told[PRESENT]:
            return False
        begins = [each for each in entity.attributes.values() if each.column == entity.exists_from]
        then = self.then(entity, row, begins[0]) if begins else row
        since = then[entity.exists_from] if entity.exists_from else None
        return since is None or since < self.as_of

    def then(self, entity: Entity, row: Row, attribute: Attribute) -> Row:
        """The row that says what the attribute was at the asked dates: the entity's, or one of its history."""
        told = None if attribute.historic is None else self._version(entity, row, attribute.historic)
        return row if told is None else told

    def _version(self, entity: Entity, row: Row, at: Historic) -> Row | None:
        if entity.history is None or self.released is None:
            return None
        known = self.known_on or self.released[1]
        held = min(self.as_of, known) if at is Historic.AS_OF else known
        if (self.as_of, known) == self.released:
            return None
        holding = [
            version
            for version in self.rows(entity.history, entity.key, row[entity.key])
            if _includes(version[HELD_FROM], version[HELD_TO], held)
            and _includes(version[KNOWN_FROM], version[KNOWN_TO], known)
        ]
        assert len(holding) <= 1, f"{entity.name} {row[entity.key]} was several things at once"
        return holding[0] if holding else None


def _includes(begin: date | None, end: date | None, day: date) -> bool:
    return (begin is None or begin <= day) and (end is None or day < end)


def _owner(kind: Entity | Fact) -> str | None:
    """The column with the customer to whom a row belongs."""
    return kind.customer if isinstance(kind, Entity) else kind.keys.get("customer")


@dataclass(frozen=True, slots=True)
class Subject:
    """One row that conditions are asked of: an entity's, or (`entity` None) a fact's."""

    row: Row
    attributes: Mapping[str, Attribute]
    entity: Entity | None = None
