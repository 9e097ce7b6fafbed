"""What is added around the author's tree and can't be reached from it: the universe, the reader's row scope,
hard exclusions.
"""

from dataclasses import dataclass

from sqlglot import exp

from segments.compiler import sql, visible
from segments.compiler.bound import InList
from segments.compiler.lower import Lowering, Source
from segments.compiler.sql import Pred, Sql
from segments.references import Exclusion
from warehouse.access import RowScope
from warehouse.catalog.model import CUSTOMER


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is looked at: the reader's scope and, for contacts, whom to leave out and why."""

    scope: RowScope
    exclusions: tuple[Exclusion, ...] = ()


def universe(low: Lowering, source: Source) -> list[Sql]:
    """Conditions for: existed before the as-of date, and visible to the reader."""
    return [*low.exists(source), *_scope(low, source)]


def _scope(low: Lowering, source: Source) -> list[Sql]:
    assert source.entity is not None
    if source.entity.public and low.scope.allowed:
        return []
    if source.entity.name == CUSTOMER or not low.scope.allowed:
        return visible.customers(low, source)
    source.joins += low.owned(source.column(source.entity.customer))
    return []


def exclusion_reason(low: Lowering, source: Source, audience: Audience) -> Sql:
    """The number of the first exclusion that applies to a row, -1 where none does; there is at least one."""
    branches = [
        (_excluded(low, source, exclusion).strict(), sql.number(i))
        for i, exclusion in enumerate(audience.exclusions)
    ]
    return sql.case(branches, sql.number(-1))


def not_excluded(low: Lowering, source: Source, audience: Audience) -> list[Sql]:
    """Conditions for being contactable."""
    found = (_excluded(low, source, exclusion) for exclusion in audience.exclusions)
    return [exp.Not(this=exp.Paren(this=one.strict())) for one in found]


def _excluded(low: Lowering, source: Source, exclusion: Exclusion) -> Pred:
    """Whether a row, or the customer to whom it belongs, is on the list."""
    assert source.entity is not None
    if exclusion.members.entity == source.entity.name:
        return low.predicate(InList(source.entity, exclusion.members, ""), source)
    customers = low.setting.catalog.entities[CUSTOMER]
    owners = low.source(customers)
    listed = low.predicate(InList(customers, exclusion.members, ""), owners)
    keys = sql.where(sql.select([(owners.key, "k")], sql.table(owners.table, owners.alias)), [listed.sql])
    alias = low.alias("x")
    hit = sql.column(alias, "k")
    on = sql.compare(source.column(source.entity.customer), "eq", hit)
    source.joins.append(sql.join("LEFT", sql.subquery(keys, alias), on))
    return Pred(sql.is_known(hit), nullable=False)


__all__ = ["Audience", "exclusion_reason", "not_excluded", "universe"]
