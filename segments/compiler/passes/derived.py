"""Conditions on derived attributes become conditions on stored ones.

Elapsed time against constants becomes a range of dates, so that age and tenure prune like any date; a case
becomes the branches whose value satisfies the operator.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from segments.compiler.bind import Binder, Setting, entity_rows
from segments.compiler.bound import Always, And, Bound, Complement, Condition, InDays, Or, Test, Wanted
from segments.compiler.calendar import add_days, elapsed_since
from segments.compiler.comparisons import FEW_VALUES, numbers_of
from segments.compiler.passes.context import PassContext, each_condition
from segments.compiler.satisfied import satisfied
from segments.conditions.read import parse
from warehouse.catalog.model import Attribute, Case, Elapsed, Entity, ValueType
from warehouse.errors import InputError


def expand(bound: Bound, entity: Entity, context: PassContext) -> Bound:
    """The tree without tests of derived attributes, save those against another attribute."""

    def rewrite(condition: Condition, owner: Entity | None) -> Bound:
        if not isinstance(condition, Test) or condition.wanted.other is not None or owner is None:
            return condition
        derived = condition.attribute.derived
        if isinstance(derived, Elapsed):
            return _elapsed(condition, derived, owner, context)
        return _case(condition, derived, owner, context) if isinstance(derived, Case) else condition

    return each_condition(bound, entity, rewrite)


def case_branches(setting: Setting, entity: Entity, derived: Case) -> list[tuple[Bound, str]]:
    """The branches' conditions, bound, with their values; tests of other derived attributes remain."""
    found = []
    for when, value in derived.branches:
        node = parse({"version": 1, "entity": entity.name, "where": when}).where
        assert node is not None
        found.append((Binder(setting).bind(node, entity_rows(entity)), value))
    return found


def _case(test: Test, derived: Case, owner: Entity, context: PassContext) -> Bound:
    if test.attribute.type is not ValueType.TEXT:
        raise InputError(f"{owner.name}.{test.attribute.name}: a case gives texts, not {test.attribute.type}")
    earlier: list[Bound] = []
    chosen: list[Bound] = []
    for when, value in case_branches(context.setting, owner, derived):
        condition = expand(when, owner, context)
        if satisfied(value, test.wanted):
            chosen.append(And((condition, *earlier)))
        earlier.append(Complement(condition))
    if satisfied(derived.otherwise, test.wanted):
        chosen.append(And(tuple(earlier)))
    return Or(tuple(chosen))


def _elapsed(test: Test, derived: Elapsed, owner: Entity, context: PassContext) -> Bound:
    since = owner.attributes[derived.of]
    if test.wanted.op == "is_set":
        return InDays(since, None, None, test.path)
    if test.wanted.op == "in" and len(numbers_of(test.wanted)) > FEW_VALUES:
        return test  # a range of dates for each value would make a statement of as many parts
    if isinstance(since.derived, (Elapsed, Case)):
        raise InputError(f"{owner.name}.{test.attribute.name}: time is counted from a stored date only")
    ranges = _ranges(test.wanted)
    return Or(tuple(_between(since, low, high, derived.unit, test.path, context) for low, high in ranges))


def _ranges(wanted: Wanted) -> Sequence[tuple[int | None, int | None]]:
    """Numbers of whole units [low, high) that satisfy the operator."""
    numbers = numbers_of(wanted)
    if wanted.op in ("eq", "in"):
        exact = sorted({int(n) for n in numbers if n == n.to_integral_value()})
        return [(n, n + 1) for n in exact]
    low, high = numbers[0], numbers[-1]
    ranges: dict[str, list[tuple[int | None, int | None]]] = {
        "lt": [(None, _up(low))],
        "le": [(None, _down(low) + 1)],
        "gt": [(_down(low) + 1, None)],
        "ge": [(_up(low), None)],
        "between": [(_up(low), _down(high) + 1)],
    }
    return ranges[wanted.op]


def _up(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_CEILING))


def _down(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_FLOOR))


def _between(
    since: Attribute, low: int | None, high: int | None, unit: str, path: str, context: PassContext
) -> Bound:
    """At least `low` and fewer than `high` units since the date: the date lies in (since high, since low]."""
    as_of = context.setting.as_of
    latest = None if low is None else elapsed_since(as_of, low, unit)
    before = None if latest is None else _next(latest)
    if low is not None and latest is None:
        return Always(False)
    earliest = None if high is None else elapsed_since(as_of, high, unit)
    start = None if earliest is None else add_days(earliest, 1)
    return InDays(since, start, before, path)


def _next(day: date) -> date | None:
    return None if day == date.max else add_days(day, 1)


__all__ = ["case_branches", "expand"]
