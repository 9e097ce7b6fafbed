"""Why an entity is in or out: the tree with answers, and the fewest conditions whose change would flip it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from segments.answers import WhyNode
from segments.compiler.compile import Compiled
from segments.compiler.history import of_the_present
from segments.compiler.operands import EXACT
from segments.conditions import nodes
from segments.conditions.canonical import plain_value
from segments.conditions.nodes import (
    AllOf,
    AnyOf,
    AttributeTest,
    ChangeTest,
    FactTest,
    ListRef,
    Node,
    Not,
    RelatedTest,
    SegmentRef,
)
from segments.conditions.types import aggregate_result
from segments.moments import local
from warehouse.catalog.model import Entity, Number, ValueType
from warehouse.releases.model import Manifest

KINDS: Mapping[type, str] = {
    AllOf: "all",
    AnyOf: "any",
    Not: "not",
    AttributeTest: "attr",
    FactTest: "fact",
    ChangeTest: "change",
    RelatedTest: "related",
    SegmentRef: "segment",
    ListRef: "list",
    nodes.SequenceTest: "sequence",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one condition."""

    holds: bool
    value: Any = None
    unknown: bool = False
    data_date: date | None = None


def explain(node: Node, findings: Mapping[str, Finding]) -> WhyNode:
    """The tree with the finding of each condition."""
    below = tuple(explain(child, findings) for child in nodes.children(node))
    kind = KINDS[type(node)]
    if isinstance(node, (AllOf, AnyOf, Not)):
        return WhyNode(node.path, kind, _holds(kind, [child.holds for child in below]), children=below)
    found = findings[node.path]
    return WhyNode(node.path, kind, found.holds, found.value, required(node), found.unknown, found.data_date)


def _holds(kind: str, below: list[bool]) -> bool:
    if kind == "not":
        return not below[0]
    return all(below) if kind == "all" else any(below)


def required(node: Node) -> Any:
    """What a condition asks for: operator and value, or what it refers to."""
    if isinstance(node, SegmentRef):
        return {"segment": node.segment, "version": node.version}
    if isinstance(node, ListRef):
        return {"list": node.list_id}
    if isinstance(node, RelatedTest) and node.op is None:
        return {"quantifier": node.quantifier}
    if isinstance(node, (AttributeTest, FactTest, ChangeTest, RelatedTest)):
        return {"op": node.op} | ({} if node.value is None else {"value": plain_value(node.value)})
    return None


def shown_value(compiled: Compiled, node: Node, top: str | None, bottom: str | None) -> Any:
    """What a condition measured, from the engine's text, in its catalogue type; None = no value."""
    if top is None:
        return None
    if bottom is not None:
        ratio = Fraction(top) / Fraction(bottom)
        return Decimal(round(ratio * 10**6)).scaleb(-6, EXACT)
    value = READ[_type_of(compiled, node)](top)
    return local(value, compiled.setting.zone) if isinstance(value, datetime) else value


def _type_of(compiled: Compiled, node: Node) -> ValueType:
    if isinstance(node, AttributeTest):
        return compiled.entity.attributes[node.attr].type
    if isinstance(node, FactTest):
        fact = compiled.setting.catalog.facts[node.fact]
        return aggregate_result(fact, node.agg, node.measure).type
    return ValueType.DECIMAL


def data_date(node: Node, entity: Entity, manifest: Manifest, as_of: date) -> date | None:
    """Up to which day the data behind a condition is complete; None = not known, or of no data.

    What the profile says of the as-of date it says in full: history is kept as far as it can be asked.
    """
    if isinstance(node, (FactTest, ChangeTest)):
        return _complete_before(node.fact, manifest)
    if isinstance(node, AttributeTest):
        attribute = entity.attributes[node.attr]
        number = attribute.derived
        facts = [window.fact for window in number.windows] if isinstance(number, Number) else []
        days = [_complete_before(fact, manifest) for fact in facts]
        days += [as_of] if of_the_present(attribute) else []
        known = [day for day in days if day is not None]
        return min(known) if len(known) == len(days) else None
    return manifest.as_of if isinstance(node, RelatedTest) else None


def _complete_before(fact: str, manifest: Manifest) -> date | None:
    coverage = manifest.facts.get(fact)
    return None if coverage is None else coverage.complete_before


READ: Mapping[ValueType, Callable[[str], Any]] = {
    ValueType.TEXT: str,
    ValueType.INTEGER: lambda text: int(Decimal(text)),
    ValueType.DECIMAL: Decimal,
    ValueType.BOOLEAN: lambda text: text in ("true", "1"),
    ValueType.DATE: date.fromisoformat,
    ValueType.TIMESTAMP: datetime.fromisoformat,
}


def smallest_flip(tree: WhyNode) -> tuple[str, ...]:
    """Paths of the fewest conditions whose change turns the root round; the first such set in order."""
    return _to(tree, not tree.holds)


def _to(node: WhyNode, wanted: bool) -> tuple[str, ...]:
    if node.holds is wanted:
        return ()
    if not node.children:
        return (node.path,)
    if node.kind == "not":
        return _to(node.children[0], not wanted)
    options = [_to(child, wanted) for child in node.children]
    if (node.kind == "all") is wanted:
        return tuple(path for option in options for path in option)
    return min(options, key=len)
