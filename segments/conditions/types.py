"""Which operators and values fit a catalogue type: here texts of a document become typed values."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches

from segments.conditions.nodes import OtherAttribute, Scalar, Span, Value
from warehouse.access import Actor
from warehouse.catalog.model import (
    CALENDAR,
    EQUALITY,
    OPERATORS,
    TEXT_SEARCH,
    Attribute,
    Fact,
    Sensitivity,
    ValueType,
)

NUMERIC = frozenset({ValueType.INTEGER, ValueType.DECIMAL})
MAX_SLIP = 100  # a longer name is no slip of the pen, and comparing it would cost time
TEMPORAL = frozenset({ValueType.DATE, ValueType.TIMESTAMP})
DATE_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
TIMESTAMP_PATTERN = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?\Z", re.ASCII
)

TypedScalar = str | bool | Decimal | date | datetime
TypedValue = None | TypedScalar | tuple[TypedScalar, ...] | Span | OtherAttribute
"""A naive datetime is local business time, an aware one an instant."""


class TypeFault(Exception):  # noqa: N818 - turned into a Problem by whoever knows the node's path
    """A value or operator that does not fit the type."""

    def __init__(self, message: str, code: str = "type_mismatch") -> None:
        super().__init__(message)
        self.code = code


def allowed_operators(attribute: Attribute) -> frozenset[str]:
    """Those the attribute declares, else those of its type; text search wants a folded copy."""
    found = attribute.operators or OPERATORS[attribute.type]
    if attribute.folded is None:
        found = found - TEXT_SEARCH
    return found


def may_use(attribute: Attribute, actor: Actor) -> bool:
    """Whether the actor may see the attribute and use it in conditions."""
    if attribute.sensitivity is Sensitivity.INTERNAL or actor.attribute_groups is None:
        return True
    return attribute.sensitivity is Sensitivity.PERSONAL and attribute.group in actor.attribute_groups


def unknown_attribute(owner: str, name: str, attributes: Mapping[str, Attribute], actor: Actor) -> str:
    """What is said of a name that is none of `attributes`: what it may be a slip of, as far as the actor may know."""
    usable = [attribute.name for attribute in visible_attributes(attributes, actor)]
    near = get_close_matches(name, usable, n=3) if len(name) <= MAX_SLIP else []
    return f"{owner} has no attribute {name}" + (f"; is it {' or '.join(near)}?" if near else "")


def typed(value: Value, op: str, attribute: Attribute) -> TypedValue:
    """The value in the attribute's type. Raises TypeFault; attributes as values pass unchanged."""
    if value is None or isinstance(value, (Span, OtherAttribute)):
        return value
    if not isinstance(value, tuple):
        return typed_scalar(value, attribute)
    found = tuple(typed_scalar(item, attribute) for item in value)
    if op == "between" and _reversed(found[0], found[1]):
        raise TypeFault("between is reversed", "reversed")
    return found


def _reversed(low: TypedScalar, high: TypedScalar) -> bool:
    if (
        isinstance(low, datetime)
        and isinstance(high, datetime)
        and (low.tzinfo is None) is (high.tzinfo is None)
    ):
        return low > high
    return _start(low) > _start(high)


def _start(value: TypedScalar) -> tuple[str, TypedScalar]:
    # Dates and times written in two ways in one `between` are compared by the days they name.
    if isinstance(value, datetime):
        return ("day", value.date())
    return ("", value) if not isinstance(value, date) else ("day", value)


def typed_scalar(value: Scalar, attribute: Attribute) -> TypedScalar:
    """One value in the attribute's type. Raises TypeFault."""
    return _READ[attribute.type](value, attribute.name)


def _text(value: Scalar, name: str) -> TypedScalar:
    if isinstance(value, str):
        return value
    raise TypeFault(f"{name} is a text, {value} is not")


