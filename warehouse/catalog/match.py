"""Does the catalogue describe the tables as they are? Checked before every publication and by tests."""

import re
from collections.abc import Iterable, Iterator, Mapping

import duckdb

from warehouse.catalog.declared import CatalogError
from warehouse.catalog.model import HISTORY_COLUMNS, Attribute, Catalog, Entity, Fact, ValueType

STORAGE: Mapping[ValueType, re.Pattern[str]] = {
    ValueType.TEXT: re.compile("VARCHAR"),
    ValueType.INTEGER: re.compile("U?(TINYINT|SMALLINT|INTEGER|BIGINT)"),
    ValueType.DECIMAL: re.compile(r"DECIMAL\(\d+,\d+\)"),
    ValueType.BOOLEAN: re.compile("BOOLEAN"),
    ValueType.DATE: re.compile("DATE"),
    ValueType.TIMESTAMP: re.compile("TIMESTAMP"),
}


def check_tables(catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> None:
    """Raise CatalogError, naming every difference in columns, types and unexpected NULLs."""
    found = {name: _columns(connection, name) for name in catalog_tables(catalog)}
    problems = [*differences(catalog, found)]
    if not problems:
        problems = [*_unexpected_nulls(catalog, connection)]
    if problems:
        raise CatalogError("catalogue and tables differ: " + "; ".join(problems))


def catalog_tables(catalog: Catalog) -> tuple[str, ...]:
    """Names of all tables that the catalogue speaks of."""
    things: Iterable[Entity | Fact] = (*catalog.entities.values(), *catalog.facts.values())
    histories = (entity.history for entity in catalog.entities.values() if entity.history)
    return tuple(dict.fromkeys((*(thing.table for thing in things), *histories)))


def differences(catalog: Catalog, found: Mapping[str, Mapping[str, str] | None]) -> Iterator[str]:
    """What differs from the tables' columns (name -> storage type; None = no such table)."""
    for name in catalog_tables(catalog):
        columns = found.get(name)
        if columns is None:
            yield f"{name}: no such table"
            continue
        yield from _column_differences(catalog, name, columns)


def _column_differences(catalog: Catalog, table: str, columns: Mapping[str, str]) -> Iterator[str]:
    declared = {attribute.column: attribute for attribute in _stored(catalog, table)}
    series = _series(catalog, table)
    structural = _structural(catalog, table)
    for column in (*declared, *structural):
        if column not in columns:
            yield f"{table}.{column}: declared, but not in the table"
    for column, kind in columns.items():
        attribute = declared.get(column) or _month_of(series, column)
        if attribute is None and column not in structural:
            yield f"{table}.{column}: in the table, but not declared"
        elif attribute is not None and not _fits(attribute, kind):
            yield f"{table}.{column}: declared as {_words(attribute)}, stored as {kind}"


def _fits(attribute: Attribute, kind: str) -> bool:
    if not STORAGE[attribute.type].fullmatch(kind):
        return False
    return attribute.type is not ValueType.DECIMAL or kind.endswith(f",{attribute.scale})")


def _words(attribute: Attribute) -> str:
    return f"{attribute.type} with scale {attribute.scale}" if attribute.scale else str(attribute.type)


def _stored(catalog: Catalog, table: str) -> Iterator[Attribute]:
    for entity in catalog.entities.values():
        if entity.table == table:
            yield from (attribute for attribute in entity.attributes.values() if attribute.column)
        if entity.history == table:
            yield from (attribute for attribute in entity.attributes.values() if attribute.historic)
    for fact in catalog.facts.values():
        if fact.table == table:
            yield from (*fact.measures.values(), *fact.attributes.values())


def _structural(catalog: Catalog, table: str) -> set[str]:
    """Columns that entities and facts need beside attributes: keys, dates, order, folded copies."""
    names: set[str | None] = {attribute.folded for attribute in _stored(catalog, table)}
    for entity in catalog.entities.values():
        if entity.table == table:
            names |= {entity.key, entity.id, entity.customer, entity.exists_from}
        if entity.history == table:
            names |= {entity.key, *HISTORY_COLUMNS}
    for fact in catalog.facts.values():
        if fact.table == table:
            names |= {*fact.keys.values(), *fact.order, *fact.key, fact.business_date, fact.event_time}
    names |= {
        relation.child_key
        for relation in catalog.relations.values()
        if _is_child(catalog, relation.child, table)
    }
    return {name for name in names if name}


def _is_child(catalog: Catalog, entity: str, table: str) -> bool:
    return catalog.entities[entity].table == table


def _series(catalog: Catalog, table: str) -> dict[str, Attribute]:
    return {
        series.prefix: fact.measures[series.measure]
        for fact in catalog.facts.values()
        for series in fact.monthly
        if catalog.entities[series.entity].table == table
    }


def _month_of(series: Mapping[str, Attribute], column: str) -> Attribute | None:
    """The measure whose monthly sum a column holds: its prefix, then YYYY_MM."""
    return series.get(column[:-7]) if re.fullmatch(r".*\d{4}_\d{2}", column) else None


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str] | None:
    exists = "select 1 from information_schema.tables where table_name = ?"
    if not connection.execute(exists, [table]).fetchall():
        return None
    return {str(row[0]): str(row[1]) for row in connection.execute(f'describe "{table}"').fetchall()}


def _unexpected_nulls(catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Attributes without a meaning of NULL must always have a value; so must an entity's key. What history says of
    one that was not there has none.
    """
    histories = {entity.history for entity in catalog.entities.values()}
    for table in catalog_tables(catalog):
        if table in histories:
            continue
        always = {
            str(attribute.column) for attribute in _stored(catalog, table) if not attribute.null_meaning
        }
        always |= {entity.key for entity in catalog.entities.values() if entity.table == table}
        counts = "".join(f', count(*) - count("{column}")' for column in sorted(always))
        # Names come from the catalogue, here and in whatever else builds SQL below `warehouse`.
        _, *missing = connection.execute(f'select count(*){counts} from "{table}"').fetchall()[0]  # noqa: S608
        for column, number in zip(sorted(always), missing, strict=True):
            if number:
                yield f"{table}.{column}: {number} rows without a value, but no meaning of NULL is declared"
