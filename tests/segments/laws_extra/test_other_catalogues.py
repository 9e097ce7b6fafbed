"""Catalogues other than the one of all random worlds: what its columns happen not to need.

Compiler (on DuckDB) and reference are asked over small tables with the expected ids written by hand.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from segments.conditions.matches import Reference
from segments.conditions.reference.data import Data
from tests.segments.golden.case_files import CASES, load_case
from tests.segments.mutation.memory import InMemory
from tests.segments.world import release
from tests.segments.world.catalogue import CUSTOMER, PAYMENT, attribute
from tests.segments.world.exchange import as_read
from warehouse.catalog.model import Elapsed, Entity, Fact, ValueType

FILE = """
title: two customers
as_of: 2026-07-01
customer:
  - {id: early, registered_on: 2020-01-01, head_count: 0, last_login: "2026-07-01 00:30"}
  - {id: late, registered_on: 2020-01-01, head_count: 1, last_login: "2026-06-30 23:30"}
  - {id: nobody}
payment:
  - {customer: early, paid_on: 2026-06-01, amount: 0.5, confirmed: true}
  - {customer: early, paid_on: 2026-06-01, amount: 1.0, confirmed: false}
  - {customer: early, paid_on: 2026-06-01, amount: 2.0}
  - {customer: late, paid_on: 2026-06-01, amount: 4.0, confirmed: false}
  - {customer: late, paid_on: 2026-06-01, amount: 8.0, confirmed: true}
