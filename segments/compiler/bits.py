"""Questions about single conditions: bits per entity, values of one entity, a histogram of one value."""

from dataclasses import dataclass, replace

from sqlglot import exp

from segments.compiler import sql
from segments.compiler.aggregates import ZERO_WITHOUT_ROWS
from segments.compiler.audience import Audience
from segments.compiler.bound import Behaviour, Bound, Change, Related, conditions
from segments.compiler.compile import Compiled, compile_document
from segments.compiler.operands import Operand
from segments.compiler.questions import Asking, Question
from segments.compiler.sql import Sql
from segments.conditions import nodes
from segments.conditions.nodes import (
    AllOf,
    AnyOf,
    AttributeTest,
    ChangeTest,
    FactTest,
    Node,
    Not,
    RelatedTest,
)
from warehouse.catalog.model import ValueType


def leaves(document: nodes.Document) -> tuple[Node, ...]:
    """The conditions about the entity itself, in the order of the document; groups are not among them."""
    if document.where is None:
        return ()
    return tuple(node for node in nodes.walk(document.where) if not isinstance(node, (AllOf, AnyOf, Not)))


def can_be_unknown(node: Node) -> bool:
    """Whether a condition measures something that may have no value."""
    if isinstance(node, FactTest):
        return node.agg not in ZERO_WITHOUT_ROWS
    return isinstance(node, (AttributeTest, ChangeTest))


def unknown_of(node: Node) -> Node:
    """The condition that the measured value is unknown."""
    assert isinstance(node, (AttributeTest, FactTest, ChangeTest))
    return replace(node, op="is_not_set", value=None)


def bits(compiled: Compiled, audience: Audience, engine: str) -> Question:
    """One row per entity: `key`, per condition `c0` whether it holds, `u0` whether its value is unknown."""
    asking = Asking(compiled, audience)
    columns = [(asking.source.key, "key")]
    for i, node in enumerate(leaves(compiled.document)):
        columns.append((_bit(asking, compiled.condition(node)), f"c{i}"))
        if can_be_unknown(node):
            columns.append((_bit(asking, compiled.condition(unknown_of(node))), f"u{i}"))
    return asking.question(asking.select(columns), engine)


def _bit(asking: Asking, bound: Bound) -> Sql:
    return asking.low.predicate(bound, asking.source).strict()


def find(compiled: Compiled, audience: Audience, entity_id: str, engine: str) -> Question:
    """`key` of the entity with a business id, no row where the reader can't see it."""
    asking = Asking(compiled, audience)
    wanted = asking.low.parameters.add("text", entity_id)
    asking.tests.append(sql.compare(asking.source.column(compiled.entity.id), "eq", wanted))
    return asking.question(asking.select([(asking.source.key, "key")]), engine)


def values(compiled: Compiled, audience: Audience, key: str | int, engine: str) -> Question:
    """One row: per condition `c0` whether it holds and, where it measures, `v0` (over `w0`) as text."""
    asking = Asking(compiled, audience, only_key=key)
    columns: list[tuple[Sql, str]] = [(asking.source.key, "key")]
    for i, node in enumerate(leaves(compiled.document)):
        columns.append((_bit(asking, compiled.condition(node)), f"c{i}"))
        measured = measure(asking, compiled, node)
        if measured is not None:
            columns += _shown(measured, i)
    return asking.question(asking.select(columns), engine)


def _shown(measured: Operand, i: int) -> list[tuple[Sql, str]]:
    value = sql.fn("as_text", measured.sql)
    if measured.guard is not None:
        value = sql.case([(measured.guard, value)])
    if measured.over is None:
        return [(value, f"v{i}")]
    return [(value, f"v{i}"), (sql.fn("as_text", measured.over), f"w{i}")]


def measure(asking: Asking, compiled: Compiled, node: Node) -> Operand | None:
    """What a condition measures, beside each entity; None where it is only true or false."""
    if isinstance(node, AttributeTest):
        return asking.low.operand(compiled.entity.attributes[node.attr], asking.source)
    if not isinstance(node, (FactTest, ChangeTest, RelatedTest)) or getattr(node, "op", None) is None:
        return None
    for part in conditions(compiled.condition(node)):
        if isinstance(part, (Behaviour, Change)) or (isinstance(part, Related) and part.wanted is not None):
            return _guarded(asking, compiled, node, asking.low.value_of(part, asking.source))
    # A change over days that the fact does not cover is unknown for everyone.
    return Operand(ValueType.DECIMAL, exp.Null())


def _guarded(asking: Asking, compiled: Compiled, node: Node, measured: Operand) -> Operand:
    """A change counts only where the entity existed before the first window."""
    if not isinstance(node, ChangeTest):
        return measured
    known = asking.low.predicate(compiled.condition(replace(node, op="is_set", value=None)), asking.source)
    return replace(measured, guard=known.strict())


@dataclass(frozen=True, slots=True)
class Histogram:
    """How a value is spread: rows `v0` (over `w0`), `a` root holds if the condition does, `b` if not, `n`."""

    question: Question
    fraction: bool


def histogram(compiled: Compiled, audience: Audience, node: Node, engine: str) -> Histogram:
    """The measured values of one condition with the other conditions fixed, from one scan."""
    asking = Asking(compiled, audience)
    measured = measure(asking, compiled, node)
    assert measured is not None
    columns = _shown(measured, 0)
    for name, truth in (("a", AllOf(())), ("b", AnyOf(()))):
        columns.append((_bit(asking, _with(compiled, node, truth)), name))
    statement = asking.counted(columns)
    return Histogram(asking.question(statement, engine), measured.over is not None)


def _with(compiled: Compiled, node: Node, truth: Node) -> Bound:
    assert compiled.document.where is not None
    where = _replaced(compiled.document.where, node, truth)
    document = replace(compiled.document, where=where)
    return compile_document(document, compiled.setting, compiled.columns).tree


def _replaced(tree: Node, node: Node, truth: Node) -> Node:
    if tree is node:
        return truth
    if isinstance(tree, (AllOf, AnyOf)):
        return replace(tree, children=tuple(_replaced(child, node, truth) for child in tree.children))
    return replace(tree, child=_replaced(tree.child, node, truth)) if isinstance(tree, Not) else tree
