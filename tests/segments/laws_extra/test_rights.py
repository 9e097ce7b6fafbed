"""A measure is protected as an attribute is: in aggregates, in changes, in the `where` of a fact."""

from dataclasses import replace
from typing import Any

import pytest

from segments.conditions.check import check
from segments.conditions.matches import Reference
from segments.conditions.read import parse
from tests.segments.golden.case_files import CASES, load_case
from tests.segments.mutation.memory import InMemory
from tests.segments.world.catalogue import CUSTOMER, PAYMENT, attribute, build_catalogue
from warehouse.access import Actor, RowScope
from warehouse.catalog.model import Case, Sensitivity, ValueType

AMOUNT = replace(PAYMENT.measures["amount"], sensitivity=Sensitivity.PERSONAL, group="money")
FACT = replace(PAYMENT, measures={**PAYMENT.measures, "amount": AMOUNT})
CATALOGUE = build_catalogue()
CATALOGUE = replace(CATALOGUE, facts={**CATALOGUE.facts, "payment": FACT})
WINDOW = {"last": 1, "unit": "month"}
SUM = {"fact": "payment", "agg": "sum", "measure": "amount", "window": WINDOW}
TEST = {"op": "gt", "value": 5}
NODES: tuple[dict[str, Any], ...] = (
    {**SUM, **TEST},
    {"change": {**SUM, "against": {"previous": 1}}, "as": "percent", **TEST},
    {"fact": "payment", "agg": "count", "window": WINDOW, "where": {"attr": "amount", **TEST}, **TEST},
)


def codes(node: dict[str, Any], groups: frozenset[str]) -> list[tuple[str, str]]:
    actor = Actor("analyst", RowScope(everything=True), attribute_groups=groups)
    problems = check(parse({"version": 1, "where": node}), CATALOGUE, actor)
    return [(problem.path, problem.code) for problem in problems]


@pytest.mark.parametrize("node", NODES)
def test_a_measure_needs_its_group(node: dict[str, Any]) -> None:
    path = "/where/where" if "where" in node else "/where"
    assert codes(node, frozenset({"names"})) == [(path, "forbidden_attribute")]
    assert codes(node, frozenset({"money"})) == []


def test_a_count_needs_no_right_to_the_measure() -> None:
    assert codes({"fact": "payment", "agg": "count", "window": WINDOW, **TEST}, frozenset()) == []


def test_a_scope_may_name_an_attribute_that_is_derived_twice() -> None:
    by_age = Case(branches=(({"attr": "age", "op": "lt", "value": 19}, "pupil"),), otherwise=None)
    school = attribute("school", ValueType.TEXT, derived=by_age)
    customer = replace(CUSTOMER, attributes={**CUSTOMER.attributes, "school": school})
    plain = load_case(CASES / "ages_by_every_operator.yml").data
    data = replace(plain, catalog=replace(CATALOGUE, entities={**CATALOGUE.entities, "customer": customer}))
    scope = RowScope(allowed=(("school", frozenset({"pupil"})),))
    everyone = {"version": 1, "entity": "customer", "where": None}
    page = InMemory(data).service.members(everyone, Actor("school", scope, attribute_groups=None), limit=9)
    seen = [row["customer_id"] for row in Reference(data).seen_by(scope).universe("customer").values()]
    assert page.rows.column("id").to_pylist() == seen == ["a17", "a18", "a18-nearly-19", "unborn"]
