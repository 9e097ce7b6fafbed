"""models/semantic/*.yml + a deployment's additions -> validated `Catalog`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from warehouse.catalog.attributes import read_attributes, read_flag
from warehouse.catalog.declared import CatalogError, Declared, read_yaml
from warehouse.catalog.derived import DERIVED
from warehouse.catalog.document import catalog_from_json, catalog_hash, catalog_to_json
from warehouse.catalog.model import Attribute, Catalog, Entity, Fact, Group, MonthlySeries, Relation
from warehouse.catalog.validate import validate

__all__ = ["CatalogError", "catalog_from_json", "catalog_to_json", "load_catalog", "semantic_files"]

TOP_KEYS = ("groups", "entities", "facts", "relations", "attributes")


def semantic_files(models: Path, home: Path | None = None) -> tuple[Path, ...]:
    """The product's declarations, then the deployment's additions, each in the order of their names."""
    product = sorted((models / "semantic").glob("*.yml"))
    return (*product, *(sorted((home / "catalog").glob("*.yml")) if home else ()))


def load_catalog(
    paths: Sequence[Path], extensions: Mapping[str, Mapping[str, Attribute]] | None = None
) -> Catalog:
    """Read and validate. `extensions`: entity -> attributes that the deployment's sources bring.

    `attributes: {ENTITY: {NAME: ...}}` of a file adds attributes to an entity declared elsewhere. In the folder
    of that declaration it does so as if they stood there. In another (a deployment's), for a name that a
    source brings it replaces the presentation and must keep the type, and new ones are derived. Raises CatalogError.
    """
    groups: dict[str, Group] = {}
    entities: dict[str, Entity] = {}
    facts: dict[str, Fact] = {}
    relations: dict[str, Relation] = {}
    added: list[Declared] = []
    folders: dict[str, Path] = {}
    files: dict[str, str] = {}
    for path in paths:
        declared = read_yaml(path).only(*TOP_KEYS)
        _take(groups, declared, "groups", _group)
        _take(entities, declared, "entities", _entity)
        folders |= {name: path.parent for name in entities if name not in folders}
        _take(facts, declared, "facts", _fact)
        _take(relations, declared, "relations", _relation)
        added += (
            [place for _, place in declared.at("attributes").items()] if declared.has("attributes") else []
        )
        files |= _places(declared)
    beside = [place for place in added if Path(place.file).parent == folders.get(_entity_of(place))]
    _continue(entities, beside)
    _extend(entities, extensions or {})
    _add(entities, [place for place in added if place not in beside], extensions or {})
    catalog = Catalog("", entities, facts, relations, groups)
    validate(catalog, files)
    return replace(catalog, version=catalog_hash(catalog))


def _places(declared: Declared) -> dict[str, str]:
    """`entities.ENTITY.ATTRIBUTE` of everything that a file declares or adds -> the file."""
    entities = declared.at("entities").items() if declared.has("entities") else ()
    added = declared.at("attributes").items() if declared.has("attributes") else ()
    homes = [(name, place.at("attributes")) for name, place in entities if place.has("attributes")]
    return {
        f"entities.{entity}.{attribute}": declared.file
        for entity, place in (*homes, *added)
        for attribute in place.mapping()
    }


def _take(into: dict[str, Any], declared: Declared, key: str, read: Any) -> None:
    for name, place in declared.at(key).items() if declared.has(key) else ():
        if name in into:
            raise place.fail("declared twice")
        into[name] = read(name, place)


def _entity_of(place: Declared) -> str:
    """The entity to which `attributes.ENTITY` adds."""
    return place.path.rpartition(".")[2]


def _continue(entities: dict[str, Entity], places: Iterable[Declared]) -> None:
    """Attributes that files beside the entity's own declare for it, in the order of the files."""
    for place in places:
        entity = _entity_of(place)
        attributes = read_attributes(place)
        taken = sorted(set(attributes) & set(entities[entity].attributes))
        if taken:
            raise place.fail(f"{', '.join(taken)}: declared twice")
        entities[entity] = _with(entities[entity], attributes)


def _extend(entities: dict[str, Entity], extensions: Mapping[str, Mapping[str, Attribute]]) -> None:
    for name, attributes in extensions.items():
        if name not in entities:
            raise CatalogError(f"extension of an unknown entity {name}")
        taken = sorted(set(attributes) & set(entities[name].attributes))
        if taken:
            raise CatalogError(
                f"a source's extension of {name} declares {', '.join(taken)}, which exists already"
            )
        entities[name] = _with(entities[name], attributes)


def _add(
    entities: dict[str, Entity],
    places: Iterable[Declared],
    extensions: Mapping[str, Mapping[str, Attribute]],
) -> None:
    for place in places:
        entity = _entity_of(place)
        if entity not in entities:
            raise place.fail("unknown entity")
        attributes = read_attributes(place)
        for name, attribute in attributes.items():
            _check_addition(place, attribute, entities[entity], extensions.get(entity, {}))
            entities[entity] = _with(entities[entity], {name: attribute})


def _check_addition(
    place: Declared, attribute: Attribute, entity: Entity, brought: Mapping[str, Attribute]
) -> None:
    name = attribute.name
    known = entity.attributes.get(name)
    if known is None and attribute.column is not None:
        raise place.fail(
            f"{name}: no source declares this column (derived attributes need {' or '.join(DERIVED)})"
        )
    if known is not None and name not in brought:
        raise place.fail(f"{name}: exists already and is not brought by a source of this deployment")
    if known is not None and (known.type, known.scale) != (attribute.type, attribute.scale):
        raise place.fail(f"{name}: the source declares it as {known.type} with scale {known.scale}")


def _with(entity: Entity, attributes: Mapping[str, Attribute]) -> Entity:
    return replace(entity, attributes={**entity.attributes, **attributes})


def _group(name: str, declared: Declared) -> Group:
    return Group(name, declared.only("labels").at("labels").labels())


def _entity(name: str, declared: Declared) -> Entity:
    declared.only(
        "table", "key", "id", "customer", "exists_from", "history", "labels", "attributes", "public"
    )
    return Entity(
        name=name,
        table=declared.at("table").text(),
        key=declared.at("key").text(),
        id=declared.at("id").text(),
        customer=declared.at("customer").text(),
        labels=declared.at("labels").labels(),
        exists_from=declared.at("exists_from").text() if declared.has("exists_from") else None,
        attributes=read_attributes(declared.at("attributes")),
        history=declared.at("history").text() if declared.has("history") else None,
        public=read_flag(declared, "public"),
    )


def _fact(name: str, declared: Declared) -> Fact:
    declared.only(
        *("table", "keys", "business_date", "event_time", "order", "grain", "key"),
        *("labels", "measures", "attributes", "monthly"),
    )
    grain = declared.text_or("grain", "event")
    if grain not in {"event", "day", "month"}:
        raise declared.at("grain").fail("expected event, day or month")
    return Fact(
        name=name,
        table=declared.at("table").text(),
        keys={entity: column.text() for entity, column in declared.at("keys").items()},
        business_date=declared.at("business_date").text(),
        labels=declared.at("labels").labels(),
        event_time=declared.at("event_time").text() if declared.has("event_time") else None,
        order=declared.at("order").texts(),
        grain=grain,
        key=declared.at("key").texts() if declared.has("key") else (),
        measures=read_attributes(declared.at("measures")),
        attributes=read_attributes(declared.at("attributes")) if declared.has("attributes") else {},
        monthly=_monthly(declared),
    )


def _monthly(declared: Declared) -> tuple[MonthlySeries, ...]:
    if not declared.has("monthly"):
        return ()
    return tuple(
        MonthlySeries(entity, measure, prefix.text())
        for entity, measures in declared.at("monthly").items()
        for measure, prefix in measures.items()
    )


def _relation(name: str, declared: Declared) -> Relation:
    declared.only("parent", "child", "child_key", "labels")
    return Relation(
        name=name,
        parent=declared.at("parent").text(),
        child=declared.at("child").text(),
        child_key=declared.at("child_key").text(),
        labels=declared.at("labels").labels(),
    )
