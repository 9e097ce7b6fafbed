"""Change: the current window against the mean of the windows before it.

Parts are `current` and one `base0`, `base1` ... per share of the windows before: what adds up over days is computed
over all windows of a share together, anything else window by window in an inner statement. The statement hardly
grows with the number of windows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import lcm
from typing import TYPE_CHECKING

from sqlglot import exp

from segments.compiler import sql
from segments.compiler.aggregates import AGGREGATES, Parts, added, key, measured, rows, value_range
from segments.compiler.bound import Aggregate, Change, Wanted
from segments.compiler.calendar import Days
from segments.compiler.monthly import monthly_sum
from segments.compiler.operands import EXACT, WIDE, Operand, whole
from segments.compiler.sql import Sql
from warehouse.catalog.model import ValueType

if TYPE_CHECKING:
    from segments.compiler.lower import Lowering, Source

ADDS_UP = frozenset({"count", "sum"})
"""Aggregates of several windows together that are the sum of those of each."""


@dataclass(frozen=True, slots=True)
class _Share:
    """Windows before the current one, by their places, whose amounts count `weight` times."""

    weight: int
    places: tuple[int, ...]


def _common_days(change: Change) -> int:
    """Every window's days divide it: amounts per day are kept as amounts times a whole number."""
    return lcm(*(days.length for days in change.windows)) if change.per_day else 1


def _weight(change: Change, days: Days) -> int:
    return _common_days(change) // days.length if change.per_day else 1


def _shares(change: Change) -> tuple[_Share, ...]:
    places: dict[int, list[int]] = {}
    for place, days in enumerate(change.windows[1:], start=1):
        places.setdefault(_weight(change, days), []).append(place)
    return tuple(_Share(weight, tuple(found)) for weight, found in places.items())


def _named(current: Sql, bases: Iterable[Sql]) -> Parts:
    return {"current": current} | {f"base{i}": base for i, base in enumerate(bases)}


# Parts


def from_mart(change: Change, source: "Source") -> Parts:
    """The parts from the mart's monthly series."""

    def months(places: Sequence[int]) -> Sql:
        return sql.total([monthly_sum(change.what, change.windows[place], source) for place in places])

    return _named(months((0,)), (months(share.places) for share in _shares(change)))


def grouped(low: "Lowering", change: Change) -> tuple[exp.Select, Parts]:
    """`SELECT key AS k ... GROUP BY key` over the rows of all windows, and the parts as aggregates in it."""
    low.tables.add(change.what.fact.table)
    return _together(low, change) if change.what.agg in ADDS_UP else _by_window(low, change)


def _rows(low: "Lowering", change: Change, alias: str) -> exp.Select:
    return rows(low, change.what, Days(change.windows[-1].start, change.windows[0].before), alias)


def _day(change: Change, alias: str) -> Operand:
    return Operand(ValueType.DATE, sql.column(alias, change.what.fact.business_date))


def _together(low: "Lowering", change: Change) -> tuple[exp.Select, Parts]:
    alias = low.alias("f")
    day = _day(change, alias)

    def amount(places: Sequence[int]) -> Sql:
        runs = _runs([change.windows[place] for place in places])
        return _inside(
            change.what, alias, sql.either(low.comparer.in_days(day, r.start, r.before) for r in runs)
        )

    parts = _named(amount((0,)), (amount(share.places) for share in _shares(change)))
    return sql.grouped(_rows(low, change, alias), [key(change.what, alias)]), parts


def _inside(what: Aggregate, alias: str, inside: Sql) -> Sql:
    if what.agg == "count":
        return exp.Count(this=sql.case([(inside, sql.number(1))]))
    assert what.measure is not None
    return added(sql.case([(inside, measured(what, alias))]), what.measure.type)


def _runs(windows: Sequence[Days]) -> list[Days]:
    """Windows, the latest first, as few spans: neighbours are one."""
    found: list[Days] = []
    for days in windows:
        if found and found[-1].start == days.before:
            found[-1] = Days(days.start, found[-1].before)
        else:
            found.append(days)
    return found


