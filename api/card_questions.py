"""Questions of the card, built with the compiler's pieces: scope, dates and types are those of segments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlglot import exp

from api.releases import OpenRelease
from segments.asked import Asked, Days
from segments.compiler import sql
from segments.compiler.audience import Audience
from segments.compiler.compile import compile_document
from segments.compiler.lower import Lowering, Source
from segments.compiler.questions import Asking
from segments.compiler.render import render
from segments.conditions.nodes import Document
from warehouse.access import Actor
from warehouse.catalog.model import CUSTOMER, Attribute, Entity, Fact

MAX_CHILDREN = 1_000
"""More children of one kind are not put on a card."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One row: business id, key, and values by attribute."""

    id: str
    key: Any
    values: Mapping[str, Any]


class CardQuestions:
    """Questions about one customer on one open release, for one actor, at the release's days or earlier ones.

    Raises InputError for later days.
    """

    def __init__(self, opened: OpenRelease, actor: Actor, days: Days) -> None:
        self._engine = opened.engine
        self._audience = Audience(actor.scope)
        asked = Asked(opened.release)
        self._columns = asked.columns
        self._setting = asked.setting(days)
        past = self._setting.past
        self.known_on = past.known_on if past else opened.release.manifest.known_on
        self._askable = asked.askable(past) if past else None

    @property
    def as_of(self) -> date:
        """The day at whose start the customer is described."""
        return self._setting.as_of

    @property
    def facts_kept(self) -> bool:
        """Whether facts can be told: they are as known now, and on no earlier day of knowledge."""
        return self._askable is None or self._askable.known_now

    def kept(self, attribute: Attribute, entity: Entity) -> bool:
        """Whether the value of these days is told by the release."""
        return self._askable is None or self._askable.kept(attribute, entity)

    def children_kept(self, child: Entity) -> bool:
        """Whether it is told which of these there were."""
        return self._askable is None or self._askable.children_kept(child)

    def customer(self, customer_id: str, attributes: Sequence[Attribute]) -> Found | None:
        """The customer of a business id, if the actor may see it."""
        entity = self._setting.catalog.entities[CUSTOMER]
        asking = self._asking(entity)
        wanted = asking.low.parameters.add("text", customer_id)
        asking.tests.append(sql.compare(asking.source.column(entity.id), "eq", wanted))
        return next(iter(self._rows(asking, entity, attributes, limit=1)), None)

    def children(self, entity: Entity, customer_no: int, attributes: Sequence[Attribute]) -> list[Found]:
        """What the customer has of an entity, by key."""
        asking = self._asking(entity)
        owner = asking.low.parameters.add("integer", Decimal(customer_no))
        asking.tests.append(sql.compare(asking.source.column(entity.customer), "eq", owner))
        return self._rows(asking, entity, attributes, limit=MAX_CHILDREN)

    def last_events(
        self, fact: Fact, customer_no: int, attributes: Sequence[Attribute], limit: int
    ) -> list[Row]:
        """The customer's last rows of a fact before the as-of date, newest first."""
        low = Lowering(self._setting, self._columns, self._audience.scope)
        source = Source(fact.table, low.alias("t"), None)
        day = source.column(fact.business_date)
        owner = low.parameters.add("integer", Decimal(customer_no))
        before = low.parameters.add("date", self._setting.as_of)
        tests = [
            sql.compare(source.column(fact.keys[CUSTOMER]), "eq", owner),
            sql.compare(day, "lt", before),
        ]
        columns = [(day, "business_date")]
        columns += [(low.operand(one, source).sql, f"a{place}") for place, one in enumerate(attributes)]
        order = [day, *(source.column(name) for name in fact.order if name != fact.business_date)]
        statement = sql.where(sql.select(columns, sql.table(fact.table, source.alias)), tests)
        _newest(statement, order, limit)
        names = ["business_date", *(one.name for one in attributes)]
        rows = self._engine.query(render(statement, low.parameters.values, self._engine.name))
        return [dict(zip(names, row.values(), strict=True)) for row in rows.to_pylist()]

    def _asking(self, entity: Entity) -> Asking:
        compiled = compile_document(Document(entity.name, None), self._setting, self._columns)
        return Asking(compiled, self._audience)

    def _rows(
        self, asking: Asking, entity: Entity, attributes: Sequence[Attribute], *, limit: int
    ) -> list[Found]:
        source = asking.source
        columns = [(source.column(entity.id), "id"), (source.key, "key")]
        columns += [
            (asking.low.operand(one, source).sql, f"a{place}") for place, one in enumerate(attributes)
        ]
        statement = asking.select(columns)
        statement.set("order", exp.Order(expressions=[exp.Ordered(this=source.key)]))
        statement.set("limit", exp.Limit(expression=sql.number(limit)))
        rows = self._engine.query(asking.question(statement, self._engine.name).statement)
        return [_found(list(row.values()), attributes) for row in rows.to_pylist()]


def _found(values: Sequence[Any], attributes: Sequence[Attribute]) -> Found:
    named = {one.name: value for one, value in zip(attributes, values[2:], strict=True)}
    return Found(str(values[0]), values[1], named)


def _newest(statement: exp.Select, order: Sequence[sql.Sql], limit: int) -> None:
    ordered = [exp.Ordered(this=column, desc=True, nulls_first=False) for column in order]
    statement.set("order", exp.Order(expressions=ordered))
    statement.set("limit", exp.Limit(expression=sql.number(limit)))
