"""Walks a document in canonical order and says each node in the words of a language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from segments.conditions.describe.english import English
from segments.conditions.describe.language import Behaviour, Change, Language
from segments.conditions.describe.naming import Labelled, quoted, title, value_title
from segments.conditions.describe.ordering import ordered
from segments.conditions.describe.russian import Russian
from segments.conditions.nodes import (
    TEXT_VALUE,
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
    Scalar,
    SegmentRef,
    SequenceTest,
    Span,
    Step,
    Value,
    children,
    inner,
    walk,
)
from segments.conditions.problems import DocumentError, Problem
from segments.conditions.types import CHANGE, COUNT, TypeFault, aggregate_result
from warehouse.catalog.model import Attribute, Case, Catalog, Fact, ValueType

T = TypeVar("T")
LANGUAGES: Mapping[str, type[Language]] = {"ru": Russian, "en": English}
NEGATIVE = frozenset({"ne", "not_in", "not_contains"})
NEVER_UNKNOWN = frozenset({"count", "count_distinct", "sum"})


def describe(
    document: Document, catalog: Catalog, language: str, *, purpose: str = "analysis", stop_lists: bool = True
) -> str:
    """The document in words: one sentence, then what has to be known to read it exactly.

    Equal canonical forms give equal texts, different ones different texts. `language` is `ru` or `en`; `stop_lists`:
    whether any are kept, for without them nothing is subtracted from contacts. Raises DocumentError for a name that the
    catalogue does not know; nothing else is checked.
    """
    note = {"contact": "contact" if stop_lists else "contact_unlisted"}.get(purpose)
    return _Narrator(catalog, LANGUAGES[language]()).document(document, note)


def conditions_in_words(document: Document, catalog: Catalog, language: str) -> dict[str, str]:
    """Path of each node about the document's entity -> its words, for a tree; groups say only their kind."""
    narrator = _Narrator(catalog, LANGUAGES[language]())
    nodes = () if document.where is None else walk(document.where)
    return {node.path: narrator.line(node, document.entity) for node in nodes}


@dataclass(frozen=True, slots=True)
class _Rows:
    """Whose attributes a condition names: an entity's or a fact's."""

    name: str
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class _Operand:
    """What a value is compared with: its type, unit, labels of its values, what no value or no rows mean."""

    kind: ValueType
    unit: str = ""
    labels: Mapping[str, str] | None = None
    may_be_unknown: bool = True
    zero_without_rows: bool = False


