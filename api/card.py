"""The card of one customer, made from the catalogue: an added attribute, entity or fact appears by itself."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.card_questions import CardQuestions, Found
from api.releases import OpenRelease
from api.schemas.customers import Card, CardBlock, CardChild, CardFact, CardField, CardRelation
from api.tables import json_value
from segments.conditions.types import may_use
from warehouse.access import Actor
from warehouse.catalog.model import CUSTOMER, Attribute, Catalog, Fact, Relation

EVENTS = 12
"""Rows of each fact: a year of months, or the last dozen of events."""


def customer_card(opened: OpenRelease, customer_id: str, actor: Actor) -> Card | None:
    """The card, or None when there is no such customer for the actor; of one who was merged away the survivor's."""
    catalog, manifest = opened.release.catalog, opened.release.manifest
    questions = CardQuestions(opened, actor)
    attributes = _usable(catalog.entities[CUSTOMER].attributes, actor)
    found = questions.customer(opened.segments.survivors.of_one(customer_id), attributes)
    if found is None:
        return None
    return Card(
        customer_id=found.id,
        release=manifest.release_id,
        as_of=manifest.as_of,
        blocks=_blocks(catalog, found, actor),
        children=_Children(catalog, questions, found.key, actor).below(None, None),
        facts=[_fact(fact, questions, found.key, actor) for fact in _customers_facts(catalog)],
    )


def _usable(attributes: Mapping[str, Attribute], actor: Actor) -> list[Attribute]:
    return [attribute for attribute in attributes.values() if may_use(attribute, actor)]


def _blocks(catalog: Catalog, found: Found, actor: Actor) -> list[CardBlock]:
    attributes = catalog.entities[CUSTOMER].attributes.values()
    names = dict.fromkeys([*catalog.groups, *(attribute.group for attribute in attributes)])
    blocks = []
    for name in names:
        fields = _fields((one for one in attributes if one.group == name), found.values, actor)
        group = catalog.groups.get(name)
        if fields:
            blocks.append(CardBlock(group=name, labels=dict(group.labels) if group else {}, fields=fields))
    return blocks


def _fields(attributes: Iterable[Attribute], values: Mapping[str, Any], actor: Actor) -> list[CardField]:
    return [_field(one, values.get(one.name), masked=not may_use(one, actor)) for one in attributes]


def _field(attribute: Attribute, value: Any, *, masked: bool) -> CardField:
    return CardField(
        name=attribute.name,
        labels=dict(attribute.labels),
        type=attribute.type.value,
        unit=attribute.unit,
        value=json_value(value),
        null_meaning=dict(attribute.null_meaning),
        masked=masked,
    )


class _Children:
    """Children of the customer, each below the nearest of its kin: subscriptions, accounts, contracts.

    An entity stands below the last of those before it whose id it carries as an attribute.
    """

    def __init__(self, catalog: Catalog, questions: CardQuestions, customer_no: int, actor: Actor) -> None:
        self._actor = actor
        self._relations = [one for one in catalog.relations.values() if _owned(catalog, one)]
        self._entities = {one.name: catalog.entities[one.child] for one in self._relations}
        self._rows = {
            name: questions.children(entity, customer_no, _usable(entity.attributes, actor))
            for name, entity in self._entities.items()
        }

    def below(self, parent: Relation | None, parent_id: str | None) -> list[CardRelation]:
        """Kinds of children of one parent; of the customer itself for None."""
        found = []
        for relation in self._relations:
            nearest = self._nearest(relation)
            items = [
                row
                for row in self._rows[relation.name]
                if self._place(row, nearest) == (parent.name if parent else None, parent_id)
            ]
            if items or (parent is nearest):
                found.append(self._relation(relation, items))
        return found

    def _relation(self, relation: Relation, items: Sequence[Found]) -> CardRelation:
        entity = self._entities[relation.name]
        children = [
            CardChild(
                id=row.id,
                fields=_fields(entity.attributes.values(), row.values, self._actor),
                children=self.below(relation, row.id),
            )
            for row in items
        ]
        return CardRelation(
            name=relation.name, labels=dict(relation.labels), entity=entity.name, items=children
        )

    def _nearest(self, relation: Relation) -> Relation | None:
        entity = self._entities[relation.name]
        before = self._relations[: self._relations.index(relation)]
        fitting = [one for one in before if self._entities[one.name].id in entity.attributes]
        return fitting[-1] if fitting else None

    def _place(self, row: Found, nearest: Relation | None) -> tuple[str | None, str | None]:
        """Relation and id of the parent; a child whose parent is not known hangs at the customer."""
        if nearest is None:
            return None, None
        parent_id = row.values.get(self._entities[nearest.name].id)
        known = any(other.id == parent_id for other in self._rows[nearest.name])
        return (nearest.name, parent_id) if known else (None, None)


def _owned(catalog: Catalog, relation: Relation) -> bool:
    """Whether the children belong to the customer, as opposed to being customers themselves."""
    child = catalog.entities[relation.child]
    return relation.parent == CUSTOMER and child.name != CUSTOMER and relation.child_key == child.customer


def _customers_facts(catalog: Catalog) -> list[Fact]:
    return [fact for fact in catalog.facts.values() if CUSTOMER in fact.keys]


def _fact(fact: Fact, questions: CardQuestions, customer_no: int, actor: Actor) -> CardFact:
    shown = _usable({**fact.measures, **fact.attributes}, actor)
    rows = questions.last_events(fact, customer_no, shown, EVENTS)
    return CardFact(
        name=fact.name,
        labels=dict(fact.labels),
        columns=[_field(one, None, masked=False) for one in shown],
        rows=[{name: json_value(value) for name, value in row.items()} for row in rows],
    )
