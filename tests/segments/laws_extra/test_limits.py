"""Depth counts one for each level of nesting, whatever kind of node it is made of."""

from collections.abc import Callable
from typing import Any

import pytest

from segments.conditions.check import MAX_CONDITIONS, check
from segments.conditions.problems import DocumentError
from segments.conditions.read import MAX_DEPTH, MAX_STEPS, parse
from segments.references import MemoryReferences, SavedSegment
from tests.segments.world.catalogue import build_catalogue
from tests.segments.world.exchange import EVERYONE

Node = dict[str, Any]
LEAF: Node = {"attr": "a", "op": "is_set"}
WINDOW = {"all": True}
NESTS: dict[str, Callable[[Node], Node]] = {
    "all": lambda inner: {"all": [LEAF, inner]},
    "any": lambda inner: {"any": [inner]},
    "not": lambda inner: {"not": inner},
    "related": lambda inner: {"related": "r", "quantifier": "any", "where": inner},
    "fact": lambda inner: {
        "fact": "f",
        "agg": "count",
        "window": WINDOW,
        "where": inner,
        "op": "gt",
        "value": 0,
    },
    "change": lambda inner: {
        "change": {
            "fact": "f",
            "agg": "count",
            "window": {"last": 1, "unit": "day"},
            "against": {"previous": 1},
            "where": inner,
        },
        "as": "percent",
        "op": "gt",
        "value": 0,
    },
}


def nested(kind: str, levels: int) -> Node:
    node = LEAF
    for _ in range(levels):
        node = NESTS[kind](node)
    return {"version": 1, "where": node}


@pytest.mark.parametrize("kind", NESTS)
def test_every_nesting_is_one_level(kind: str) -> None:
    assert parse(nested(kind, MAX_DEPTH - 1)).where is not None
    with pytest.raises(DocumentError) as refused:
        parse(nested(kind, MAX_DEPTH))
    assert {problem.code for problem in refused.value.problems} == {"too_deep"}


def test_the_where_of_a_step_is_one_level_below_the_sequence() -> None:
    def document(levels: int) -> Node:
        inner = nested("not", levels)["where"]
        step = {"fact": "f", "where": inner}
        return {"version": 1, "where": {"sequence": [step], "within": {"n": 1, "unit": "day"}}}

    # A step is a level of its own between the sequence and its condition.
    assert parse(document(MAX_DEPTH - 3)).where is not None
    with pytest.raises(DocumentError):
        parse(document(MAX_DEPTH - 2))


def test_steps_of_a_sequence() -> None:
    def document(steps: int) -> Node:
        return {
            "version": 1,
            "where": {"sequence": [{"fact": "f"}] * steps, "within": {"n": 1, "unit": "day"}},
        }

    assert parse(document(MAX_STEPS)).where is not None
    with pytest.raises(DocumentError):
        parse(document(MAX_STEPS + 1))


def test_conditions_with_those_of_all_references() -> None:
    leaf = {"attr": "vip", "op": "is_set"}
    hundred = {"version": 1, "entity": "customer", "where": {"any": [leaf] * 99}}  # and the reference
    known = MemoryReferences(segments=(SavedSegment("hundred", 1, hundred),))
    reference = {"segment": "hundred", "version": 1}

    def codes(*nodes: Node) -> set[str]:
        document = parse({"version": 1, "entity": "customer", "where": {"any": list(nodes)}})
        return {problem.code for problem in check(document, build_catalogue(), EVERYONE, known)}

    fitting = MAX_CONDITIONS // 100
    assert codes(*[reference] * fitting) == set()
    assert codes(leaf, *[reference] * fitting) == {"too_many_nodes"}
    assert codes(*[reference] * (fitting + 1)) == {"too_many_nodes"}
