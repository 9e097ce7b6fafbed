"""One condition -> what it says about its subject when it holds, and when it does not (rules 2 and 3)."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from segments.conditions.lint.regions import Axis, Region, Subject
from segments.conditions.lint.sets import HIGHEST, LOWEST, Choice, Edge, Intervals, Number, Search, ValueSet
from segments.conditions.lint.signatures import Signature, signature
from segments.conditions.nodes import (
    TEXT_VALUE,
    AttributeTest,
    ChangeTest,
    Condition,
    FactTest,
    Node,
    OtherAttribute,
    RelatedTest,
    Scalar,
    Span,
    ThisWindow,
    Value,
)
from segments.conditions.types import CHANGE, COUNT, aggregate_result
from warehouse.catalog.model import Attribute, Case, Catalog, ValueType

NEGATIVE: Mapping[str, str] = {"ne": "eq", "not_in": "in", "not_contains": "contains", "is_not_set": "is_set"}
NEVER_UNKNOWN = frozenset({"count", "count_distinct", "sum"})
MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
DAYS: Mapping[str, int] = {"day": 1, "week": 7}
TRUTHS: frozenset[Hashable] = frozenset({True, False})
FULL, EMPTY = Region(), Region(known=False, null=False)
KNOWN, UNKNOWN = Region(null=False), Region(known=False)
Restriction = tuple[Subject, Region]


@dataclass(frozen=True, slots=True)
class Literal:
    """`yes` holds wherever the condition does, `no` wherever it does not; each restriction is necessary."""

    yes: tuple[Restriction, ...]
    no: tuple[Restriction, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """What a condition compares: type, decimal places of stored values (None = any), what values exist."""

    kind: ValueType
    scale: int | None = None
    may_be_unknown: bool = True
    not_negative: bool = False
    universe: frozenset[Hashable] | None = None


def literal(node: Condition, rows: Mapping[str, Attribute], catalog: Catalog) -> Literal:
    """The restrictions of a condition; `rows` are the attributes of the rows it speaks of."""
    match node:
        case AttributeTest():
            operand = _attribute_operand(rows[node.attr])
            found = _tested(("attr", node.attr), operand, node.op, node.value, node.attr)
        case FactTest():
            found = _fact(node, catalog)
        case ChangeTest():
            parts = (node.fact, node.agg, node.measure, node.window, node.previous, node.measured_as)
            subject = ("change", *parts, node.per_day, node.min_base, _where(node.where))
            found = _tested(subject, Operand(CHANGE.type), node.op, node.value)
        case RelatedTest():
            found = _related(node)
        case _:
            found = Literal((), ())
    return _with_truth(node, found)


def _with_truth(node: Condition, found: Literal) -> Literal:
    """Add that the condition itself is true or false: X and not X exclude each other whatever X is."""
    base, truth = signature(node)
    subject = ("condition", base)
    yes, no = (_truth(subject, value) for value in (truth, not truth))
    return Literal((*found.yes, yes), (*found.no, no))


def _truth(subject: Subject, value: bool) -> Restriction:
    return subject, Region(True, False, {"truth": Choice(frozenset({value}), universe=TRUTHS)})


def _where(where: Node | None) -> Signature | None:
    return None if where is None else signature(where)


def _attribute_operand(attribute: Attribute) -> Operand:
    if isinstance(attribute.derived, Case) and attribute.type is ValueType.TEXT:
        values = {then for _, then in attribute.derived.branches} | {attribute.derived.otherwise}
        universe: frozenset[Hashable] = frozenset(values - {None})
        return Operand(ValueType.TEXT, None, None in values, universe=universe)
    return Operand(attribute.type, attribute.scale)


def _fact(node: FactTest, catalog: Catalog) -> Literal:
    result = aggregate_result(catalog.facts[node.fact], node.agg, node.measure)
    counts = node.agg in {"count", "count_distinct"}
    operand = Operand(
        kind=result.type,
        scale=None if node.agg == "avg" else result.scale,
        may_be_unknown=node.agg not in NEVER_UNKNOWN,
        not_negative=counts,
    )
    subject = ("fact", node.fact, node.agg, node.measure, node.window, _where(node.where))
    found = _tested(subject, operand, node.op, node.value)
    if node.window != ThisWindow("day"):
        return found
    return _both(found, subject, _nothing(node.agg))


def _nothing(agg: str) -> Region:
    """The value over a window that holds no day."""
    if agg not in NEVER_UNKNOWN:
        return UNKNOWN
    return Region(True, False, {"value": Intervals.points([0], whole=True)})


def _both(found: Literal, subject: Subject, region: Region) -> Literal:
    extra = ((subject, region),)
    return Literal(found.yes + extra, found.no + extra)


def _related(node: RelatedTest) -> Literal:
    """Every quantifier is a statement about a number of children."""
    if node.quantifier == "all":
        if node.where is None:
            return Literal((), (((("related", node.relation, "all")), EMPTY),))
        base, truth = signature(node.where)
        subject: Subject = ("related", node.relation, (base, not truth))
        return _tested(subject, CHILDREN, "eq", Decimal(0))
    subject = ("related", node.relation, _where(node.where))
    if node.quantifier == "count":
        assert node.op is not None
        return _tested(subject, CHILDREN, node.op, node.value)
    return _tested(subject, CHILDREN, "ge" if node.quantifier == "any" else "lt", Decimal(1))


CHILDREN = Operand(COUNT.type, 0, may_be_unknown=False, not_negative=True)


def _tested(subject: Subject, operand: Operand, op: str, value: Value, name: str = "") -> Literal:
    positive = NEGATIVE.get(op, op)
    regions = _regions(operand, positive, value, name)
    possible = _possible(operand)
    holds = (subject, possible & regions[0])
    fails = (subject, possible & regions[1])
    return Literal((fails,), (holds,)) if op in NEGATIVE else Literal((holds,), (fails,))


def _possible(operand: Operand) -> Region:
    axes: dict[Axis, ValueSet] = {}
    if operand.not_negative:
        axes["value"] = Intervals.span((0, 0), HIGHEST, whole=True)
    if operand.universe is not None:
        axes["value"] = Choice(frozenset(), excluded=True, universe=operand.universe)
    return Region(True, operand.may_be_unknown, axes)


def _regions(operand: Operand, op: str, value: Value, name: str) -> tuple[Region, Region]:
    """Where a positive operator holds, and where it does not; an unknown value never satisfies it."""
    if op == "is_set":
        return KNOWN, UNKNOWN
    if isinstance(value, OtherAttribute):
        return _against(op, value, name)
    if isinstance(value, Span):
        return _around(op, value)
    axis, allowed = _allowed(operand, op, value)
    if allowed is None:
        return KNOWN, FULL
    return _pair(axis, allowed)


def _pair(axis: Axis, allowed: ValueSet) -> tuple[Region, Region]:
    # Intersecting with KNOWN or FULL turns "no value is allowed" into "not known".
    return KNOWN & Region(axes={axis: allowed}), FULL & Region(axes={axis: allowed.complement()})


def _against(op: str, value: OtherAttribute, name: str) -> tuple[Region, Region]:
    if value.attr != name or value.times != 1:
        return KNOWN, FULL
    return (EMPTY, FULL) if op in {"lt", "gt"} else (KNOWN, UNKNOWN)


def _around(op: str, span: Span) -> tuple[Region, Region]:
    """Dates relative to the as-of date: on an axis of days, or of months (whose ends keep their order)."""
    if op == "anniversary_within":
        return KNOWN, FULL
    axis, size = ("days", DAYS[span.unit]) if span.unit in DAYS else ("months", MONTHS[span.unit])
    n = span.n * size
    allowed = {
        "within_last": Intervals.span((-n, 0), (0, 0)),
        "more_than_ago": Intervals.span(LOWEST, (-n, 0)),
        "within_next": Intervals.span((0, 0), (n, 0)),
    }[op]
    holds, fails = _pair(axis, allowed)
    side = Intervals.span((0, 0), HIGHEST)
    if op != "within_next":
        side = side.complement()
    return holds & Region(axes=dict.fromkeys(("days", "months"), side)), fails


def _allowed(operand: Operand, op: str, value: Value) -> tuple[Axis, ValueSet | None]:
    """The axis and the values an operator with plain values admits; None = some, which we don't work out."""
    if op in {"is_true", "is_false"}:
        return "value", Choice(frozenset({op == "is_true"}), universe=TRUTHS)
    values = value if isinstance(value, tuple) else (value,)
    if operand.kind is ValueType.BOOLEAN:
        return "value", Choice(frozenset(values), universe=TRUTHS)
    if isinstance(value, str) and op in TEXT_VALUE:
        return Search(op, value), Choice(frozenset({True}), universe=TRUTHS)
    if operand.kind is ValueType.TEXT:
        return "value", Choice(frozenset(values), universe=operand.universe) if op in {"eq", "in"} else None
    if operand.kind is ValueType.TIMESTAMP:
        return _moments(op, values)
    whole = operand.scale is not None or operand.kind is ValueType.DATE
    return "value", _ordered(op, [_position(v, operand) for v in values], whole=whole)