class _Narrator:
    def __init__(self, catalog: Catalog, language: Language) -> None:
        self._catalog = catalog
        self._language = language
        self._notes: set[str] = set()

    def document(self, document: Document, note: str | None) -> str:
        rows = self._entity_rows(document.entity)
        where = None if document.where is None else self._node(ordered(document.where), rows)
        said = self._language.document(self._title(document.entity, self._catalog.entities), where)
        if note is not None:
            self._notes.add(note)
        notes = [text for name, text in self._language.notes.items() if name in self._notes]
        return " ".join([said, *notes])

    def line(self, node: Node, entity: str) -> str:
        """One node as a line of a tree."""
        match node:
            case AllOf():
                return self._language.lines["all"]
            case AnyOf():
                return self._language.lines["any"]
            case Not():
                return self._language.lines["not"]
            case _:
                return self._node(node, self._entity_rows(entity))

    def _entity_rows(self, name: str) -> _Rows:
        entity = _named(self._catalog.entities, name, "entity", "")
        return _Rows(entity.name, entity.attributes)

    def _node(self, node: Node, rows: _Rows) -> str:
        match node:
            case AllOf(parts):
                return self._language.group("all", self._parts(parts, rows))
            case AnyOf(parts):
                return self._language.group("any", self._parts(parts, rows))
            case Not(child):
                return self._negation(child, rows)
            case AttributeTest() | FactTest() | ChangeTest():
                return self._measured(node, rows)
            case _:
                return self._membership(node, rows)

    def _measured(self, node: AttributeTest | FactTest | ChangeTest, rows: _Rows) -> str:
        match node:
            case AttributeTest():
                return self._attribute(node, rows)
            case FactTest():
                return self._fact(node, rows)
            case ChangeTest():
                return self._change(node, rows)

    def _parts(self, nodes: Sequence[Node], rows: _Rows) -> list[str]:
        alone = len(nodes) == 1
        said = [(node, self._node(node, rows)) for node in nodes]
        return [f"({text})" if alone or isinstance(node, (AllOf, AnyOf)) else text for node, text in said]

    def _membership(self, node: RelatedTest | SegmentRef | ListRef | SequenceTest, rows: _Rows) -> str:
        match node:
            case RelatedTest():
                return self._related(node, rows)
            case SegmentRef(segment, version):
                return self._language.segment(quoted(segment), version)
            case ListRef(list_id):
                return self._language.id_list(quoted(list_id))
            case SequenceTest():
                return self._sequence(node)

    def _negation(self, child: Node, rows: _Rows) -> str:
        said = self._language.negation(self._node(child, rows))
        if not isinstance(child, (AttributeTest, FactTest, ChangeTest)):
            self._notes |= {"unknown"} if _compares(child) else set()
            return said
        unknown = self._may_be_unknown(child, rows) and child.op not in NEGATIVE | {"is_set", "is_not_set"}
        return said + (self._language.with_unknown if unknown else "")

    def _may_be_unknown(self, node: AttributeTest | FactTest | ChangeTest, rows: _Rows) -> bool:
        match node:
            case AttributeTest(attr, value=value):
                return _may_lack_a_value(rows.attributes[attr]) or isinstance(value, OtherAttribute)
            case FactTest(agg=agg, value=value):
                return agg not in NEVER_UNKNOWN or isinstance(value, OtherAttribute)
            case _:
                return True

    def _attribute(self, node: AttributeTest, rows: _Rows) -> str:
        attribute = _named(rows.attributes, node.attr, "attribute", node.path)
        labels = self._value_labels(attribute)
        operand = _Operand(attribute.type, attribute.unit, labels, _may_lack_a_value(attribute))
        return self._test(self._title(node.attr, rows.attributes), operand, node.op, node.value, rows)

    def _value_labels(self, attribute: Attribute) -> Mapping[str, str]:
        code = self._language.code
        return {allowed.value: allowed.labels.get(code, "") for allowed in attribute.values}

    def _fact(self, node: FactTest, rows: _Rows) -> str:
        fact, result, parts = self._behaviour(node)
        measure = fact.measures.get(node.measure or "")
        counts = node.agg == "count_distinct"
        never_unknown = node.agg in NEVER_UNKNOWN
        operand = _Operand(
            kind=result.type,
            unit=measure.unit if measure and not counts else "",
            labels=self._value_labels(measure) if measure and not counts else {},
            may_be_unknown=not never_unknown,
            zero_without_rows=never_unknown,
        )
        subject = self._language.behaviour(parts, node.window)
        return self._test(subject, operand, node.op, node.value, rows)

    def _change(self, node: ChangeTest, rows: _Rows) -> str:
        fact, _, parts = self._behaviour(node)
        self._notes.add("change")
        measure = fact.measures.get(node.measure or "")
        unit = measure.unit if measure and node.agg != "count_distinct" else ""
        least = self._language.quantity(node.min_base, unit, compared=True)
        percent = node.measured_as == "percent"
        how = Change(node.previous, percent, node.per_day, least)
        subject = self._language.change(parts, node.window, how)
        operand = _Operand(CHANGE.type, "percent" if percent else unit)
        return self._test(subject, operand, node.op, node.value, rows)

    def _behaviour(self, node: FactTest | ChangeTest) -> tuple[Fact, Attribute, Behaviour]:
        fact = _named(self._catalog.facts, node.fact, "fact", node.path)
        try:
            result = aggregate_result(fact, node.agg, node.measure)
        except TypeFault as fault:
            raise DocumentError([Problem(node.path, str(fault), fault.code)]) from fault
        if node.agg == "sum":
            self._notes.add("sum")
        measure = None if node.measure is None else self._title(node.measure, _described(fact))
        where = None if node.where is None else self._node(node.where, _fact_rows(fact))
        return fact, result, Behaviour(node.agg, self._title(fact.name, self._catalog.facts), measure, where)

    def _related(self, node: RelatedTest, rows: _Rows) -> str:
        siblings = {n: r for n, r in self._catalog.relations.items() if r.parent == rows.name}
        relation = _named(siblings, node.relation, "relation", node.path)
        child = self._catalog.entities[relation.child]
        where = None if node.where is None else self._node(node.where, _Rows(child.name, child.attributes))
        said = self._language.related(self._title(relation.name, siblings), node.quantifier, where)
        if node.op is None:
            return said
        operand = _Operand(COUNT.type, may_be_unknown=False, zero_without_rows=True)
        return self._test(said, operand, node.op, node.value, rows)

    def _sequence(self, node: SequenceTest) -> str:
        steps = [self._step(step) for step in node.steps]
        within = self._language.period(node.within.n, node.within.unit)
        return self._language.sequence(steps, within, node.window)

    def _step(self, step: Step) -> tuple[str, str | None]:
        fact = _named(self._catalog.facts, step.fact, "fact", step.path)
        where = None if step.where is None else self._node(step.where, _fact_rows(fact))
        return self._title(fact.name, self._catalog.facts), where

    def _test(self, subject: str, operand: _Operand, op: str, value: Value, rows: _Rows) -> str:
        if op in TEXT_VALUE:
            self._notes.add("folded")
            operand = replace(operand, labels=None)  # part of a text, even if it looks like an allowed value
        if isinstance(value, OtherAttribute):
            predicate = self._language.comparison(op, operand.kind, self._other(value, rows))
        else:
            predicate = self._language.predicate(op, operand.kind, self._words(operand, value))
        said = self._language.test(subject, predicate)
        return said + "".join(self._remarks(operand, op, value))

    def _other(self, value: OtherAttribute, rows: _Rows) -> str:
        _named(rows.attributes, value.attr, "attribute", "")
        shown = self._title(value.attr, rows.attributes)
        return shown if value.times == 1 else self._language.product(shown, value.times)

    def _remarks(self, operand: _Operand, op: str, value: Value) -> Iterator[str]:
        if op == "ne" and isinstance(value, OtherAttribute):
            yield self._language.or_either_unknown
        elif op in NEGATIVE and operand.may_be_unknown:
            yield self._language.or_unknown
        if operand.zero_without_rows and _holds_for_zero(op, value):
            yield self._language.with_no_rows

    def _words(self, operand: _Operand, value: Scalar | tuple[Scalar, ...] | Span | None) -> dict[str, str]:
        if isinstance(value, Span):
            n, unit = value.n, value.unit
            return {"p": self._language.period(n, unit), "pg": self._language.period_after(n, unit)}
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        words = {"list": "; ".join(self._value(operand, item, compared=False) for item in values)}
        for name, item in zip("ab", values, strict=False):
            words[name] = self._value(operand, item, compared=False)
            words[f"{name}g"] = self._value(operand, item, compared=True)
            words[f"{name}n"] = self._value(replace(operand, unit=""), item, compared=False)
        return words

    def _value(self, operand: _Operand, value: Scalar, *, compared: bool) -> str:
        if isinstance(value, bool):
            return self._language.truth(value)
        if isinstance(value, Decimal):
            return self._language.quantity(value, operand.unit, compared=compared)
        if operand.kind is ValueType.TIMESTAMP:
            return self._language.moment(value)
        if operand.kind is ValueType.DATE:
            return self._language.day(date.fromisoformat(value))
        return value_title(value, operand.labels or {}, self._language.marks)

    def _title(self, name: str, among: Mapping[str, Labelled]) -> str:
        return title(name, among, self._language.code, self._language.marks)


