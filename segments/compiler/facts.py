"""Behaviour and change: aggregates of fact rows per entity, as sets of keys or as values beside each entity.

Both forms share one formula over `parts` (aggregates by name): inside GROUP BY ... HAVING the parts are the
aggregates themselves, beside an entity they are columns of a left join with zeros where there were no rows.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import lcm
from typing import TYPE_CHECKING

from sqlglot import exp

from segments.compiler import sql
from segments.compiler.bound import Aggregate, Behaviour, Bound, Change, Wanted
from segments.compiler.calendar import Days, whole_months
from segments.compiler.operands import COUNTS, EXACT, WIDE, Operand, Range, decimal_range, whole
from segments.compiler.satisfied import satisfied
from segments.compiler.sql import Sql
from warehouse.catalog.model import MonthlySeries, ValueType

if TYPE_CHECKING:
    from segments.compiler.lower import KeySet, Lowering, Source

Parts = dict[str, Sql]
ZERO_WITHOUT_ROWS = frozenset({"count", "count_distinct", "sum"})


def key_set(low: "Lowering", bound: Behaviour | Change) -> "KeySet | None":
    """Keys that satisfy the condition; None where it needs a value beside the entity."""
    from segments.compiler.lower import KeySet  # noqa: PLC0415 - the two modules form one unit

    if bound.wanted.other is not None or bound.from_mart:
        return None
    outside = _holds_without_rows(bound)
    statement, parts = _grouped(low, bound)
    if _any_row_decides(bound):
        statement.set("group", None)
        return KeySet(statement, outside)
    test = low.comparer.test(_formula(low, bound, parts), bound.wanted)
    statement.set("having", exp.Having(this=sql.negate(test.strict()) if outside else test.sql))
    return KeySet(statement, outside)


ANY_ROW = frozenset(
    {("ge", Decimal(1)), ("gt", Decimal(0)), ("eq", Decimal(0)), ("le", Decimal(0)), ("lt", Decimal(1))}
)
"""Counts that one row decides: at least one, or none at all seen from outside."""


def _any_row_decides(bound: Behaviour | Change) -> bool:
    if isinstance(bound, Change) or bound.what.agg != "count":
        return False
    return isinstance(bound.wanted.value, Decimal) and (bound.wanted.op, bound.wanted.value) in ANY_ROW


def _holds_without_rows(bound: Behaviour | Change) -> bool:
    """Whether an entity without any row satisfies the condition: nothing happened is a value."""
    if bound.what.agg not in ZERO_WITHOUT_ROWS:
        return False
    if isinstance(bound, Behaviour):
        return satisfied(Decimal(0), bound.wanted)
    return not bound.percent and bound.min_base <= 0 and satisfied(Decimal(0), bound.wanted)


def value(low: "Lowering", bound: Behaviour | Change, source: "Source") -> Operand:
    """The measured value for every row of the source."""
    if bound.from_mart:
        return _formula(low, bound, _mart_parts(bound, source))
    statement, parts = _grouped(low, bound)
    alias = low.alias("j")
    named = [exp.Alias(this=part, alias=sql.quoted(name)) for name, part in parts.items()]
    statement.set("expressions", [*statement.expressions, *named])
    on = sql.compare(source.key, "eq", sql.column(alias, "k"))
    source.joins.append(sql.join("LEFT", sql.subquery(statement, alias), on))
    return _formula(low, bound, {name: _beside(bound, sql.column(alias, name)) for name in parts})


def _beside(bound: Behaviour | Change, joined: Sql) -> Sql:
    return sql.coalesce(joined, sql.number(0)) if bound.what.agg in ZERO_WITHOUT_ROWS else joined


# Rows of a fact, grouped by the entity's key


def _grouped(low: "Lowering", bound: Behaviour | Change) -> tuple[exp.Select, Parts]:
    what = bound.what
    low.tables.add(what.fact.table)
    alias = low.alias("f")
    span = (
        bound.days if isinstance(bound, Behaviour) else Days(bound.windows[-1].start, bound.windows[0].before)
    )
    statement = rows(low, what, span, alias)
    if isinstance(bound, Behaviour):
        parts = _aggregates(low, what, alias, "", None)
    else:
        parts = _window_parts(low, bound, alias)
    return sql.grouped(statement, [_key(what, alias)]), parts


def rows(low: "Lowering", what: Aggregate, span: Days, alias: str) -> exp.Select:
    """`SELECT key AS k` of the visible rows in the window that satisfy the aggregate's `where`."""
    tests = fact_filters(low, what.fact.business_date, span, alias, _key(what, alias))
    joins = [] if what.owner is None else low.owned(sql.column(alias, what.owner))
    statement = sql.select([(_key(what, alias), "k")], sql.table(what.fact.table, alias), joins)
    if what.where is not None:
        tests.append(sql.wrapped(row_condition(low, what.where, what.fact.table, alias)))
    return sql.where(statement, tests)


