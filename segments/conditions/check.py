"""Document x catalogue x actor -> problems. Nothing is dropped, nothing defaulted (rule 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from segments.conditions import types
from segments.conditions.nodes import (
    AllOf,
    AnyOf,
    AttributeTest,
    ChangeTest,
    Document,
    FactTest,
    ListRef,
    Node,
    Not,
    OtherAttribute,
    RelatedTest,
    SegmentRef,
    SequenceTest,
    Step,
    Value,
)
from segments.conditions.problems import DocumentError, Problem
from segments.conditions.read import parse
from segments.conditions.types import TypeFault
from segments.conditions.weight import MAX_WEIGHT, OTHER_ROWS, computed, weight
from segments.references import NO_REFERENCES, ReferenceFault, References, SavedSegment
from warehouse.access import Actor
from warehouse.catalog.model import Attribute, Catalog, Entity, Fact


def check(
    document: Document, catalog: Catalog, actor: Actor, references: References = NO_REFERENCES
) -> tuple[Problem, ...]:
    """Every fault of the document against the catalogue, the actor's rights and what it refers to."""
    return _Checker(catalog, actor, references).document(document)


def opened_problems(
    document: Document, catalog: Catalog, actor: Actor, references: References = NO_REFERENCES
) -> tuple[Problem, ...]:
    """As `check`, for whoever is shown what the segments inside ask for: the actor's rights count there too."""
    return _Checker(catalog, actor, references, opening=True).document(document)


