"""Catalogue and manifest as the published catalogue of one caller."""

from collections.abc import Iterable

from api import vocabulary
from api.schemas.catalog import (
    AttributeInfo,
    CatalogAnswer,
    EntityInfo,
    FactInfo,
    GroupInfo,
    RelationInfo,
    ValueInfo,
)
from segments.conditions import nodes
from segments.conditions.types import allowed_operators, may_use
from warehouse.access import Actor
from warehouse.catalog.model import Attribute, Entity, Fact
from warehouse.releases.model import Coverage, Release


def catalog_answer(release: Release, actor: Actor) -> CatalogAnswer:
    """Everything the release can be asked, marked with what the caller may use."""
    catalog, manifest = release.catalog, release.manifest
    return CatalogAnswer(
        release=manifest.release_id,
        version=catalog.version,
        as_of=manifest.as_of,
        time_zone=manifest.time_zone,
        entities=[_entity(entity, actor) for entity in catalog.entities.values()],
        facts=[_fact(fact, manifest.facts.get(fact.name), actor) for fact in catalog.facts.values()],
        relations=[
            RelationInfo(name=r.name, parent=r.parent, child=r.child, labels=dict(r.labels))
            for r in catalog.relations.values()
        ],
        groups=[
            GroupInfo(name=g.name, labels=dict(g.labels), sources=list(g.sources))
            for g in catalog.groups.values()
        ],
        operators=vocabulary.operators(),
        aggregates=vocabulary.aggregates(),
        units=list(nodes.UNITS),
        quantifiers=list(nodes.QUANTIFIERS),
    )


def _entity(entity: Entity, actor: Actor) -> EntityInfo:
    return EntityInfo(
        name=entity.name,
        id=entity.id,
        labels=dict(entity.labels),
        attributes=_attributes(entity.attributes.values(), actor),
    )


def _fact(fact: Fact, coverage: Coverage | None, actor: Actor) -> FactInfo:
    return FactInfo(
        name=fact.name,
        labels=dict(fact.labels),
        entities=list(fact.keys),
        grain=fact.grain,
        measures=_attributes(fact.measures.values(), actor),
        attributes=_attributes(fact.attributes.values(), actor),
        complete_from=coverage.complete_from if coverage else None,
        complete_before=coverage.complete_before if coverage else None,
    )


def _attributes(attributes: Iterable[Attribute], actor: Actor) -> list[AttributeInfo]:
    return [_attribute(attribute, actor) for attribute in attributes]


def _attribute(attribute: Attribute, actor: Actor) -> AttributeInfo:
    return AttributeInfo(
        name=attribute.name,
        type=attribute.type.value,
        labels=dict(attribute.labels),
        group=attribute.group,
        unit=attribute.unit,
        scale=attribute.scale,
        description=dict(attribute.description),
        null_meaning=dict(attribute.null_meaning),
        values=[ValueInfo(value=v.value, labels=dict(v.labels)) for v in attribute.values],
        operators=sorted(allowed_operators(attribute)),
        sensitivity=attribute.sensitivity.value,
        usable=may_use(attribute, actor),
        lineage=attribute.lineage,
    )
