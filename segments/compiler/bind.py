"""Nodes -> bound tree: names looked up in the catalogue, values typed, windows turned into dates.

Takes documents that `check` accepts; what it meets nevertheless raises DocumentError, never a default.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from segments.answers import UsedWindow
from segments.compiler.bound import (
    Aggregate,
    Always,
    And,
    Behaviour,
    Bound,
    BoundStep,
    Change,
    Complement,
    InDays,
    InList,
    Or,
    Related,
    Sequence,
    Test,
    Wanted,
)
from segments.compiler.calendar import Days, add_days, months_before, resolve, with_previous
from segments.compiler.history import Past
from segments.conditions import types
from segments.conditions.nodes import (
    AllOf,
    AnyOf,
    AttributeTest,
    ChangeTest,
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
from segments.references import NO_REFERENCES, References
from warehouse.catalog.model import Attribute, Catalog, Entity, Fact, Number, ValueType
from warehouse.releases.model import Coverage

NEGATIVE = {"ne": "eq", "not_in": "in", "not_contains": "contains", "is_not_set": "is_set"}
"""Operators that are the exact complement of another one: only the positive ones are ever rendered."""


def _nothing() -> None:
    """Let the compiling go on."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the meaning of a document depends on besides its text.

    `past`: where history is read, None at the release's own dates. `between` is called between nodes while compiling
    and raises to stop it.
    """

    catalog: Catalog
    as_of: date
    zone: ZoneInfo
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    references: References = NO_REFERENCES
    between: Callable[[], None] = field(default=_nothing, compare=False)
    past: Past | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows a tree speaks of: an entity's, or a fact's."""

    name: str
    attributes: Mapping[str, Attribute]
    entity: Entity | None


def entity_rows(entity: Entity) -> Rows:
    """Rows of an entity."""
    return Rows(entity.name, entity.attributes, entity)