def fact_filters(low: "Lowering", date: str, span: Days, alias: str, key: Sql) -> list[Sql]:
    """Rows with a key (unknown keys belong to nobody) and a date inside the window."""
    day = Operand(ValueType.DATE, sql.column(alias, date))
    tests = [low.comparer.in_days(day, span.start, span.before)]
    tests.append(sql.is_known(key) if low.only_key is None else sql.compare(key, "eq", low.only_key))
    return tests


def row_condition(low: "Lowering", where: Bound, table: str, alias: str) -> Sql:
    """A condition about a fact's own columns."""
    from segments.compiler.lower import Source  # noqa: PLC0415

    return low.predicate(where, Source(table, alias, None)).sql


def _key(what: Aggregate, alias: str) -> Sql:
    return sql.column(alias, what.fact.keys[what.entity.name])


def _aggregates(low: "Lowering", what: Aggregate, alias: str, suffix: str, inside: Sql | None) -> Parts:
    """The aggregates one window needs; `inside` restricts them to rows of that window."""
    made = AGGREGATES[what.agg](low, what, alias, inside)
    return {f"{name}{suffix}": part for name, part in made.items()}


def _measured(what: Aggregate, alias: str, inside: Sql | None) -> Sql:
    assert what.measure is not None
    assert what.measure.column is not None
    stored = sql.column(alias, what.measure.column)
    return stored if inside is None else sql.case([(inside, stored)])


def _count(_low: "Lowering", _what: Aggregate, _alias: str, inside: Sql | None) -> Parts:
    counted: Sql = exp.Star() if inside is None else sql.case([(inside, sql.number(1))])
    return {"v": exp.Count(this=counted)}


def _count_distinct(_low: "Lowering", what: Aggregate, alias: str, inside: Sql | None) -> Parts:
    return {"v": exp.Count(this=exp.Distinct(expressions=[_measured(what, alias, inside)]))}


def _sum(_low: "Lowering", what: Aggregate, alias: str, inside: Sql | None) -> Parts:
    assert what.measure is not None
    name = "sum_wide" if what.measure.type is ValueType.INTEGER else "sum"
    return {"v": sql.coalesce(sql.fn(name, _measured(what, alias, inside)), sql.number(0))}


def _avg(_low: "Lowering", what: Aggregate, alias: str, inside: Sql | None) -> Parts:
    measured = _measured(what, alias, inside)
    return {"s": sql.fn("sum", measured), "n": exp.Count(this=measured)}


def _extreme(kind: type[exp.AggFunc]) -> Callable[["Lowering", Aggregate, str, Sql | None], Parts]:
    return lambda _low, what, alias, inside: {"v": kind(this=_measured(what, alias, inside))}


def _edge(kind: type[exp.AggFunc]) -> Callable[["Lowering", Aggregate, str, Sql | None], Parts]:
    return lambda _low, what, alias, _inside: {"v": kind(this=sql.column(alias, what.fact.business_date))}


def _latest(low: "Lowering", what: Aggregate, alias: str, inside: Sql | None) -> Parts:
    """The measure of the last row; NULL there is NULL here. `inside` rows come first in the order."""
    assert what.measure is not None
    assert what.measure.column is not None
    order = [sql.column(alias, name) for name in (what.fact.business_date, *what.fact.order)]
    ranks = [rank for name in order for rank in _ranks(low, what.fact.table, name)]
    measured = sql.column(alias, what.measure.column)
    if inside is None:
        return {"v": sql.fn("latest", measured, *ranks)}
    return {
        "v": sql.fn(
            "latest",
            sql.case([(inside, measured)]),
            sql.case([(inside, sql.number(1))], sql.number(0)),
            *ranks,
        )
    }


def _ranks(low: "Lowering", table: str, column: Sql) -> list[Sql]:
    """What a column is ordered by: unknown first, then its value. No part is ever NULL."""
    storage = low.columns.get(table, {}).get(column.name, "")
    known = sql.case([(sql.is_null(column), sql.number(0))], sql.number(1))
    return [known, sql.fn("known_or_lowest", column, sql.text(storage))]


AGGREGATES: Mapping[str, Callable[["Lowering", Aggregate, str, Sql | None], Parts]] = {
    "count": _count,
    "count_distinct": _count_distinct,
    "sum": _sum,
    "avg": _avg,
    "min": _extreme(exp.Min),
    "max": _extreme(exp.Max),
    "first": _edge(exp.Min),
    "last": _edge(exp.Max),
    "latest": _latest,
}


def _window_parts(low: "Lowering", change: Change, alias: str) -> Parts:
    """One set of parts per window: `v0` is the current one, `v1` the one before it ..."""
    day = Operand(ValueType.DATE, sql.column(alias, change.what.fact.business_date))
    made: Parts = {}
    for i, window in enumerate(change.windows):
        inside = low.comparer.in_days(day, window.start, window.before)
        made |= _aggregates(low, change.what, alias, str(i), inside)
    return made


# The mart's monthly series


