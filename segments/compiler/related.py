"""Conditions about children: sets of parents' keys, or the number of fitting children beside each parent."""

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from segments.compiler import sql
from segments.compiler.bound import Related
from segments.compiler.operands import COUNTS, Operand
from segments.compiler.satisfied import satisfied
from warehouse.catalog.model import ValueType

if TYPE_CHECKING:
    from segments.compiler.lower import KeySet, Lowering, Source


def key_set(low: "Lowering", bound: Related) -> "KeySet | None":
    """Parents that satisfy the condition; None where a count is compared with an attribute.

    `all` has become `none` of the complement before lowering.
    """
    from segments.compiler.lower import KeySet  # noqa: PLC0415 - the two modules form one unit

    if bound.wanted is None:
        assert bound.quantifier in ("any", "none")
        return KeySet(_children(low, bound), outside=bound.quantifier == "none")
    if bound.wanted.other is not None:
        return None
    outside = satisfied(Decimal(0), bound.wanted)
    statement = _grouped(low, bound)
    test = low.comparer.test(_counted(exp.Count(this=exp.Star())), bound.wanted)
    statement.set("having", exp.Having(this=sql.negate(test.strict()) if outside else test.sql))
    return KeySet(statement, outside)


def value(low: "Lowering", bound: Related, source: "Source") -> Operand:
    """The number of children that satisfy the `where`, for every row of the source."""
    statement, alias = _grouped(low, bound), low.alias("j")
    counted = exp.Alias(this=exp.Count(this=exp.Star()), alias=sql.quoted("v"))
    statement.set("expressions", [*statement.expressions, counted])
    on = sql.compare(source.key, "eq", sql.column(alias, "k"))
    source.joins.append(sql.join("LEFT", sql.subquery(statement, alias), on))
    return _counted(sql.coalesce(sql.column(alias, "v"), sql.number(0)))


def _counted(number: sql.Sql) -> Operand:
    return Operand(ValueType.INTEGER, number, COUNTS, nullable=False)


def _grouped(low: "Lowering", bound: Related) -> exp.Select:
    statement = _children(low, bound)
    return sql.grouped(statement, [statement.expressions[0].this])


def _children(low: "Lowering", bound: Related) -> exp.Select:
    """`SELECT parent AS k` of the children that existed before the as-of date and satisfy the `where`."""
    outer, low.only_key = low.only_key, None  # facts inside belong to children, not to the one parent
    source = low.source(bound.child)
    key = source.column(bound.relation.child_key)
    tests = [*low.exists(source), sql.is_known(key) if outer is None else sql.compare(key, "eq", outer)]
    if bound.where is not None:
        tests += low.filters(bound.where, source)
    low.only_key = outer
    if bound.owner is not None:
        source.joins += low.owned(source.column(bound.owner))
    statement = sql.select([(key, "k")], sql.table(source.table, source.alias), source.joins)
    return sql.where(statement, tests)