class Binder:
    """Binds nodes of one document. `windows` and `references` collect what answers and cache keys state."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.windows: list[UsedWindow] = []
        self.references: list[tuple[str, str, str]] = []
        self._trail: tuple[str, ...] = ()
        self._reported_as: str | None = None

    def bind(self, node: Node, rows: Rows) -> Bound:
        """The bound tree of a node about these rows."""
        self.setting.between()
        match node:
            case AllOf(children):
                return And(tuple(self.bind(child, rows) for child in children))
            case AnyOf(children):
                return Or(tuple(self.bind(child, rows) for child in children))
            case Not(child):
                return Complement(self.bind(child, rows))
            case AttributeTest():
                return self._attribute(node, rows)
            case _ if rows.entity is None:
                raise _fault(node.path, "not inside a fact", "not_inside_fact")
            case _:
                return self._condition(node, rows, rows.entity)

    def _condition(self, node: Node, rows: Rows, entity: Entity) -> Bound:
        match node:
            case FactTest():
                return self._behaviour(node, rows, entity)
            case ChangeTest():
                return self._change(node, rows, entity)
            case RelatedTest():
                return self._related(node, rows, entity)
            case SegmentRef():
                return self._segment(node, entity)
            case ListRef():
                return self._list(node, entity)
            case SequenceTest():
                return self._sequence(node, entity)
        raise _fault(node.path, "not a condition", "unknown_node")

    def _attribute(self, node: AttributeTest, rows: Rows) -> Bound:
        attribute = self._named(rows, node.attr, node.path)
        wanted, negative = self._wanted(attribute, node.op, node.value, rows, node.path)
        return _signed(Test(attribute, wanted, node.path), negative)

    def _named(self, rows: Rows, name: str, path: str) -> Attribute:
        """The attribute of that name; the months that it sums up are among the windows of the answer."""
        found = _attribute(rows, name, path)
        for window in found.derived.windows if isinstance(found.derived, Number) else ():
            days = months_before(self.setting.as_of, window.months, window.back)
            self._used(path, days, self.setting.catalog.facts[window.fact])
        return found

    def _wanted(
        self, attribute: Attribute, op: str, value: Value, rows: Rows, path: str
    ) -> tuple[Wanted, bool]:
        positive = NEGATIVE.get(op, op)
        if isinstance(value, OtherAttribute):
            other = self._named(rows, value.attr, path)
            return Wanted(positive, None, other, value.times), op in NEGATIVE
        try:
            return Wanted(positive, types.typed(value, op, attribute)), op in NEGATIVE
        except types.TypeFault as fault:
            raise _fault(path, str(fault), fault.code) from fault

    def _aggregate(self, node: FactTest | ChangeTest, entity: Entity) -> Aggregate:
        fact = _fact(self.setting.catalog, node.fact, entity, node.path)
        try:
            result = types.aggregate_result(fact, node.agg, node.measure)
        except types.TypeFault as fault:
            raise _fault(node.path, str(fault), fault.code) from fault
        measure = fact.measures[node.measure] if node.measure is not None else None
        return Aggregate(fact, entity, node.agg, measure, result, self._where(fact, node.where))

    def _where(self, fact: Fact, where: Node | None) -> Bound | None:
        if where is None:
            return None
        return self.bind(where, Rows(fact.name, {**fact.measures, **fact.attributes}, None))

    def _behaviour(self, node: FactTest, rows: Rows, entity: Entity) -> Bound:
        what, days = self._aggregate(node, entity), resolve(node.window, self.setting.as_of)
        self._used(node.path, days, what.fact)
        wanted, negative = self._wanted(what.result, node.op, node.value, rows, node.path)
        return _signed(Behaviour(what, days, wanted, node.path), negative)

    def _change(self, node: ChangeTest, rows: Rows, entity: Entity) -> Bound:
        what = self._aggregate(node, entity)
        windows = with_previous(node.window, node.previous, self.setting.as_of)
        incomplete = [self._used(node.path, days, what.fact) for days in windows]
        complete = not any(incomplete)
        wanted, negative = self._wanted(types.CHANGE, node.op, node.value, rows, node.path)
        percent = node.measured_as == "percent"
        change = Change(what, windows, percent, node.per_day, node.min_base, wanted, complete, node.path)
        first = windows[-1].start
        assert first is not None
        known = self._existed_since(entity, first, node.path)
        return _signed(And((known, change)) if complete else Always(False), negative)

    def _existed_since(self, entity: Entity, day: date, path: str) -> Bound:
        """Whether an entity is known to have existed on the day; an unknown date says no."""
        if entity.exists_from is None:
            return Always(False)
        return InDays(existence(entity), None, add_days(day, 1), path)

    def _used(self, path: str, days: Days, fact: Fact) -> bool:
        coverage = self.setting.coverage.get(fact.name)
        incomplete = not covers(coverage, days)
        untold = coverage.untold if coverage is not None and incomplete else ()
        missing = tuple(each for each in untold if each.within(days.start, days.before))
        shown = path if self._reported_as is None else self._reported_as
        self.windows.append(UsedWindow(shown, days.start, days.before, incomplete, missing))
        return incomplete

    def _related(self, node: RelatedTest, rows: Rows, entity: Entity) -> Bound:
        relation = self.setting.catalog.relations.get(node.relation)
        if relation is None or relation.parent != entity.name:
            raise _fault(node.path, f"{entity.name} has no relation {node.relation}", "unknown_relation")
        child = self.setting.catalog.entities[relation.child]
        where = None if node.where is None else self.bind(node.where, entity_rows(child))
        if node.op is None:
            return Related(relation, entity, child, node.quantifier, where, None, node.path)
        wanted, negative = self._wanted(types.COUNT, node.op, node.value, rows, node.path)
        return _signed(Related(relation, entity, child, "count", where, wanted, node.path), negative)

    def _segment(self, node: SegmentRef, entity: Entity) -> Bound:
        saved = self.setting.references.segment(node.segment, node.version)
        if saved is None:
            raise _fault(node.path, f"there is no segment {node.segment}", "unknown_segment")
        if saved.id in self._trail:
            raise _fault(node.path, f"the segment {saved.id} refers to itself", "cycle")
        document = parse(saved.document)
        if document.entity != entity.name:
            raise _fault(node.path, f"the segment {saved.id} is about {document.entity}", "wrong_entity")
        self.references.append(("segment", saved.id, str(saved.version)))
        before = (self._trail, self._reported_as)
        self._trail = (*self._trail, saved.id)
        self._reported_as = node.path if self._reported_as is None else self._reported_as
        try:
            return Always(True) if document.where is None else self.bind(document.where, entity_rows(entity))
        finally:
            self._trail, self._reported_as = before

    def _list(self, node: ListRef, entity: Entity) -> Bound:
        found = self.setting.references.id_list(node.list_id)
        if found is None or found.entity != entity.name:
            raise _fault(node.path, f"there is no list {node.list_id} of {entity.name}", "unknown_list")
        self.references.append(("list", found.id, found.version))
        return InList(entity, found, node.path)

    def _sequence(self, node: SequenceTest, entity: Entity) -> Bound:
        days = resolve(node.window, self.setting.as_of)
        steps = tuple(self._step(step, entity) for step in node.steps)
        for fact in {step.fact.name: step.fact for step in steps}.values():
            self._used(node.path, days, fact)
        return Sequence(entity, steps, node.within.n, node.within.unit, days, node.path)

    def _step(self, step: Step, entity: Entity) -> BoundStep:
        fact = _fact(self.setting.catalog, step.fact, entity, step.path)
        return BoundStep(fact, self._where(fact, step.where))


def existence(entity: Entity) -> Attribute:
    """The date from which an entity exists, as an attribute; only where the catalogue names it."""
    column = entity.exists_from
    assert column is not None
    historic = next((each.historic for each in entity.attributes.values() if each.column == column), None)
    return Attribute(name="exists_from", type=ValueType.DATE, labels={}, column=column, historic=historic)


def covers(coverage: Coverage | None, days: Days) -> bool:
    """Whether a fact is complete on every day of the window; a window without beginning never is."""
    if coverage is None or coverage.complete_from is None or coverage.complete_before is None:
        return False
    if days.start is None:
        return False
    return coverage.complete_from <= days.start and days.before <= coverage.complete_before


def _signed(bound: Bound, negative: bool) -> Bound:
    return Complement(bound) if negative else bound


def _attribute(rows: Rows, name: str, path: str) -> Attribute:
    found = rows.attributes.get(name)
    if found is None:
        raise _fault(path, f"{rows.name} has no attribute {name}", "unknown_attribute")
    return found


def _fact(catalog: Catalog, name: str, entity: Entity, path: str) -> Fact:
    found = catalog.facts.get(name)
    if found is None or entity.name not in found.keys:
        raise _fault(path, f"there is no fact {name} of {entity.name}", "unknown_fact")
    return found


def _fault(path: str, message: str, code: str) -> DocumentError:
    return DocumentError([Problem(path, message, code)])