def _moments(
    op: str, values: tuple[Scalar | Span | OtherAttribute | None, ...]
) -> tuple[str, ValueSet | None]:
    """Days and instants are different measures of a timestamp; local times without offset are left alone."""
    texts = [value for value in values if isinstance(value, str)]
    if all(len(text) == 10 for text in texts):
        days: list[Number] = [date.fromisoformat(text).toordinal() for text in texts]
        return "day", _ordered(op, days, whole=True)
    if any(len(text) == 10 or datetime.fromisoformat(text).tzinfo is None for text in texts):
        return "day", None
    return "instant", _ordered(op, [_instant(text) for text in texts], whole=True)


def _instant(text: str) -> int:
    since = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _position(value: Scalar | Span | OtherAttribute | None, operand: Operand) -> Number:
    """A number in units of the last stored decimal place, a date in days."""
    if isinstance(value, str):
        return date.fromisoformat(value).toordinal()
    assert isinstance(value, Decimal)
    above, below = value.as_integer_ratio()
    above *= 10 ** (operand.scale or 0)
    return above // below if above % below == 0 else Fraction(above, below)


def _ordered(op: str, at: list[Number], *, whole: bool) -> Intervals:
    if op in {"eq", "in"}:
        return Intervals.points(at, whole=whole)
    low: Edge = LOWEST
    high: Edge = HIGHEST
    if op in {"gt", "ge", "between"}:
        low = (at[0], int(op == "gt"))
    if op in {"lt", "le", "between"}:
        high = (at[-1], int(op != "lt"))
    return Intervals.span(low, high, whole=whole)
