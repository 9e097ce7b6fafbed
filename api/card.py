"""The card of one customer, made from the catalogue: an added attribute, entity or fact appears by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.card_questions import CardQuestions, Found
from api.releases import OpenRelease
from api.schemas.customers import Card, CardBlock, CardChild, CardFact, CardField, CardRelation
from api.tables import json_value
from segments.asked import Days
from segments.conditions.types import may_use
from warehouse.access import Actor
from warehouse.catalog.model import CUSTOMER, Attribute, Catalog, Entity, Fact, Relation

EVENTS = 12
"""Rows of each fact: a year of months, or the last dozen of events."""


def customer_card(opened: OpenRelease, customer_id: str, actor: Actor, days: Days) -> Card | None:
    """The card, or None when there is no such customer for the actor, or was none on these days.

    Of one who was merged away it is the survivor's. Raises InputError for days after the release's.
    """
    catalog, manifest = opened.release.catalog, opened.release.manifest
    questions = CardQuestions(opened, actor, days)
    fields = _Fields(questions, actor)
    found = questions.customer(
        opened.segments.survivors.of_one(customer_id), fields.told(catalog.entities[CUSTOMER])
    )
    if found is None:
        return None
    return Card(
        customer_id=found.id,
        release=manifest.release_id,
        as_of=questions.as_of,
        known_on=questions.known_on,
        blocks=_blocks(catalog, found, fields),
        children=_Children(catalog, questions, found.key, fields).below(None, None),
        facts=[_fact(fact, questions, found.key, actor) for fact in _customers_facts(catalog)],
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """Attributes of entities as fields: what the actor may see, and what is told of these days."""

    questions: CardQuestions
    actor: Actor

    def told(self, entity: Entity) -> list[Attribute]:
        """Those that have to be asked for."""
        usable = _usable(entity.attributes, self.actor)
        return [one for one in usable if self.questions.kept(one, entity)]

    def of(
        self, entity: Entity, attributes: Iterable[Attribute], values: Mapping[str, Any]
    ) -> list[CardField]:
        """One field per attribute."""
        return [
            _field(
                one,
                values.get(one.name),
                masked=not may_use(one, self.actor),
                kept=self.questions.kept(one, entity),
            )
            for one in attributes
        ]


def _usable(attributes: Mapping[str, Attribute], actor: Actor) -> list[Attribute]:
    return [attribute for attribute in attributes.values() if may_use(attribute, actor)]


def _blocks(catalog: Catalog, found: Found, fields: _Fields) -> list[CardBlock]:
    entity = catalog.entities[CUSTOMER]
    attributes = entity.attributes.values()
    names = dict.fromkeys([*catalog.groups, *(attribute.group for attribute in attributes)])
    blocks = []
    for name in names:
        made = fields.of(entity, (one for one in attributes if one.group == name), found.values)
        group = catalog.groups.get(name)
        if made:
            blocks.append(CardBlock(group=name, labels=dict(group.labels) if group else {}, fields=made))
    return blocks


def _field(attribute: Attribute, value: Any, *, masked: bool = False, kept: bool = True) -> CardField:
    return CardField(
        name=attribute.name,
        labels=dict(attribute.labels),
        type=attribute.type.value,
        unit=attribute.unit,
        value=json_value(value),
        null_meaning=dict(attribute.null_meaning),
        masked=masked,
        kept=kept,
    )


class _Children:
    """Children of the customer, each below the nearest of its kin: subscriptions, accounts, contracts.

    An entity stands below the last of those before it whose id it carries as an attribute.
    """

    def __init__(self, catalog: Catalog, questions: CardQuestions, customer_no: int, fields: _Fields) -> None:
        self._fields = fields
        self._kept = questions.children_kept
        self._relations = [one for one in catalog.relations.values() if _owned(catalog, one)]
        self._entities = {one.name: catalog.entities[one.child] for one in self._relations}
        self._rows = {
            name: questions.children(entity, customer_no, fields.told(entity)) if self._kept(entity) else []
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
                fields=self._fields.of(entity, entity.attributes.values(), row.values),
                children=self.below(relation, row.id),
            )
            for row in items
        ]
        return CardRelation(
            name=relation.name,
            labels=dict(relation.labels),
            entity=entity.name,
            items=children,
            kept=self._kept(entity),
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
    rows = questions.last_events(fact, customer_no, shown, EVENTS) if questions.facts_kept else []
    return CardFact(
        name=fact.name,
        labels=dict(fact.labels),
        columns=[_field(one, None) for one in shown],
        rows=[{name: json_value(value) for name, value in row.items()} for row in rows],
        kept=questions.facts_kept,
    )
