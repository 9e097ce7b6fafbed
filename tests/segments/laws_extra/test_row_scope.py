"""What a reader may not see counts nowhere: neither in whys, attrition and sensitivity, nor out of the mart."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments.compiler import questions
from segments.compiler.audience import Audience
from segments.compiler.bind import Setting
from segments.compiler.compile import Compiled, compile_document
from segments.conditions.matches import Reference
from segments.conditions.read import parse
from tests.segments.golden.case_files import CASES, load_case
from tests.segments.mutation.memory import InMemory
from tests.segments.world.catalogue import PAYMENT, STORAGE, build_catalogue
from tests.segments.world.exchange import EVERYONE, as_read
from warehouse.access import Actor, RowScope
from warehouse.catalog.model import Fact, MonthlySeries

DATA = load_case(CASES / "scope_of_the_reader.yml").data
NORTH = Actor("north", RowScope(allowed=(("region", frozenset({"north", "west"})),)), attribute_groups=None)
JUNE = {"last": 1, "unit": "month"}
PAID: dict[str, Any] = {"fact": "payment", "agg": "sum", "measure": "amount", "window": JUNE}
MEMBERS: dict[str, Any] = {"related": "members", "quantifier": "count"}


def doc(where: Any, entity: str = "customer") -> dict[str, Any]:
    return as_read({"version": 1, "entity": entity, "where": where})


@pytest.fixture(scope="module")
def known() -> InMemory:
    return InMemory(DATA)


@pytest.mark.parametrize(
    ("entity", "who", "where", "everyones", "norths"),
    [
        ("customer", "head", MEMBERS | {"op": "ge", "value": 1}, 2, 1),
        ("account", "A1", PAID | {"op": "gt", "value": 1}, 503, 3),
        ("account", "A3", PAID | {"op": "gt", "value": 1}, 30, 0),
    ],
)
def test_why_finds_what_the_reader_may_see(
    known: InMemory, entity: str, who: str, where: dict[str, Any], everyones: int, norths: int
) -> None:
    for reader, expected in ((EVERYONE, everyones), (NORTH, norths)):
        tree = known.service.why(doc(where, entity), who, reader).tree
        assert tree is not None
        assert tree.found == expected


def test_attrition_counts_what_the_reader_may_see(known: InMemory) -> None:
    asked = doc({"all": [MEMBERS | {"op": "ge", "value": 1}, MEMBERS | {"op": "ge", "value": 2}]})
    for reader, counts in ((EVERYONE, [1, 1, 1]), (NORTH, [0, 1, 0])):
        nodes = known.service.count(asked, reader, attrition=True).nodes
        assert nodes is not None
        assert [node.count for node in nodes] == counts


def test_sensitivity_counts_what_the_reader_may_see(known: InMemory) -> None:
    asked = doc(PAID | {"op": "ge", "value": 2}, "account")
    for reader, sizes in (
        (EVERYONE, {0: 4, 2: 3, 8: 3, 30: 2, 503: 1}),
        (NORTH, {0: 2, 2: 1, 3: 1}),
    ):
        points = known.service.sensitivity(asked, "/where", reader).points
        assert {point.value: point.count for point in points} == sizes


def test_whoever_sees_nobody_is_told_of_nothing(known: InMemory) -> None:
    nobody = Actor("nobody", RowScope(), attribute_groups=None)
    for entity in ("customer", "account", "subscription"):
        answer = known.service.count(doc(None, entity), nobody)
        assert (answer.count, answer.universe) == (0, 0)
    assert not Reference(DATA).seen_by(nobody.scope).universe("customer")


def compiled(where: Any, entity: str = "customer", fact: Fact = PAYMENT, columns: Any = STORAGE) -> Compiled:
    catalog = build_catalogue()
    catalog = replace(catalog, facts={**catalog.facts, "payment": fact})
    setting = Setting(catalog, date(2026, 7, 1), ZoneInfo("Asia/Tashkent"), DATA.coverage)
    return compile_document(parse(doc(where, entity)), setting, columns)


def test_a_customers_own_rows_need_no_further_filter() -> None:
    steps = {"sequence": [{"fact": "payment"}, {"fact": "visit"}], "within": {"n": 1, "unit": "month"}}
    accounts = {
        "related": "accounts",
        "quantifier": "any",
        "where": {"attr": "balance", "op": "gt", "value": 1},
    }
    own = compiled({"all": [PAID | {"op": "gt", "value": 1}, steps, accounts]})
    across = compiled({"any": [MEMBERS | {"op": "ge", "value": 1}, accounts]})
    for engine in ("duckdb", "clickhouse"):
        asked = [questions.count(one, Audience(NORTH.scope), engine).statement.sql for one in (own, across)]
        assert [text.count("customer_360") for text in asked] == [1, 3]


@pytest.mark.parametrize(
    ("keys", "source"),
    [
        ({"customer": "customer_no", "account": "account_id"}, "facts"),
        ({"account": "account_id"}, "mart"),
    ],
)
def test_a_sum_that_may_hold_others_rows_is_not_taken_from_the_mart(
    keys: dict[str, str], source: str
) -> None:
    fact = replace(PAYMENT, keys=keys, monthly=(MonthlySeries("account", "amount", "paid_"),))
    columns = {**STORAGE, "dim_account": {**STORAGE["dim_account"], "paid_2026_06": "DECIMAL(38,2)"}}
    asked = compiled(PAID | {"op": "gt", "value": 1}, "account", fact, columns)
    assert asked.answered_from() == {"/where": source}


def test_rows_of_a_fact_without_customers_belong_to_the_entitys() -> None:
    fact = replace(PAYMENT, keys={"account": "account_id"}, monthly=())
    catalog = replace(DATA.catalog, facts={**DATA.catalog.facts, "payment": fact})
    data = replace(DATA, catalog=catalog)
    asked = doc(PAID | {"op": "ge", "value": 8}, "account")
    assert InMemory(data).ids(asked, NORTH) == ["A1", "A3"]
    assert Reference(data).seen_by(NORTH.scope).members(asked) == {"A1", "A3"}
