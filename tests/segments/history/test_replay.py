"""The newest release asked at a past date says what the release of that date said."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from segments.conditions.matches import Reference
from segments.conditions.problems import DocumentError
from segments.conditions.reference.data import Data
from segments.service import SegmentService
from tests.segments.history.replayed import CATALOG, DAYS, FIRST, STORED, ZONE, Replayed, replay, tell
from tests.segments.proof.evaluators import FOR_SMALL_TABLES
from tests.segments.world.exchange import EVERYONE
from warehouse.engines.clickhouse import open_embedded
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.errors import InputError

SEEDS = (1,)
EVERYBODY = {"version": 1, "entity": "subscription", "where": None}
CONDITIONS: tuple[dict[str, Any], ...] = (
    {"attr": "tariff", "op": "eq", "value": "Start"},
    {"attr": "tariff", "op": "contains", "value": "MA"},
    {"not": {"attr": "tariff", "op": "is_set"}},
    {"attr": "msisdn", "op": "in", "value": ["1"]},
    {"attr": "deactivated_on", "op": "le", "value": "2026-06-20"},
    {"attr": "tenure", "op": "ge", "value": 3},
    {
        "any": [
            {"attr": "account_id", "op": "ne", "value": "A1"},
            {"attr": "activated_on", "op": "is_not_set"},
        ]
    },
)


@pytest.fixture(scope="module", params=SEEDS)
def replayed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    return replay(tell(tmp_path_factory.mktemp("replayed"), request.param))


def asked(replayed: Replayed, as_of: date, known_on: date | None) -> Data:
    return Data(CATALOG, replayed.tables, as_of, ZONE, released=(DAYS[-1], DAYS[-1]), known_on=known_on)


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["subscription_id"]: {name: row[name] for name in STORED} for row in rows}


def began(row: dict[str, Any], day: date) -> bool:
    """Whether it existed before the day, by its own date."""
    return row["activated_on"] is None or row["activated_on"] < day


def referred(data: Data) -> dict[str, dict[str, Any]]:
    """The subscriptions with their historic attributes, as the reference evaluator reads them."""
    entity = CATALOG.entities["subscription"]
    return {
        key: {name: data.then(entity, row, entity.attributes[name])[name] for name in STORED}
        for key, row in Reference(data).universe("subscription").items()
    }


def test_asked_at_a_day_as_known_then_it_says_what_that_days_release_said(replayed: Replayed) -> None:
    present = {row["subscription_id"] for row in replayed.then[DAYS[-1]]}
    changed = 0
    for day in DAYS:
        said = by_id(replayed.then[day])
        found = referred(asked(replayed, day, day))
        assert found == {key: row for key, row in said.items() if key in present and began(row, day)}, day
        changed += found != by_id(replayed.then[DAYS[-1]])
    assert changed >= len(DAYS) - 2


def test_history_holds_the_past_alone(replayed: Replayed) -> None:
    rows = replayed.tables["hist_subscription"]
    last = referred(asked(replayed, DAYS[-1], None))
    for row in rows:
        ends = row["held_to"] or row["known_to"]
        assert (row["present"] and ends is not None) or not any(row[name] for name in STORED[1:])
        assert (ends or date.max) > (row["held_from"] or date.min)
    said = by_id(replayed.then[DAYS[-1]])
    assert last == {key: row for key, row in said.items() if began(row, DAYS[-1])}


@pytest.mark.parametrize("start", ["duckdb", "clickhouse"])
def test_engines_read_history_as_the_reference_does(replayed: Replayed, start: str) -> None:
    release = replayed.release
    engine = DuckDBEngine(release) if start == "duckdb" else open_embedded(release, tuning=FOR_SMALL_TABLES)
    service = SegmentService(release, engine)
    try:
        for as_of in (FIRST - timedelta(30), DAYS[2] + timedelta(1), DAYS[-1]):
            for known_on in (DAYS[3] - timedelta(1), DAYS[-1]):
                _compare(replayed, service, as_of, known_on)
    finally:
        engine.close()


def _compare(replayed: Replayed, service: SegmentService, as_of: date, known_on: date) -> None:
    data = asked(replayed, as_of, known_on)
    dates = {"as_of": as_of, "known_on": known_on}
    page = service.members(EVERYBODY, EVERYONE, attributes=STORED, **dates)
    assert by_id(page.rows.to_pylist()) == referred(data), dates
    assert (page.context.as_of, page.context.known_on) == (as_of, known_on)
    reference = Reference(data)
    for where in CONDITIONS:
        document = {**EVERYBODY, "where": where}
        found = service.members(document, EVERYONE, **dates).rows.column("id").to_pylist()
        assert sorted(found) == sorted(reference.members(document)), (where, dates)
    every = {"version": 1, "entity": "subscription", "where": {"all": list(CONDITIONS)}}
    counted = service.count(every, EVERYONE, attrition=True, **dates)
    assert counted.universe == len(reference.universe("subscription"))
    alone = [len(reference.members({**EVERYBODY, "where": where})) for where in CONDITIONS]
    assert counted.nodes is not None
    assert [
        next(n.count for n in counted.nodes if n.path == f"/where/all/{i}") for i in range(len(alone))
    ] == alone


def test_why_says_what_was_found_then(replayed: Replayed) -> None:
    engine = DuckDBEngine(replayed.release)
    service = SegmentService(replayed.release, engine)
    document = {**EVERYBODY, "where": {"attr": "tariff", "op": "is_set"}}
    for key, row in by_id(replayed.then[DAYS[1]]).items():
        if key in referred(asked(replayed, DAYS[1], DAYS[1])):
            answer = service.why(document, key, EVERYONE, as_of=DAYS[1], known_on=DAYS[1])
            assert answer.tree is not None
            assert (answer.tree.found, answer.tree.data_date) == (row["tariff"], DAYS[1])
    engine.close()


def test_what_history_cannot_say_is_refused(replayed: Replayed) -> None:
    engine = DuckDBEngine(replayed.release)
    service, past = SegmentService(replayed.release, engine), {"as_of": DAYS[1]}
    for name in ("note", "shown_tenure"):
        document = {**EVERYBODY, "where": {"attr": name, "op": "is_set"}}
        with pytest.raises(DocumentError) as refused:
            service.count(document, EVERYONE, **past)
        assert [(p.path, p.code) for p in refused.value.problems] == [("/where", "no_history")]
        with pytest.raises(DocumentError, match=name):
            service.members(EVERYBODY, EVERYONE, attributes=[name], **past)
    related = {"version": 1, "entity": "customer", "where": {"related": "subscriptions", "quantifier": "any"}}
    assert service.count(related, EVERYONE, **past).count == 0
    with pytest.raises(InputError, match="known on 2026-06-20 is later than the release"):
        service.count(EVERYBODY, EVERYONE, known_on=DAYS[-1] + timedelta(1))
    keys = {service.key(EVERYBODY, EVERYONE, known_on=day) for day in DAYS}
    assert len(keys) == len(DAYS)
    engine.close()


def test_the_reference_reads_the_table_at_the_releases_own_dates(replayed: Replayed) -> None:
    data = asked(replayed, DAYS[-1], DAYS[-1])
    assert referred(data) == referred(replace(data, known_on=None)) == referred(replace(data, released=None))
