"""The reference evaluator: what a segment document means, row by row in plain Python.

A second opinion for the compiler, written from SEGMENTS.md alone. It is slow, exact and small; documents are
taken as already checked.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from segments.conditions.reference import dates, facts
from segments.conditions.reference.data import Data, Row, Subject
from segments.conditions.reference.numbers import number
from segments.conditions.reference.values import Known, Value, compare, satisfies, stored
from warehouse.access import RowScope
from warehouse.catalog.model import Case, Elapsed, Number

Node = Mapping[str, Any]


class Reference:
    """Answers about documents over one `Data`."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._seen: dict[RowScope, Reference] = {}

    def seen_by(self, scope: RowScope) -> "Reference":
        """What a reader of that scope is answered: as if there were no rows but those of the customers it shows."""
        if scope.everything:
            return self
        if scope not in self._seen:
            self._seen[scope] = Reference(self._data.of_customers(self._visible(scope)))
        return self._seen[scope]

    def universe(self, entity: str) -> dict[Any, Row]:
        """Rows by key of all entities that existed before the as-of date."""
        kind = self._data.catalog.entities[entity]
        return {row[kind.key]: row for row in self._data.tables[kind.table] if self._data.exists(kind, row)}

    def members(self, document: Node) -> frozenset[Any]:
        """Keys of the entities that satisfy the document."""
        entity, where = document.get("entity", "customer"), document.get("where")
        everyone = self.universe(entity)
        return frozenset(key for key, row in everyone.items() if self.evaluate(where, entity, row))

    def evaluate(self, node: Node | None, entity: str, row: Row) -> bool:
        """Truth of any node of a document for one entity."""
        return self._holds(node, self._subject(entity, row))

    def value(self, node: Node, entity: str, row: Row) -> Value:
        """The value a condition (attr, fact, change, related count) finds; None is unknown."""
        return self._found(node, self._subject(entity, row))

    def unknown(self, node: Node, entity: str, row: Row) -> bool:
        """Whether an attribute condition has no value for the entity."""
        return "attr" in node and self.value(node, entity, row) is None

    def _subject(self, entity: str, row: Row) -> Subject:
        kind = self._data.catalog.entities[entity]
        return Subject(row, kind.attributes, kind)

    def _visible(self, scope: RowScope) -> frozenset[Any]:
        """Keys of the customers that the scope shows; a scope without attributes shows none."""
        if self._data.released is not None:  # a reader's scope is that of the present
            today, known_on = self._data.released
            return Reference(replace(self._data, as_of=today, known_on=known_on, released=None))._visible(
                scope
            )
        customers = self._data.catalog.entities["customer"]
        subjects = [self._subject("customer", row) for row in self._data.tables[customers.table]]
        return frozenset(
            subject.row[customers.key]
            for subject in subjects
            if scope.allowed
            and all(self._attribute(name, subject) in values for name, values in scope.allowed)
        )

    def _holds(self, node: Node | None, subject: Subject) -> bool:
        if node is None:
            return True
        if "all" in node:
            return all(self._holds(child, subject) for child in node["all"])
        if "any" in node:
            return any(self._holds(child, subject) for child in node["any"])
        if "not" in node:
            return not self._holds(node["not"], subject)
        return self._condition(node, subject)

    def _condition(self, node: Node, subject: Subject) -> bool:
        if "sequence" in node:
            return facts.sequence(self._data, node, subject, self._holds)
        if "segment" in node:
            return self._holds(
                self._data.segments[node["segment"], int(node["version"])].get("where"), subject
            )
        if "list" in node:
            assert subject.entity is not None
            return subject.row[subject.entity.id] in self._data.lists[node["list"]]
        if "related" in node and node["quantifier"] != "count":
            answers = [self._holds(node.get("where"), child) for child in self._children(node, subject)]
            truths = {"any": any(answers), "all": all(answers), "none": not any(answers)}
            return truths[node["quantifier"]]
        return self._comparison(node, subject)

    def _comparison(self, node: Node, subject: Subject) -> bool:
        found, op, wanted = self._found(node, subject), node["op"], node.get("value")
        if not (isinstance(wanted, Mapping) and "attr" in wanted):
            return satisfies(found, op, wanted, self._data.clock)
        other = self._other(wanted, subject)
        if op == "ne":
            return found is None or other is None or not compare(found, "eq", other, self._data.clock)
        return found is not None and other is not None and compare(found, op, other, self._data.clock)

    def _other(self, wanted: Node, subject: Subject) -> Known | None:
        other = self._attribute(wanted["attr"], subject)
        return other * Fraction(wanted.get("times", 1)) if isinstance(other, Fraction) else other

    def _found(self, node: Node, subject: Subject) -> Value:
        if "attr" in node:
            return self._attribute(node["attr"], subject)
        if "fact" in node:
            return facts.behaviour(self._data, node, subject, self._holds)
        if "change" in node:
            return facts.change(self._data, node, subject, self._holds)
        if node.get("quantifier") == "count":
            return Fraction(
                sum(self._holds(node.get("where"), child) for child in self._children(node, subject))
            )
        raise KeyError(f"not a condition with a value: {sorted(node)}")

    def _children(self, node: Node, subject: Subject) -> list[Subject]:
        relation, parent = self._data.catalog.relations[node["related"]], subject.entity
        assert parent is not None
        child = self._data.catalog.entities[relation.child]
        rows = self._data.rows(child.table, relation.child_key, subject.row[parent.key])
        return [Subject(row, child.attributes, child) for row in rows if self._data.exists(child, row)]

    def _attribute(self, name: str, subject: Subject) -> Value:
        attribute = subject.attributes[name]
        if isinstance(attribute.derived, Elapsed):
            start, clock = self._attribute(attribute.derived.of, subject), self._data.clock
            unit = attribute.derived.unit
            return None if start is None else Fraction(dates.elapsed(clock.day(start), clock.as_of, unit))
        if isinstance(attribute.derived, Case):
            chosen = (then for when, then in attribute.derived.branches if self._holds(when, subject))
            return next(chosen, attribute.derived.otherwise)
        if isinstance(attribute.derived, Number):
            return number(
                self._data,
                attribute.derived,
                attribute.scale,
                subject,
                lambda other: self._attribute(other, subject),
            )
        assert attribute.column is not None
        row = (
            subject.row if subject.entity is None else self._data.then(subject.entity, subject.row, attribute)
        )
        return stored(row[attribute.column])
