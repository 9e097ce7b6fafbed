"""Counts and members of a release known by heart, on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from segments.conditions.problems import DocumentError
from segments.references import Exclusion, IdList, MemoryReferences, SavedSegment
from segments.service import SegmentService
from tests.segments.service.small import ADMIN, CLERK, NOBODY, TASHKENT, D, publish
from warehouse.access import Actor, RowScope
from warehouse.engines.clickhouse import open_embedded
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.errors import InputError


def doc(where: Any, **more: Any) -> dict[str, Any]:
    return {"version": 1, "where": where, **more}


PAID_IN_JUNE = {
    "fact": "payment",
    "agg": "sum",
    "measure": "amount",
    "window": {"last": 1, "unit": "month"},
    "op": "gt",
    "value": 0,
}
NEVER_PAID = {"fact": "payment", "agg": "count", "window": {"all": True}, "op": "eq", "value": 0}
DROPPED = {
    "change": {
        "fact": "payment",
        "agg": "sum",
        "measure": "amount",
        "window": {"last": 1, "unit": "month"},
        "against": {"previous": 2},
    },
    "as": "percent",
    "op": "le",
    "value": -25,
}
VIP = {"attr": "vip", "op": "is_true"}


def id_list(name: str, *members: str, entity: str = "customer") -> IdList:
    return IdList(name, entity, f"content-{name}", pa.array(members, pa.string()))


REFERENCES = MemoryReferences(
    segments=(
        SavedSegment("vips", 1, doc(VIP)),
        SavedSegment("vips", 2, doc({"not": VIP})),
        SavedSegment("loop_a", 1, doc({"segment": "loop_b", "version": 1})),
        SavedSegment("loop_b", 1, doc({"segment": "loop_a", "version": 1})),
        SavedSegment("accounts", 1, doc(None, entity="account")),
        SavedSegment("taxed", 1, doc({"attr": "tax_id", "op": "is_set"})),
    ),
    lists=(id_list("some", "C1", "C3", "C99"), id_list("empty")),
    stops=(
        Exclusion("no consent", id_list("s1", "C1", "C2")),
        Exclusion("complaint", id_list("s2", "C2", "C3")),
        Exclusion("in court", id_list("s3", "A5", "A3", entity="account")),
    ),
)


@pytest.fixture(scope="module", params=["duckdb", "clickhouse"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SegmentService]:
    release = publish(tmp_path_factory.mktemp("small"))
    engine = DuckDBEngine(release) if request.param == "duckdb" else open_embedded(release)
    yield SegmentService(release, engine, REFERENCES)
    engine.close()


def members(service: SegmentService, where: Any, actor: Any = ADMIN, **more: Any) -> list[str]:
    document = doc(where, **{k: more.pop(k) for k in ("entity",) if k in more})
    page = service.members(document, actor, **more)
    found: list[str] = page.rows.column("id").to_pylist()
    answer = service.count(document, actor, **{k: v for k, v in more.items() if k in ("as_of", "purpose")})
    assert answer.count == len(found)
    return found


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (None, "C1 C2 C3 C4 C5"),  # C6 exists from D on
        (VIP, "C1 C4"),
        ({"not": VIP}, "C2 C3 C5"),
        ({"attr": "vip", "op": "is_false"}, "C2 C5"),
        ({"attr": "balance", "op": "gt", "value": Decimal("99.985")}, "C1 C5"),
        ({"attr": "balance", "op": "eq", "value": Decimal("99.995")}, ""),
        ({"attr": "balance", "op": "ne", "value": Decimal("99.99")}, "C1 C2 C3 C4"),
        ({"attr": "balance", "op": "lt", "value": Decimal(10) ** 19}, "C1 C2 C4 C5"),
        ({"attr": "balance", "op": "le", "value": -(Decimal(10) ** 19)}, ""),
        ({"attr": "full_name", "op": "contains", "value": "ЕЛК"}, "C1"),
        ({"attr": "full_name", "op": "starts_with", "value": "o'KT"}, "C3"),
        ({"attr": "full_name", "op": "not_contains", "value": "а"}, "C2 C3 C4 C5"),
        ({"attr": "full_name", "op": "eq", "value": "анна ёлкина"}, ""),
        ({"attr": "tenure", "op": "ge", "value": 29}, "C1 C3"),
        ({"attr": "tenure", "op": "eq", "value": 29}, "C1"),
        (
            {"attr": "registered_on", "op": "anniversary_within", "value": {"n": 365, "unit": "day"}},
            "C1 C2 C3 C5",
        ),
        (PAID_IN_JUNE, "C1"),
        (PAID_IN_JUNE | {"op": "le"}, "C2 C3 C4 C5"),
        (NEVER_PAID, "C4 C5"),
        (NEVER_PAID | {"op": "le", "value": 2}, "C2 C3 C4 C5"),
        (NEVER_PAID | {"where": {"attr": "method", "op": "eq", "value": "card"}}, "C2 C3 C4 C5"),
        (DROPPED, "C1 C2"),
        (DROPPED | {"value": Decimal("-25.01")}, "C2"),
        (DROPPED | {"min_base": 5}, "C1 C2"),
        (DROPPED | {"min_base": Decimal("5.01")}, "C1"),
        ({"related": "accounts", "quantifier": "any"}, "C1 C2 C3"),
        ({"related": "accounts", "quantifier": "none"}, "C4 C5"),
        (
            {
                "related": "accounts",
                "quantifier": "all",
                "where": {"attr": "kind", "op": "eq", "value": "prepaid"},
            },
            "C1 C2 C4 C5",
        ),
        ({"related": "accounts", "quantifier": "count", "op": "lt", "value": 1}, "C4 C5"),
        ({"segment": "vips", "version": 1}, "C1 C4"),
        ({"segment": "vips", "version": 2}, "C2 C3 C5"),
        ({"list": "some"}, "C1 C3"),
        ({"not": {"list": "some"}}, "C2 C4 C5"),
        ({"list": "empty"}, ""),
        ({"any": [{"list": "empty"}, {"not": {"list": "empty"}}]}, "C1 C2 C3 C4 C5"),
        (
            {"sequence": [{"fact": "payment"}, {"fact": "payment"}], "within": {"n": 1, "unit": "month"}},
            "",
        ),
        (
            {"sequence": [{"fact": "payment"}, {"fact": "payment"}], "within": {"n": 31, "unit": "day"}},
            "C1",
        ),
    ],
)
def test_members(service: SegmentService, where: Any, expected: str) -> None:
    assert members(service, where) == expected.split()


def test_a_sequence_of_a_month_and_a_day(service: SegmentService) -> None:
    steps = [{"fact": "payment"}, {"fact": "payment"}]
    where = {"sequence": steps, "within": {"n": 30, "unit": "day"}}
    assert members(service, where) == []  # 10 April and 10 May are 30 days apart: the last is not before


def test_hundred_thousand_values(service: SegmentService) -> None:
    values = [f"nowhere {i}" for i in range(99_999)] + ["Tashkent"]
    assert members(service, {"attr": "region", "op": "in", "value": values}) == ["C1", "C2"]
    assert members(service, {"attr": "region", "op": "not_in", "value": values}) == ["C3", "C4", "C5"]


def test_the_answer_says_what_it_rests_on(service: SegmentService) -> None:
    answer = service.count(doc({"all": [VIP, PAID_IN_JUNE, DROPPED]}), ADMIN)
    found = answer.to_json()
    assert (found["count"], found["universe"], found["as_of"]) == (1, 5, "2026-07-01")
    assert found["excluded"] == {}
    assert "nodes" not in found
    june = {"from": "2026-06-01", "before": "2026-07-01", "incomplete": False, "missing": []}
    assert found["windows"] == [
        {"path": "/where/all/1"} | june,
        {"path": "/where/all/2"} | june,
        {
            "path": "/where/all/2",
            "from": "2026-05-01",
            "before": "2026-06-01",
            "incomplete": False,
            "missing": [],
        },
        {
            "path": "/where/all/2",
            "from": "2026-04-01",
            "before": "2026-05-01",
            "incomplete": False,
            "missing": [],
        },
    ]
    assert found["plan"]["answered_from"] == {"/where/all/1": "mart", "/where/all/2": "mart"}
    assert found["plan"]["tables"] == ["customer_360"]
    paid = {"related": "accounts", "quantifier": "any", "where": NEVER_PAID | {"op": "gt"}}
    plan = service.count(doc({"not": paid}), ADMIN).to_json()["plan"]
    assert plan["answered_from"] == {"/where/not/where": "facts"}


def test_the_mart_and_the_facts_agree(service: SegmentService, tmp_path: Path) -> None:
    bare = publish(tmp_path, months=False)
    engine = DuckDBEngine(bare)
    by_facts = SegmentService(bare, engine, REFERENCES)
    for where in (PAID_IN_JUNE, PAID_IN_JUNE | {"op": "eq"}, DROPPED, {"not": DROPPED}):
        assert members(service, where) == members(by_facts, where)
        plan = by_facts.count(doc(where), ADMIN).context.plan
        assert set(plan.answered_from.values()) == {"facts"}
    engine.close()


def test_a_window_outside_the_coverage_is_incomplete_and_a_change_over_it_unknown(
    service: SegmentService,
) -> None:
    early = DROPPED["change"] | {"against": {"previous": 40}}
    where = DROPPED | {"change": early, "op": "is_set"}
    del where["value"]
    assert members(service, where) == []
    assert members(service, {"not": where}) == ["C1", "C2", "C3", "C4", "C5"]
    windows = service.count(doc(where), ADMIN).context.windows
    assert len(windows) == 41
    assert any(window.incomplete for window in windows)


def test_scope_decides_whole_customers(service: SegmentService) -> None:
    assert members(service, None, TASHKENT) == ["C1", "C2"]
    assert members(service, {"not": VIP}, TASHKENT) == ["C2"]
    assert members(service, None, TASHKENT, entity="account") == ["A1", "A3"]
    assert service.count(doc(None), TASHKENT).universe == 2
    assert members(service, None, NOBODY) == []
    assert members(service, None, NOBODY, entity="account") == []


@pytest.mark.parametrize("name", ["balance", "shoe_size"])
def test_a_scope_by_what_is_no_text_of_customers_shows_nobody(service: SegmentService, name: str) -> None:
    actor = Actor("odd", RowScope(allowed=((name, frozenset({"1"})),)), attribute_groups=None)
    with pytest.raises(InputError, match=f"names {name}"):
        service.count(doc(None), actor)


def test_attribute_rights(service: SegmentService) -> None:
    asked = doc({"attr": "tax_id", "op": "is_set"})
    assert service.count(asked, ADMIN).count == 3
    with pytest.raises(DocumentError) as refused:
        service.count(asked, CLERK)
    assert [(p.path, p.code) for p in refused.value.problems] == [("/where", "forbidden_attribute")]
    with pytest.raises(InputError, match="tax_id"):
        service.members(doc(None), CLERK, attributes=["tax_id"])
    # A reader of a shared segment gets its members.
    assert service.count(doc({"segment": "taxed", "version": 1}), CLERK).count == 3


def test_contact_subtracts_the_stop_lists_last(service: SegmentService) -> None:
    everyone = doc(None)
    answer = service.count(everyone, ADMIN, purpose="contact")
    assert (answer.count, answer.universe) == (2, 5)
    assert answer.excluded == {"no consent": 2, "complaint": 1}
    assert members(service, None, purpose="contact") == ["C4", "C5"]
    assert members(service, {"not": {"list": "some"}}, purpose="contact") == ["C4", "C5"]
    assert answer.remarks == ()
    with pytest.raises(InputError, match="purpose"):
        service.count(everyone, ADMIN, purpose="spam")


def test_a_past_date_can_be_asked_of_facts_alone(service: SegmentService) -> None:
    past = date(2026, 6, 1)
    assert members(service, PAID_IN_JUNE, as_of=past) == ["C1", "C2"]
    assert members(service, None, as_of=past) == ["C1", "C2", "C3", "C4"]  # C5 came later
    with pytest.raises(DocumentError) as refused:
        service.count(doc({"all": [PAID_IN_JUNE, VIP]}), ADMIN, as_of=past)
    assert [(p.path, p.code) for p in refused.value.problems] == [("/where/all/1", "no_history")]
    with pytest.raises(DocumentError):
        service.count(doc({"segment": "vips", "version": 1}), ADMIN, as_of=past)
    with pytest.raises(DocumentError) as refused:
        service.count(doc(PAID_IN_JUNE | {"value": {"attr": "balance"}}), ADMIN, as_of=past)
    assert [(p.path, p.code) for p in refused.value.problems] == [("/where", "no_history")]
    by_kind = {"related": "accounts", "quantifier": "any", "where": {"attr": "kind", "op": "is_set"}}
    with pytest.raises(DocumentError) as refused:
        service.count(doc({"not": by_kind}), ADMIN, as_of=past)
    assert [(p.path, p.code) for p in refused.value.problems] == [("/where/not/where", "no_history")]
    assert members(service, {"related": "accounts", "quantifier": "any"}, as_of=past) == ["C1", "C2", "C3"]
    with pytest.raises(InputError, match="later than the release"):
        service.count(doc(None), ADMIN, as_of=date(2026, 7, 2))
    assert service.count(doc(None), ADMIN, as_of=D).count == 5


def test_exclusions_of_customers_take_all_they_have(service: SegmentService) -> None:
    everything = doc(None, entity="account")
    assert service.count(everything, ADMIN).count == 4  # A2 exists from D on
    answer = service.count(everything, ADMIN, purpose="contact")
    # A1 and A3 belong to C1 and C2, A4 to C3, A5 to nobody; A3 is counted once, under the first reason.
    assert (answer.count, answer.excluded) == (0, {"no consent": 2, "complaint": 1, "in court": 1})
    assert members(service, None, entity="account", purpose="contact") == []
    kind = {"attr": "kind", "op": "eq", "value": "prepaid"}
    asked = doc(kind, entity="account")
    assert service.count(asked, ADMIN, purpose="contact").excluded == {
        "no consent": 2,
        "complaint": 0,
        "in court": 1,
    }
    seen = service.count(everything, TASHKENT, purpose="contact")
    assert (seen.count, seen.excluded) == (0, {"no consent": 2, "complaint": 0, "in court": 0})
    some = replace(REFERENCES, stops=REFERENCES.stops[1:2])
    left = SegmentService(service.release, service.engine, some)
    assert members(left, None, entity="account", purpose="contact") == ["A1", "A5"]


def test_without_stop_lists_an_answer_for_contacts_says_so(service: SegmentService) -> None:
    unlisted = SegmentService(service.release, service.engine)
    for purpose, codes in (("contact", ["no_stop_lists"]), ("analysis", [])):
        answers = (
            unlisted.count(doc(None), ADMIN, purpose=purpose),
            unlisted.members(doc(None), ADMIN, purpose=purpose),
        )
        for answer in answers:
            assert [remark["code"] for remark in answer.to_json()["remarks"]] == codes


def test_the_profile_of_a_past_date_is_not_shown_either(service: SegmentService) -> None:
    past = date(2026, 6, 1)
    for shown in (
        ["balance"],
        ["region", "tenure"],
    ):  # tenure follows from a stored date: asked day by day it tells it
        with pytest.raises(DocumentError) as refused:
            service.members(doc(None), ADMIN, as_of=past, attributes=shown)
        assert [(p.path, p.code, p.message.split(":")[0]) for p in refused.value.problems] == [
            ("", "no_history", name) for name in shown
        ]
    with pytest.raises(InputError, match="may not see"):
        service.members(doc(None), CLERK, as_of=past, attributes=["tax_id"])
    assert service.members(doc(None), ADMIN, as_of=D, attributes=["tenure"]).rows.num_rows == 5


def test_pages(service: SegmentService) -> None:
    first = service.members(doc(None), ADMIN, limit=2, attributes=["balance", "tenure"])
    assert first.rows.to_pylist()[1] == {"id": "C2", "balance": Decimal("-5.50"), "tenure": 13}
    second = service.members(doc(None), ADMIN, limit=3, after=first.next)
    assert second.rows.column("id").to_pylist() == ["C3", "C4", "C5"]
    assert second.next is None
    accounts = service.members(doc(None, entity="account"), ADMIN, limit=1)
    assert accounts.next == "A1"
    after = service.members(doc(None, entity="account"), ADMIN, limit=9, after="A1")
    assert after.rows.column("id").to_pylist() == ["A3", "A4", "A5"]
    with pytest.raises(InputError, match="limit"):
        service.members(doc(None), ADMIN, limit=0)


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"segment": "gone", "version": 1}, "unknown_segment"),
        ({"segment": "vips", "version": 3}, "unknown_segment"),
        ({"not": {"segment": "gone", "version": 1}}, "unknown_segment"),
        ({"segment": "loop_a", "version": 1}, "cycle"),
        ({"segment": "accounts", "version": 1}, "wrong_entity"),
        ({"list": "gone"}, "unknown_list"),
    ],
)
def test_references_that_lead_nowhere_are_errors(service: SegmentService, where: Any, code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        service.count(doc(where), ADMIN)
    path = "/where/not" if "not" in where else "/where"
    assert [(p.path, p.code) for p in refused.value.problems] == [(path, code)]


def test_sql_is_what_count_runs(service: SegmentService) -> None:
    answer = service.sql(
        doc({"all": [VIP, {"attr": "region", "op": "eq", "value": "'; DROP TABLE x"}]}), ADMIN
    )
    assert "DROP" not in answer.sql
    assert "'; DROP TABLE x" in answer.parameters.values()
    assert answer.to_json()["tables"] == ["customer_360"]


def test_reference_data_is_everybodys_who_may_see_a_customer(service: SegmentService) -> None:
    """Its uses stay those of the customers whom the reader may see."""
    accounts = doc(None, entity="account")
    owned = service.count(accounts, TASHKENT).count
    every = service.count(accounts, ADMIN).count
    assert 0 < owned < every
    entities = service.release.catalog.entities
    public = replace(entities["account"], public=True)
    catalog = replace(service.release.catalog, entities={**entities, "account": public})
    opened = SegmentService(replace(service.release, catalog=catalog), service.engine, REFERENCES)
    assert opened.count(accounts, TASHKENT).count == every
    assert opened.count(accounts, NOBODY).count == 0
    assert opened.count(doc(None), TASHKENT).count == service.count(doc(None), TASHKENT).count
