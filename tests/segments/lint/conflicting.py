"""Random documents whose conditions speak of the same few things, so that they often clash."""

from fractions import Fraction
from typing import Any

from tests.segments.world.documents import NUMBERS, DocumentMaker, Node
from tests.segments.world.rows import World
from warehouse.catalog.model import ValueType

SPANS = {"within_last", "more_than_ago", "within_next", "anniversary_within"}


class ConflictMaker:
    """Draws documents over one or two attributes, one behaviour and one relation of a world."""

    def __init__(self, world: World, seed: int) -> None:
        self.maker = DocumentMaker(world, seed)
        self.rng = self.maker.rng

    def document(self) -> Node:
        """A document of two to six conditions."""
        entity = self.rng.choice(["customer", "customer", "account", "subscription"])
        attributes = self.maker.catalog.entities[entity].attributes
        self.subjects = self.rng.sample(sorted(attributes), self.rng.choice([1, 1, 2]))
        self.fact = self.maker._fact_of(entity)
        self.behaviour, self.kind = self._behaviour()
        where = self._tree(entity, self.rng.randint(2, 6), self.rng.choice([1, 2, 3]))
        return {"version": 1, "entity": entity, "where": where}

    def _behaviour(self) -> tuple[Node, ValueType]:
        every = ("count", "count", "count_distinct", "sum", "avg", "min", "max", "first", "latest")
        aggregate, kind = self.maker._aggregate(self.fact, every)
        window = {"this": "day"} if self.rng.random() < 0.1 else self.maker.window()
        return {"fact": self.fact, **aggregate, "window": window, **self.maker._where(self.fact)}, kind

    def _tree(self, entity: str, leaves: int, depth: int) -> Node:
        if leaves == 1 or depth == 0:
            return self._negated(self._leaf(entity))
        first = self.rng.randint(1, leaves - 1)
        children = [self._tree(entity, size, depth - 1) for size in (first, leaves - first)]
        if self.rng.random() < 0.3:
            children.append(self._tree(entity, 1, 0))
        return self._negated({self.rng.choice(["all", "any"]): children})

    def _negated(self, node: Node) -> Node:
        return {"not": node} if self.rng.random() < 0.2 else node

    def _leaf(self, entity: str) -> Node:
        dice = self.rng.random()
        if dice < 0.6:
            return self._attribute(entity)
        if dice < 0.8:
            numbers = [Fraction(n) for n in (0, 1, 2)] if self.kind in NUMBERS else []
            others = self.maker.catalog.entities[entity].attributes
            return self.behaviour | self._narrow(self.maker._test(self.kind, None, numbers, others))
        if dice < 0.95 and entity != "subscription":
            return self._related(entity)
        return self.maker._leaf(entity, "")

    def _attribute(self, entity: str) -> Node:
        attributes = self.maker.catalog.entities[entity].attributes
        chosen = attributes[self.rng.choice(self.subjects)]
        rows = list(self.maker.reference.universe(entity).values())[:3]
        found = [self.maker.reference.value({"attr": chosen.name}, entity, row) for row in rows]
        made = self.maker._test(chosen.type, chosen, found, attributes)
        return {"attr": chosen.name} | self._narrow(made)

    def _narrow(self, made: Node) -> Node:
        if made["op"] in SPANS:
            made["value"] = {
                "n": self.rng.choice([1, 2, 3]),
                "unit": self.rng.choice(["day", "month", "year"]),
            }
        return made

    def _related(self, entity: str) -> Node:
        relation = sorted(r.name for r in self.maker.catalog.relations.values() if r.parent == entity)[0]
        quantifier = self.rng.choice(["any", "all", "none", "count"])
        node: dict[str, Any] = {"related": relation, "quantifier": quantifier}
        if self.rng.random() < 0.5:
            child = self.maker.catalog.relations[relation].child
            node["where"] = {"attr": str(self.maker.catalog.entities[child].exists_from), "op": "is_set"}
        if quantifier == "count":
            node |= {"op": self.rng.choice(["eq", "ge", "lt", "ne"]), "value": self.rng.choice([0, 1, 2])}
        return node
