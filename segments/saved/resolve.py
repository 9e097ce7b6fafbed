"""Keys of an uploaded file -> customers of a release: as the uploader may see them, and never a guess."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from segments.compiler import sql
from segments.compiler.audience import CUSTOMER, Audience
from segments.compiler.bind import Setting
from segments.compiler.compile import Compiled, compile_document
from segments.compiler.questions import Asking
from segments.conditions import types
from segments.conditions.nodes import Document
from segments.service import SegmentService
from warehouse.access import Actor
from warehouse.catalog.model import Attribute, Entity, ValueType
from warehouse.errors import InputError

BATCH = 100_000
NUMBER = re.compile(r"\+?[0-9][0-9 ()\-]*\Z")
SUBSCRIPTION, ENDED = "subscription", "deactivated_on"
KEYS = ("customer_id", "msisdn", "tax_id")


@dataclass(frozen=True, slots=True)
class Match:
    """What a key names: one customer, or nobody and why. Neither = the release does not know the key."""

    customer_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeyKind:
    """How keys of one kind are written, and in which attribute they are found.

    `plain` gives the one form of a key, None where it can't be such a key; `stored` the forms to look for.
    """

    entity: Entity
    attribute: Attribute
    plain: Callable[[str], str | None]
    stored: Callable[[str], Sequence[str]]


def key_kind(service: SegmentService, key: str, actor: Actor) -> KeyKind:
    """Raises InputError for a key that the release does not have or the actor may not use."""
    if key not in KEYS:
        raise InputError(f"the key must be one of {', '.join(KEYS)}, not {key!r}")
    entity = service.release.catalog.entities.get(SUBSCRIPTION if key == "msisdn" else CUSTOMER)
    if key == "customer_id" and entity is not None:
        own = Attribute(entity.id, ValueType.TEXT, {}, column=entity.id)
        return KeyKind(entity, own, lambda value: value, lambda value: (value,))
    attribute = None if entity is None else entity.attributes.get(key)
    if entity is None or attribute is None:
        raise InputError(f"this release knows no {key}")
    if not types.may_use(attribute, actor):
        raise InputError(f"{actor.name} may not use the attribute {key}")
    return KeyKind(entity, attribute, _digits, lambda digits: (digits, f"+{digits}"))


def resolve(service: SegmentService, kind: KeyKind, keys: Iterable[str], actor: Actor) -> dict[str, Match]:
    """What each key (in its plain form) names; keys that the release does not know are left out."""
    found: dict[str, Match] = {}
    waiting = iter(keys)
    while batch := tuple(islice(waiting, BATCH)):
        found |= _matches(kind, _holders(service, kind, batch, actor), service.release.manifest.as_of)
    return found


def _digits(value: str) -> str | None:
    return re.sub(r"[^0-9]", "", value) if NUMBER.match(value) else None


@dataclass(frozen=True, slots=True)
class _Holder:
    """One row of the release that carries a key; `ended` is when it stopped to."""

    key: str
    customer_id: str
    ended: date | None


def _holders(service: SegmentService, kind: KeyKind, keys: Sequence[str], actor: Actor) -> list[_Holder]:
    """Everybody who carries one of the keys, within the reader's scope."""
    entity, customers = kind.entity, service.release.catalog.entities[CUSTOMER]
    asking = Asking(_everyone(service, entity), Audience(actor.scope))
    source, low = asking.source, asking.low
    owner = source
    if entity.name != CUSTOMER:
        owner = low.source(customers)
        table = sql.table(owner.table, owner.alias)
        source.joins.append(
            sql.join("INNER", table, sql.compare(source.column(entity.customer), "eq", owner.key))
        )
    value = low.operand(kind.attribute, source).sql
    stored = tuple(form for key in keys for form in kind.stored(key))
    asking.tests.append(sql.fn("in_array", value, low.parameters.add("text[]", stored)))
    columns = [(value, "key"), (owner.column(customers.id), "customer_id")]
    ended = entity.attributes.get(ENDED)
    if ended is not None:
        columns.append((low.operand(ended, source).sql, "ended"))
    question = asking.question(asking.select(columns), service.engine.name)
    rows: list[Mapping[str, Any]] = service.engine.query(question.statement).to_pylist()
    return [_Holder(kind.plain(row["key"]) or "", row["customer_id"], row.get("ended")) for row in rows]


def _everyone(service: SegmentService, entity: Entity) -> Compiled:
    manifest = service.release.manifest
    zone = ZoneInfo(manifest.time_zone)
    setting = Setting(service.release.catalog, manifest.as_of, zone, manifest.facts, service.references)
    columns = {name: table.columns for name, table in manifest.tables.items()}
    return compile_document(Document(entity.name, None), setting, columns)


def _matches(kind: KeyKind, holders: Sequence[_Holder], as_of: date) -> dict[str, Match]:
    by_key: dict[str, list[_Holder]] = {}
    for holder in holders:
        by_key.setdefault(holder.key, []).append(holder)
    return {key: _match(kind, found, as_of) for key, found in by_key.items()}


def _match(kind: KeyKind, holders: Sequence[_Holder], as_of: date) -> Match:
    """Numbers are given to others after a while: only who has it now is meant."""
    current = {one.customer_id for one in holders if one.ended is None or one.ended >= as_of}
    if len(current) == 1:
        return Match(current.pop())
    if not current:
        return Match(reason=f"no active {kind.entity.name} has this {kind.attribute.name}")
    return Match(reason=f"{len(current)} customers have this {kind.attribute.name}")
