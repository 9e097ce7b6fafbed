"""Values as they were: an entity's row of history where one holds at the asked days, else the row of its table."""

from datetime import date
from typing import TYPE_CHECKING

from segments.compiler import sql
from segments.compiler.sql import Sql
from warehouse.catalog.model import (
    HELD_FROM,
    HELD_TO,
    KNOWN_FROM,
    KNOWN_TO,
    PRESENT,
    Attribute,
    Entity,
    Historic,
)

if TYPE_CHECKING:
    from segments.compiler.lower import Lowering, Source


def stored(low: "Lowering", attribute: Attribute, column: str, source: "Source") -> Sql:
    """A column of the source's rows, the attribute's or its folded copy, at the days of the question."""
    now, past, entity = source.column(column), low.past, source.entity
    if past is None or entity is None or entity.history is None or attribute.historic is None:
        return now
    if attribute.historic is Historic.KNOWN and past.known_now:
        return now
    version = _version(low, attribute.historic, entity, source)
    return sql.case([(sql.is_null(sql.column(version, "k")), now)], sql.column(version, column))


def present(low: "Lowering", source: "Source") -> list[Sql]:
    """Conditions for: the sources had the entity then."""
    entity = source.entity
    assert entity is not None
    if low.past is None or entity.history is None:
        return []
    if entity.presence is Historic.KNOWN and low.past.known_now:
        return []
    version = _version(low, entity.presence, entity, source)
    return [sql.coalesce(sql.column(version, PRESENT), sql.TRUE())]


def _version(low: "Lowering", at: Historic, entity: Entity, source: "Source") -> str:
    """The alias under which the source has its rows of history: at most one beside each entity."""
    if at not in source.versions:
        source.versions[at] = low.alias("h")
        on = sql.compare(source.key, "eq", sql.column(source.versions[at], "k"))
        source.joins.append(sql.join("LEFT", _holding(low, at, entity, source.versions[at]), on))
    return source.versions[at]


def _holding(low: "Lowering", at: Historic, entity: Entity, alias: str) -> Sql:
    """The versions that hold at the days; their key as `k`, `present`, the historic columns."""
    assert low.past is not None
    assert entity.history is not None
    low.tables.add(entity.history)
    inner = low.alias("t")
    held_on = low.past.held_on if at is Historic.AS_OF else low.past.known_on
    tests = [
        *_within(low, inner, (HELD_FROM, HELD_TO), held_on),
        *_within(low, inner, (KNOWN_FROM, KNOWN_TO), low.past.known_on),
    ]
    columns = [(sql.column(inner, entity.key), "k"), (sql.column(inner, PRESENT), PRESENT)]
    columns += [(sql.column(inner, name), name) for name in _columns(entity, at)]
    return sql.subquery(sql.where(sql.select(columns, sql.table(entity.history, inner)), tests), alias)


def _columns(entity: Entity, at: Historic) -> list[str]:
    historic = [each for each in entity.attributes.values() if each.historic is at]
    return [name for each in historic for name in (each.column, each.folded) if name is not None]


def _within(low: "Lowering", alias: str, ends: tuple[str, str], day: date) -> list[Sql]:
    begin, end = (sql.column(alias, name) for name in ends)
    asked = low.parameters.add("date", day), low.parameters.add("date", day)
    return [
        sql.either([sql.is_null(begin), sql.compare(begin, "le", asked[0])]),
        sql.either([sql.is_null(end), sql.compare(end, "gt", asked[1])]),
    ]
