"""Structural identity of nodes up to order, negation and synonyms of operators: (form, truth)."""

from collections.abc import Hashable, Mapping
from dataclasses import replace

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
    SequenceTest,
    Value,
)

Signature = tuple[Hashable, bool]
"""Equal forms with equal truths mean the same; with different truths they are complements."""

OPPOSITES: Mapping[str, str] = {
    "ne": "eq",
    "not_in": "in",
    "not_contains": "contains",
    "is_not_set": "is_set",
}


def signature(node: Node) -> Signature:
    """Two nodes with equal signatures hold for the same rows."""
    match node:
        case Not(child):
            form, truth = signature(child)
            return form, not truth
        case AllOf(children):
            return ("all", frozenset(signature(child) for child in children)), True
        case AnyOf(children):
            # "Any of X" is "not all of not X": one form for both groups.
            flipped = frozenset((form, not truth) for form, truth in map(signature, children))
            return ("all", flipped), False
        case _:
            return _condition(node)


def _condition(node: Condition) -> Signature:
    match node:
        case SequenceTest(steps, within, window):
            events = tuple((step.fact, _where(step.where)) for step in steps)
            return ("sequence", events, within, window), True
        case RelatedTest(relation, "none", where):
            return ("related", relation, "any", _where(where), None, None), False
        case RelatedTest(relation, quantifier, where, op, value):
            positive, wanted, truth = _operator(op or "", value)
            return ("related", relation, quantifier, _where(where), positive, wanted), truth
        case AttributeTest() | FactTest() | ChangeTest():
            return _test(node)
        case _:
            return node, True


def _test(node: AttributeTest | FactTest | ChangeTest) -> Signature:
    op, value, truth = _operator(node.op, node.value)
    where = None if isinstance(node, AttributeTest) else _where(node.where)
    plain = replace(node, op=op, value=None)
    if not isinstance(plain, AttributeTest):
        plain = replace(plain, where=None)
    return ("test", plain, where, value), truth


def _operator(op: str, value: Value) -> tuple[str, Hashable, bool]:
    truth = op not in OPPOSITES
    positive = OPPOSITES.get(op, op)
    return positive, frozenset(value) if positive in LIST_VALUE and isinstance(value, tuple) else value, truth


def _where(where: Node | None) -> Signature | None:
    return None if where is None else signature(where)
