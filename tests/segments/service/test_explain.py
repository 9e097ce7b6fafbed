"""Attrition, why and sensitivity against what can be counted by hand."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from segments.conditions.problems import DocumentError
from segments.service import SegmentService
from tests.segments.service.small import ADMIN, TASHKENT, publish
from tests.segments.service.test_count import DROPPED, PAID_IN_JUNE, REFERENCES, VIP, doc
from warehouse.engines.clickhouse import open_embedded
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.errors import InputError

RICH = {"attr": "balance", "op": "gt", "value": Decimal("50")}
AVERAGE = PAID_IN_JUNE | {"agg": "avg", "window": {"all": True}, "op": "ge", "value": 90}


@pytest.fixture(scope="module", params=["duckdb", "clickhouse"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SegmentService]:
    release = publish(tmp_path_factory.mktemp("small"))
    engine = DuckDBEngine(release) if request.param == "duckdb" else open_embedded(release)
    yield SegmentService(release, engine, REFERENCES)
    engine.close()


def attrition(service: SegmentService, where: Any, actor: Any = ADMIN) -> dict[str, tuple[Any, ...]]:
    nodes = service.count(doc(where), actor, attrition=True).to_json()["nodes"]
    return {n["path"]: (n["count"], n["unknown"], n["left_out_only_by_this"]) for n in nodes}


def test_attrition(service: SegmentService) -> None:
    where = {"all": [VIP, {"any": [RICH, AVERAGE]}, {"not": {"list": "some"}}]}
    assert attrition(service, where) == {
        "/where": (0, None, 5),  # nobody is in; without the root everyone is
        "/where/all/0": (2, 1, 1),  # C5 would join without it
        "/where/all/1": (2, None, 1),  # C4 would join
        "/where/all/1/any/0": (2, 1, 0),
        "/where/all/1/any/1": (1, 3, 0),
        "/where/all/2": (3, None, 1),  # C1 would join
        "/where/all/2/not": (2, 0, 1),  # its group would be left empty and goes too
    }


def test_attrition_of_one_condition_and_of_nothing(service: SegmentService) -> None:
    assert attrition(service, VIP) == {"/where": (2, 1, 3)}
    assert attrition(service, None) == {}
    assert attrition(service, {"all": [VIP]}, TASHKENT) == {"/where": (1, None, 1), "/where/all/0": (1, 0, 1)}


def test_why(service: SegmentService) -> None:
    where = {"all": [VIP, {"any": [RICH, DROPPED]}, {"attr": "region", "op": "eq", "value": "Tashkent"}]}
    inside = service.why(doc(where), "C1", ADMIN)
    assert inside.member
    assert inside.flip == ("/where/all/0",)
    assert inside.tree is not None
    found = {leaf.path: leaf for child in inside.tree.children for leaf in (child, *child.children)}
    assert found["/where/all/1/any/0"].found == Decimal("100.00")
    assert found["/where/all/1/any/0"].required == {"op": "gt", "value": Decimal(50)}
    assert found["/where/all/1/any/1"].found == Decimal(-25)
    outside = service.why(doc(where), "C4", ADMIN)
    assert not outside.member
    assert outside.flip == ("/where/all/1/any/0", "/where/all/2")
    answer = outside.to_json()
    assert answer["tree"]["children"][2] == {
        "path": "/where/all/2",
        "kind": "attr",
        "holds": False,
        "found": None,
        "required": {"op": "eq", "value": "Tashkent"},
        "unknown": True,
        "data_date": "2026-07-01",
        "children": [],
    }


def test_why_of_a_change_over_days_that_the_fact_does_not_cover(service: SegmentService) -> None:
    window = {"window": {"last": 12, "unit": "month"}}
    over_years = DROPPED | {"change": DROPPED["change"] | window}  # type: ignore[operator]
    tree = service.why(doc(over_years), "C1", ADMIN).to_json()["tree"]
    assert (tree["holds"], tree["found"], tree["unknown"]) == (False, None, True)
    answer = service.sensitivity(doc(over_years), "/where", ADMIN)
    assert {point.count for point in answer.points} == {0}


def test_why_names_the_attribute_that_is_compared_with(service: SegmentService) -> None:
    where = {"attr": "balance", "op": "gt", "value": {"attr": "balance", "times": Decimal("0.5")}}
    answer = service.why(doc(where), "C1", ADMIN)
    assert answer.tree is not None
    assert answer.tree.required == {"op": "gt", "value": {"attr": "balance", "times": Decimal("0.5")}}


def test_why_shows_only_whom_the_reader_may_see(service: SegmentService) -> None:
    assert service.why(doc(None), "C3", ADMIN).member
    with pytest.raises(InputError, match="no customer C3"):
        service.why(doc(None), "C3", TASHKENT)
    with pytest.raises(InputError, match="no customer C6"):
        service.why(doc(None), "C6", ADMIN)  # from the as-of date on


def test_sensitivity(service: SegmentService) -> None:
    where = {"all": [RICH, {"not": {"segment": "vips", "version": 1}}]}
    answer = service.sensitivity(doc(where), "/where/all/0", ADMIN)
    points = {point.value: point.count for point in answer.points}
    assert points == {Decimal("-5.5"): 1, Decimal("50"): 1, Decimal("99.99"): 0}
    assert answer.to_json()["current"] == 50


def test_sensitivity_of_a_negated_average(service: SegmentService) -> None:
    answer = service.sensitivity(doc({"not": AVERAGE}), "/where/not", ADMIN)
    points = {point.value: point.count for point in answer.points}
    assert points[Decimal(90)] == 4  # all but C1, whose average is 91.67
    assert points[Decimal(10)] == 3  # and C2, who paid 10 once before the date
    assert max(points) == Decimal("91.666667")


@pytest.mark.parametrize("path", ["/where", "/where/all/0", "/where/all/1", "/where/all/9"])
def test_sensitivity_wants_a_number_to_move(service: SegmentService, path: str) -> None:
    where = {"all": [VIP, {"attr": "balance", "op": "eq", "value": 1}]}
    with pytest.raises(DocumentError) as refused:
        service.sensitivity(doc(where), path, ADMIN)
    assert [(p.path, p.code) for p in refused.value.problems] == [(path, "no_threshold")]
