"""Draft and document: round trips, exact numbers, paths, and what is unfinished."""

from decimal import Decimal
from typing import Any

import pytest

from api.client import dumps, loads
from apps.texts import TEXTS
from apps.workspaces.segment_builder import draft
from apps.workspaces.segment_builder.document import write
from apps.workspaces.segment_builder.draft import Item, new_group, new_leaf
from apps.workspaces.segment_builder.reading import read
from apps.workspaces.segment_builder.scope import Scope
from segments.conditions.read import parse
from tests.api.deployment import segment
from tests.apps.catalogs import published_catalog
from tests.segments.world.format import missing

SCOPE = Scope(published_catalog(), "customer")
KIND = {"attr": "kind", "op": "eq", "value": "person"}
PAID: dict[str, Any] = {
    "fact": "payment",
    "agg": "sum",
    "measure": "amount",
    "window": {"last": 3, "unit": "month"},
    "where": {"all": [{"attr": "method", "op": "in", "value": ["card", "cash"]}]},
    "op": "between",
    "value": [Decimal("0.10"), 100],
}
NODES: dict[str, Any] = {
    "one value": KIND,
    "many values": {"attr": "region", "op": "not_in", "value": ["North", "South"]},
    "no value": {"attr": "region", "op": "is_not_set"},
    "truth": {"attr": "vip", "op": "is_true"},
    "truth as value": {"attr": "vip", "op": "in", "value": [True, False]},
    "search": {"attr": "full_name", "op": "contains", "value": "али"},
    "decimal": {"attr": "balance", "op": "gt", "value": Decimal("99.995")},
    "range": {"attr": "since", "op": "between", "value": ["2020-01-01", "2021-12-31"]},
    "rolling": {"attr": "since", "op": "within_last", "value": {"n": 30, "unit": "day"}},
    "other attribute": {
        "attr": "tenure_months",
        "op": "ge",
        "value": {"attr": "balance", "times": Decimal("0.5")},
    },
    "same attribute": {"attr": "tenure_months", "op": "lt", "value": {"attr": "balance"}},
    "negation": {"not": KIND},
    "nested groups": {"any": [KIND, {"not": {"all": [KIND, {"any": [KIND]}]}}]},
    "behaviour": PAID,
    "behaviour without where": {
        "fact": "payment",
        "agg": "count",
        "window": {"this": "quarter"},
        "op": "eq",
        "value": 0,
    },
    "first event": {
        "fact": "payment",
        "agg": "first",
        "window": {"all": True},
        "op": "within_last",
        "value": {"n": 2, "unit": "week"},
    },
    "dates": {
        "fact": "usage",
        "agg": "avg",
        "measure": "data_mb",
        "window": {"from": "2026-01-01", "before": "2026-07-01"},
        "op": "is_set",
    },
    "change": {
        "change": {
            "fact": "usage",
            "agg": "sum",
            "measure": "data_mb",
            "window": {"last": 1, "unit": "month"},
            "where": {"all": [{"attr": "data_mb", "op": "gt", "value": 1}]},
            "against": {"previous": 3},
        },
        "as": "percent",
        "per_day": True,
        "min_base": Decimal("0.5"),
        "op": "le",
        "value": -25,
    },
    "some child": {
        "related": "subscriptions",
        "quantifier": "any",
        "where": {"all": [{"attr": "tariff", "op": "eq", "value": "Max"}]},
    },
    "number of children": {"related": "contracts", "quantifier": "count", "op": "ge", "value": 2},
    "sequence": {
        "sequence": [
            {"fact": "payment"},
            {"fact": "usage", "where": {"all": [{"attr": "data_mb", "op": "eq", "value": 0}]}},
        ],
        "within": {"n": 30, "unit": "day"},
        "window": {"last": 2, "unit": "month"},
    },
    "sequence of all time": {"sequence": [{"fact": "payment"}], "within": {"n": 1, "unit": "week"}},
    "segment": {"segment": "S1", "version": 3},
    "segment without version": {"segment": "S1"},
    "list": {"list": "L1"},
}