def _named(among: Mapping[str, T], name: str, what: str, path: str) -> T:
    if name not in among:
        raise DocumentError([Problem(path, f"there is no {what} {name}", f"unknown_{what}")])
    return among[name]


def _may_lack_a_value(attribute: Attribute) -> bool:
    """False where the catalogue itself chooses a value for everybody."""
    chosen = attribute.derived
    return not isinstance(chosen, Case) or None in {chosen.otherwise, *(then for _, then in chosen.branches)}


def _compares(node: Node) -> bool:
    """Whether some comparison below, here or in a segment, may meet an unknown value."""
    below = (*children(node), *inner(node))
    return isinstance(node, (AttributeTest, FactTest, ChangeTest, SegmentRef)) or any(map(_compares, below))


def _described(fact: Fact) -> Mapping[str, Attribute]:
    return {**fact.measures, **fact.attributes}


def _fact_rows(fact: Fact) -> _Rows:
    return _Rows(fact.name, _described(fact))


def _holds_for_zero(op: str, value: Value) -> bool:
    """Whether the comparison holds for the value 0, which stands where there are no rows."""
    if isinstance(value, OtherAttribute):
        return False
    numbers = [v for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, Decimal)]
    return bool(numbers) and ZERO_HOLDS[op](numbers)


ZERO_HOLDS: Mapping[str, Callable[[Sequence[Decimal]], bool]] = {
    "eq": lambda v: v[0] == 0,
    "ne": lambda v: v[0] != 0,
    "lt": lambda v: v[0] > 0,
    "le": lambda v: v[0] >= 0,
    "gt": lambda v: v[0] < 0,
    "ge": lambda v: v[0] <= 0,
    "in": lambda v: 0 in v,
    "not_in": lambda v: 0 not in v,
    "between": lambda v: v[0] <= 0 <= v[-1],
}
