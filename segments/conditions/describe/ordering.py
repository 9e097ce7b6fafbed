"""The order in which a document is told: that of the canonical form, so that equal documents read alike."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from segments.conditions.canonical import canonical_node
from segments.conditions.nodes import (
    LIST_VALUE,
    AllOf,
    AnyOf,
    AttributeTest,
    ChangeTest,
    Condition,
    FactTest,
    Node,
    Not,
    RelatedTest,
    Scalar,
    SequenceTest,
    Value,
)


def ordered(node: Node) -> Node:
    """The same node with the members of its groups and value lists in canonical order."""
    match node:
        case AllOf(children) | AnyOf(children):
            return replace(node, children=_sorted(children))
        case Not(child):
            return replace(node, child=ordered(child))
        case _:
            return _condition(node)


def _condition(node: Condition) -> Node:
    match node:
        case AttributeTest(op=op, value=value):
            return replace(node, value=_value(op, value))
        case FactTest(where=where, op=op, value=value) | ChangeTest(where=where, op=op, value=value):
            return replace(node, where=_where(where), value=_value(op, value))
        case RelatedTest(where=where, op=op, value=value):
            return replace(node, where=_where(where), value=_value(op or "", value))
        case SequenceTest(steps):
            return replace(node, steps=tuple(replace(step, where=_where(step.where)) for step in steps))
        case _:
            return node


def _where(where: Node | None) -> Node | None:
    return None if where is None else ordered(where)


def _sorted(children: Sequence[Node]) -> tuple[Node, ...]:
    said = [(json.dumps(canonical_node(child), sort_keys=True), child) for child in children]
    return tuple(ordered(child) for _, child in sorted(said, key=lambda pair: pair[0]))


def _value(op: str, value: Value) -> Value:
    if op in LIST_VALUE and isinstance(value, tuple):
        return tuple(sorted(set(value), key=_place))
    return value


def _place(value: Scalar) -> tuple[Decimal, str]:
    return (value, "") if isinstance(value, Decimal) else (Decimal(0), str(value))