def _mart_parts(bound: Behaviour | Change, source: "Source") -> Parts:
    if isinstance(bound, Behaviour):
        return {"v": _months(bound.what, bound.days, source)}
    return {f"v{i}": _months(bound.what, days, source) for i, days in enumerate(bound.windows)}


def monthly_columns(what: Aggregate, days: Days) -> tuple[str, ...] | None:
    """The mart's columns that add up to the window's sum, or None where the series can't say."""
    series = monthly_series(what)
    months = whole_months(days)
    if series is None or months is None:
        return None
    return tuple(f"{series.prefix}{month.year:04d}_{month.month:02d}" for month in months)


def monthly_series(what: Aggregate) -> MonthlySeries | None:
    """The series that holds the aggregate's monthly sums for its entity. Of rows that may belong to others than the
    entity's customer there is none: a sum can't be taken apart again by what a reader sees.
    """
    if what.agg != "sum" or what.where is not None or what.measure is None or what.owner is not None:
        return None
    fitting = (
        s for s in what.fact.monthly if s.entity == what.entity.name and s.measure == what.measure.name
    )
    return next(fitting, None)


def _months(what: Aggregate, days: Days, source: "Source") -> Sql:
    names = monthly_columns(what, days)
    assert names is not None
    added = [sql.coalesce(source.column(name), sql.number(0)) for name in names]
    total = added[0]
    for one in added[1:]:
        total = sql.plus(total, one)
    return total


# Formulas


def _formula(low: "Lowering", bound: Behaviour | Change, parts: Parts) -> Operand:
    what = bound.what
    if isinstance(bound, Change):
        return _changed(low, bound, parts)
    if what.agg == "avg":
        # An average is kept as sum and count; the comparison multiplies out.
        scale = _measure_range(low, what).scale
        over = parts["n"] if scale == 0 else sql.times(sql.fn("wide", parts["n"]), sql.number(10**scale))
        return Operand(ValueType.DECIMAL, whole(parts["s"], scale), over=sql.fn("wide", over))
    return Operand(what.result.type, parts["v"], value_range(low, what))


def value_range(low: "Lowering", what: Aggregate) -> Range:
    """The numbers an aggregate can give."""
    if what.agg in ("count", "count_distinct"):
        return COUNTS
    if what.measure is None:
        return WIDE
    known = _measure_range(low, what)
    if what.agg != "sum":
        return known
    return WIDE if what.measure.type is ValueType.INTEGER else decimal_range(38, known.scale)


def _measure_range(low: "Lowering", what: Aggregate) -> Range:
    assert what.measure is not None
    return low.range_of(what.measure, what.fact.table)


def _changed(low: "Lowering", change: Change, parts: Parts) -> Operand:
    """percent = 100 * (current - base) / base, base = mean of the windows before, all multiplied out."""
    scale = value_range(low, change.what).scale
    amounts = [whole(parts[f"v{i}"], scale) for i in range(len(change.windows))]
    windows = len(amounts) - 1
    least = EXACT.multiply(change.min_base, Decimal(windows * 10**scale))
    guards = [
        low.comparer.test(Operand(ValueType.INTEGER, _total(amounts[1:]), WIDE), Wanted("ge", least)).sql
    ]
    share = 1
    if change.per_day:
        share = lcm(*(days.length for days in change.windows))
        amounts = [
            sql.times(amount, sql.fn("wide", sql.number(share // days.length)))
            for amount, days in zip(amounts, change.windows, strict=True)
        ]
    current, base = sql.times(amounts[0], sql.fn("wide", sql.number(windows))), _total(amounts[1:])
    difference = sql.minus(current, base)
    if not change.percent:
        over = sql.fn("wide", sql.number(windows * 10**scale * share))
        return Operand(ValueType.DECIMAL, difference, over=over, guard=guards[0])
    return _percent(change, difference, base, guards)


def _percent(change: Change, difference: Sql, base: Sql, guards: list[Sql]) -> Operand:
    """100 * difference / base, unknown where the base is 0; both are multiplied by the number of windows."""
    zero, hundred = sql.number(0), sql.fn("wide", sql.number(100))
    positive, negative = sql.compare(base, "gt", zero), sql.compare(base, "lt", zero)
    if change.min_base >= 0 and not change.per_day:
        # The usual case: a base that is not below `min_base` and not zero can't be negative.
        known = [*guards, positive] if change.min_base > 0 else [positive]
        return Operand(ValueType.DECIMAL, sql.times(difference, hundred), over=base, guard=sql.both(known))
    # A negative base turns the comparison round; its sign moves to the numerator instead.
    signed = sql.case([(negative, sql.minus(zero, difference))], difference)
    size = sql.case([(negative, sql.minus(zero, base))], base)
    known = [*guards, sql.negate(sql.compare(base, "eq", zero))]
    return Operand(ValueType.DECIMAL, sql.times(signed, hundred), over=size, guard=sql.both(known))


def _total(amounts: list[Sql]) -> Sql:
    total = amounts[0]
    for amount in amounts[1:]:
        total = sql.plus(total, amount)
    return total
