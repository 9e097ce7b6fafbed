"""Laws that hold for every document, world and engine, whatever the reference evaluator thinks."""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from segments.conditions.matches import Reference
from tests.segments.proof.evaluators import InService, on_clickhouse, on_duckdb
from tests.segments.proof.trees import conditions, flipped, nodes, permuted, smallest_flip, truth, without
from tests.segments.world.documents import DocumentMaker, with_references
from tests.segments.world.exchange import EVERYONE, as_read
from tests.segments.world.rows import World, make_world

WORLDS = ((101, on_duckdb), (102, on_clickhouse), (103, on_duckdb))
DOCUMENTS = 10
Node = Mapping[str, Any]


class Lawful:
    """A world, its service and random documents."""

    def __init__(self, world: World, service: InService, seed: int) -> None:
        self.world, self.service = world, service
        self.maker = DocumentMaker(world, seed)
        self.reference = Reference(world.data)
        self.rng = Random(seed)

    def documents(self, n: int = DOCUMENTS) -> Iterator[Node]:
        for _ in range(n):
            yield as_read(self.maker.document())

    def ids(self, entity: str, where: Node | None) -> frozenset[str]:
        return self.service.ids({"version": 1, "entity": entity, "where": where})


@pytest.fixture(scope="module", params=WORLDS, ids=lambda given: f"{given[0]}-{given[1].__name__}")
def lawful(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lawful]:
    seed, start = request.param
    world = with_references(make_world(seed))
    home: Path = tmp_path_factory.mktemp("laws")
    service = start(world.data, home)
    yield Lawful(world, service, seed)
    service.close()


def test_complement(lawful: Lawful) -> None:
    for document in lawful.documents():
        entity, where = document["entity"], document["where"]
        inside, outside = lawful.ids(entity, where), lawful.ids(entity, {"not": where})
        everyone = lawful.ids(entity, None)
        assert inside | outside == everyone
        assert not inside & outside
        assert lawful.ids(entity, {"any": [where, {"not": where}]}) == everyone
        assert lawful.ids(entity, {"all": [where, {"not": where}]}) == frozenset()


def test_de_morgan(lawful: Lawful) -> None:
    for first, second in _pairs(lawful):
        entity, parts = first["entity"], [first["where"], second["where"]]
        negated = [{"not": part} for part in parts]
        assert lawful.ids(entity, {"not": {"all": parts}}) == lawful.ids(entity, {"any": negated})
        assert lawful.ids(entity, {"not": {"any": parts}}) == lawful.ids(entity, {"all": negated})


def test_groups_are_set_algebra(lawful: Lawful) -> None:
    for first, second in _pairs(lawful):
        entity, parts = first["entity"], [first["where"], second["where"]]
        a, b = (lawful.ids(entity, part) for part in parts)
        assert lawful.ids(entity, {"all": parts}) == a & b
        assert lawful.ids(entity, {"any": parts}) == a | b


def _pairs(lawful: Lawful) -> Iterator[tuple[Node, Node]]:
    by_entity: dict[str, Node] = {}
    for document in lawful.documents():
        other = by_entity.pop(document["entity"], None)
        if other is not None:
            yield document, other
        else:
            by_entity[document["entity"]] = document


THRESHOLDS = (-100, 0, "0.3", 5, "99.995")


@pytest.mark.parametrize("measured", ["attribute", "fact", "average", "change"])
def test_a_tighter_threshold_never_gains_members(lawful: Lawful, measured: str) -> None:
    for upward in ("gt", "ge"):
        answers = [lawful.ids("customer", _tested(measured, upward, value)) for value in THRESHOLDS]
        assert all(later <= earlier for earlier, later in itertools.pairwise(answers))
    for downward in ("lt", "le"):
        answers = [lawful.ids("customer", _tested(measured, downward, value)) for value in THRESHOLDS]
        assert all(earlier <= later for earlier, later in itertools.pairwise(answers))