def _by_window(low: "Lowering", change: Change) -> tuple[exp.Select, Parts]:
    """One row per entity and window that has rows, from which one row per entity is made."""
    what, alias, outer = change.what, low.alias("f"), low.alias("g")
    day = _day(change, alias)
    begins = [(low.comparer.in_days(day, days.start, None), days) for days in change.windows[:-1]]
    place = sql.case(
        [(begun, sql.number(i)) for i, (begun, _) in enumerate(begins)], sql.number(len(change.windows) - 1)
    )
    each = _rows(low, change, alias)
    made = AGGREGATES[what.agg](low, what, alias)["v"]
    named = [exp.Alias(this=value, alias=sql.quoted(name)) for value, name in ((place, "w"), (made, "v"))]
    each.set("expressions", [*each.expressions, *named])
    sql.grouped(each, [key(what, alias), place])
    entity = sql.column(outer, "k")
    statement = sql.select([(entity, "k")], sql.subquery(each, outer))
    parts = _over_windows(change, sql.column(outer, "w"), sql.column(outer, "v"))
    return sql.grouped(statement, [entity]), parts


def _over_windows(change: Change, place: Sql, value: Sql) -> Parts:
    """The parts from one row per window. A state in no row, or unknown in the last, leaves its window without one."""
    windows = len(change.windows)
    current: Sql = exp.Max(this=sql.case([(sql.compare(place, "eq", sql.number(0)), value)]))
    bases = [_base(change, share, place, value) for share in _shares(change)]
    if change.what.agg == "latest":
        known = sql.compare(exp.Count(this=value), "eq", sql.number(windows))
        return _named(current, [sql.case([(known, base)]) for base in bases])
    return _named(sql.coalesce(current, sql.number(0)), bases)


def _base(change: Change, share: _Share, place: Sql, value: Sql) -> Sql:
    before = sql.one_of(place, [sql.number(i) for i in share.places])
    if len(share.places) == len(change.windows) - 1:
        before = sql.compare(place, "gt", sql.number(0))
    return added(sql.case([(before, value)]), change.what.result.type)


# The formula


def formula(low: "Lowering", change: Change, parts: Parts) -> Operand:
    """percent = 100 * (current - base) / base, base = mean of the windows before, all multiplied out."""
    scale, windows = value_range(low, change.what).scale, len(change.windows) - 1
    shares = _shares(change)
    bases = [whole(parts[f"base{i}"], scale) for i in range(len(shares))]
    least = EXACT.multiply(change.min_base, Decimal(windows * 10**scale))
    guard = low.comparer.test(Operand(ValueType.INTEGER, sql.total(bases), WIDE), Wanted("ge", least)).sql
    current = _weighted(whole(parts["current"], scale), windows * _weight(change, change.windows[0]))
    base = sql.total([_weighted(one, share.weight) for one, share in zip(bases, shares, strict=True)])
    difference = sql.minus(current, base)
    if not change.percent:
        over = sql.fn("wide", sql.number(windows * 10**scale * _common_days(change)))
        return Operand(ValueType.DECIMAL, difference, over=over, guard=guard)
    return _percent(change, difference, base, guard)


def _weighted(amount: Sql, weight: int) -> Sql:
    return amount if weight == 1 else sql.times(amount, sql.fn("wide", sql.number(weight)))


def _percent(change: Change, difference: Sql, base: Sql, guard: Sql) -> Operand:
    """100 * difference / base, unknown where the base is 0; both are multiplied by the number of windows."""
    zero, hundred = sql.number(0), sql.fn("wide", sql.number(100))
    positive, negative = sql.compare(base, "gt", zero), sql.compare(base, "lt", zero)
    if change.min_base >= 0 and not change.per_day:
        # The usual case: a base that is not below `min_base` and not zero can't be negative.
        known = [guard, positive] if change.min_base > 0 else [positive]
        return Operand(ValueType.DECIMAL, sql.times(difference, hundred), over=base, guard=sql.both(known))
    # A negative base turns the comparison round; its sign moves to the numerator instead.
    signed = sql.case([(negative, sql.minus(zero, difference))], difference)
    size = sql.case([(negative, sql.minus(zero, base))], base)
    known = [guard, sql.negate(sql.compare(base, "eq", zero))]
    return Operand(ValueType.DECIMAL, sql.times(signed, hundred), over=size, guard=sql.both(known))