def _number(value: Scalar, name: str) -> TypedScalar:
    if isinstance(value, Decimal):
        return value
    raise TypeFault(f"{name} is a number, {value!r} is not (numbers are written without quotes)")


def _boolean(value: Scalar, name: str) -> TypedScalar:
    if isinstance(value, bool):
        return value
    raise TypeFault(f"{name} is true or false, {value!r} is not")


def _date(value: Scalar, name: str) -> TypedScalar:
    if isinstance(value, str) and DATE_PATTERN.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise TypeFault(f"{name}: there is no date {value}") from error
    raise TypeFault(f"{name} is a date such as 2026-07-01, {value!r} is not")


def _timestamp(value: Scalar, name: str) -> TypedScalar:
    if isinstance(value, str) and TIMESTAMP_PATTERN.match(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError as error:
            raise TypeFault(f"{name}: there is no time {value}") from error
    return _date(value, name)


_READ = {
    ValueType.TEXT: _text,
    ValueType.INTEGER: _number,
    ValueType.DECIMAL: _number,
    ValueType.BOOLEAN: _boolean,
    ValueType.DATE: _date,
    ValueType.TIMESTAMP: _timestamp,
}


def check_other(attribute: Attribute, value: OtherAttribute, other: Attribute) -> None:
    """Raise TypeFault unless the two attributes can be compared."""
    groups: tuple[frozenset[ValueType], ...] = (NUMERIC, TEMPORAL)
    same = attribute.type == other.type or any({attribute.type, other.type} <= group for group in groups)
    if not same:
        raise TypeFault(
            f"{attribute.name} ({attribute.type}) can't be compared with {other.name} ({other.type})"
        )
    if value.times != 1 and attribute.type not in NUMERIC:
        raise TypeFault(f"times is for numbers, {other.name} is {other.type}")


def aggregate_result(fact: Fact, agg: str, measure: str | None) -> Attribute:
    """What an aggregate gives, as an attribute. Raises TypeFault where it does not fit the measure."""
    if agg == "count":
        return _result(f"{agg} of {fact.name}", ValueType.INTEGER)
    if agg in ("first", "last"):
        return _result(f"{agg} {fact.name}", ValueType.DATE)
    found = fact.measures.get(measure or "")
    if found is None:
        raise TypeFault(f"{fact.name} has no measure {measure}", "unknown_measure")
    name = f"{agg} of {fact.name}.{found.name}"
    if agg == "count_distinct":
        return _result(name, ValueType.INTEGER)
    if agg in ("sum", "avg") and found.type not in NUMERIC:
        raise TypeFault(f"{agg} needs a number, {found.name} is {found.type}")
    if agg in ("min", "max") and found.type not in NUMERIC | TEMPORAL:
        raise TypeFault(f"{agg} needs a number or a date, {found.name} is {found.type}")
    return _result(name, ValueType.DECIMAL if agg == "avg" else found.type, found.scale)


def _result(name: str, kind: ValueType, scale: int = 0) -> Attribute:
    return Attribute(name=name, type=kind, labels={}, scale=scale, operators=OPERATORS[kind] - TEXT_SEARCH)


CHANGE = Attribute(name="change", type=ValueType.DECIMAL, labels={}, operators=OPERATORS[ValueType.DECIMAL])
COUNT = Attribute(name="count", type=ValueType.INTEGER, labels={}, operators=OPERATORS[ValueType.INTEGER])


def visible_attributes(attributes: Mapping[str, Attribute], actor: Actor) -> tuple[Attribute, ...]:
    """Those the actor may use."""
    return tuple(attribute for attribute in attributes.values() if may_use(attribute, actor))


__all__ = [
    "CALENDAR",
    "CHANGE",
    "COUNT",
    "EQUALITY",
    "TypeFault",
    "TypedScalar",
    "TypedValue",
    "aggregate_result",
    "allowed_operators",
    "check_other",
    "may_use",
    "typed",
    "typed_scalar",
    "unknown_attribute",
    "visible_attributes",
]
