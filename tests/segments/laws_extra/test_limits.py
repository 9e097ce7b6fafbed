"""Depth counts one for each level of nesting, whatever kind of node it is made of."""

from collections.abc import Callable
from typing import Any

import pytest

from segments.conditions.check import check
from segments.conditions.problems import DocumentError
from segments.conditions.read import MAX_DEPTH, MAX_STEPS, parse
from segments.conditions.weight import MAX_WEIGHT
from segments.references import NO_REFERENCES, MemoryReferences, References, SavedSegment
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


LEAF_OF_WORLD: Node = {"attr": "vip", "op": "is_set"}
VISITS: Node = {"fact": "visit", "agg": "count", "window": WINDOW, "op": "ge", "value": 2}
PAID: Node = {
    "change": {
        "fact": "payment",
        "agg": "latest",
        "measure": "amount",
        "window": {"last": 1, "unit": "day"},
        "against": {"previous": 120},
    },
    "as": "percent",
    "op": "le",
    "value": -25,
}
AVERAGE: Node = VISITS | {
    "fact": "payment",
    "agg": "avg",
    "measure": "amount",
    "op": "in",
    "value": [1, 2, 3],
}
KIN: Node = {"related": "members", "quantifier": "any"}
STEPS: Node = {"sequence": [{"fact": "visit"}, {"fact": "visit"}], "within": {"n": 1, "unit": "day"}}


def refused(*nodes: Node, known: References = NO_REFERENCES) -> list[tuple[str, str]]:
    document = parse({"version": 1, "entity": "customer", "where": {"any": list(nodes)}})
    return [(p.path, p.code) for p in check(document, build_catalogue(), EVERYONE, known)]


@pytest.mark.parametrize(
    ("node", "weighs"),
    [
        (LEAF_OF_WORLD, 1),
        (VISITS, 25),
        (VISITS | {"where": {"attr": "channel", "op": "is_set"}}, 26),
        (AVERAGE, 25 + 2 * 3),
        (PAID, 50 + 121),
        (PAID | {"op": "in", "value": [1, 2]}, 50 + 121 + 2 * 25),
        (KIN, 25),
        (KIN | {"where": LEAF_OF_WORLD}, 26),
        (STEPS, 50),
        ({"attr": "status", "op": "is_set"}, 3),
    ],
)
def test_what_makes_a_statement_large_weighs(node: Node, weighs: int) -> None:
    def around(rest: int) -> list[tuple[str, str]]:
        hundreds = [{"segment": "hundred", "version": 1}] * (rest // 100)
        return refused(*hundreds, *[LEAF_OF_WORLD] * (rest % 100), node, known=HUNDRED)

    assert around(MAX_WEIGHT - weighs) == []
    ((path, code),) = around(MAX_WEIGHT - weighs + 1)
    assert code == "too_many_nodes"
    assert path.startswith("/where/any/")


HUNDRED = MemoryReferences(
    segments=(
        SavedSegment(
            "hundred", 1, {"version": 1, "entity": "customer", "where": {"any": [LEAF_OF_WORLD] * 99}}
        ),
    )
)


def test_the_node_that_is_too_much_is_named_once() -> None:
    fitting = MAX_WEIGHT // 171
    assert refused(*[PAID] * fitting) == []
    assert refused(*[PAID] * (fitting + 5)) == [(f"/where/any/{fitting}", "too_many_nodes")]


def test_five_hundred_nodes_of_attributes_and_a_hundred_thousand_values_are_accepted() -> None:
    assert refused(*[LEAF_OF_WORLD] * 499) == []
    assert refused({"attr": "region", "op": "in", "value": [f"r{i}" for i in range(100_000)]}) == []
