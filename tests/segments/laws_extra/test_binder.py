"""The compiler itself refuses what `check` refuses: a document that was never checked can't become everyone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from segments.compiler.bind import Binder, Setting, covers, entity_rows
from segments.compiler.bound import Always, And, conditions, inside
from segments.compiler.calendar import Days
from segments.compiler.passes import derived
from segments.compiler.passes.context import PassContext
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from segments.references import IdList, MemoryReferences, SavedSegment
from tests.segments.world.catalogue import CUSTOMER, build_catalogue
from warehouse.catalog.model import Elapsed, ValueType
from warehouse.errors import InputError
from warehouse.releases.model import Coverage

Node = Mapping[str, Any]
COUNT = {"agg": "count", "window": {"all": True}, "op": "gt", "value": 0}
LEAF = {"attr": "vip", "op": "is_true"}


def document(where: Node, entity: str = "customer") -> dict[str, Any]:
    return {"version": 1, "entity": entity, "where": where}


REFERENCES = MemoryReferences(
    segments=(
        SavedSegment("vips", 3, document(LEAF)),
        SavedSegment("self", 1, document({"segment": "self", "version": 1})),
        SavedSegment("accounts", 1, document({"attr": "opened_on", "op": "is_set"}, "account")),
        SavedSegment(
            "listed", 1, document({"all": [{"list": "customer_l"}, {"segment": "vips", "version": 3}]})
        ),
    ),
    lists=(
        IdList("customer_l", "customer", "v9", pa.array(["a"])),
        IdList("account_l", "account", "v1", pa.array(["a"])),
    ),
)
REFUSED: tuple[tuple[Node, str], ...] = (
    ({"attr": "nothing", "op": "is_set"}, "unknown_attribute"),
    ({"attr": "balance", "op": "gt", "value": {"attr": "nothing"}}, "unknown_attribute"),
    ({"attr": "balance", "op": "gt", "value": "5"}, "type_mismatch"),
    ({"fact": "nothing", **COUNT}, "unknown_fact"),
    ({"fact": "payment", **COUNT, "agg": "sum", "measure": "nothing"}, "unknown_measure"),
    ({"related": "nothing", "quantifier": "any"}, "unknown_relation"),
    ({"related": "account_subscriptions", "quantifier": "any"}, "unknown_relation"),
    ({"segment": "nothing", "version": 1}, "unknown_segment"),
    ({"segment": "vips", "version": 2}, "unknown_segment"),
    ({"segment": "self", "version": 1}, "cycle"),
    ({"segment": "accounts", "version": 1}, "wrong_entity"),
    ({"list": "nothing"}, "unknown_list"),
    ({"list": "account_l"}, "unknown_list"),
    ({"sequence": [{"fact": "nothing"}], "within": {"n": 1, "unit": "day"}}, "unknown_fact"),
)


def binder() -> Binder:
    return Binder(Setting(build_catalogue(), date(2026, 7, 1), ZoneInfo("UTC"), references=REFERENCES))


@pytest.mark.parametrize(("where", "code"), REFUSED)
def test_what_does_not_fit_is_refused(where: Node, code: str) -> None:
    node = parse(document({"not": where})).where
    assert node is not None
    with pytest.raises(DocumentError) as refused:
        binder().bind(node, entity_rows(CUSTOMER))
    assert {problem.code for problem in refused.value.problems} == {code}
    assert all("/where" in problem.path for problem in refused.value.problems)


@pytest.mark.parametrize(
    "inside", [{"fact": "payment", **COUNT}, {"list": "customer_l"}, {"segment": "vips"}]
)
def test_a_row_of_a_fact_has_attributes_only(inside: Node) -> None:
    node = parse(document({"fact": "payment", **COUNT, "where": {"any": [inside]}})).where
    assert node is not None
    with pytest.raises(DocumentError) as refused:
        binder().bind(node, entity_rows(CUSTOMER))
    assert [(p.path, p.code) for p in refused.value.problems] == [("/where/where/any/0", "not_inside_fact")]


def test_references_are_told_with_their_versions() -> None:
    node = parse(document({"segment": "listed", "version": 1})).where
    assert node is not None
    bound = binder()
    bound.bind(node, entity_rows(CUSTOMER))
    assert bound.references == [
        ("segment", "listed", "1"),
        ("list", "customer_l", "v9"),
        ("segment", "vips", "3"),
    ]


def test_windows_inside_a_segment_are_told_at_its_place() -> None:
    inner = {"all": [{"fact": "payment", **COUNT}]}
    known = MemoryReferences(segments=(SavedSegment("payers", 1, document(inner)),))
    setting = Setting(build_catalogue(), date(2026, 7, 1), ZoneInfo("UTC"), references=known)
    bound = Binder(setting)
    node = parse(document({"any": [{"segment": "payers", "version": 1}, {"fact": "visit", **COUNT}]})).where
    assert node is not None
    bound.bind(node, entity_rows(CUSTOMER))
    assert [window.path for window in bound.windows] == ["/where/any/0", "/where/any/1"]


JUNE = Days(date(2026, 6, 1), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("coverage", "days", "complete"),
    [
        (Coverage(date(2026, 6, 1), date(2026, 7, 1)), JUNE, True),
        (Coverage(date(2026, 6, 2), date(2026, 7, 1)), JUNE, False),
        (Coverage(date(2026, 6, 1), date(2026, 6, 30)), JUNE, False),
        (Coverage(date(2026, 1, 1), date(2027, 1, 1)), JUNE, True),
        (Coverage(None, date(2026, 7, 1)), JUNE, False),
        (Coverage(date(2026, 6, 1), None), JUNE, False),
        (None, JUNE, False),
        (Coverage(date(2026, 1, 1), date(2027, 1, 1)), Days(None, date(2026, 7, 1)), False),
    ],
)
def test_complete_days(coverage: Coverage | None, days: Days, complete: bool) -> None:
    assert covers(coverage, days) is complete


def test_a_change_is_unknown_for_entities_without_a_beginning() -> None:
    change = {
        "fact": "visit",
        "agg": "count",
        "window": {"last": 1, "unit": "day"},
        "against": {"previous": 1},
    }
    node = parse(document({"change": change, "as": "absolute", "op": "ge", "value": 0})).where
    assert node is not None
    coverage = {"visit": Coverage(date(2000, 1, 1), date(2027, 1, 1))}
    setting = Setting(build_catalogue(), date(2026, 7, 1), ZoneInfo("UTC"), coverage)
    timeless = replace(CUSTOMER, exists_from=None)
    found = Binder(setting).bind(node, entity_rows(timeless))
    assert isinstance(found, And)
    assert found.parts[0] == Always(False)


def test_time_is_counted_from_stored_dates_only() -> None:
    doubled = replace(CUSTOMER.attributes["age"], derived=Elapsed("year", "tenure_months"))
    entity = replace(CUSTOMER, attributes={**CUSTOMER.attributes, "age": doubled})
    setting = Setting(build_catalogue(), date(2026, 7, 1), ZoneInfo("UTC"))
    node = parse(document({"attr": "age", "op": "gt", "value": 1})).where
    assert node is not None
    bound = Binder(setting).bind(node, entity_rows(entity))
    with pytest.raises(InputError):
        derived.expand(bound, entity, PassContext(setting, {}))


def test_a_case_gives_texts_only() -> None:
    counted = replace(CUSTOMER.attributes["status"], type=ValueType.INTEGER)
    entity = replace(CUSTOMER, attributes={**CUSTOMER.attributes, "status": counted})
    setting = Setting(build_catalogue(), date(2026, 7, 1), ZoneInfo("UTC"))
    node = parse(document({"attr": "status", "op": "eq", "value": 1})).where
    assert node is not None
    bound = Binder(setting).bind(node, entity_rows(entity))
    with pytest.raises(InputError, match="a case gives texts, not integer"):
        derived.expand(bound, entity, PassContext(setting, {}))


def test_trees_about_other_rows() -> None:
    def trees(where: Node) -> list[str]:
        node = parse(document(where)).where
        assert node is not None
        (condition,) = conditions(binder().bind(node, entity_rows(CUSTOMER)))
        return [part.path for tree in inside(condition) for part in conditions(tree)]

    row = {"attr": "method", "op": "is_set"}
    events = {
        "within": {"n": 1, "unit": "day"},
        "sequence": [{"fact": "visit"}, {"fact": "payment", "where": row}],
    }
    assert trees({"fact": "payment", **COUNT}) == []
    assert trees({"fact": "payment", **COUNT, "where": row}) == ["/where/where"]
    assert trees({"related": "members", "quantifier": "any"}) == []
    assert trees({"related": "members", "quantifier": "any", "where": LEAF}) == ["/where/where"]
    assert trees(events) == ["/where/sequence/1/where"]
    assert trees(LEAF) == []
