"""Keys of an uploaded file -> customers of a release: as the uploader may see them, and never a guess."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from segments.compiler import sql
from segments.identity import asking, holders, known_kind
from segments.service import SegmentService
from warehouse.access import Actor
from warehouse.catalog.model import CUSTOMER
from warehouse.errors import InputError
from warehouse.identifiers import normalise

CUSTOMER_ID = "customer_id"


@dataclass(frozen=True, slots=True)
class Match:
    """What a key names: one customer, or none and why; `ambiguous`: because several have it."""

    customer_id: str | None = None
    reason: str = ""
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """The keys of a file in order, in their one form (None = can't be such a key), and what each form names.

    Forms that the release does not know are in no match.
    """

    forms: Sequence[str | None]
    matches: Mapping[str, Match]


def require_key(service: SegmentService, key: str) -> None:
    """Raise InputError unless files can name customers by it."""
    if key == CUSTOMER_ID:
        return
    try:
        known_kind(service, key)
    except InputError as error:
        raise InputError(f"{error}; or {CUSTOMER_ID}") from error


def resolve(service: SegmentService, key: str, values: Sequence[str], actor: Actor) -> Resolved:
    """What the values name, asked in one statement however many they are."""
    written = pa.array(values, pa.string())
    forms = written if key == CUSTOMER_ID else normalise(key, written)
    wanted = forms.drop_null().unique()
    if key == CUSTOMER_ID:
        matches = _customers(service, wanted, actor)
    else:
        held = holders(service, wanted, actor, key)
        matches = _matches(held, key, service.release.manifest.as_of)
    return Resolved(forms.to_pylist(), matches)


def _customers(service: SegmentService, ids: pa.Array, actor: Actor) -> dict[str, Match]:
    """Whom the ids stand for: who was merged away is found as the survivor."""
    stand_for = service.survivors.of(ids)
    visible = set(_visible(service, stand_for.unique(), actor))
    pairs = zip(ids.to_pylist(), stand_for.to_pylist(), strict=True)
    return {given: Match(customer) for given, customer in pairs if customer in visible}


def _visible(service: SegmentService, ids: pa.Array, actor: Actor) -> Iterable[str]:
    entity = service.release.catalog.entities[CUSTOMER]
    ask = asking(service, entity, actor)
    column = ask.source.column(entity.id)
    ask.tests.append(sql.fn("in_array", column, ask.low.parameters.add("text[]", ids)))
    question = ask.question(ask.select([(column, "id")]), service.engine.name)
    found: list[str] = service.engine.query(question.statement).column("id").to_pylist()
    return found


def _matches(held: pa.Table, key: str, as_of: date) -> dict[str, Match]:
    """Numbers are given to others after a while: only who has it now is meant, and only where that is one."""
    nobody = Match(reason=f"nobody has this {key} on {as_of}")
    several = Match(reason=f"several customers have this {key}", ambiguous=True)
    now = held.filter(_on(held, as_of))
    first: dict[str, str] = {}
    shared = _shared_unseen(held)
    for value, customer in zip(now["value"].to_pylist(), now["customer_id"].to_pylist(), strict=True):
        if first.setdefault(value, customer) != customer:
            shared.add(value)
    found = dict.fromkeys(held["value"].to_pylist(), nobody)
    found |= {value: Match(customer) for value, customer in first.items()}
    return found | {value: several for value in shared if value in first}


def _on(held: pa.Table, day: date) -> pa.Array:
    """Whether the day is among the days of each row."""
    begun = pc.fill_null(pc.less_equal(held["valid_from"], pa.scalar(day)), fill_value=True)
    not_ended = pc.fill_null(pc.greater_equal(held["valid_to"], pa.scalar(day)), fill_value=True)
    return pc.and_(begun, not_ended)


def _shared_unseen(held: pa.Table) -> set[str]:
    """Values that somebody has in the same days whom the reader can't see: the one who is seen may be the wrong one."""
    shared = held.filter(pc.greater(held["candidates"], 1)).select(["value", "customer_id", "candidates"])
    counted = shared.group_by("value").aggregate([("customer_id", "count_distinct"), ("candidates", "max")])
    hidden = pc.greater(counted["candidates_max"], counted["customer_id_count_distinct"])
    return set(counted.filter(hidden)["value"].to_pylist())