def checked(
    document: Document, catalog: Catalog, actor: Actor, references: References = NO_REFERENCES
) -> Document:
    """The document itself. Raises DocumentError with all its problems."""
    problems = check(document, catalog, actor, references)
    if problems:
        raise DocumentError(problems)
    return document


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the attributes of a condition belong to: rows of an entity, or of a fact."""

    name: str
    attributes: Mapping[str, Attribute]
    entity: Entity | None


MAX_CHAIN = 20


class _Checker:
    """`weights` of the segments found without fault so far, so that none is checked twice."""

    def __init__(
        self,
        catalog: Catalog,
        actor: Actor,
        references: References,
        trail: tuple[str, ...] = (),
        weights: dict[tuple[str, int], int] | None = None,
        *,
        opening: bool = False,
    ):
        self.catalog = catalog
        self.actor = actor
        self.references = references
        self.trail = trail
        self.opening = opening
        self.weights = {} if weights is None else weights
        self.weight = 0
        self.problems: list[Problem] = []

    def document(self, document: Document) -> tuple[Problem, ...]:
        entity = self.catalog.entities.get(document.entity)
        if entity is None:
            return (Problem("", f"there is no entity {document.entity}", "unknown_entity"),)
        if document.where is not None:
            self.node(document.where, _Rows(entity.name, entity.attributes, entity))
        return tuple(self.problems)

    def refuse(self, path: str, message: str, code: str) -> None:
        self.problems.append(Problem(path, message, code))

    def node(self, node: Node, rows: _Rows) -> None:
        match node:
            case AllOf(children) | AnyOf(children):
                for child in children:
                    self.node(child, rows)
            case Not(child):
                self.node(child, rows)
            case AttributeTest():
                self.attribute(node, rows)
            case _ if rows.entity is None:
                message = "the `where` of a fact asks for the fact's own attributes and nothing else"
                self.refuse(node.path, message, "not_inside_fact")
            case _:
                self.condition(node, rows, rows.entity)

    def weigh(self, path: str, more: int) -> None:
        """Segments in segments multiply: all references counted out, a document weighs so much and no more."""
        before, self.weight = self.weight, self.weight + more
        if before <= MAX_WEIGHT < self.weight:
            message = (
                f"with all its references the document is more than can be asked at once: from here on above "
                f"{MAX_WEIGHT} conditions (one on a fact or a relation, or a step, counts as {OTHER_ROWS}, a change "
                f"as {2 * OTHER_ROWS} and one for each of its windows)"
            )
            self.refuse(path, message, "too_many_nodes")

    def condition(self, node: Node, rows: _Rows, entity: Entity) -> None:
        if not isinstance(node, (AllOf, AnyOf, Not, AttributeTest)):
            self.weigh(node.path, weight(node))
        match node:
            case FactTest():
                self.fact(node, rows)
            case ChangeTest():
                self.change(node, rows)
            case RelatedTest():
                self.related(node, entity)
            case SegmentRef():
                self.segment(node, entity)
            case ListRef():
                self.id_list(node, entity)
            case SequenceTest():
                self.sequence(node, rows)

    def attribute(self, node: AttributeTest, rows: _Rows) -> None:
        found = self.known(node.attr, rows, node.path)
        self.weigh(node.path, weight(node, found))
        if found is not None:
            self.test(found, node.op, node.value, rows, node.path)

    def known(self, name: str, rows: _Rows, path: str) -> Attribute | None:
        found = rows.attributes.get(name)
        if found is None:
            message = types.unknown_attribute(rows.name, name, rows.attributes, self.actor)
            self.refuse(path, message, "unknown_attribute")
        elif not types.may_use(found, self.actor):
            self.refuse(path, f"{self.actor.name} may not use the attribute {name}", "forbidden_attribute")
        else:
            return found
        return None

    def test(self, attribute: Attribute, op: str, value: Value, rows: _Rows, path: str) -> None:
        """Operator and value against the type of what is compared."""
        if op not in types.allowed_operators(attribute):
            message = f"{op} is no operator for {attribute.name} ({attribute.type})"
            self.refuse(path, message, "operator_not_allowed")
            return
        try:
            if isinstance(value, OtherAttribute):
                other = self.known(value.attr, rows, path)
                if other is not None:
                    self.weigh(path, computed(other))
                    types.check_other(attribute, value, other)
            else:
                types.typed(value, op, attribute)
        except TypeFault as fault:
            self.refuse(path, str(fault), fault.code)

    def fact(self, node: FactTest, rows: _Rows) -> None:
        fact = self.usable_fact(node.fact, rows, node.path)
        if fact is None:
            return
        result = self.result(fact, node.agg, node.measure, node.path)
        if result is not None:
            self.test(result, node.op, node.value, rows, node.path)
        self.rows_of(fact, node.where)

    def change(self, node: ChangeTest, rows: _Rows) -> None:
        fact = self.usable_fact(node.fact, rows, node.path)
        if fact is None:
            return
        result = self.result(fact, node.agg, node.measure, node.path)
        if result is not None and result.type not in types.NUMERIC:
            self.refuse(node.path, f"a change needs numbers, {result.name} is {result.type}", "type_mismatch")
        self.test(types.CHANGE, node.op, node.value, rows, node.path)
        self.rows_of(fact, node.where)

    def usable_fact(self, name: str, rows: _Rows, path: str) -> Fact | None:
        fact = self.catalog.facts.get(name)
        if fact is None:
            self.refuse(path, f"there is no fact {name}", "unknown_fact")
            return None
        if rows.name not in fact.keys:
            self.refuse(
                path, f"the fact {name} does not say to which {rows.name} its rows belong", "wrong_entity"
            )
            return None
        return fact

    def result(self, fact: Fact, agg: str, measure: str | None, path: str) -> Attribute | None:
        try:
            found = types.aggregate_result(fact, agg, measure)
        except TypeFault as fault:
            self.refuse(path, str(fault), fault.code)
            return None
        source = fact.measures.get(measure or "")
        if source is not None and not types.may_use(source, self.actor):
            self.refuse(path, f"{self.actor.name} may not use the measure {measure}", "forbidden_attribute")
            return None
        return found

    def rows_of(self, fact: Fact, where: Node | None) -> None:
        if where is not None:
            self.node(where, _Rows(fact.name, {**fact.measures, **fact.attributes}, None))

    def related(self, node: RelatedTest, parent: Entity) -> None:
        relation = self.catalog.relations.get(node.relation)
        if relation is None or relation.parent != parent.name:
            self.refuse(node.path, f"{parent.name} has no relation {node.relation}", "unknown_relation")
            return
        child = self.catalog.entities[relation.child]
        rows = _Rows(child.name, child.attributes, child)
        if node.op is not None:
            self.test(
                types.COUNT, node.op, node.value, _Rows(parent.name, parent.attributes, parent), node.path
            )
        if node.where is not None:
            self.node(node.where, rows)

    def segment(self, node: SegmentRef, entity: Entity) -> None:
        try:
            saved = self.references.segment(node.segment, node.version)
        except ReferenceFault as fault:
            self.refuse(node.path, str(fault), fault.code)
            return
        if saved is None:
            version = "" if node.version is None else f" version {node.version}"
            self.refuse(node.path, f"there is no segment {node.segment}{version}", "unknown_segment")
        elif saved.id in self.trail:
            self.refuse(node.path, "the segments refer to each other in a circle", "cycle")
        elif len(self.trail) >= MAX_CHAIN:
            self.refuse(node.path, f"more than {MAX_CHAIN} segments refer to each other in a row", "too_deep")
        else:
            if (saved.id, saved.version) not in self.weights:
                self.referred(node, saved, entity)
            self.weigh(node.path, self.weights.get((saved.id, saved.version), 0))

    def referred(self, node: SegmentRef, saved: SavedSegment, entity: Entity) -> None:
        try:
            document = parse(saved.document)
        except DocumentError:
            self.unusable(node, saved, "bad_reference")
            return
        if document.entity != entity.name:
            message = f"the segment {saved.id} is about {document.entity}, not about {entity.name}"
            self.refuse(node.path, message, "wrong_entity")
            return
        # A reader of a shared segment gets its members; rights were checked for whoever wrote it.
        reader = self.actor if self.opening else replace(self.actor, attribute_groups=None)
        trail = (*self.trail, saved.id)
        checker = _Checker(self.catalog, reader, self.references, trail, self.weights, opening=self.opening)
        inside = checker.document(document)
        if not inside:
            self.weights[saved.id, saved.version] = checker.weight
        for code in dict.fromkeys(problem.code for problem in inside):
            self.unusable(node, saved, code)

    def unusable(self, node: SegmentRef, saved: SavedSegment, code: str) -> None:
        """Nothing of what it holds is told: whoever may open it sees its faults by checking it."""
        which = f"version {saved.version} of the segment {saved.id}"
        if code == "forbidden_attribute":
            self.refuse(node.path, f"{self.actor.name} may not use all that {which} asks for", code)
        else:
            self.refuse(node.path, f"{which} has a fault and can't be used", code)

    def id_list(self, node: ListRef, entity: Entity) -> None:
        try:
            found = self.references.id_list(node.list_id)
        except ReferenceFault as fault:
            self.refuse(node.path, str(fault), fault.code)
            return
        if found is None:
            self.refuse(node.path, f"there is no list {node.list_id}", "unknown_list")
        elif found.entity != entity.name:
            message = f"the list {node.list_id} is about {found.entity}, not about {entity.name}"
            self.refuse(node.path, message, "wrong_entity")

    def sequence(self, node: SequenceTest, rows: _Rows) -> None:
        for step in node.steps:
            self.step(step, rows)

    def step(self, step: Step, rows: _Rows) -> None:
        fact = self.usable_fact(step.fact, rows, step.path)
        if fact is not None:
            self.rows_of(fact, step.where)