@pytest.mark.parametrize("measured", ["attribute", "fact", "average", "change"])
def test_the_parts_of_a_partition_add_up_to_everyone(lawful: Lawful, measured: str) -> None:
    everyone = len(lawful.ids("customer", None))
    for value in THRESHOLDS:
        parts = [_tested(measured, op, value) for op in ("lt", "eq", "gt")] + [_unknown(measured)]
        assert sum(len(lawful.ids("customer", part)) for part in parts) == everyone


def test_the_values_of_an_attribute_and_no_value_add_up_to_everyone(lawful: Lawful) -> None:
    everyone = lawful.reference.universe("customer")
    for name in ("kind", "full_name", "status", "band", "birth_date", "last_login"):
        rows = everyone.values()
        found = {lawful.reference.value({"attr": name}, "customer", row) for row in rows} - {None}
        texts = {str(lawful.world.data.clock.day(v)) if hasattr(v, "year") else str(v) for v in found}
        parts = [{"attr": name, "op": "eq", "value": text} for text in texts] + [
            {"attr": name, "op": "is_not_set"}
        ]
        assert sum(len(lawful.ids("customer", part)) for part in parts) == len(everyone)


def _measure(measured: str) -> dict[str, Any]:
    sums = {"fact": "payment", "agg": "sum", "measure": "amount", "window": {"last": 2, "unit": "month"}}
    return {
        "attribute": {"attr": "balance"},
        "fact": sums,
        "average": {**sums, "agg": "avg"},
        "change": {"change": {**sums, "against": {"previous": 1}}, "as": "percent"},
    }[measured]


def _tested(measured: str, op: str, value: int | str) -> Node:
    from decimal import Decimal

    return {**_measure(measured), "op": op, "value": Decimal(value)}


def _unknown(measured: str) -> Node:
    return {**_measure(measured), "op": "is_not_set"}


def test_order_changes_neither_hash_nor_members(lawful: Lawful) -> None:
    for document in lawful.documents():
        other = {**permuted(document, lawful.rng), "name": "another name", "description": "and a description"}
        assert lawful.service.ids(document) == lawful.service.ids(other)
        hashes = {lawful.service.service.count(each, EVERYONE).context.hash for each in (document, other)}
        assert len(hashes) == 1


def test_why_is_membership_and_its_flip_flips(lawful: Lawful) -> None:
    for document in lawful.documents():
        entity = lawful.world.data.catalog.entities[document["entity"]]
        members = lawful.service.ids(document)
        everyone = list(lawful.reference.universe(entity.name).values())
        for row in lawful.rng.sample(everyone, 3):
            why = lawful.service.service.why(document, row[entity.id], EVERYONE)
            assert why.member == (row[entity.id] in members)
            _check_why(lawful, document, row, why)


def _check_why(lawful: Lawful, document: Node, row: Node, why: Any) -> None:
    where, entity = document["where"], document["entity"]
    found = {node.path: node.holds for node in _walk(why.tree)}
    for path, node in nodes(where):
        assert found[path] == lawful.reference.evaluate(node, entity, row), path
    answers = {path: found[path] for path in conditions(where)}
    assert truth(where, flipped(answers, why.flip)) is not truth(where, answers)
    assert len(why.flip) == smallest_flip(where, answers)


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _walk(child)


def test_attrition_is_separate_counts(lawful: Lawful) -> None:
    for document in lawful.documents(6):
        entity, where = document["entity"], document["where"]
        members = lawful.service.ids(document)
        answer = lawful.service.service.count(document, EVERYONE, attrition=True)
        assert answer.count == len(members)
        found = {node.path: node for node in answer.nodes or ()}
        assert set(conditions(where)) <= set(found)
        for path, node in nodes(where):
            if path in found:
                assert found[path].count == len(lawful.ids(entity, node)), path
                joining = lawful.ids(entity, without(where, path)) - members
                assert found[path].left_out_only_by_this == len(joining), path
                _check_unknown(lawful, entity, node, found[path])


def _check_unknown(lawful: Lawful, entity: str, node: Node, found: Any) -> None:
    if "attr" in node:
        rows = lawful.reference.universe(entity).values()
        assert found.unknown == sum(lawful.reference.unknown(node, entity, row) for row in rows), found.path