checks: []
"""
PAID = {"fact": "payment", "measure": "amount", "window": {"last": 1, "unit": "month"}}


@pytest.fixture
def data(tmp_path: Any) -> Data:
    (tmp_path / "case.yml").write_text(FILE, encoding="utf-8")
    return load_case(tmp_path / "case.yml").data


def with_fact(data: Data, fact: Fact) -> Data:
    catalog = replace(data.catalog, facts={**data.catalog.facts, fact.name: fact})
    return replace(data, catalog=catalog)


def with_entity(data: Data, entity: Entity) -> Data:
    catalog = replace(data.catalog, entities={**data.catalog.entities, entity.name: entity})
    return replace(data, catalog=catalog)


def both(data: Data, where: Mapping[str, Any], answers: InMemory | None = None) -> list[str]:
    """Ids by the compiler, which have to be those of the reference."""
    document = as_read({"version": 1, "entity": "customer", "where": where})
    found = (answers or InMemory(data)).ids(document)
    reference = Reference(data)
    rows = reference.universe("customer")
    assert sorted(rows[key]["customer_id"] for key in reference.members(document)) == found
    return found


@pytest.mark.parametrize(("value", "expected"), [(Decimal("0.5"), ["early"]), (8, ["late"])])
def test_rows_of_one_day_can_be_ordered_by_a_boolean(data: Data, value: Any, expected: list[str]) -> None:
    # Unknown comes first, then no, then yes.
    ordered = with_fact(data, replace(PAYMENT, order=("confirmed",)))
    assert both(ordered, {**PAID, "agg": "latest", "op": "eq", "value": value}) == expected


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ("posted_on", date(1950, 1, 1)),
        ("entered_at", datetime.fromisoformat("1950-01-01T05:00")),
        ("note", "!"),
        ("points", -5),
        ("confirmed", False),
    ],
)
def test_of_rows_of_one_day_the_unknown_comes_first(data: Data, column: str, known: Any) -> None:
    rows = data.tables["fct_payment"]
    only = {**dict.fromkeys(rows[0]), "paid_on": date(2026, 6, 1)}
    two = [{**only, column: known, "amount": Decimal(2)}, {**only, column: None, "amount": Decimal(1)}]
    paid = [{**row, "customer_no": 1, "payment_no": no} for no, row in enumerate(two)]
    paid += [{**row, "customer_no": 2, "payment_no": no} for no, row in enumerate(reversed(two), start=2)]
    ordered = with_fact(data, replace(PAYMENT, order=(column,)))
    filled = replace(ordered, tables={**data.tables, "fct_payment": paid})
    assert both(filled, {**PAID, "agg": "latest", "op": "eq", "value": 2}) == ["early", "late"]


def test_the_average_of_a_measure_with_one_decimal(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(release.ARROW, "DECIMAL(18,1)", pa.decimal128(18, 1))
    answers = InMemory(data)
    answers.columns["fct_payment"]["amount"] = "DECIMAL(18,1)"
    average = {**PAID, "agg": "avg"}
    assert both(data, {**average, "op": "eq", "value": 6}, answers) == ["late"]
    assert both(data, {**average, "op": "gt", "value": Decimal("1.1666")}, answers) == ["early", "late"]
    assert both(data, {**average, "op": "gt", "value": Decimal("1.1667")}, answers) == ["late"]


def test_the_average_of_numbers_of_twenty_digits(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(release.ARROW, "DECIMAL(38,8)", pa.decimal128(38, 8))
    large = [{**row, "amount": row["amount"] * 95 * 10**17} for row in data.tables["fct_payment"]]
    rich = replace(data, tables={**data.tables, "fct_payment": large})
    answers = InMemory(rich)
    answers.columns["fct_payment"]["amount"] = "DECIMAL(38,8)"
    average = {**PAID, "agg": "avg", "window": {"last": 1, "unit": "month"}}
    assert both(
        rich, {**average, "op": "ge", "value": Decimal("50000000000000000000.0000000001")}, answers
    ) == ["late"]


@pytest.mark.parametrize(
    ("points", "bound"),
    [
        ([*[2**63 - 1] * 16, 16], 2**60),  # 2**67 * 2**60 is the first number beyond
        ([9 * 10**18] * 20, 10**18),
    ],
)
def test_a_bound_times_a_base_may_leave_the_wide_integers(data: Data, points: list[int], bound: int) -> None:
    template = {**dict.fromkeys(data.tables["fct_payment"][0]), "customer_no": 1, "paid_on": date(2026, 5, 1)}
    rows = [{**template, "payment_no": no, "points": value} for no, value in enumerate(points)]
    spent = replace(data, tables={**data.tables, "fct_payment": rows})
    body = {**PAID, "agg": "sum", "measure": "points", "against": {"previous": 1}}
    assert both(spent, {"change": body, "as": "percent", "op": "lt", "value": bound}) == ["early"]
    assert both(spent, {"change": body, "as": "percent", "op": "gt", "value": bound}) == []


def test_time_since_a_moment_counts_from_its_local_day(data: Data) -> None:
    days = attribute("days_away", ValueType.INTEGER, derived=Elapsed("day", "last_login"))
    entity = replace(CUSTOMER, attributes={**CUSTOMER.attributes, "days_away": days})
    known = with_entity(data, entity)
    assert both(known, {"attr": "days_away", "op": "eq", "value": {"attr": "head_count"}}) == [
        "early",
        "late",
    ]
    assert both(known, {"attr": "days_away", "op": "lt", "value": 1}) == ["early"]


def test_a_change_is_unknown_where_no_entity_has_a_beginning(data: Data) -> None:
    timeless = with_entity(data, replace(CUSTOMER, exists_from=None))
    change = {"change": {**PAID, "agg": "sum", "against": {"previous": 1}}, "as": "absolute"}
    assert both(data, {**change, "op": "is_set"}) == ["early", "late"]
    assert both(timeless, {**change, "op": "is_set"}) == []
    assert both(timeless, {**change, "op": "is_not_set"}) == ["early", "late", "nobody"]


def test_only_attributes_are_reported_as_unknown() -> None:
    data = load_case(CASES / "seed_06_is_set.yml").data
    reference = Reference(data)
    rows = {row["customer_id"]: row for row in data.tables["customer_360"]}
    head_count, never = {"attr": "head_count", "op": "eq", "value": 5}, {**PAID, "agg": "avg", "op": "is_set"}
    unknown = {name: reference.unknown(head_count, "customer", row) for name, row in rows.items()}
    assert unknown == {"named": False, "null": True, "missing": True}
    assert not any(reference.unknown(never, "customer", row) for row in rows.values())
