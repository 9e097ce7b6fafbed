"""What holds between the parts of a catalogue: references, groups, derived attributes, name clashes."""

import re
from collections.abc import Iterator, Mapping

from warehouse.catalog.declared import CatalogError
from warehouse.catalog.model import HISTORY_COLUMNS, Attribute, Catalog, Entity, Fact
from warehouse.catalog.validate_derived import derived_problems

MONTH = re.compile(r"\d{4}_\d{2}")
NAME = re.compile(r"[a-z][a-z0-9_]*")


def validate(catalog: Catalog, files: Mapping[str, str] | None = None) -> None:
    """Raise CatalogError at the first thing that does not hold; the message names the place.

    `files` maps a place (`entities.ENTITY.ATTRIBUTE`) to the file that declares it.
    """
    for problem in _problems(catalog):
        file = (files or {}).get(problem.partition(":")[0], "catalogue")
        raise CatalogError(f"{file}: {problem}")


def _problems(catalog: Catalog) -> Iterator[str]:
    for entity in catalog.entities.values():
        yield from _entity_problems(entity, catalog)
    for fact in catalog.facts.values():
        yield from _fact_problems(fact, catalog)
    for relation in catalog.relations.values():
        for name in (relation.parent, relation.child):
            if name not in catalog.entities:
                yield f"relations.{relation.name}: unknown entity {name}"


def _entity_problems(entity: Entity, catalog: Catalog) -> Iterator[str]:
    place = f"entities.{entity.name}"
    yield from _name_problems(place, entity.attributes, catalog)
    for attribute in entity.attributes.values():
        yield from derived_problems(f"{place}.{attribute.name}", attribute, entity, catalog)
    for attribute in entity.attributes.values():
        if attribute.historic and entity.history is None:
            yield f"{place}.{attribute.name}: historic, but the entity has no history table"
        if attribute.historic and attribute.column in HISTORY_COLUMNS:
            yield f"{place}.{attribute.name}: history has another column {attribute.column}"
    columns = [attribute.column for attribute in entity.attributes.values() if attribute.column]
    yield from (f"{place}: two attributes live in column {name}" for name in _repeated(columns))
    yield from (
        f"{place}.{name}: a column of this name holds something else already"
        for name in _taken_columns(entity, catalog)
    )


def _taken_columns(entity: Entity, catalog: Catalog) -> Iterator[str]:
    """Attributes in columns that the entity's table needs for keys, folded copies or monthly sums."""
    structural = {entity.key, entity.customer} - {entity.id}
    structural |= {attribute.folded for attribute in entity.attributes.values() if attribute.folded}
    prefixes = {
        series.prefix
        for fact in catalog.facts.values()
        for series in fact.monthly
        if series.entity == entity.name
    }
    for attribute in entity.attributes.values():
        column = attribute.column or ""
        if column in structural or (column[:-7] in prefixes and MONTH.fullmatch(column[-7:])):
            yield attribute.name


def _fact_problems(fact: Fact, catalog: Catalog) -> Iterator[str]:
    place = f"facts.{fact.name}"
    yield from _name_problems(place, {**fact.measures, **fact.attributes}, catalog)
    yield from (f"{place}.keys: unknown entity {name}" for name in fact.keys if name not in catalog.entities)
    yield from (
        f"{place}: {name} is measure and attribute" for name in set(fact.measures) & set(fact.attributes)
    )
    for series in fact.monthly:
        if series.entity not in fact.keys or series.measure not in fact.measures:
            yield f"{place}.monthly: unknown {series.entity}.{series.measure}"
    for attribute in (*fact.measures.values(), *fact.attributes.values()):
        if attribute.derived is not None:
            yield f"{place}.{attribute.name}: a fact's row has stored values only"


def _name_problems(place: str, attributes: Mapping[str, Attribute], catalog: Catalog) -> Iterator[str]:
    for name, attribute in attributes.items():
        if not NAME.fullmatch(name):
            yield f"{place}.{name}: names are lower case letters, digits and _"
        if attribute.group and attribute.group not in catalog.groups:
            yield f"{place}.{name}: unknown group {attribute.group}"


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
