"""Two subscriptions, three loads, every kind of question: the answers are worked out by hand."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from segments.conditions.matches import Reference
from segments.conditions.reference.data import Data
from segments.service import SegmentService
from tests.models.conftest import RawFiles
from tests.segments.history.replayed import CATALOG, ZONE, Replayed, replay
from tests.segments.proof.evaluators import FOR_SMALL_TABLES
from tests.segments.world.exchange import EVERYONE
from warehouse.engines.clickhouse import open_embedded
from warehouse.engines.duckdb import DuckDBEngine

MARCH, MAY, JUNE, JULY = (date(2026, month, 1) for month in (3, 5, 6, 7))
MID_MAY, MID_JUNE = date(2026, 5, 15), date(2026, 6, 15)
ENDED = date(2026, 6, 10)
# As of, known on -> tariff and end of each subscription. S1 had the tariff Start, from June on Max, in July none; only
# then it was told that it had ended in June. S2 was first told in June.
EXPECTED: dict[tuple[date, date], dict[str, tuple[str | None, date | None]]] = {
    (JULY, JULY): {"S1": (None, ENDED), "S2": ("Start", None)},
    (MID_JUNE, JULY): {"S1": ("Max", ENDED), "S2": ("Start", None)},
    (MID_JUNE, MID_JUNE): {"S1": ("Max", None), "S2": ("Start", None)},
    (JUNE, JULY): {"S1": ("Max", ENDED), "S2": ("Start", None)},
    (MID_MAY, JULY): {"S1": ("Start", ENDED), "S2": ("Start", None)},
    (MID_MAY, JUNE): {"S1": ("Start", None), "S2": ("Start", None)},
    (MID_MAY, MID_MAY): {"S1": ("Start", None)},
    (MARCH, JULY): {"S1": ("Start", ENDED), "S2": ("Start", None)},
    (MARCH, MAY): {"S1": ("Start", None)},
    (JULY, MID_MAY): {"S1": ("Start", None)},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    raw = RawFiles(tmp_path_factory.mktemp("by_hand"))
    first: dict[str, Any] = {"subscription_id": "S1", "account_id": "A1", "tariff": "Start"}
    raw.add("subscription", [first], known_from=MAY)
    raw.add("subscription", [{**first, "tariff": "Max"}, {**first, "subscription_id": "S2"}], known_from=JUNE)
    raw.add("subscription", [{**first, "tariff": None, "deactivated_on": ENDED}], known_from=JULY)
    return replay(raw, [JULY])


@pytest.fixture(scope="module", params=["duckdb", "clickhouse"])
def service(request: pytest.FixtureRequest, told: Replayed) -> Iterator[SegmentService]:
    embedded = request.param == "clickhouse"
    engine = open_embedded(told.release, tuning=FOR_SMALL_TABLES) if embedded else DuckDBEngine(told.release)
    yield SegmentService(told.release, engine)
    engine.close()


@pytest.mark.parametrize(("as_of", "known_on"), EXPECTED)
def test_values_at_every_kind_of_date(service: SegmentService, as_of: date, known_on: date) -> None:
    everybody = {"version": 1, "entity": "subscription", "where": None}
    shown = ["tariff", "deactivated_on"]
    page = service.members(everybody, EVERYONE, as_of=as_of, known_on=known_on, attributes=shown)
    found = {row["id"]: (row["tariff"], row["deactivated_on"]) for row in page.rows.to_pylist()}
    assert found == EXPECTED[as_of, known_on]


@pytest.mark.parametrize(("as_of", "known_on"), EXPECTED)
def test_the_reference_says_the_same(told: Replayed, as_of: date, known_on: date) -> None:
    data = Data(CATALOG, told.tables, as_of, ZONE, released=(JULY, JULY), known_on=known_on)
    document = {
        "version": 1,
        "entity": "subscription",
        "where": {"attr": "tariff", "op": "eq", "value": "Start"},
    }
    expected = {key for key, (tariff, _) in EXPECTED[as_of, known_on].items() if tariff == "Start"}
    assert Reference(data).members(document) == expected
