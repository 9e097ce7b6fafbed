"""The test of the tests that enumerate the format: what the product learns is asked for everywhere it is absent."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from segments.conditions import nodes, read, read_values
from tests.apps.test_document import NODES as BUILDER
from tests.segments.describe.test_golden import CASES as DESCRIBED
from tests.segments.describe.test_guide import examples
from tests.segments.golden.case_files import load_cases
from tests.segments.world.coverage import wanted
from tests.segments.world.format import aspects, kinds, missing, walk
from warehouse.catalog import model

ADDED = "matches"
GOLDEN = [check.document for case in load_cases() for check in case.checks if check.error is None]
COVERED: dict[str, Callable[[], Iterable[Mapping[str, Any]]]] = {
    "golden cases": lambda: GOLDEN,
    "describe": lambda: (case["document"] for case in DESCRIBED),
    "guide": examples,
    "builder": lambda: ({"where": node} for node in BUILDER.values()),
}
TABLES: dict[str, tuple[Any, str, Any]] = {
    "node": (read, "READERS", {**read.READERS, ADDED: None}),
    "op": (nodes, "OPERATORS", nodes.OPERATORS | {ADDED}),
    "op of a type": (
        model,
        "OPERATORS",
        {**model.OPERATORS, model.ValueType.TEXT: model.OPERATORS[model.ValueType.TEXT] | {ADDED}},
    ),
    "agg": (nodes, "AGGREGATES", (*nodes.AGGREGATES, ADDED)),
    "change agg": (nodes, "CHANGE_AGGREGATES", (*nodes.CHANGE_AGGREGATES, ADDED)),
    "quantifier": (nodes, "QUANTIFIERS", (*nodes.QUANTIFIERS, ADDED)),
    "as": (nodes, "MEASURED_AS", (*nodes.MEASURED_AS, ADDED)),
    "window": (read_values, "WINDOWS", {**read_values.WINDOWS, ADDED: None}),
    "last": (nodes, "UNITS", (*nodes.UNITS, ADDED)),
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("place", COVERED)
def test_what_is_added_to_the_product_is_missing(
    table: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*TABLES[table])
    aspect = f"{table.removesuffix(' of a type')}: {ADDED}"
    assert aspect in missing(COVERED[place]())
    assert aspect in wanted()


def test_a_kind_is_found_by_the_key_of_a_node_alone() -> None:
    some = {"related": "contracts", "quantifier": "any"}
    paid = {"fact": "payment", "agg": "count", "window": {"all": True}, "op": "eq", "value": "sequence"}
    found = aspects({"where": {"not": {"all": [some, paid]}}})
    assert {aspect for aspect in found if aspect.startswith("node")} == {
        "node: not",
        "node: all",
        "node: related",
        "node: fact",
    }
    assert "node: any" in missing([{"where": some}])
    assert "node: all" in missing([{"where": paid}])
    assert "agg: count" in missing([{"where": some | {"quantifier": "count"}}])


@pytest.mark.parametrize("kind", sorted(read.READERS))
def test_without_its_cases_a_kind_is_missing(kind: str) -> None:
    def has(document: Mapping[str, Any]) -> bool:
        where = document["where"]
        return where is not None and any(kind in kinds(node) for node in walk(where))

    left = [document for document in GOLDEN if not has(document)]
    assert len(left) < len(GOLDEN)
    assert f"node: {kind}" in missing(left)
