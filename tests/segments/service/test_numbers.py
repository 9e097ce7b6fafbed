"""Numbers that the catalogue works out, at every door of the service and on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from segments.conditions.problems import DocumentError
from segments.service import SegmentService
from tests.segments.service.small import ADMIN, CATALOG, D, publish
from tests.segments.service.test_count import REFERENCES, doc
from warehouse.catalog.model import OPERATORS, Attribute, Number, ValueType, WindowSum
from warehouse.engines.clickhouse import open_embedded
from warehouse.engines.duckdb import DuckDBEngine

PAID = ("payment", "amount")


def number(name: str, scale: int, form: str, *of: WindowSum | str) -> Attribute:
    operators = OPERATORS[ValueType.DECIMAL]
    made = Attribute(name, ValueType.DECIMAL, {"en": name, "ru": name}, scale=scale, operators=operators)
    return replace(made, derived=Number(form, of))


NUMBERS = (
    number("paid_3m", 2, "value", WindowSum(*PAID, 3)),
    number("paid_mean", 2, "value", WindowSum(*PAID, 3, mean=True)),
    number("paid_trend", 1, "change", WindowSum(*PAID, 1), WindowSum(*PAID, 1, 1)),
    number("paid_of_balance", 0, "share", WindowSum(*PAID, 1), "balance"),
    number("paid_long_ago", 2, "value", WindowSum(*PAID, 1, 1)),
)
CUSTOMER = CATALOG.entities["customer"]
WITH_NUMBERS = {**CUSTOMER.attributes, **{one.name: one for one in NUMBERS}}
EXTENDED = replace(
    CATALOG, entities={**CATALOG.entities, "customer": replace(CUSTOMER, attributes=WITH_NUMBERS)}
)
SHOWN = [one.name for one in NUMBERS]
DROPPED = {"attr": "paid_trend", "op": "le", "value": -25}
EARLIER = date(2026, 6, 30)


@pytest.fixture(scope="module", params=["duckdb", "clickhouse"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SegmentService]:
    release = replace(publish(tmp_path_factory.mktemp("small")), catalog=EXTENDED)
    engine = DuckDBEngine(release) if request.param == "duckdb" else open_embedded(release)
    yield SegmentService(release, engine, REFERENCES)
    engine.close()


def shown(service: SegmentService, names: list[str], **asked: Any) -> dict[str, list[Any]]:
    rows = service.members(doc(None), ADMIN, attributes=names, **asked).shown()
    return {row["id"]: [row[name] for name in names] for row in rows}


def test_values_beside_members(service: SegmentService) -> None:
    assert shown(service, SHOWN) == {
        "C1": [Decimal("275.00"), Decimal("91.67"), Decimal("-25.0"), 75, Decimal("100.00")],
        "C2": [Decimal("10.00"), Decimal("3.33"), Decimal("-100.0"), 0, Decimal("10.00")],
        "C3": [0, 0, None, None, 0],
        "C4": [0, None, None, None, 0],
        "C5": [0, None, None, 0, None],
    }


def test_a_count_says_which_months_were_summed_up(service: SegmentService) -> None:
    answer = service.count(
        doc({"all": [DROPPED, {"attr": "paid_3m", "op": "ge", "value": 10}]}), ADMIN
    ).to_json()
    assert answer["count"] == 2
    assert answer["plan"]["answered_from"] == {"/where/all/0": "mart", "/where/all/1": "mart"}
    assert [(w["path"], w["from"], w["before"], w["incomplete"]) for w in answer["windows"]] == [
        ("/where/all/0", "2026-06-01", "2026-07-01", False),
        ("/where/all/0", "2026-05-01", "2026-06-01", False),
        ("/where/all/1", "2026-04-01", "2026-07-01", False),
    ]


def test_other_attributes_bring_their_months_too(service: SegmentService) -> None:
    rich = {"attr": "balance", "op": "gt", "value": {"attr": "paid_3m", "times": Decimal("0.1")}}
    answer = service.count(doc(rich), ADMIN)
    assert answer.count == 2  # C1 and C5
    assert [window.path for window in answer.context.windows] == ["/where"]


def test_attrition_why_and_sensitivity(service: SegmentService) -> None:
    nodes = service.count(doc(DROPPED), ADMIN, attrition=True).nodes
    assert nodes is not None
    assert [(node.count, node.unknown) for node in nodes] == [(2, 3)]
    why = service.why(doc(DROPPED), "C1", ADMIN)
    assert why.tree is not None
    assert (why.member, why.tree.found, why.tree.data_date) == (True, Decimal("-25.0"), D)
    unknown = service.why(doc(DROPPED), "C4", ADMIN).tree
    assert unknown is not None
    assert (unknown.holds, unknown.unknown) == (False, True)
    points = service.sensitivity(doc(DROPPED), "/where", ADMIN).points
    assert [(point.value, point.count) for point in points] == [(-100, 1), (-25, 2)]


def test_at_an_earlier_date_sums_are_those_of_its_months(service: SegmentService) -> None:
    dated = ["paid_3m", "paid_trend"]
    assert shown(service, dated, as_of=EARLIER) == {
        "C1": [200, 0],
        "C2": [10, None],
        "C3": [0, None],
        "C4": [0, None],
    }
    fell = {"attr": "paid_trend", "op": "le", "value": 0}
    some = {"attr": "paid_3m", "op": "gt", "value": 0}
    answer = service.count(doc({"all": [fell, some]}), ADMIN, as_of=EARLIER)
    assert answer.count == 1
    # The mart has no March.
    assert answer.context.plan.answered_from == {"/where/all/0": "mart", "/where/all/1": "facts"}


def test_what_is_made_of_the_present_is_not_asked_of_the_past(service: SegmentService) -> None:
    stored = {"attr": "paid_of_balance", "op": "is_set"}
    against = {"attr": "paid_3m", "op": "gt", "value": {"attr": "balance"}}
    for where, path in ((stored, "/where"), ({"all": [DROPPED, against]}, "/where/all/1")):
        with pytest.raises(DocumentError) as refused:
            service.count(doc(where), ADMIN, as_of=EARLIER)
        assert [(p.path, p.code) for p in refused.value.problems] == [(path, "no_history")]
    with pytest.raises(DocumentError, match="paid_of_balance"):
        service.members(doc(None), ADMIN, as_of=EARLIER, attributes=["paid_3m", "paid_of_balance"])


def test_a_comparison_does_without_the_division(service: SegmentService) -> None:
    division = {"duckdb": "//", "clickhouse": "intDiv"}[service.engine.name]
    assert division not in service.sql(doc(DROPPED), ADMIN).sql
    assert division in service.sql(doc(DROPPED | {"op": "eq"}), ADMIN).sql


def test_a_number_weighs_as_much_as_its_sums(service: SegmentService) -> None:
    trends = [DROPPED | {"value": value} for value in range(51)]
    assert service.check(doc({"any": trends[:50]}), ADMIN) == ()
    assert [p.code for p in service.check(doc({"any": trends}), ADMIN)] == ["too_many_nodes"]
    others = [
        {"attr": "balance", "op": "gt", "value": {"attr": "paid_trend", "times": n}} for n in range(1, 51)
    ]
    assert [p.code for p in service.check(doc({"any": others}), ADMIN)] == ["too_many_nodes"]
