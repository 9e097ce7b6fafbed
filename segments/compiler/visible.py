"""What the reader's row scope leaves: rows of visible customers. Others' rows count nowhere, by whatever way."""

from typing import TYPE_CHECKING

from sqlglot import exp

from segments.compiler import passes, sql
from segments.compiler.bound import And, Test, Wanted
from segments.compiler.passes.context import PassContext
from segments.compiler.sql import Sql
from warehouse.access import RowScope
from warehouse.catalog.model import CUSTOMER, Entity, ValueType
from warehouse.errors import InputError

if TYPE_CHECKING:
    from segments.compiler.lower import Lowering, Source


def customers(low: "Lowering", source: "Source") -> list[Sql]:
    """Conditions for a customer's row to be visible."""
    assert source.entity is not None
    if low.scope.everything:
        return []
    if not low.scope.allowed:
        return [sql.FALSE()]
    context = PassContext(low.setting, low.columns)
    allowed = passes.run(_allowed(source.entity, low.scope), source.entity, context)
    past, low.past = low.past, None  # a reader's scope is that of the present
    try:
        return low.filters(allowed, source)
    finally:
        low.past = past


def owned(low: "Lowering", owner: Sql) -> list[exp.Join]:
    """Joins that leave the rows whose owner is a visible customer; nobody's rows are visible to those alone who
    see everything.
    """
    if low.scope.everything:
        return []
    source = low.source(low.setting.catalog.entities[CUSTOMER])
    tests = customers(low, source)
    keys = sql.select([(source.key, "k")], sql.table(source.table, source.alias), source.joins)
    alias = low.alias("s")
    on = sql.compare(owner, "eq", sql.column(alias, "k"))
    return [sql.join("SEMI", sql.subquery(sql.where(keys, tests), alias), on)]


def _allowed(entity: Entity, scope: RowScope) -> And:
    return And(tuple(_test(entity, name, values) for name, values in sorted(scope.allowed)))


def _test(entity: Entity, name: str, values: frozenset[str]) -> Test:
    attribute = entity.attributes.get(name)
    if attribute is None or attribute.type is not ValueType.TEXT:
        raise InputError(f"the row scope names {name}, which is no text attribute of {entity.name}")
    return Test(attribute, Wanted("in", tuple(sorted(values))), "")
