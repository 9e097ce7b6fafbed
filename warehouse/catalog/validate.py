"""What holds between the parts of a catalogue: references, groups, derived attributes, name clashes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from warehouse.catalog.declared import CatalogError
from warehouse.catalog.model import Attribute, Case, Catalog, Elapsed, Entity, Fact, Sensitivity, ValueType

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
        yield from _derived_problems(f"{place}.{attribute.name}", attribute, entity.attributes)
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


def _derived_problems(place: str, attribute: Attribute, siblings: Mapping[str, Attribute]) -> Iterator[str]:
    if isinstance(attribute.derived, Elapsed):
        base = siblings.get(attribute.derived.of)
        if base is None or base.type is not ValueType.DATE or base.derived is not None:
            yield f"{place}: `of` must name a stored date of the same entity"
    if isinstance(attribute.derived, Case):
        yield from _case_problems(place, attribute, attribute.derived, siblings)
    yield from _protection_problems(place, attribute, siblings)


def _protection_problems(
    place: str, attribute: Attribute, siblings: Mapping[str, Attribute]
) -> Iterator[str]:
    """A derived attribute is as protected as what it is made of, or says in so many words that it is not."""
    sources = (siblings[name] for name in _sources(attribute.derived) if name in siblings)
    opened = {source.name: source for source in sources if not _as_protected(attribute, source)}
    for name in sorted(set(opened) - set(attribute.reveals)):
        kept = f"{opened[name].sensitivity} (group {opened[name].group or 'none'})"
        yield f"{place}: {name} is {kept}: be so too, or say `reveals: [{name}]`"
    for name in sorted(set(attribute.reveals) - set(opened)):
        yield f"{place}: `reveals` names {name}, which it does not"


def _sources(derived: Elapsed | Case | None) -> frozenset[str]:
    """Attributes that a derived one is made of."""
    if isinstance(derived, Elapsed):
        return frozenset({derived.of})
    return (
        frozenset(name for when, _ in derived.branches for name in _named(when)) if derived else frozenset()
    )


def _as_protected(attribute: Attribute, source: Attribute) -> bool:
    """Whether only those who may see the source may see the attribute."""
    if Sensitivity.INTERNAL is source.sensitivity or attribute.sensitivity is Sensitivity.SECRET:
        return True
    return attribute.sensitivity is source.sensitivity and attribute.group == source.group


def _case_problems(
    place: str, attribute: Attribute, case: Case, siblings: Mapping[str, Attribute]
) -> Iterator[str]:
    allowed = {value.value for value in attribute.values}
    results = {then for _, then in case.branches} | ({case.otherwise} if case.otherwise else set())
    yield from (f"{place}: {result} is not among its `values`" for result in sorted(results - allowed))
    for when, _ in case.branches:
        for name in _named(when):
            if name not in siblings or siblings[name].derived is not None:
                yield f"{place}: a branch asks for {name}, which is no stored attribute of the same entity"


def _named(node: Any) -> Iterator[str]:
    """Attributes that a condition names, at any depth."""
    if isinstance(node, Mapping):
        if "attr" in node:
            yield str(node["attr"])
        for value in node.values():
            yield from _named(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _named(value)


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
