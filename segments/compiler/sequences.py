"""Events in order. Step by step, for each event that can be reached the latest possible first event is kept:
if any chain through it ends in time, that one does.
"""

from typing import TYPE_CHECKING

from sqlglot import exp

from segments.compiler import sql
from segments.compiler.aggregates import fact_filters, row_condition
from segments.compiler.bound import BoundStep, Sequence, foreign_owner
from segments.compiler.sql import Sql
from warehouse.catalog.model import Fact

if TYPE_CHECKING:
    from segments.compiler.lower import Lowering


def keys(low: "Lowering", bound: Sequence) -> exp.Select:
    """Keys of the entities that have the events, each strictly later than the one before."""
    reached = _first(low, bound)
    for before, step in zip(bound.steps, bound.steps[1:], strict=False):
        reached = _next(low, bound, reached, before.fact, step)
    alias = low.alias("q")
    statement = sql.select([(sql.column(alias, "k"), "k")], sql.subquery(reached, alias))
    if len(bound.steps) == 1:
        return statement
    end = sql.fn(f"add_{bound.unit}s", sql.column(alias, "first"), sql.number(bound.n))
    return sql.where(statement, [sql.compare(sql.column(alias, "d"), "lt", end)])


def _rows(low: "Lowering", bound: Sequence, step: BoundStep) -> tuple[str, list[exp.Join], list[Sql]]:
    """Alias, joins and conditions of a step's visible rows in the window."""
    fact, alias = step.fact, low.alias("f")
    low.tables.add(fact.table)
    key = sql.column(alias, fact.keys[bound.entity.name])
    tests = fact_filters(low, fact.business_date, bound.days, alias, key)
    if step.where is not None:
        tests.append(sql.wrapped(row_condition(low, step.where, fact.table, alias)))
    owner = foreign_owner(fact, bound.entity)
    return alias, [] if owner is None else low.owned(sql.column(alias, owner)), tests


def _event(bound: Sequence, fact: Fact, alias: str) -> list[tuple[Sql, str]]:
    """Key, date and time (where the fact has one) of an event."""
    columns = [
        (sql.column(alias, fact.keys[bound.entity.name]), "k"),
        (sql.column(alias, fact.business_date), "d"),
    ]
    return columns if fact.event_time is None else [*columns, (sql.column(alias, fact.event_time), "t")]


def _first(low: "Lowering", bound: Sequence) -> exp.Select:
    step = bound.steps[0]
    alias, joins, tests = _rows(low, bound, step)
    columns = _event(bound, step.fact, alias)
    day = sql.column(alias, step.fact.business_date)
    statement = sql.select([*columns, (day, "first")], sql.table(step.fact.table, alias), joins)
    return sql.grouped(sql.where(statement, tests), [value for value, _ in columns])


def _next(low: "Lowering", bound: Sequence, reached: exp.Select, before: Fact, step: BoundStep) -> exp.Select:
    alias, joins, tests = _rows(low, bound, step)
    prior = low.alias("q")
    columns = _event(bound, step.fact, alias)
    on = sql.compare(columns[0][0], "eq", sql.column(prior, "k"))
    # Beside the equality, so that no engine needs joins on inequalities.
    tests.append(_later(step.fact, alias, before, prior))
    latest = exp.Max(this=sql.column(prior, "first"))
    joined = sql.join("INNER", sql.subquery(reached, prior), on)
    statement = sql.select([*columns, (latest, "first")], sql.table(step.fact.table, alias), [joined, *joins])
    return sql.grouped(sql.where(statement, tests), [value for value, _ in columns])


def _later(fact: Fact, alias: str, before: Fact, prior: str) -> Sql:
    """Later by time where both events have one, else by date."""
    by_date = sql.compare(sql.column(alias, fact.business_date), "gt", sql.column(prior, "d"))
    if fact.event_time is None or before.event_time is None:
        return by_date
    time, earlier = sql.column(alias, fact.event_time), sql.column(prior, "t")
    timed = sql.both([sql.is_known(time), sql.is_known(earlier)])
    return sql.case([(timed, sql.compare(time, "gt", earlier))], by_date)
