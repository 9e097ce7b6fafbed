"""What is added around the author's tree and can't be reached from it: the universe, the reader's row scope,
hard exclusions.
"""

from dataclasses import dataclass

from sqlglot import exp

from segments.compiler import passes, sql
from segments.compiler.bind import Setting
from segments.compiler.bound import And, InList, Test, Wanted
from segments.compiler.lower import Columns, Lowering, Source
from segments.compiler.passes.context import PassContext
from segments.compiler.sql import Sql
from segments.references import Exclusion
from warehouse.access import RowScope
from warehouse.catalog.model import Entity, ValueType
from warehouse.errors import InputError

CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is looked at: the reader's scope and, for contacts, whom to leave out and why."""

    scope: RowScope
    exclusions: tuple[Exclusion, ...] = ()


def universe(low: Lowering, source: Source, audience: Audience, columns: Columns) -> list[Sql]:
    """Conditions for: existed before the as-of date, and visible to the reader."""
    return [*low.exists(source), *_scope(low, source, audience.scope, columns)]


def _scope(low: Lowering, source: Source, scope: RowScope, columns: Columns) -> list[Sql]:
    if scope.everything:
        return []
    if not scope.allowed:
        return [sql.FALSE()]
    assert source.entity is not None
    customers = low.setting.catalog.entities[CUSTOMER]
    visible = passes.run(_visible(customers, scope), customers, PassContext(low.setting, columns))
    if source.entity.name == CUSTOMER:
        return low.filters(visible, source)
    owners = low.source(customers)
    tests = low.filters(visible, owners)
    keys = sql.select([(owners.key, "k")], sql.table(owners.table, owners.alias), owners.joins)
    alias = low.alias("s")
    on = sql.compare(source.column(source.entity.customer), "eq", sql.column(alias, "k"))
    source.joins.append(sql.join("SEMI", sql.subquery(sql.where(keys, tests), alias), on))
    return []


def _visible(customers: Entity, scope: RowScope) -> And:
    return And(tuple(_allowed(customers, name, values) for name, values in sorted(scope.allowed)))


def _allowed(customers: Entity, name: str, values: frozenset[str]) -> Test:
    attribute = customers.attributes.get(name)
    if attribute is None or attribute.type is not ValueType.TEXT:
        raise InputError(f"the row scope names {name}, which is no text attribute of {CUSTOMER}")
    return Test(attribute, Wanted("in", tuple(sorted(values))), "")


def exclusion_reason(low: Lowering, source: Source, audience: Audience) -> Sql:
    """The number of the first exclusion that applies to a row, -1 where none does; there is at least one."""
    assert source.entity is not None
    entity = source.entity
    branches = [
        (low.predicate(InList(entity, exclusion.members, ""), source).strict(), sql.number(i))
        for i, exclusion in enumerate(audience.exclusions)
    ]
    return sql.case(branches, sql.number(-1))


def not_excluded(low: Lowering, source: Source, audience: Audience) -> list[Sql]:
    """Conditions for being contactable."""
    assert source.entity is not None
    found = (low.predicate(InList(source.entity, e.members, ""), source) for e in audience.exclusions)
    return [exp.Not(this=exp.Paren(this=one.strict())) for one in found]


__all__ = ["Audience", "Setting", "exclusion_reason", "not_excluded", "universe"]
