"""Whatever the format allows can be made on the page: each operator for each type, each aggregate, each unit."""

from typing import Any

import pytest

from apps.workspaces.segment_builder import draft
from apps.workspaces.segment_builder import view_model as vm
from apps.workspaces.segment_builder.document import write
from apps.workspaces.segment_builder.draft import Item, new_group, new_leaf
from apps.workspaces.segment_builder.reading import READERS, read
from apps.workspaces.segment_builder.scope import Scope, measures, operators
from apps.workspaces.segment_builder.scope import tested as subject
from segments.conditions import nodes
from segments.conditions import read as read_document
from segments.conditions.check import check
from segments.conditions.read import parse
from tests.api.deployment import catalog
from tests.apps.catalogs import published_catalog
from warehouse.access import Actor, RowScope

PUBLISHED = published_catalog()
SCOPE = Scope(PUBLISHED, "customer")
EVERYTHING = Actor("test", RowScope(everything=True), None)
TYPED: dict[str, Any] = {
    "text": "North",
    "integer": "3",
    "decimal": "0,50",
    "boolean": True,
    "date": "2026-01-31",
}
PAIRS = [(one.name, op) for one in SCOPE.attributes().values() for op in operators(one)]


def filled(kind: str, operator: str) -> Any:
    """A typed value of the form the operator wants."""
    form = PUBLISHED.operators[operator].value
    one = TYPED[kind]
    forms = {
        "none": None,
        "one": one,
        "many": (one,),
        "range": (one, one),
        "relative": {"n": "2", "unit": "week"},
    }
    return forms[form]


def assert_askable(root: Item) -> None:
    """What the page makes is finished, valid for the service, and can be opened again."""
    written = write(root, SCOPE)
    assert written.unfinished == {}
    assert check(parse(written.document), catalog(), EVERYTHING) == ()
    assert write(read(written.document), SCOPE).document == written.document


@pytest.mark.parametrize(("attribute", "operator"), PAIRS)
def test_every_operator_of_every_attribute_can_be_made(attribute: str, operator: str) -> None:
    root = new_group("all", leaf := new_leaf("attr"))
    root = vm.choose_attribute(root, leaf.id, attribute, SCOPE)
    root = vm.choose_operator(root, leaf.id, operator, PUBLISHED)
    kind = SCOPE.attributes()[attribute].type
    assert_askable(draft.set_fields(root, leaf.id, value=filled(kind, operator)))


def test_the_attributes_cover_every_operator() -> None:
    assert {operator for _, operator in PAIRS} == nodes.OPERATORS


@pytest.mark.parametrize("aggregate", nodes.AGGREGATES)
def test_every_aggregate_with_each_of_its_operators_can_be_made(aggregate: str) -> None:
    root = new_group("all", leaf := new_leaf("fact"))
    root = vm.choose_fact(root, leaf.id, "payment")
    root = vm.choose_aggregate(root, leaf.id, aggregate, SCOPE)
    for measure in measures(root.children[0], SCOPE) or [None]:
        root = draft.set_fields(root, leaf.id, measure=measure)
        result = subject(root.children[0], SCOPE)
        assert result is not None
        for operator in operators(result):
            chosen = vm.choose_operator(root, leaf.id, operator, PUBLISHED)
            assert_askable(draft.set_fields(chosen, leaf.id, value=filled(result.type, operator)))


@pytest.mark.parametrize("aggregate", nodes.CHANGE_AGGREGATES)
@pytest.mark.parametrize("measured_as", nodes.MEASURED_AS)
def test_every_change_can_be_made(aggregate: str, measured_as: str) -> None:
    root = new_group("all", leaf := new_leaf("change"))
    root = vm.choose_fact(root, leaf.id, "payment")
    root = vm.choose_aggregate(root, leaf.id, aggregate, SCOPE)
    measure = next(iter(measures(root.children[0], SCOPE)), None)
    assert_askable(draft.set_fields(root, leaf.id, measure=measure, **{"as": measured_as}))


@pytest.mark.parametrize("unit", nodes.UNITS)
@pytest.mark.parametrize("kind", ["last", "this"])
def test_every_unit_of_a_window_can_be_made(kind: str, unit: str) -> None:
    root = new_group("all", leaf := new_leaf("fact"))
    root = vm.choose_fact(root, leaf.id, "payment")
    assert_askable(draft.set_fields(root, leaf.id, window={"kind": kind, "n": "2", "unit": unit}))


@pytest.mark.parametrize("quantifier", nodes.QUANTIFIERS)
@pytest.mark.parametrize("relation", sorted(SCOPE.relations()))
def test_every_quantifier_over_every_relation_can_be_made(quantifier: str, relation: str) -> None:
    root = new_group("all", leaf := new_leaf("related"))
    root = vm.choose_relation(root, leaf.id, relation)
    assert_askable(vm.choose_quantifier(root, leaf.id, quantifier))


def test_a_sequence_can_be_made() -> None:
    root = new_group("all", leaf := new_leaf("sequence"))
    for step, fact in zip(leaf.children, ("payment", "usage"), strict=True):
        root = vm.choose_fact(root, step.id, fact)
    assert_askable(root)


@pytest.mark.parametrize("operator", sorted(nodes.COMPARISONS))
def test_every_comparison_with_another_attribute_can_be_made(operator: str) -> None:
    root = new_group("all", leaf := new_leaf("attr"))
    root = vm.choose_attribute(root, leaf.id, "balance", SCOPE)
    root = vm.choose_operator(root, leaf.id, operator, PUBLISHED)
    root = vm.compare_with_attribute(root, leaf.id, wanted=True)
    assert vm.is_compared(root.children[0])
    assert_askable(draft.set_fields(root, leaf.id, value={"attr": "tenure_months", "times": "1,5"}))


def test_every_kind_of_node_can_be_offered_written_and_read() -> None:
    assert set(draft.LEAVES) | set(draft.GROUPS) == set(READERS)
    # A negation is a mark of what it negates, not an item.
    assert {*draft.LEAVES, *draft.GROUPS, "not"} == set(read_document.READERS)
    assert set(SCOPE.leaves()) == set(draft.LEAVES)
    assert {operator for _, operator in PAIRS} == nodes.OPERATORS
