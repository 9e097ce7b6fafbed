"""Identifiers of any channel -> the customer who has them on a day. Of several customers none is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from segments.compiler import sql
from segments.compiler.audience import Audience
from segments.compiler.bind import Setting
from segments.compiler.compile import compile_document
from segments.compiler.questions import Asking
from segments.conditions import types
from segments.conditions.nodes import Document
from segments.service import SegmentService
from segments.survivors import IDENTIFIER
from warehouse.access import Actor
from warehouse.catalog.model import CUSTOMER, Entity
from warehouse.errors import InputError
from warehouse.identifiers import forms_by_kind

COLUMNS = ("kind", "value", "valid_from", "valid_to", "candidates")
FOUND, AMBIGUOUS, FORMER, UNKNOWN = "found", "ambiguous", "former", "unknown"


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer who is said to have an identifier from one day up to and including another (None = no end known).

    `candidates` counts the customers who have it in the same days, also those whom the reader can't see; `current`:
    the day that was asked about is among the days.
    """

    customer_id: str
    kind: str
    value: str
    valid_from: date | None
    valid_to: date | None
    candidates: int
    current: bool


@dataclass(frozen=True, slots=True)
class Identification:
    """Whose an identifier is on a day.

    `outcome` is found (then `customer_id` is set), ambiguous (several have it that day), former (nobody has it that
    day, somebody had or will have it) or unknown. `holders`: who has it that day first, then by the day they began.
    """

    value: str
    on: date
    outcome: str
    customer_id: str | None
    holders: tuple[Holder, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "value": self.value,
            "on": self.on.isoformat(),
            "outcome": self.outcome,
            "customer_id": self.customer_id,
            "holders": [_holder_json(one) for one in self.holders],
        }


def kinds_of(service: SegmentService) -> tuple[str, ...]:
    """Kinds of identifiers that the release can know."""
    return tuple(one.value for one in _entity(service).attributes["kind"].values)


def may_identify(service: SegmentService, actor: Actor) -> bool:
    """Whether the actor may see and use identifiers. They are personal."""
    entity = service.release.catalog.entities.get(IDENTIFIER)
    return entity is not None and types.may_use(entity.attributes["value"], actor)


def identify(
    service: SegmentService, value: str, actor: Actor, *, kind: str | None = None, on: date | None = None
) -> Identification:
    """Look an identifier up among all kinds that it can be, or in one. `on` None = the release's business date.

    Raises InputError for a kind that is not known, a text that can't be any identifier, and for an actor who may
    not use identifiers.
    """
    day = on or service.release.manifest.as_of
    forms = forms_by_kind(value, kinds_of(service) if kind is None else (known_kind(service, kind),))
    if not forms:
        raise InputError(f"{value!r} can't be {'an identifier' if kind is None else f'a {kind}'}")
    rows = holders(service, pa.array(sorted(set(forms.values())), pa.string()), actor).to_pylist()
    found = [_holder(row, day) for row in rows if forms.get(row["kind"]) == row["value"]]
    outcome, customer_id = _outcome(found)
    return Identification(value, day, outcome, customer_id, tuple(sorted(found, key=_order)))


def holders(service: SegmentService, values: pa.Array, actor: Actor, kind: str | None = None) -> pa.Table:
    """Everybody within the reader's scope who has or had one of the values (in their one form), of any kind or one.

    Columns customer_id, kind, value, valid_from, valid_to, candidates. Raises InputError as `identify`.
    """
    entity, catalog = _entity(service), service.release.catalog
    if not may_identify(service, actor):
        raise InputError(f"{actor.name} may not use identifiers")
    ask = asking(service, entity, actor)
    source, low = ask.source, ask.low
    customers = catalog.entities[CUSTOMER]
    owner = low.source(customers)
    on = sql.compare(source.column(entity.customer), "eq", owner.key)
    source.joins.append(sql.join("INNER", sql.table(owner.table, owner.alias), on))
    operands = {name: low.operand(entity.attributes[name], source).sql for name in COLUMNS}
    ask.tests.append(sql.fn("in_array", operands["value"], low.parameters.add("text[]", values)))
    if kind is not None:
        ask.tests.append(sql.compare(operands["kind"], "eq", low.parameters.add("text", kind)))
    columns = [(owner.column(customers.id), "customer_id")]
    columns += [(operand, name) for name, operand in operands.items()]
    return service.engine.query(ask.question(ask.select(columns), service.engine.name).statement)


def _entity(service: SegmentService) -> Entity:
    entity = service.release.catalog.entities.get(IDENTIFIER)
    if entity is None:
        raise InputError("this release knows no identifiers; `vitrina build` makes one that does")
    return entity


def known_kind(service: SegmentService, kind: str) -> str:
    """The kind itself. Raises InputError for one that the release does not have."""
    known = kinds_of(service)
    if kind not in known:
        raise InputError(f"there is no kind of identifier {kind!r}; there are {', '.join(known)}")
    return kind


def asking(service: SegmentService, entity: Entity, actor: Actor) -> Asking:
    """A statement in the making about the rows of an entity that the actor may see."""
    manifest = service.release.manifest
    setting = Setting(
        service.release.catalog,
        manifest.as_of,
        ZoneInfo(manifest.time_zone),
        manifest.facts,
        service.references,
    )
    columns = {name: table.columns for name, table in manifest.tables.items()}
    return Asking(compile_document(Document(entity.name, None), setting, columns), Audience(actor.scope))


def _holder(row: Mapping[str, Any], day: date) -> Holder:
    begins, ends = row["valid_from"], row["valid_to"]
    current = (begins is None or begins <= day) and (ends is None or day <= ends)
    return Holder(
        row["customer_id"], row["kind"], row["value"], begins, ends, int(row["candidates"]), current
    )


def _order(one: Holder) -> tuple[bool, date, str, str]:
    return not one.current, one.valid_from or date.min, one.kind, one.customer_id


def _outcome(found: Sequence[Holder]) -> tuple[str, str | None]:
    current = [one for one in found if one.current]
    customers = {one.customer_id for one in current}
    if not current:
        return (FORMER if found else UNKNOWN), None
    if len(customers) > 1 or any(_shared_unseen(one, found) for one in current):
        return AMBIGUOUS, None
    return FOUND, customers.pop()


def _shared_unseen(one: Holder, found: Sequence[Holder]) -> bool:
    """Whether somebody else has it whom the reader can't see: the one who is seen may be the wrong one."""
    seen = {other.customer_id for other in found if (other.kind, other.value) == (one.kind, one.value)}
    return one.candidates > len(seen)


def _holder_json(one: Holder) -> dict[str, Any]:
    return {
        "customer_id": one.customer_id,
        "kind": one.kind,
        "value": one.value,
        "valid_from": None if one.valid_from is None else one.valid_from.isoformat(),
        "valid_to": None if one.valid_to is None else one.valid_to.isoformat(),
        "candidates": one.candidates,
        "current": one.current,
    }
