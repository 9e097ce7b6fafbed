"""Rows that state their own validity: what was known of them, and when; the answers are worked out by hand."""

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

MAY, JUNE, JULY = (date(2026, month, 1) for month in (5, 6, 7))
MID_MAY, MID_JUNE = date(2026, 5, 15), date(2026, 6, 15)
FIRST, SECOND = "P1:sales:2026-05-01", "P1:sales:2026-06-05"
# Known in May: E1 answers from May on. Known in June: until June 4, then E2. Known in July: it was E3 in May.
EXPECTED: dict[tuple[date, date], dict[str, tuple[str, str]]] = {
    (JULY, JULY): {FIRST: ("E3", "ended"), SECOND: ("E2", "in_force")},
    (MID_MAY, JULY): {FIRST: ("E3", "in_force")},
    (MID_MAY, MID_JUNE): {FIRST: ("E1", "in_force")},
    (MID_JUNE, MID_JUNE): {FIRST: ("E1", "ended"), SECOND: ("E2", "in_force")},
    (MID_JUNE, MID_MAY): {FIRST: ("E1", "in_force")},
    (MID_MAY, MID_MAY): {FIRST: ("E1", "in_force")},
    (date(2026, 6, 5), JULY): {FIRST: ("E3", "ended")},
    (MAY, JULY): {},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    raw = RawFiles(tmp_path_factory.mktemp("relations"))
    first: dict[str, Any] = {"customer_id": "P1", "line": "sales", "valid_from": MAY, "employee_id": "E1"}
    ended = {**first, "valid_to": date(2026, 6, 4)}
    raw.add("responsible", [first], known_from=MAY)
    second = {**first, "valid_from": date(2026, 6, 5), "employee_id": "E2"}
    raw.add("responsible", [ended, second], known_from=JUNE)
    raw.add("responsible", [{**ended, "employee_id": "E3"}], known_from=JULY)
    return replay(raw, [JULY])


@pytest.fixture(scope="module", params=["duckdb", "clickhouse"])
def service(request: pytest.FixtureRequest, told: Replayed) -> Iterator[SegmentService]:
    embedded = request.param == "clickhouse"
    engine = open_embedded(told.release, tuning=FOR_SMALL_TABLES) if embedded else DuckDBEngine(told.release)
    yield SegmentService(told.release, engine)
    engine.close()


def answered_by(employee: str) -> dict[str, Any]:
    """Customers for whom the employee answers on the as-of date."""
    of_employee = {"attr": "employee_id", "op": "eq", "value": employee}
    where = {"all": [of_employee, {"attr": "state", "op": "eq", "value": "in_force"}]}
    related = {"related": "responsible", "quantifier": "any", "where": where}
    return {"version": 1, "entity": "customer", "where": related}


@pytest.mark.parametrize(("as_of", "known_on"), EXPECTED)
def test_who_answered_then_as_it_was_known_then(
    service: SegmentService, told: Replayed, as_of: date, known_on: date
) -> None:
    expected = EXPECTED[as_of, known_on]
    everybody = {"version": 1, "entity": "responsible", "where": None}
    page = service.members(
        everybody, EVERYONE, as_of=as_of, known_on=known_on, attributes=["employee_id", "state"]
    )
    assert {row["id"]: (row["employee_id"], row["state"]) for row in page.rows.to_pylist()} == expected
    reference = Reference(Data(CATALOG, told.tables, as_of, ZONE, released=(JULY, JULY), known_on=known_on))
    for employee in ("E1", "E2", "E3"):
        counted = service.count(answered_by(employee), EVERYONE, as_of=as_of, known_on=known_on).count
        assert counted == ((employee, "in_force") in expected.values())
        assert counted == len(reference.members(answered_by(employee)))
