"""The canonical form: documents equal up to order, formatting, name and description have one hash."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from segments.conditions.nodes import (
    LIST_VALUE,
    AllOf,
    AllWindow,
    AnyOf,
    AttributeTest,
    ChangeTest,
    DatesWindow,
    Document,
    FactTest,
    LastWindow,
    ListRef,
    Node,
    Not,
    OtherAttribute,
    RelatedTest,
    SegmentRef,
    SequenceTest,
    Span,
    ThisWindow,
    Value,
    Window,
)


def document_hash(document: Document) -> str:
    """SHA-256 of the canonical form, hexadecimal."""
    content = json.dumps(canonical(document), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def canonical(document: Document) -> dict[str, Any]:
    """The document as JSON values: defaults written out, groups and value lists sorted, numbers normal."""
    where = None if document.where is None else canonical_node(document.where)
    return {"version": document.version, "entity": document.entity, "where": where}


def canonical_node(node: Node | None) -> Any:
    """The canonical form of a node."""
    match node:
        case None:
            return None
        case AllOf(children):
            return {"all": _sorted([canonical_node(child) for child in children])}
        case AnyOf(children):
            return {"any": _sorted([canonical_node(child) for child in children])}
        case Not(child):
            return {"not": canonical_node(child)}
        case AttributeTest(attr, op, value):
            return {"attr": attr} | _test(op, value)
        case _:
            return _condition(node)


def _condition(node: Node) -> dict[str, Any]:
    match node:
        case FactTest():
            return _aggregate(node, node.window) | _test(node.op, node.value)
        case ChangeTest():
            return _change(node)
        case RelatedTest():
            made = {
                "related": node.relation,
                "quantifier": node.quantifier,
                "where": canonical_node(node.where),
            }
            return made if node.op is None else made | _test(node.op, node.value)
        case SegmentRef():
            return {"segment": node.segment, "version": node.version}
        case ListRef():
            return {"list": node.list_id}
        case SequenceTest():
            steps = [{"fact": step.fact, "where": canonical_node(step.where)} for step in node.steps]
            return {"sequence": steps, "within": _value(node.within), "window": _window(node.window)}
    raise AssertionError(f"no canonical form of {type(node).__name__}")


def _aggregate(node: FactTest | ChangeTest, window: Window) -> dict[str, Any]:
    return {
        "fact": node.fact,
        "agg": node.agg,
        "measure": node.measure,
        "window": _window(window),
        "where": canonical_node(node.where),
    }


def _change(node: ChangeTest) -> dict[str, Any]:
    return {
        "change": _aggregate(node, node.window) | {"against": {"previous": node.previous}},
        "as": node.measured_as,
        "per_day": node.per_day,
        "min_base": _value(node.min_base),
    } | _test(node.op, node.value)


def _test(op: str, value: Value) -> dict[str, Any]:
    if isinstance(value, tuple) and op in LIST_VALUE:
        distinct = {json.dumps(_value(item), sort_keys=True): _value(item) for item in value}
        return {"op": op, "value": [distinct[key] for key in sorted(distinct)]}
    return {"op": op, "value": _value(value)}


def _value(value: Value) -> Any:
    match value:
        case Decimal():
            return {"number": format(value, "f")}
        case tuple():
            return [_value(item) for item in value]
        case Span(n, unit):
            return {"n": n, "unit": unit}
        case OtherAttribute(attr, times):
            return {"attr": attr, "times": _value(times)}
        case _:
            return value


def plain_value(value: Value) -> Any:
    """A condition's value as documents write it; numbers stay Decimal."""
    match value:
        case tuple():
            return [plain_value(item) for item in value]
        case Span(n, unit):
            return {"n": n, "unit": unit}
        case OtherAttribute(attr, times):
            return {"attr": attr} if times == 1 else {"attr": attr, "times": times}
        case _:
            return value


def _window(window: Window) -> dict[str, Any]:
    match window:
        case LastWindow(n, unit):
            return {"last": n, "unit": unit}
        case ThisWindow(unit):
            return {"this": unit}
        case DatesWindow(start, before):
            return {"from": start.isoformat(), "before": before.isoformat()}
        case AllWindow():
            return {"all": True}


def _sorted(items: list[Any]) -> list[Any]:
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, ensure_ascii=False))
