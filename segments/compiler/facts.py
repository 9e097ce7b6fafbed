"""Behaviour and change: aggregates of fact rows per entity, as sets of keys or as values beside each entity.

Both forms share one formula over `parts` (aggregates by name): inside GROUP BY ... HAVING the parts are the
aggregates themselves, beside an entity they are columns of a left join with zeros where there were no rows.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from segments.compiler import changes, sql
from segments.compiler.aggregates import (
    AGGREGATES,
    ZERO_WITHOUT_ROWS,
    Parts,
    key,
    measure_range,
    rows,
    value_range,
)
from segments.compiler.bound import Behaviour, Change
from segments.compiler.monthly import monthly_sum
from segments.compiler.operands import Operand, whole
from segments.compiler.satisfied import satisfied
from segments.compiler.sql import Sql
from warehouse.catalog.model import ValueType

if TYPE_CHECKING:
    from segments.compiler.lower import KeySet, Lowering, Source


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
    if isinstance(bound, Change):
        return changes.grouped(low, bound)
    what, alias = bound.what, low.alias("f")
    low.tables.add(what.fact.table)
    statement = rows(low, what, bound.days, alias)
    return sql.grouped(statement, [key(what, alias)]), AGGREGATES[what.agg](low, what, alias)


def _mart_parts(bound: Behaviour | Change, source: "Source") -> Parts:
    if isinstance(bound, Change):
        return changes.from_mart(bound, source)
    return {"v": monthly_sum(bound.what, bound.days, source)}


def _formula(low: "Lowering", bound: Behaviour | Change, parts: Parts) -> Operand:
    what = bound.what
    if isinstance(bound, Change):
        return changes.formula(low, bound, parts)
    if what.agg == "avg":
        # An average is kept as sum and count; the comparison multiplies out.
        scale = measure_range(low, what).scale
        over = parts["n"] if scale == 0 else sql.times(sql.fn("wide", parts["n"]), sql.number(10**scale))
        return Operand(ValueType.DECIMAL, whole(parts["s"], scale), over=sql.fn("wide", over))
    return Operand(what.result.type, parts["v"], value_range(low, what))
