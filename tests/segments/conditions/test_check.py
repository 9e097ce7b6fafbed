"""Nothing that the catalogue, the actor's rights or the references do not bear out gets through."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from segments.conditions.check import check, checked, opened_problems
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from segments.conditions.types import aggregate_result, unknown_attribute, visible_attributes
from segments.references import IdList, MemoryReferences, ReferenceFault, SavedSegment
from tests.segments.world.catalogue import build_catalogue
from warehouse.access import Actor, RowScope
from warehouse.catalog.model import Sensitivity, ValueType

CATALOG = build_catalogue()
ACTOR = Actor("a", RowScope(everything=True), attribute_groups=None)
COUNT = {"fact": "payment", "agg": "count", "window": {"all": True}, "op": "ge", "value": 1}
CHANGE = {
    "change": {
        "fact": "payment",
        "agg": "sum",
        "measure": "amount",
        "window": {"last": 1, "unit": "month"},
        "against": {"previous": 1},
    },
    "as": "percent",
    "op": "lt",
    "value": 0,
}


def doc(where: Any, entity: str = "customer") -> dict[str, Any]:
    return {"version": 1, "entity": entity, "where": where}


def chain(n: int, width: int = 1) -> tuple[SavedSegment, ...]:
    """s0 .. sn, each made of `width` references to the one before."""
    first = SavedSegment("s0", 1, doc({"attr": "kind", "op": "is_set"}))
    later = [
        SavedSegment(f"s{i}", 1, doc({"all": [{"segment": f"s{i - 1}", "version": 1}] * width}))
        for i in range(1, n + 1)
    ]
    return (first, *later)


def found(where: Any, entity: str = "customer", references: Any = None) -> list[tuple[str, str]]:
    known = references or MemoryReferences()
    return [(p.path, p.code) for p in check(parse(doc(where, entity)), CATALOG, ACTOR, known)]


@pytest.mark.parametrize(
    "where",
    [
        {"attr": "head_count", "op": "eq", "value": Decimal("2.5")},
        {"attr": "last_login", "op": "eq", "value": "2026-01-01"},
        {"attr": "last_login", "op": "gt", "value": "2026-01-01T10:00:00+05:00"},
        {"attr": "last_login", "op": "between", "value": ["2026-01-01", "2026-01-01T10:00"]},
        {"attr": "birth_date", "op": "lt", "value": {"attr": "last_login"}},
        {"attr": "balance", "op": "lt", "value": {"attr": "head_count", "times": 2}},
        COUNT | {"value": {"attr": "head_count"}},
        COUNT | {"where": {"attr": "amount", "op": "gt", "value": 5}},
        {
            "fact": "balance",
            "agg": "latest",
            "measure": "state",
            "window": {"all": True},
            "op": "eq",
            "value": "x",
        },
        {"related": "accounts", "quantifier": "any", "where": COUNT},
    ],
)
def test_allowed(where: Any) -> None:
    assert found(where) == []


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"attr": "nope", "op": "is_set"}, "unknown_attribute"),
        ({"attr": "kind", "op": "eq", "value": 5}, "type_mismatch"),
        ({"attr": "head_count", "op": "eq", "value": "5"}, "type_mismatch"),
        ({"attr": "balance", "op": "in", "value": [1, "2"]}, "type_mismatch"),
        ({"attr": "vip", "op": "eq", "value": "true"}, "type_mismatch"),
        ({"attr": "vip", "op": "eq", "value": 1}, "type_mismatch"),
        ({"attr": "birth_date", "op": "eq", "value": "01.02.2000"}, "type_mismatch"),
        ({"attr": "birth_date", "op": "eq", "value": "2000-02-30"}, "type_mismatch"),
        ({"attr": "birth_date", "op": "eq", "value": "2000-01-01T00:00:00"}, "type_mismatch"),
        ({"attr": "birth_date", "op": "eq", "value": 20000101}, "type_mismatch"),
        ({"attr": "last_login", "op": "eq", "value": "2000-01-01T25:00:00"}, "type_mismatch"),
        ({"attr": "birth_date", "op": "between", "value": ["2001-01-01", "2000-01-01"]}, "reversed"),
        (
            {"attr": "last_login", "op": "between", "value": ["2001-01-01T23:00", "2001-01-01T01:00"]},
            "reversed",
        ),
        ({"attr": "kind", "op": "gt", "value": "a"}, "operator_not_allowed"),
        ({"attr": "kind", "op": "contains", "value": "a"}, "operator_not_allowed"),
        (
            {"attr": "last_login", "op": "anniversary_within", "value": {"n": 1, "unit": "day"}},
            "operator_not_allowed",
        ),
        ({"attr": "head_count", "op": "is_true"}, "operator_not_allowed"),
        ({"attr": "balance", "op": "gt", "value": {"attr": "kind"}}, "type_mismatch"),
        ({"attr": "balance", "op": "gt", "value": {"attr": "nope"}}, "unknown_attribute"),
        ({"attr": "birth_date", "op": "gt", "value": {"attr": "gone_on", "times": 2}}, "type_mismatch"),
        (COUNT | {"fact": "nope"}, "unknown_fact"),
        (COUNT | {"value": "1"}, "type_mismatch"),
        (COUNT | {"agg": "sum", "measure": "nope"}, "unknown_measure"),
        (COUNT | {"fact": "balance", "agg": "sum", "measure": "state"}, "type_mismatch"),
        (COUNT | {"fact": "balance", "agg": "avg", "measure": "state"}, "type_mismatch"),
        (COUNT | {"fact": "balance", "agg": "max", "measure": "state"}, "type_mismatch"),
        (CHANGE | {"value": "0"}, "type_mismatch"),
        ({"related": "accounts", "quantifier": "count", "op": "ge", "value": "1"}, "type_mismatch"),
        (COUNT | {"agg": "first"}, "type_mismatch"),
        (
            CHANGE | {"change": CHANGE["change"] | {"fact": "balance", "agg": "latest", "measure": "state"}},
            "type_mismatch",
        ),  # type: ignore[operator]
        ({"related": "nope", "quantifier": "any"}, "unknown_relation"),
        ({"related": "account_subscriptions", "quantifier": "any"}, "unknown_relation"),
        ({"segment": "nope"}, "unknown_segment"),
        ({"list": "nope"}, "unknown_list"),
        ({"sequence": [{"fact": "nope"}], "within": {"n": 1, "unit": "day"}}, "unknown_fact"),
    ],
)
def test_refused(where: Any, code: str) -> None:
    path = "/where/all/1/sequence/0" if "sequence" in where else "/where/all/1"
    assert found({"all": [{"attr": "kind", "op": "is_set"}, where]}) == [(path, code)]


@pytest.mark.parametrize(
    "inner",
    [
        COUNT,
        CHANGE,
        {"related": "accounts", "quantifier": "any"},
        {"segment": "s0", "version": 1},
        {"list": "l"},
        {"sequence": [{"fact": "payment"}], "within": {"n": 1, "unit": "day"}},
    ],
)
def test_only_the_facts_own_attributes_inside_a_fact(inner: Any) -> None:
    assert found(COUNT | {"where": {"not": inner}}) == [("/where/where/not", "not_inside_fact")]


def test_attributes_inside_speak_of_the_inner_rows() -> None:
    assert found(COUNT | {"where": {"attr": "kind", "op": "is_set"}}) == [
        ("/where/where", "unknown_attribute")
    ]
    child = {"related": "accounts", "quantifier": "any", "where": {"attr": "kind", "op": "is_set"}}
    assert found(child) == [("/where/where", "unknown_attribute")]
    assert found(COUNT, entity="subscription") == [("/where", "wrong_entity")]
    assert found({"attr": "kind", "op": "is_set"}, entity="nope") == [("", "unknown_entity")]


def test_lists_and_segments_of_another_entity() -> None:
    ids = pa.array(["A1"], pa.string())
    known = MemoryReferences(
        segments=(SavedSegment("accounts", 1, doc(None, "account")),),
        lists=(IdList("l", "account", "1", ids),),
    )
    assert found({"segment": "accounts"}, references=known) == [("/where", "wrong_entity")]
    assert found({"list": "l"}, references=known) == [("/where", "wrong_entity")]
    inside = {
        "related": "accounts",
        "quantifier": "any",
        "where": {"any": [{"list": "l"}, {"segment": "accounts"}]},
    }
    assert found(inside, references=known) == []


def test_faults_inside_a_reference_are_told_at_the_reference() -> None:
    broken = SavedSegment("b", 1, doc({"all": [{"attr": "gone_field", "op": "is_set"}]}))
    unreadable = SavedSegment("u", 1, {"version": 9})
    known = MemoryReferences(segments=(broken, unreadable))
    assert found({"not": {"segment": "b"}}, references=known) == [("/where/not", "unknown_attribute")]
    assert found({"not": {"segment": "u"}}, references=known) == [("/where/not", "bad_reference")]


class Expired(MemoryReferences):
    """A segment and a list that once were."""

    def segment(self, segment_id: str, version: int | None) -> SavedSegment | None:
        raise ReferenceFault(f"the segment {segment_id} is archived", "archived_segment")

    def id_list(self, list_id: str) -> IdList | None:
        raise ReferenceFault(f"the list {list_id} has expired", "expired_list")


def test_what_can_no_longer_be_used_is_refused() -> None:
    assert found({"not": {"segment": "old"}}, references=Expired()) == [("/where/not", "archived_segment")]
    assert found({"not": {"list": "old"}}, references=Expired()) == [("/where/not", "expired_list")]


def test_messages_name_the_segment_and_its_version() -> None:
    there_and_back = MemoryReferences(
        segments=(
            SavedSegment("there", 1, doc({"segment": "back", "version": 1})),
            SavedSegment("back", 1, doc({"segment": "there", "version": 1})),
        )
    )

    def message(reference: dict[str, Any]) -> str:
        return check(parse(doc(reference)), CATALOG, ACTOR, there_and_back)[0].message

    assert message({"segment": "nope"}) == "there is no segment nope"
    assert message({"segment": "nope", "version": 2}) == "there is no segment nope version 2"
    unusable = "version 1 of the segment there has a fault and can't be used"
    assert message({"segment": "there", "version": 1}) == unusable


@pytest.mark.parametrize("opening", [False, True])
@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (doc({"attr": "balance", "op": "eq", "value": "hush"}), ["type_mismatch"]),
        (doc({"attr": "hush", "op": "eq", "value": 5}), ["unknown_attribute"]),
        (doc({"attr": "hush", "op": "eq"}), ["bad_reference"]),
        (doc({"hush": 5}), ["bad_reference"]),
        (doc({"segment": "hush", "version": 1}), ["unknown_segment"]),
        (
            doc({"any": [{"list": "hush"}, {"list": "hush-2"}, {"attr": "hush", "op": "is_set"}]}),
            ["unknown_list", "unknown_attribute"],
        ),
    ],
)
def test_a_fault_inside_a_segment_tells_nothing_of_what_it_holds(
    content: dict[str, Any], codes: list[str], opening: bool
) -> None:
    known = MemoryReferences(
        segments=(
            SavedSegment("secret", 3, content),
            SavedSegment("around", 1, doc({"not": {"segment": "secret", "version": 3}})),
        )
    )
    ask = opened_problems if opening else check
    for name, version in (("secret", 3), ("around", 1)):
        node = {"any": [{"attr": "vip", "op": "is_true"}, {"segment": name, "version": version}]}
        said = f"version {version} of the segment {name} has a fault and can't be used"
        problems = ask(parse(doc(node)), CATALOG, ACTOR, known)
        assert [(p.path, p.message, p.code) for p in problems] == [("/where/any/1", said, c) for c in codes]


def test_checked_gives_the_document_or_all_its_problems() -> None:
    document = parse(doc({"attr": "kind", "op": "is_set"}))
    assert checked(document, CATALOG, ACTOR) is document
    faulty = parse(doc({"any": [{"attr": "x", "op": "is_set"}, {"attr": "y", "op": "is_set"}]}))
    with pytest.raises(DocumentError) as refused:
        checked(faulty, CATALOG, ACTOR)
    assert [problem.path for problem in refused.value.problems] == ["/where/any/0", "/where/any/1"]


def test_a_count_is_a_whole_number() -> None:
    counted = aggregate_result(CATALOG.facts["payment"], "count", None)
    assert (counted.type, counted.scale) == (ValueType.INTEGER, 0)


def test_visible_attributes_are_those_the_actor_may_use() -> None:
    known = build_catalogue().entities["customer"].attributes
    secret = replace(known["city"], sensitivity=Sensitivity.PERSONAL, group="places")
    chosen = {"kind": known["kind"], "city": secret}
    assert visible_attributes(chosen, ACTOR) == (known["kind"], secret)
    assert visible_attributes(chosen, replace(ACTOR, attribute_groups=frozenset())) == (known["kind"],)


def test_chains_and_pyramids_of_references_end() -> None:
    last = {"segment": "s19", "version": 1}
    assert found(last, references=MemoryReferences(segments=chain(19))) == []
    last = {"segment": "s20", "version": 1}
    assert [code for _, code in found(last, references=MemoryReferences(segments=chain(20)))] == ["too_deep"]
    doubling = MemoryReferences(segments=chain(15, width=2))
    assert {code for _, code in found({"segment": "s15"}, references=doubling)} == {"too_many_nodes"}
    assert found({"segment": "s9"}, references=doubling) == []


def test_a_slip_of_the_pen_is_answered_with_names_that_the_actor_may_use() -> None:
    balance = CATALOG.entities["customer"].attributes["balance"]
    secret = {"balance": replace(balance, sensitivity=Sensitivity.SECRET)}
    stranger = Actor("b", RowScope(everything=True), attribute_groups=frozenset())
    said = "customer has no attribute balanse"
    assert unknown_attribute("customer", "balanse", {"balance": balance}, ACTOR) == f"{said}; is it balance?"
    assert unknown_attribute("customer", "balanse", secret, stranger) == said
    assert "is it" not in unknown_attribute(
        "customer", "balance" * 20, {"balance" * 20 + "s": balance}, ACTOR
    )
    problem = check(parse(doc({"attr": "balanse", "op": "is_set"})), CATALOG, ACTOR, MemoryReferences())[0]
    assert problem.message == f"{said}; is it balance?"
