"""Rows of a fact and what is computed over them: filters, aggregates by name, the numbers each can give."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from segments.compiler import sql
from segments.compiler.bound import Aggregate, Bound
from segments.compiler.calendar import Days
from segments.compiler.operands import COUNTS, WIDE, Operand, Range, decimal_range
from segments.compiler.sql import Sql
from warehouse.catalog.model import ValueType

if TYPE_CHECKING:
    from segments.compiler.lower import Lowering

Parts = dict[str, Sql]
ZERO_WITHOUT_ROWS = frozenset({"count", "count_distinct", "sum"})


def rows(low: "Lowering", what: Aggregate, span: Days, alias: str) -> exp.Select:
    """`SELECT key AS k` of the visible rows in the window that satisfy the aggregate's `where`."""
    tests = fact_filters(low, what.fact.business_date, span, alias, key(what, alias))
    joins = [] if what.owner is None else low.owned(sql.column(alias, what.owner))
    statement = sql.select([(key(what, alias), "k")], sql.table(what.fact.table, alias), joins)
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


def key(what: Aggregate, alias: str) -> Sql:
    """The column that says to which entity a row belongs."""
    return sql.column(alias, what.fact.keys[what.entity.name])


def measured(what: Aggregate, alias: str) -> Sql:
    """The column of the measure."""
    assert what.measure is not None
    assert what.measure.column is not None
    return sql.column(alias, what.measure.column)


def added(value: Sql, kind: ValueType) -> Sql:
    """The sum of a column; integers are added up wide. 0 without a known value."""
    name = "sum_wide" if kind is ValueType.INTEGER else "sum"
    return sql.coalesce(sql.fn(name, value), sql.number(0))


def _count(_low: "Lowering", _what: Aggregate, _alias: str) -> Parts:
    return {"v": exp.Count(this=exp.Star())}


def _count_distinct(_low: "Lowering", what: Aggregate, alias: str) -> Parts:
    return {"v": exp.Count(this=exp.Distinct(expressions=[measured(what, alias)]))}


def _sum(_low: "Lowering", what: Aggregate, alias: str) -> Parts:
    assert what.measure is not None
    return {"v": added(measured(what, alias), what.measure.type)}


def _avg(_low: "Lowering", what: Aggregate, alias: str) -> Parts:
    value = measured(what, alias)
    return {"s": sql.fn("sum", value), "n": exp.Count(this=value)}


def _extreme(kind: type[exp.AggFunc]) -> "Made":
    return lambda _low, what, alias: {"v": kind(this=measured(what, alias))}


def _edge(kind: type[exp.AggFunc]) -> "Made":
    return lambda _low, what, alias: {"v": kind(this=sql.column(alias, what.fact.business_date))}


def _latest(low: "Lowering", what: Aggregate, alias: str) -> Parts:
    """The measure of the last row; NULL there is NULL here."""
    order = [sql.column(alias, name) for name in (what.fact.business_date, *what.fact.order)]
    ranks = [rank for name in order for rank in _ranks(low, what.fact.table, name)]
    return {"v": sql.fn("latest", measured(what, alias), *ranks)}


def _ranks(low: "Lowering", table: str, column: Sql) -> list[Sql]:
    """What a column is ordered by: unknown first, then its value. No part is ever NULL."""
    storage = low.columns.get(table, {}).get(column.name, "")
    known = sql.case([(sql.is_null(column), sql.number(0))], sql.number(1))
    return [known, sql.fn("known_or_lowest", column, sql.text(storage))]


Made = Callable[["Lowering", Aggregate, str], Parts]
"""Lowering, aggregate, alias of the rows -> the parts its value is made of; `v` alone but for an average."""

AGGREGATES: Mapping[str, Made] = {
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


def value_range(low: "Lowering", what: Aggregate) -> Range:
    """The numbers an aggregate can give."""
    if what.agg in ("count", "count_distinct"):
        return COUNTS
    if what.measure is None:
        return WIDE
    known = measure_range(low, what)
    if what.agg != "sum":
        return known
    return WIDE if what.measure.type is ValueType.INTEGER else decimal_range(38, known.scale)


def measure_range(low: "Lowering", what: Aggregate) -> Range:
    """The numbers its measure can hold."""
    assert what.measure is not None
    return low.range_of(what.measure, what.fact.table)
