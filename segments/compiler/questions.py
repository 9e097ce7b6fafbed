"""Questions about a compiled document as SQL trees: count, members, universe."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlglot import exp

from segments.compiler import sql
from segments.compiler.audience import Audience, exclusion_reason, not_excluded, universe
from segments.compiler.bound import Always, Bound
from segments.compiler.compile import Compiled
from segments.compiler.lower import Lowering, Source
from segments.compiler.render import render
from segments.compiler.sql import Sql
from warehouse.catalog.model import Attribute
from warehouse.engines.port import Statement


@dataclass(frozen=True, slots=True)
class Question:
    """A statement for one engine, the tables it reads, the names of parameters that hold ids of lists."""

    statement: Statement
    tables: tuple[str, ...]
    lists: frozenset[str] = frozenset()

    def shown(self) -> dict[str, Any]:
        """The parameters for people: of a list, which may name whom they can't see, its length."""
        found = self.statement.parameters.items()
        return {name: f"{len(value)} ids" if name in self.lists else value for name, value in found}


class Asking:
    """One statement in the making: the entities of an audience, filtered by trees."""

    def __init__(self, compiled: Compiled, audience: Audience, only_key: str | int | None = None) -> None:
        self.audience = audience
        self.low = Lowering(compiled.setting, compiled.columns, audience.scope)
        self.source: Source = self.low.source(compiled.entity)
        self.tests = universe(self.low, self.source)
        if only_key is not None:
            self.low.only_key = self.key_parameter(only_key)
            self.tests.append(sql.compare(self.source.key, "eq", self.low.only_key))

    def key_parameter(self, key: str | int) -> Sql:
        """A placeholder for a key of the entity."""
        kind, value = ("integer", Decimal(key)) if isinstance(key, int) else ("text", key)
        return self.low.parameters.add(kind, value)

    def only(self, tree: Bound) -> "Asking":
        """Narrow to the entities that satisfy the tree."""
        if tree != Always(True):
            self.tests += self.low.filters(tree, self.source)
        return self

    def contactable(self) -> "Asking":
        """Narrow to those whom no exclusion names."""
        self.tests += not_excluded(self.low, self.source, self.audience)
        return self

    def select(self, columns: Sequence[tuple[Sql, str]]) -> exp.Select:
        """SELECT these of the entities found so far."""
        table = sql.table(self.source.table, self.source.alias)
        return sql.where(sql.select(columns, table, self.source.joins), self.tests)

    def counted(self, columns: Sequence[tuple[Sql, str]]) -> exp.Select:
        """`n` per combination of these. Grouped from outside: in GROUP BY a constant would be a position."""
        alias = self.low.alias("g")
        names = [(sql.column(alias, name), name) for _, name in columns]
        outer = sql.select(
            [*names, (exp.Count(this=exp.Star()), "n")], sql.subquery(self.select(columns), alias)
        )
        return sql.grouped(outer, [value for value, _ in names])

    def question(self, tree: Sql, engine: str, *, pretty: bool = False) -> Question:
        """The rendered statement."""
        known, between = self.low.parameters.values, self.low.setting.between
        statement = render(tree, known, engine, pretty=pretty, between=between)
        lists = frozenset(name for name, one in known.items() if isinstance(one.value, pa.Array))
        return Question(statement, tuple(sorted(self.low.tables)), lists)


def count(compiled: Compiled, audience: Audience, engine: str, *, pretty: bool = False) -> Question:
    """`n` per `reason`: the exclusion that applies, -1 for members. Without exclusions one row."""
    asking = Asking(compiled, audience).only(compiled.tree)
    if not audience.exclusions:
        counted = asking.select([(exp.Count(this=exp.Star()), "n")])
        return asking.question(counted, engine, pretty=pretty)
    reason = exclusion_reason(asking.low, asking.source, audience)
    return asking.question(asking.counted([(reason, "reason")]), engine, pretty=pretty)


def universe_size(compiled: Compiled, audience: Audience, engine: str) -> Question:
    """`n`: how many entities there are for the reader."""
    asking = Asking(compiled, audience)
    return asking.question(asking.select([(exp.Count(this=exp.Star()), "n")]), engine)


@dataclass(frozen=True, slots=True)
class Page:
    """Which members: those after a key, at most so many, with these attributes."""

    after: str | int | None
    limit: int
    attributes: tuple[Attribute, ...] = ()


def members(compiled: Compiled, audience: Audience, page: Page, engine: str) -> Question:
    """`key`, `id` and one column per attribute, in the order of keys."""
    asking = Asking(compiled, audience).only(compiled.tree).contactable()
    if page.after is not None:
        kind, value = (
            ("integer", Decimal(page.after)) if isinstance(page.after, int) else ("text", page.after)
        )
        after = asking.low.parameters.add(kind, value)
        asking.tests.append(sql.compare(asking.source.key, "gt", after))
    source, entity = asking.source, compiled.entity
    columns = [(source.key, "key"), (source.column(entity.id), "id")]
    columns += [(asking.low.operand(a, source).sql, f"a{i}") for i, a in enumerate(page.attributes)]
    statement = asking.select(columns)
    statement.set("order", exp.Order(expressions=[exp.Ordered(this=source.key)]))
    statement.set("limit", exp.Limit(expression=sql.number(page.limit + 1)))
    return asking.question(statement, engine)