@pytest.mark.parametrize("node", NODES.values(), ids=NODES.keys())
def test_every_node_can_be_opened_and_written_back_unchanged(node: Any) -> None:
    document = segment({"all": [node]})
    written = write(read(document), SCOPE)
    assert not written.unfinished
    assert written.document == document
    assert loads(dumps(written.document)) == document


@pytest.mark.parametrize("node", NODES.values(), ids=NODES.keys())
def test_what_is_written_is_a_document_of_the_format(node: Any) -> None:
    parse(segment({"all": [node]}))


def test_the_nodes_here_are_the_whole_format() -> None:
    """Operators, aggregates and units are made one by one elsewhere; kinds, windows and the rest stand here."""
    one_by_one = ("op", "agg", "change agg", "quantifier", "as", "last", "this", "rolling", "within")
    found = missing({"where": node} for node in NODES.values())
    assert not {aspect for aspect in found if aspect.split(":", maxsplit=1)[0] not in one_by_one}


def test_double_negation_keeps_its_meaning() -> None:
    written = write(read(segment({"not": {"not": KIND}})), SCOPE)
    assert written.document["where"] == {"not": {"all": [{"not": KIND}]}}


def test_no_conditions_mean_everyone_in_so_many_words() -> None:
    assert write(new_group(), SCOPE).document == segment(None)


def test_an_empty_group_is_unfinished() -> None:
    inner = new_group("any")
    assert write(new_group("all", inner), SCOPE).unfinished == {inner.id: ("group_empty",)}


@pytest.mark.parametrize("kind", draft.LEAVES)
def test_a_condition_just_begun_is_unfinished_in_words(kind: str) -> None:
    written = write(new_group("all", new_leaf(kind)), SCOPE)
    assert written.unfinished
    assert all(code in TEXTS for codes in written.unfinished.values() for code in codes)


@pytest.mark.parametrize(
    ("typed", "exact"),
    [
        ("12", 12),
        ("0,10", Decimal("0.10")),
        ("1 234.5", Decimal("1234.5")),
        ("−3", -3),
        ("99.995", Decimal("99.995")),
    ],
)
def test_typed_numbers_stay_exact(typed: str, exact: Any) -> None:
    root = new_group("all", Item("attr", {"attr": "balance", "op": "ge", "value": typed}))
    written = write(root, SCOPE)
    assert written.document["where"]["all"][0]["value"] == exact
    assert "e" not in dumps(written.document["where"]["all"][0]["value"])


@pytest.mark.parametrize("typed", ["", "abc", "1e5", "nan", "--1", "1.2.3", None])
def test_what_is_no_number_is_never_sent(typed: str | None) -> None:
    item = Item("attr", {"attr": "balance", "op": "ge", "value": typed})
    assert write(new_group("all", item), SCOPE).unfinished[item.id]


@pytest.mark.parametrize("typed", [("2026-02-30",), "2026-02-30", "yesterday"])
def test_what_is_no_date_is_never_sent(typed: Any) -> None:
    item = Item("attr", {"attr": "since", "op": "ge", "value": typed})
    assert write(new_group("all", item), SCOPE).unfinished[item.id]


def test_an_attribute_that_may_not_be_used_is_unfinished() -> None:
    item = Item("attr", {"attr": "shoe_size", "op": "eq", "value": "1"})
    assert "attribute_unknown" in write(new_group("all", item), SCOPE).unfinished[item.id]


def test_paths_lead_to_the_item_on_the_page() -> None:
    root = read(segment({"all": [KIND, {"not": PAID}, NODES["sequence"]]}))
    written = write(root, SCOPE)
    negated, sequence = root.children[1], root.children[2]
    assert written.item_of("/where/all/0") == root.children[0].id
    assert written.item_of("/where/all/1/not") == negated.id
    assert written.item_of("/where/all/1/not/where/all/0") == negated.children[0].children[0].id
    assert written.item_of("/where/all/2/sequence/1") == sequence.children[1].id
    assert written.item_of("/where/all/2/sequence/1/nowhere") == sequence.children[1].id
    assert written.item_of("") == root.id


@pytest.mark.parametrize("other", [[], {}, {"where": 1}, {"where": {"what": 1}}, {"where": {"all": [3]}}])
def test_what_is_no_document_is_refused(other: Any) -> None:
    with pytest.raises(ValueError, match="not a"):
        read(other)
